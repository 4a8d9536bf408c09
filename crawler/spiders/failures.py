"""What a failed request was: one function from an exception to the outcome and to OONI's name for the failure."""

import errno
from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet import error as tx
from twisted.web._newclient import ParseError

from db.vocabulary import Failure, FetchOutcome

Named = tuple[FetchOutcome, Failure]
# What OpenSSL 3 says of servers that are too old for its defaults (openssl/crypto/err/openssl.txt, read 2026-11-25).
_OLD_TLS = (
    "dh key too small",
    "ee key too small",
    "ca key too small",
    "ca md too weak",
    "bad ecpoint",
    "unsafe legacy renegotiation disabled",
    "legacy sigalg disallowed or unsupported",
    "unsupported protocol",
    "alert protocol version",
    "wrong ssl version",
)
MAX_DEPTH = 8

_ERRNO: dict[int, Failure] = {
    errno.ECONNRESET: Failure.CONNECTION_RESET,
    errno.ECONNREFUSED: Failure.CONNECTION_REFUSED,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.ENETUNREACH: Failure.NETWORK_UNREACHABLE,
    errno.ETIMEDOUT: Failure.GENERIC_TIMEOUT_ERROR,
}
# The first class that an exception or one of its causes belongs to names it; the order matters.
_BY_CLASS: tuple[tuple[type[BaseException], Named], ...] = (
    (TunnelError, (FetchOutcome.CONNECTION_ERROR, Failure.PROXY_ERROR)),
    (VerificationError, (FetchOutcome.TLS_ERROR, Failure.SSL_INVALID_HOSTNAME)),
    (ResponseDataLossError, (FetchOutcome.TRUNCATED, Failure.EOF_ERROR)),
    (DownloadCancelledError, (FetchOutcome.TOO_LARGE, Failure.NONE)),
    (DownloadConnectionRefusedError, (FetchOutcome.CONNECTION_ERROR, Failure.CONNECTION_REFUSED)),
    # Scrapy's resolver does not tell a name that does not exist from a resolver that fails; a guess here would be a false fact.
    (CannotResolveHostError, (FetchOutcome.DNS_ERROR, Failure.UNKNOWN_FAILURE)),
    (tx.NoRouteError, (FetchOutcome.CONNECTION_ERROR, Failure.HOST_UNREACHABLE)),
    (tx.ConnectionLost, (FetchOutcome.CONNECTION_ERROR, Failure.CONNECTION_RESET)),
    (tx.ConnectionDone, (FetchOutcome.CONNECTION_ERROR, Failure.EOF_ERROR)),
    (ParseError, (FetchOutcome.CONNECTION_ERROR, Failure.UNKNOWN_FAILURE)),
)


def name_failure(exception: BaseException, *, has_begun: bool = False) -> Named:
    """Outcome and failure name, found from the exception and its causes; `has_begun`: headers had arrived.

    A refusal of our own carries its outcome. What nobody has met before is UNKNOWN with `unknown_failure`.
    """
    outcome = getattr(exception, "outcome", None)
    if isinstance(outcome, FetchOutcome):
        is_parked = outcome is FetchOutcome.DEADLINE and exception.__cause__ is not None
        return (
            name_failure(exception.__cause__)
            if is_parked and exception.__cause__
            else (outcome, getattr(exception, "failure", Failure.NONE))
        )
    if "max redirections" in str(exception):
        return FetchOutcome.REDIRECT_LOOP, Failure.NONE
    if isinstance(exception, DownloadTimeoutError | TimeoutError):
        return (FetchOutcome.READ_TIMEOUT if has_begun else FetchOutcome.CONNECT_TIMEOUT), Failure.GENERIC_TIMEOUT_ERROR
    chain = tuple(causes(exception))
    tls = next((each for each in chain if isinstance(each, SSL.Error)), None)
    if tls is not None and not any(isinstance(each, VerificationError) for each in chain):
        return FetchOutcome.TLS_ERROR, _tls_failure(tls)
    return _by_number(chain) or _by_class(chain) or (FetchOutcome.UNKNOWN, Failure.UNKNOWN_FAILURE)


def causes(exception: BaseException, depth: int = MAX_DEPTH) -> Iterator[BaseException]:
    """The exception and everything under it: `__cause__`, `__context__` and Twisted's lists of reasons."""
    if depth == 0:
        return
    yield exception
    below = [each.value for each in getattr(exception, "reasons", None) or () if isinstance(getattr(each, "value", None), BaseException)]
    for each in (exception.__cause__, exception.__context__, *below):
        if each is not None:
            yield from causes(each, depth - 1)


def describe_failure(exception: BaseException) -> str:
    """What happened, in words; an old server is told apart by the class `tls_legacy` (FIELD-TRAPS HT1): it is not blocking."""
    tls = next((str(each) for each in causes(exception) if isinstance(each, SSL.Error)), "")
    old = next((sign for sign in _OLD_TLS if sign in tls), "")
    if old:
        return f"tls_legacy: the server speaks only old TLS ({old}); the source entry may name its host in tls_legacy_hosts"
    return str(exception) or type(exception).__name__


def _tls_failure(error: SSL.Error) -> Failure:
    """OpenSSL says no more than that verification failed; which part failed is the probe's question."""
    text = str(error)
    if "certificate verify failed" in text:
        return Failure.SSL_UNKNOWN_AUTHORITY
    return Failure.SSL_FAILED_HANDSHAKE if text != "[]" else Failure.EOF_ERROR


def _by_number(chain: tuple[BaseException, ...]) -> Named | None:
    for each in chain:
        number = getattr(each, "osError", None) or getattr(each, "errno", None)
        if isinstance(each, tx.ConnectError | OSError) and number in _ERRNO:
            failure = _ERRNO[number]
            is_timeout = failure is Failure.GENERIC_TIMEOUT_ERROR
            return (FetchOutcome.CONNECT_TIMEOUT if is_timeout else FetchOutcome.CONNECTION_ERROR), failure
    return None


def _by_class(chain: tuple[BaseException, ...]) -> Named | None:
    return next((named for kind, named in _BY_CLASS for each in chain if isinstance(each, kind)), None)
