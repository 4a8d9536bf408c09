"""One small fetch through a line for the probe's own needs (canaries, captive portal, RDAP); returns facts, writes nothing."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from crawler.probing.addresses import by_family
from crawler.probing.dns import engine_of, look_up
from crawler.probing.handshake import Handshake, shake_hands_over
from crawler.probing.http import Answer, Ask, Carrier, exchange
from crawler.probing.look import REDIRECTS, Hop
from crawler.probing.notes import Bench
from crawler.probing.proxy import Stream
from crawler.probing.tcp import connect
from db.vocabulary import Failure


@dataclass(slots=True)
class Fetched:
    """How a small fetch ended; `status` 0 when there was no answer, `handshake_s` 0 without TLS."""

    failure: Failure = Failure.NONE
    status: int = 0
    answer: Answer = field(default_factory=Answer)
    handshake_s: float = 0.0
    is_line_fault: bool = False
    outcome: str = ""

    @property
    def is_good(self) -> bool:
        """True when the server itself answered, over valid TLS where the address is https."""
        return self.status > 0 and self.failure is Failure.NONE


async def fetch(bench: Bench, url: str, *, max_bytes: int = 16384, accept: str = "*/*", redirects: int = 0) -> Fetched:
    """GET `url` through the line, following at most `redirects`; a bad certificate is a failure."""
    hop, number = Hop.of(url, 0), 0
    fetched = Fetched(failure=Failure.UNKNOWN_FAILURE, outcome="bad_url")
    while hop:
        fetched = await _fetch_once(bench.with_notes(bench.notes.under()), hop, max_bytes, accept)
        location = fetched.answer.header("location")
        if fetched.status not in REDIRECTS or not location or number >= redirects:
            return fetched
        number += 1
        hop = Hop.of(urljoin(hop.url, location[:2000]), number)
    return fetched


async def _fetch_once(scratch: Bench, hop: Hop, max_bytes: int, accept: str) -> Fetched:
    stream, target = await reach(scratch, hop.host, hop.port)
    if stream is None:
        return _failed(scratch)
    carrier: Carrier = stream
    handshake_s = 0.0
    if hop.scheme == "https":
        tls = await shake_hands_over(scratch, stream, Handshake(target, hop.port, hop.host))
        shaken = scratch.notes.observations[-1]
        handshake_s = shaken.duration_s
        if tls is None:
            return _failed(scratch)
        carrier = tls
        if shaken.failure is not Failure.NONE:
            tls.close()
            return _failed(scratch)
    try:
        ask = Ask(host=hop.host_header, path=hop.path, accept=accept, max_bytes=max_bytes)
        answer = await exchange(carrier, ask, scratch.config.probing)
    finally:
        carrier.close()
    return Fetched(answer.failure, answer.status, answer, handshake_s)


def _failed(scratch: Bench) -> Fetched:
    last = scratch.notes.observations[-1] if scratch.notes.observations else None
    if last is None:
        return Fetched(failure=Failure.DNS_NO_ANSWER, outcome="dns")
    return Fetched(failure=last.failure, outcome=last.outcome, is_line_fault=bool(last.detail.get("is_line_fault")))


async def reach(bench: Bench, host: str, port: int) -> tuple[Stream | None, str]:
    """A stream to a host by this line's own way of resolving names, and the address or name it reached."""
    if engine_of(bench.vantage) == "proxy":
        return await connect(bench, (host, port)), host
    lookup = await look_up(bench.config, bench.vantage, host)
    for address in by_family(lookup.addresses, 2):
        stream = await connect(bench, (address, port))
        if stream:
            return stream, address
    return None, ""
