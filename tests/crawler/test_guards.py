"""Guard, courtesy, robots, conditions, unpacking and names of failures: the pure parts, by the table."""

import gzip
import ipaddress
import ssl
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from OpenSSL import SSL
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError, IgnoreRequest, ResponseDataLossError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure as TwistedFailure
from twisted.web.client import ResponseNeverReceived

from crawler.config import Config
from crawler.extensions.judging import RunFacts, judge
from crawler.extensions.states import Seen, after_fetch, keep_validators
from crawler.line import check_line
from crawler.middlewares.addresses import AddressPolicy, is_inside, literal_address
from crawler.middlewares.conditional import ARTICLE_TRUST, conditions_for
from crawler.middlewares.courtesy import wait_asked_for
from crawler.middlewares.kept import KeptTexts
from crawler.middlewares.refusal import Refused
from crawler.middlewares.robots import KEEP, read_answer
from crawler.middlewares.unpack import CutStreamError, TooLargeUnpackedError, unpack
from crawler.spiders.failures import name_failure
from db.queries.runs import FetchRecord, FetchState
from db.vocabulary import Failure, FetchOutcome, RunCause, RunState

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LIVE = AddressPolicy(is_live=True)

INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "１２７．０．０．１", "%31%32%37.0.0.1", "0", "10.1.2.3", "192.168.0.1",
    "172.16.9.9", "169.254.169.254", "168.63.129.16", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%eth0]", "[fd00:ec2::254]", "localhost", "x.localhost.", "printer.local", "a.internal",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_inside_hosts_are_refused_in_every_spelling(host: str) -> None:
    refusal = LIVE.refuse_host(host, 80)
    assert refusal is not None and refusal.outcome is FetchOutcome.INSIDE_ADDRESS


@pytest.mark.parametrize("host", ["outlet.example", "8.8.8.8", "1e100.net", "[2606:4700::1111]", "сайт.example"])
def test_outside_hosts_pass_only_when_live(host: str) -> None:
    assert LIVE.refuse_host(host, 443) is None
    refusal = AddressPolicy(is_live=False).refuse_host(host, 443)
    assert refusal is not None and refusal.outcome is FetchOutcome.OFFLINE


def test_what_is_allowed_by_name_passes_and_only_that() -> None:
    policy = AddressPolicy(is_live=False, allowed=("127.0.0.1:8080", "10.0.0.0/8", "court.example:81"))
    assert policy.refuse_host("127.0.0.1", 8080) is None
    assert policy.refuse_host("127.0.0.1", 8081) is not None
    assert policy.refuse_host("10.9.9.9", 1) is None
    assert policy.allows_resolved("court.example", ipaddress.ip_address("127.0.0.1"), 81)
    assert not policy.allows_resolved("court.example", ipaddress.ip_address("127.0.0.1"), 80)


def test_a_rebound_name_is_judged_by_the_address_it_gives() -> None:
    assert LIVE.allows_resolved("outlet.example", ipaddress.ip_address("8.8.8.8"), 80)
    assert not LIVE.allows_resolved("outlet.example", ipaddress.ip_address("169.254.169.254"), 80)
    assert is_inside(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert literal_address("outlet.example") is None


def test_a_proxy_on_loopback_is_fine_while_not_live_and_another_is_not() -> None:
    policy = AddressPolicy(is_live=False)
    assert policy.refuse_proxy("127.0.0.1", 3128) is None
    assert policy.refuse_proxy("proxy.example", 3128) is not None
    assert policy.refuse_host("outlet.example", 80, has_proxy=True) is None
    assert policy.refuse_host("127.0.0.1", 80, has_proxy=True) is not None


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), (" 0 ", 0.0), ("Wed, 25 Nov 2026 09:01:00 GMT", 60.0), ("soon", None), ("", None), ("-5", None)]
)
def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    assert wait_asked_for(header, NOW) == seconds


@pytest.mark.parametrize("status", [500, 503, 429])
def test_robots_that_fail_close_the_host(status: int) -> None:
    assert isinstance(read_answer(status, b"<html>").refusal, Refused)


@pytest.mark.parametrize("status", [404, 403, 410])
def test_robots_that_are_missing_mean_no_rules(status: int) -> None:
    assert read_answer(status, b"Disallow: /").text == "" and read_answer(status, b"").refusal is None


def test_robots_are_kept_for_a_day(tmp_path: object) -> None:
    store = KeptTexts(tmp_path, KEEP)  # type: ignore[arg-type]
    store.save("https://a.example", "User-agent: *", NOW)
    assert store.load("https://a.example", NOW + timedelta(hours=23)) == "User-agent: *"
    assert store.load("https://a.example", NOW + timedelta(hours=25)) is None
    assert store.load("https://b.example", NOW) is None


STATE = FetchState(
    url="u", source_id="s", etag='"1"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT", last_unconditional_at=NOW - timedelta(hours=2)
)


def test_conditions_are_sent_while_they_can_be_believed() -> None:
    assert conditions_for(STATE, NOW) == {"If-None-Match": '"1"', "If-Modified-Since": STATE.last_modified}
    assert conditions_for(replace(STATE, last_modified="Sat, 16 Nov 2041 00:00:00 GMT"), NOW) == {"If-None-Match": '"1"'}
    assert conditions_for(STATE, NOW + timedelta(hours=23)) == {}
    assert conditions_for(replace(STATE, last_unconditional_at=None), NOW) == {}


def test_validators_of_an_article_are_trusted_for_a_week() -> None:
    assert conditions_for(STATE, NOW + timedelta(days=6), ARTICLE_TRUST) == conditions_for(STATE, NOW)
    assert conditions_for(STATE, NOW + timedelta(days=7), ARTICLE_TRUST) == {}


PLAIN = b"<html>" + b"text " * 500


@pytest.mark.parametrize(
    ("packed", "codings"),
    [
        (PLAIN, []),
        (gzip.compress(PLAIN), ["gzip"]),
        (gzip.compress(PLAIN), []),
        (gzip.compress(gzip.compress(PLAIN)), []),
        (gzip.compress(gzip.compress(PLAIN)), ["gzip"]),
        (gzip.compress(PLAIN[:900]) + gzip.compress(PLAIN[900:]), ["x-gzip"]),
        (zlib.compress(PLAIN), ["deflate"]),
        (zlib.compress(PLAIN)[2:-4], ["deflate"]),
        (brotli.compress(PLAIN), ["br"]),
        (brotli.compress(gzip.compress(PLAIN)), ["gzip, br"]),
        (PLAIN, ["gzip"]),
        (PLAIN, ["identity"]),
    ],
    ids=[
        "plain",
        "gzip",
        "gzip unnamed",
        "gzip twice unnamed",
        "gzip twice",
        "gzip members",
        "zlib",
        "raw deflate",
        "brotli",
        "brotli of gzip",
        "plain called gzip",
        "identity",
    ],
)
def test_bodies_are_unpacked_whatever_the_label(packed: bytes, codings: list[str]) -> None:
    assert unpack(packed, codings, 100_000).body == PLAIN


def test_bombs_cut_streams_and_unknown_codings() -> None:
    with pytest.raises(TooLargeUnpackedError):
        unpack(gzip.compress(b"\0" * 10_000_000), ["gzip"], 1_000_000)
    with pytest.raises(TooLargeUnpackedError):
        unpack(brotli.compress(b"\0" * 10_000_000), ["br"], 1_000_000)
    for cut, coding in ((gzip.compress(PLAIN)[:-12], "gzip"), (zlib.compress(PLAIN)[:-9], "deflate"), (brotli.compress(PLAIN)[:-3], "br")):
        with pytest.raises(CutStreamError):
            unpack(cut, [coding], 100_000)
    assert unpack(b"??", ["zz"], 100).unread == ("zz",)


def _never_received(*reasons: Exception) -> DownloadFailedError:
    error = DownloadFailedError("x")
    error.__cause__ = ResponseNeverReceived([TwistedFailure(reason) for reason in reasons])
    return error


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (_never_received(ConnectionLost()), (FetchOutcome.CONNECTION_ERROR, Failure.CONNECTION_RESET)),
        (_never_received(ConnectionDone()), (FetchOutcome.CONNECTION_ERROR, Failure.EOF_ERROR)),
        (
            _never_received(SSL.Error([("SSL routines", "", "certificate verify failed")])),
            (FetchOutcome.TLS_ERROR, Failure.SSL_UNKNOWN_AUTHORITY),
        ),
        (_never_received(SSL.Error([("SSL routines", "", "dh key too small")])), (FetchOutcome.TLS_ERROR, Failure.SSL_FAILED_HANDSHAKE)),
        (CannotResolveHostError("x"), (FetchOutcome.DNS_ERROR, Failure.UNKNOWN_FAILURE)),
        (DownloadTimeoutError("x"), (FetchOutcome.CONNECT_TIMEOUT, Failure.GENERIC_TIMEOUT_ERROR)),
        (ResponseDataLossError(), (FetchOutcome.TRUNCATED, Failure.EOF_ERROR)),
        (IgnoreRequest("max redirections reached"), (FetchOutcome.REDIRECT_LOOP, Failure.NONE)),
        (Refused(FetchOutcome.ROBOTS_DENIED, "x"), (FetchOutcome.ROBOTS_DENIED, Failure.NONE)),
        (ValueError("x"), (FetchOutcome.UNKNOWN, Failure.UNKNOWN_FAILURE)),
    ],
)
def test_failures_are_named_by_their_cause(error: Exception, named: tuple[FetchOutcome, Failure]) -> None:
    assert name_failure(error) == named
    assert ssl.OPENSSL_VERSION  # the wording that is read here is OpenSSL's


def fetch(outcome: FetchOutcome, status: int | None = None) -> FetchRecord:
    return FetchRecord(run_id="r", source_id="s", role="article", url="u", fetched_at=NOW, outcome=outcome, status=status)


def test_looks_at_an_article_thin_out_and_end() -> None:
    state, hours = None, []
    for _ in range(8):
        state = after_fetch(state, fetch(FetchOutcome.OK), Seen(body_sha256="a"))
        hours.append(state.poll_s // 3600)
    assert hours[:7] == [6, 12, 24, 48, 96, 192, 0]
    gone = after_fetch(replace(state, poll_s=0), fetch(FetchOutcome.HTTP_4XX, 404), Seen())
    assert gone.poll_s == 2 * 3600


def test_validators_move_on_only_after_a_clean_run() -> None:
    new = after_fetch(STATE, replace(fetch(FetchOutcome.OK), role="feed"), Seen(body_sha256="b", etag='"2"'))
    assert (new.etag, keep_validators(STATE, new).etag, keep_validators(None, new).etag) == ('"2"', '"1"', "")


def facts(**changes: object) -> RunFacts:
    usual: dict[str, object] = {"close_reason": "finished", "lists": {"u": FetchOutcome.OK}, "n_entries": 3, "n_full_lists": 1, "now": NOW}
    return RunFacts(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "state", "cause"),
    [
        ({}, RunState.OK, RunCause.NONE),
        ({"n_entries": 0}, RunState.FAILED, RunCause.LAYOUT),
        ({"n_errors": 1}, RunState.FAILED, RunCause.BUG),
        ({"close_reason": "disk"}, RunState.FAILED, RunCause.DISK),
        ({"close_reason": "shutdown"}, RunState.KILLED, RunCause.UNKNOWN),
        ({"lists": {}}, RunState.FAILED, RunCause.UNKNOWN),
        ({"lists": {"u": FetchOutcome.OFFLINE}}, RunState.OFFLINE, RunCause.OFFLINE),
        ({"lists": {"u": FetchOutcome.BOT_CHALLENGE}}, RunState.FAILED, RunCause.CHALLENGED),
        ({"lists": {"u": FetchOutcome.DNS_ERROR}}, RunState.FAILED, RunCause.NETWORK),
        ({"stages": ("archive",), "n_pages": 2, "sums": {"archive": 1}}, RunState.FAILED, RunCause.BUG),
        ({"last_new_at": NOW - timedelta(days=8)}, RunState.FAILED, RunCause.QUIET),
        ({"lists": {"u": FetchOutcome.OK, "v": FetchOutcome.HTTP_4XX}}, RunState.OK, RunCause.NONE),
    ],
)
def test_runs_are_judged(changes: dict[str, object], state: RunState, cause: RunCause) -> None:
    verdict = judge(facts(**changes), None)
    assert (verdict.state, verdict.cause) == (state, cause)


def test_the_line_is_judged_by_the_canaries_and_nothing_is_asked_while_not_live() -> None:
    asked: list[str] = []

    def connect(host: str, port: int) -> bool:
        asked.append(host)
        return host == "b.example"

    canaries = ("a.example:443", "b.example:80")
    assert check_line(Config(is_live=True, line_canaries=canaries), connect).is_up
    assert not check_line(Config(is_live=True, line_canaries=("a.example:443",)), connect).is_up
    asked.clear()
    assert not check_line(Config(line_canaries=canaries), connect).is_up
    assert asked == []
