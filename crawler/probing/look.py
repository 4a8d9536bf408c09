"""One look at one address from one line: every hop's DNS, TCP, TLS and HTTP, and the swaps after a failure. No verdicts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from crawler.config import Config, Vantage
from crawler.probing.addresses import by_family
from crawler.probing.dns import engine_of, look_up
from crawler.probing.handshake import Handshake, shake_hands_over
from crawler.probing.http import USER_AGENT, Answer, Ask, Carrier, describe_page, exchange
from crawler.probing.notes import Bench, Notebook
from crawler.probing.proxy import Stream
from crawler.probing.swaps import Broken, try_swaps
from crawler.probing.tcp import connect
from db.vocabulary import Failure, ObservationStep

REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the controls saw, for the swaps: the addresses of each host."""

    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hop:
    """One address of the redirect chain, taken apart."""

    number: int
    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_over_tls: bool = False

    @classmethod
    def of(cls, url: str, number: int) -> "Hop | None":
        """The hop of a URL; None when it is not http(s) or cannot be read."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(number, url, parts.scheme, _ascii_host(parts.hostname), port, path)

    @property
    def host_header(self) -> str:
        """The Host header of a browser: with the port when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class Looker:
    """Looks from one line; the same object serves many sites."""

    def __init__(self, config: Config, vantage: Vantage) -> None:
        self._config = config
        self._vantage = vantage

    def _bench(self, notes: Notebook) -> Bench:
        return Bench(self._config, self._vantage, notes)

    async def look(self, url: str, notes: Notebook, hints: Hints | None = None) -> None:
        """Follow `url` to its end and write down every step; with `hints` (a vantage's look) also the swaps after a failure."""
        hop, seen = Hop.of(url, 0), 0
        while hop:
            answer = await self._visit(hop, notes, hints)
            if answer is None or answer.status not in REDIRECTS or seen >= self._config.probing.max_redirects:
                return
            seen += 1
            hop = Hop.of(urljoin(hop.url, answer.header("location")[:2000]), seen) if answer.header("location") else None

    async def _visit(self, hop: Hop, notes: Notebook, hints: Hints | None) -> Answer | None:
        page = notes.under()
        broken = Broken(hop.host, hop.port, hop.scheme, hop.path, hop.number)
        if hints is not None and notes.heading.attempt % 2 == 0:
            await try_swaps(self._bench(page), broken.before_the_site(), hints.addresses.get(hop.host, ()))
        answer = await self._ask(hop, page, broken)
        if hints is not None and broken.is_broken:
            known = hints.addresses.get(hop.host, ())
            await try_swaps(self._bench(page), broken, known)
        for observation in page.observations:
            observation.detail.setdefault("hop", hop.number)
            observation.detail.setdefault("host", hop.host)
        notes.observations += page.observations
        return answer

    async def _ask(self, hop: Hop, notes: Notebook, broken: Broken) -> Answer | None:
        stream = await self._reach(hop, notes, broken)
        if stream is None:
            return None
        carrier: Carrier | None = stream
        if hop.scheme == "https":
            wanted = Handshake(broken.reached, hop.port, hop.host)
            carrier = await shake_hands_over(self._bench(notes), stream, wanted)
            shaken = notes.observations[-1]
            broken.tls_failure, broken.tls_outcome = shaken.failure, shaken.outcome
        if carrier is None:
            return None
        try:
            ask = Ask(host=hop.host_header, path=hop.path, user_agent=_user_agent(self._config))
            answer = await exchange(carrier, ask, self._config.probing)
        finally:
            carrier.close()
        answer.n_received = carrier.n_received
        note_answer(notes, hop, answer, is_valid_tls=hop.scheme == "https" and broken.tls_failure is Failure.NONE)
        broken.http_failure = answer.failure if not answer.status else Failure.NONE
        return answer if answer.status else None

    async def _reach(self, hop: Hop, notes: Notebook, broken: Broken) -> Stream | None:
        """DNS and TCP: a stream to the first address that takes the connection, all addresses tried side by side."""
        lookup = await look_up(self._config, self._vantage, hop.host)
        detail = {key: getattr(lookup, key) for key in ("engine", "addresses", "late", "aliases", "rcodes", "ttl", "unchecked")}
        notes.note(ObservationStep.DNS, hop.host, failure=lookup.failure, seconds=lookup.seconds, detail=detail)
        broken.dns_failure = lookup.failure
        names = [hop.host] if engine_of(self._vantage) == "proxy" else by_family(lookup.addresses, self._config.probing.max_addresses)
        broken.tried = names
        streams = await asyncio.gather(*(connect(self._bench(notes), (name, hop.port)) for name in names))
        taken: Stream | None = None
        for name, stream in zip(names, streams, strict=True):
            if stream and taken is None:
                taken, broken.reached = stream, name
            elif stream:
                stream.close()
        return taken


def _user_agent(config: Config) -> str:
    return f"Mozilla/5.0 (compatible; {config.organisation}; +{config.contact_url})" if config.contact_url else USER_AGENT


def note_answer(notes: Notebook, hop: Hop, answer: Answer, *, is_valid_tls: bool, purpose: str = "site") -> None:
    """Write an HTTP answer down; its body is kept as evidence unless the site itself said it over valid TLS without complaint."""
    is_kept = not is_valid_tls or answer.status >= 400
    page = describe_page(answer, is_body_kept=is_kept) if answer.body else {"title": "", "length": 0}
    detail: dict[str, object] = {
        "purpose": purpose,
        "url": hop.url[:2000],
        "scheme": hop.scheme,
        "status": answer.status,
        "location": urljoin(hop.url, answer.header("location")[:2000]) if answer.header("location") else "",
        "headers": dict(answer.headers),
        "is_valid_tls": is_valid_tls,
        "is_cut": answer.is_cut,
        "is_stalled": answer.is_stalled,
        "is_capped": answer.is_capped,
        "n_received": answer.n_received,
        "first_byte_s": round(answer.first_byte_s, 4),
        "body_s": round(answer.body_s, 4),
        "curve": [list(point) for point in answer.curve],
        **page,
    }
    if answer.failure is not Failure.NONE or not answer.status:
        detail["raw"] = answer.raw.hex()
    notes.note(
        ObservationStep.HTTP,
        hop.host_header,
        failure=answer.failure,
        outcome=f"http_{answer.status}" if answer.status else "no_answer",
        seconds=answer.first_byte_s + answer.body_s,
        detail=detail,
    )
