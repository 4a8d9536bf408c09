"""From what Python raises to OONI's failure names (ooni/spec df-007). One table, no network."""

import asyncio
import errno
import socket

from db.vocabulary import Failure

_BY_ERRNO = {
    errno.ECONNREFUSED: Failure.CONNECTION_REFUSED,
    errno.ECONNRESET: Failure.CONNECTION_RESET,
    errno.EPIPE: Failure.CONNECTION_RESET,
    errno.ECONNABORTED: Failure.CONNECTION_RESET,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.ENETUNREACH: Failure.NETWORK_UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.NETWORK_UNREACHABLE,
    errno.EAFNOSUPPORT: Failure.NETWORK_UNREACHABLE,
    errno.ETIMEDOUT: Failure.GENERIC_TIMEOUT_ERROR,
}


class StepError(Exception):
    """A network step failed; `failure` is the fact, `outcome` says where it came from (for example `socks:5`)."""

    def __init__(self, failure: Failure, outcome: str = "", *, is_line_fault: bool = False) -> None:
        super().__init__(outcome or failure.value)
        self.failure = failure
        self.outcome = outcome
        self.is_line_fault = is_line_fault


def failure_of(error: BaseException) -> Failure:
    """The failure name of an exception; `unknown_failure` when there is no name for it."""
    if isinstance(error, StepError):
        return error.failure
    if isinstance(error, TimeoutError):
        return Failure.GENERIC_TIMEOUT_ERROR
    if isinstance(error, asyncio.IncompleteReadError | EOFError):
        return Failure.EOF_ERROR
    if isinstance(error, socket.gaierror):
        return Failure.DNS_NXDOMAIN_ERROR if error.errno == socket.EAI_NONAME else Failure.DNS_TIMEOUT
    if isinstance(error, OSError) and error.errno is not None:
        return _BY_ERRNO.get(error.errno, Failure.UNKNOWN_FAILURE)
    return Failure.UNKNOWN_FAILURE
