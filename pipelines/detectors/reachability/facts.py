"""Observations of one batch, read into typed facts that rules can ask. Pure; the only place that knows the detail keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from crawler.items import Observation
from db.vocabulary import Failure, ObservationStep

PATH_FAILURES = frozenset(
    {Failure.CONNECTION_RESET, Failure.EOF_ERROR, Failure.GENERIC_TIMEOUT_ERROR, Failure.SSL_FAILED_HANDSHAKE, Failure.UNKNOWN_FAILURE}
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One presented certificate."""

    sha256: str
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    authority_key: str = ""
    key_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Shake:
    """One handshake. `failure` none means a chain that our bundle trusts for the name."""

    target: str
    purpose: str
    failure: Failure
    fault: str = ""
    chain: tuple[Certificate, ...] = ()
    is_answered: bool = False
    first_bytes: bytes = b""
    seconds: float = 0.0

    @property
    def address(self) -> str:
        """The target without its port."""
        return self.target.rpartition(":")[0].strip("[]")

    @property
    def is_valid(self) -> bool:
        """True for a finished handshake with a trusted chain."""
        return self.failure is Failure.NONE and bool(self.chain)


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP answer. `status` 0 when none came."""

    url: str
    scheme: str
    status: int
    failure: Failure
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    location: str = ""
    title: str = ""
    excerpt: str = field(default="", repr=False)
    markup: str = field(default="", repr=False)
    page: str = field(default="", repr=False)
    text_sha256: str = ""
    sketch: tuple[int, ...] = field(default=(), repr=False)
    n_words: int = 0
    length: int = 0
    body_s: float = 0.0
    is_valid_tls: bool = False
    is_cut: bool = False
    is_stalled: bool = False
    n_received: int = 0
    raw: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        """Host of the answered address."""
        return urlsplit(self.url).hostname or ""

    @property
    def n_frozen(self) -> int:
        """Bytes on the wire of a transfer that stopped in the middle; 0 for a whole one and for silence."""
        broken = self.is_cut or (not self.status and self.failure is not Failure.NONE)
        return (self.n_received or self.length) if broken else 0

    @property
    def rate(self) -> float:
        """Bytes per second of the body; 0 when it came too fast or too small to tell."""
        return self.length / self.body_s if self.body_s >= 0.5 else 0.0


@dataclass(frozen=True, slots=True)
class Names:
    """What the resolver of the line said of the host."""

    engine: str = ""
    failure: Failure = Failure.NONE
    addresses: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    rcodes: dict[str, str] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """One connection attempt."""

    target: str
    purpose: str
    failure: Failure
    outcome: str
    is_line_fault: bool
    seconds: float

    @property
    def address(self) -> str:
        """The target without its port."""
        return self.target.rpartition(":")[0].strip("[]")


@dataclass(slots=True)
class Hop:
    """One address of the redirect chain, with the swaps made there."""

    host: str
    names: Names = Names()
    touches: list[Touch] = field(default_factory=list)
    shakes: list[Shake] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    others: list[tuple[str, int, Failure]] = field(default_factory=list)

    def own_touches(self) -> list[Touch]:
        """The connections of the site's own path."""
        return [touch for touch in self.touches if touch.purpose == "site"]

    @property
    def shake(self) -> Shake | None:
        """The handshake of the site's own path."""
        return next((shake for shake in self.shakes if shake.purpose == "site"), None)

    @property
    def page(self) -> Page | None:
        """The answer of the site's own path."""
        return self.pages[0] if self.pages else None

    @property
    def is_connected(self) -> bool:
        """True when some address took the connection."""
        return any(touch.failure is Failure.NONE for touch in self.own_touches())

    def swaps(self, *purposes: str) -> list[Shake]:
        """Handshakes made for one of the purposes."""
        return [shake for shake in self.shakes if shake.purpose in purposes]


@dataclass(slots=True)
class Look:
    """One try from one line: its hops in order and what was measured beside it."""

    vantage: str
    attempt: int
    moment: str
    is_control: bool
    hops: list[Hop] = field(default_factory=list)
    genuine: list[Shake] = field(default_factory=list)
    neutral_objects: list[Observation] = field(default_factory=list)
    n_observations: int = 0
    at: datetime | None = None

    @property
    def last(self) -> Hop:
        """The hop where the look ended."""
        return self.hops[-1]

    @property
    def page(self) -> Page | None:
        """The answer the look ended with; None when it broke before."""
        return self.last.page if self.hops else None

    @property
    def is_over_valid_tls(self) -> bool:
        """True when the last hop spoke valid TLS."""
        return bool(self.hops and self.last.shake and self.last.shake.is_valid)

    @property
    def addresses(self) -> frozenset[str]:
        """Every address that the line's resolver gave for the first host, and those it connected to by literal."""
        return frozenset(self.hops[0].names.addresses) if self.hops else frozenset()


def read_looks(observations: Iterable[Observation]) -> list[Look]:
    """The looks in a batch of one URL, in order of line, moment and try; health observations are left out."""
    looks: dict[tuple[str, str, int], Look] = {}
    beside: list[Observation] = []
    for one in observations:
        if one.step in (ObservationStep.PROXY, ObservationStep.RDAP):
            continue
        purpose, moment = str(one.detail.get("purpose", "")), str(one.detail.get("moment", ""))
        if purpose in ("genuine", "neighbour") or moment == "neighbour":
            beside.append(one)
            continue
        key = (one.vantage, moment, one.attempt)
        look = looks.setdefault(key, Look(one.vantage, one.attempt, moment, one.is_control, at=one.observed_at))
        _add(look, one)
    for one in beside:
        _add_beside([look for look in looks.values() if not look.is_control and look.attempt == one.attempt and look.hops], one)
    return [look for look in looks.values() if look.hops]


def _add(look: Look, one: Observation) -> None:
    look.n_observations += 1
    if one.step is ObservationStep.THROUGHPUT:
        look.neutral_objects.append(one)
        return
    number = int(str(one.detail.get("hop", 0)))
    while len(look.hops) <= number:
        look.hops.append(Hop(str(one.detail.get("host", ""))))
    hop = look.hops[number]
    if one.step is ObservationStep.DNS:
        hop.host, hop.names = one.target, _names(one)
    elif one.step is ObservationStep.TCP:
        hop.touches.append(_touch(one))
    elif one.step is ObservationStep.TLS:
        hop.shakes.append(_shake(one))
    elif one.detail.get("purpose") == "site":
        hop.pages.append(_page(one))
    else:
        hop.others.append((str(one.detail.get("purpose")), int(str(one.detail.get("status", 0))), one.failure))


def _add_beside(looks: Sequence[Look], one: Observation) -> None:
    for look in looks:
        if one.step is ObservationStep.TLS:
            look.genuine.append(_shake(one))
        elif one.vantage == look.vantage or one.is_control:
            look.hops[0].touches.append(_touch(one, "neighbour_control" if one.is_control else "neighbour"))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def _names(one: Observation) -> Names:
    codes = one.detail.get("rcodes")
    return Names(
        engine=str(one.detail.get("engine", "")),
        failure=one.failure,
        addresses=_texts(one.detail.get("addresses")),
        late=_texts(one.detail.get("late")),
        rcodes={str(key): str(value) for key, value in codes.items()} if isinstance(codes, dict) else {},
        unchecked=_texts(one.detail.get("unchecked")),
    )


def _touch(one: Observation, purpose: str = "") -> Touch:
    given = purpose or str(one.detail.get("purpose", ""))
    return Touch(one.target, given, one.failure, one.outcome, one.detail.get("is_line_fault") is True, one.duration_s)


def _shake(one: Observation) -> Shake:
    chain = one.detail.get("chain")
    return Shake(
        target=one.target,
        purpose=str(one.detail.get("purpose", "")),
        failure=one.failure,
        fault=str(one.detail.get("fault", "")),
        chain=tuple(_certificate(facts) for facts in chain if isinstance(facts, dict)) if isinstance(chain, list) else (),
        is_answered=one.detail.get("is_answered") is True,
        first_bytes=_bytes(one.detail.get("first_bytes")),
        seconds=one.duration_s,
    )


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(str(value or ""))
    except ValueError:
        return b""


def _certificate(facts: dict[str, object]) -> Certificate:
    return Certificate(
        sha256=str(facts.get("sha256", "")),
        subject=str(facts.get("subject", "")),
        issuer=str(facts.get("issuer", "")),
        names=_texts(facts.get("names")),
        authority_key=str(facts.get("authority_key", "")),
        key_sha256=str(facts.get("key_sha256", "")),
    )


def _page(one: Observation) -> Page:
    detail = one.detail
    headers, sketch = detail.get("headers"), detail.get("sketch")
    text = {key: str(detail.get(key, "")) for key in ("url", "scheme", "location", "title", "excerpt", "markup", "page", "text_sha256")}
    return Page(
        status=int(str(detail.get("status", 0))),
        failure=one.failure,
        headers={str(key).lower(): str(value) for key, value in headers.items()} if isinstance(headers, dict) else {},
        sketch=tuple(int(item) for item in sketch) if isinstance(sketch, list) else (),
        n_words=int(str(detail.get("n_words", 0))),
        length=int(str(detail.get("length", 0))),
        body_s=float(str(detail.get("body_s", 0))),
        raw=_bytes(detail.get("raw")),
        is_valid_tls=detail.get("is_valid_tls") is True,
        n_received=int(str(detail.get("n_received", 0))),
        is_cut=detail.get("is_cut") is True,
        is_stalled=detail.get("is_stalled") is True,
        url=text["url"],
        scheme=text["scheme"],
        location=text["location"],
        title=text["title"],
        excerpt=text["excerpt"],
        markup=text["markup"],
        page=text["page"],
        text_sha256=text["text_sha256"],
    )


def alike(one: Page, other: Page) -> float:
    """How alike two texts are, 0 to 1, by the overlap of their sketches (Broder 1997); 1 for equal texts."""
    if one.text_sha256 and one.text_sha256 == other.text_sha256:
        return 1.0
    union = sorted(set(one.sketch) | set(other.sketch))[:64]
    both = set(one.sketch) & set(other.sketch)
    return sum(value in both for value in union) / len(union) if union else 0.0
