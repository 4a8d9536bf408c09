"""A case: one try from one vantage beside what the controls, the line's health and the rest of the batch say. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from statistics import median
from urllib.parse import urlsplit

from crawler.items import Observation
from db.vocabulary import EvidenceKind, Failure, ObservationStep, Verdict
from pipelines.detectors.reachability.facts import Hop, Look, Page, Shake
from pipelines.detectors.reachability.tables import Tables

ALIVE = ("neighbour", "other_port", "neutral_host")


@dataclass(frozen=True, slots=True)
class LineInfo:
    """What the settings say of a line."""

    id: str
    country: str = "ZZ"
    asn: str = ""
    line: str = "unknown"
    sees_censorship: str = "unknown"
    is_control: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """A line's health in this batch. `fault` empty means usable; `is_alive` that something beyond the site answered there."""

    fault: str = ""
    is_shutdown: bool = False
    is_alive: bool = False
    sees_censorship: str = "unknown"
    closed_reply: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule says. `is_path_clear` counts as a good run for every blocking track."""

    rule_id: str
    verdict: Verdict
    reason: str = ""
    confidence: float = 0.0
    kind: EvidenceKind = EvidenceKind.NONE
    layer: str = ""
    is_path_clear: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Controls:
    """What the healthy controls saw of the URL before, beside and after the tries."""

    looks: tuple[Look, ...]
    tables: Tables
    registry: Mapping[str, object] = field(default_factory=dict)
    register: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_on_register(self) -> bool:
        """True when a state register of banned sites names the host; supports a verdict, never makes one."""
        return self.register.get("outcome") == "listed"

    @cached_property
    def lines(self) -> frozenset[str]:
        """The controls that looked."""
        return frozenset(look.vantage for look in self.looks)

    def is_reached(self, look: Look) -> bool:
        """True when the site answered this look itself: valid TLS or cleartext, below 500, neither parked nor suspended."""
        page = look.page
        if page is None or not 0 < page.status < 500:
            return bool(page and page.status and self.tables.mark_of(page, "challenge"))
        if page.scheme == "https" and not page.is_valid_tls:
            return False
        return self.tables.mark_of(page, "parked", "suspended") is None

    @cached_property
    def state(self) -> str:
        """`ok` when every look of every control reached the site, `fails` when none did, else `unknown`."""
        reached = [self.is_reached(look) for look in self.looks]
        if not reached:
            return "unknown"
        return "ok" if all(reached) else "unknown" if any(reached) else "fails"

    @cached_property
    def best(self) -> Look | None:
        """A look that reached the site, a page without complaint first."""
        reached = [look for look in self.looks if self.is_reached(look)]
        return min(reached, key=lambda look: look.page.status if look.page else 999, default=None)

    @property
    def pages(self) -> list[Page]:
        """Every page the controls ended at."""
        return [look.page for look in self.looks if look.page and look.page.status]

    @property
    def is_fine(self) -> bool:
        """True when a control got the page without complaint."""
        return any(page.status < 400 for page in self.pages) and self.state != "fails"

    def hop(self, host: str) -> Hop | None:
        """A control's hop at the host, one with a good handshake first."""
        hops = [hop for look in self.looks for hop in look.hops if hop.host == host]
        return max(hops, key=lambda hop: bool(hop.shake and hop.shake.is_valid), default=None)

    def addresses(self, host: str) -> frozenset[str]:
        """Every address that a control's resolver gave for the host."""
        return frozenset(address for look in self.looks for hop in look.hops if hop.host == host for address in hop.names.addresses)

    def hosts(self) -> frozenset[str]:
        """Every host a control was led to."""
        return frozenset(hop.host for look in self.looks for hop in look.hops)


@dataclass(slots=True)
class Batch:
    """What the looks of one vantage at other sites say: shared answers, issuers and pages betray a filter (R5, R14, R31)."""

    issuers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pages: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refusals: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    n_working: int = 0
    is_mass_failure: bool = False


@dataclass(frozen=True)
class Case:
    """Everything a rule may ask."""

    url: str
    look: Look
    tries: Sequence[Look]
    controls: Controls
    line: LineInfo
    health: Health
    batch: Batch
    tables: Tables
    clock_tolerance_s: float = 300.0

    @property
    def host(self) -> str:
        """Host of the asked address."""
        return (self.look.hops[0].host if self.look.hops else "") or urlsplit(self.url).hostname or ""

    @property
    def hop(self) -> Hop:
        """The hop where the try ended."""
        return self.look.last

    @cached_property
    def known(self) -> frozenset[str]:
        """The addresses of that hop's host as the controls know them."""
        return self.controls.addresses(self.hop.host)

    @property
    def shake(self) -> Shake | None:
        """The handshake of the site's own path at that hop."""
        return self.hop.shake

    @cached_property
    def clear_page(self) -> Page | None:
        """The page, when it came over valid TLS on a path that the site itself chose; else None."""
        page = self.look.page
        if page is None or not page.status or not page.is_valid_tls:
            return None
        hops = self.look.hops
        trusted = all(hop.shake is not None and hop.shake.is_valid for hop in hops[:-1])
        led = self.hop.host == self.host or _site(self.hop.host) == _site(self.host) or self.hop.host in self.controls.hosts()
        return page if trusted or led else None

    @cached_property
    def is_genuine(self) -> bool:
        """True when the address that was reached is the site's: known to a control, near a known one, or proved by its certificate."""
        reached = self.shake.address if self.shake else ""
        if reached and self.tables.is_near(reached, self.known):
            return True
        return any(shake.is_valid and shake.address == reached for shake in self.look.genuine)

    @cached_property
    def is_mismatch(self) -> bool:
        """True when no address the resolver gave is the site's, as far as the controls can tell."""
        given = self.hop.names.addresses
        if not given or not self.known or self.hop.names.engine in ("proxy", "literal"):
            return False
        proved = {shake.address for shake in self.look.genuine if shake.is_valid}
        return not any(self.tables.is_near(address, self.known) or address in proved for address in given)

    @property
    def is_line_alive(self) -> bool:
        """True when the vantage is known to reach something in this batch: canaries, another site, a neighbour, a swap."""
        swaps = any(shake.is_answered for shake in self.hop.shakes) or any(status for _, status, _ in self.hop.others)
        beside = any(touch.failure is Failure.NONE for touch in self.hop.touches if touch.purpose in ALIVE)
        return self.health.is_alive or self.batch.n_working > 0 or swaps or beside


def _site(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])


def read_health(observations: Sequence[Observation], info: LineInfo, tolerance_s: float) -> Health:
    """The health of one line from its own health observations; nothing observed means usable but not proved alive."""
    groups: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        if one.step is ObservationStep.PROXY and one.vantage == info.id:
            groups[str(one.detail.get("purpose", ""))].append(one)
    foreign, domestic = groups["canary_foreign"], groups["canary_domestic"]
    is_abroad_dead = bool(foreign) and not _works(foreign)
    is_home_dead = bool(domestic) and not _works(domestic)
    blocked = groups["known_blocked"]
    sees = info.sees_censorship if not blocked else "no" if any(one.outcome == "ok" for one in blocked) else "yes"
    fault = _fault(groups, tolerance_s) or ("canaries" if (is_abroad_dead and (is_home_dead or not domestic)) else "")
    return Health(
        fault=fault,
        is_shutdown=not fault and is_abroad_dead and bool(domestic) and not is_home_dead,
        is_alive=any(one.outcome == "ok" for one in [*foreign, *domestic, *groups["captive"]]),
        sees_censorship=sees,
        closed_reply=next((one.outcome for one in groups["calibration_closed"]), ""),
    )


def _works(canaries: list[Observation]) -> bool:
    """Two of three must answer (BLOCKING.md e.2); with fewer canaries, more than half."""
    n_good = sum(one.outcome == "ok" for one in canaries)
    return n_good >= 2 if len(canaries) >= 3 else n_good * 2 >= len(canaries)


def _fault(groups: dict[str, list[Observation]], tolerance_s: float) -> str:
    every = [one for group in groups.values() for one in group]
    if every and all(one.detail.get("is_line_fault") is True for one in every):
        return "proxy"
    if any(one.outcome == "captive" for one in groups["captive"]):
        return "captive"
    if any(one.outcome == "other" for one in groups["exit"]):
        return "exit"
    if any(one.outcome == "failed" for one in groups["resolver"]) and not any(
        one.outcome == "ok" for one in [*groups["canary_foreign"], *groups["canary_domestic"]]
    ):
        return "resolver"
    errors = [error for one in every if (error := clock_error(one)) is not None]
    if errors and tolerance_s and abs(median(errors)) > tolerance_s:
        return "clock"
    return ""


def clock_error(one: Observation) -> float | None:
    """Our clock minus the server's Date, seconds; None without a readable Date."""
    headers = one.detail.get("headers")
    text = str(one.detail.get("date") or (headers.get("date", "") if isinstance(headers, dict) else ""))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    ours: datetime = one.observed_at + timedelta(seconds=float(str(one.detail.get("clock_offset_s", 0))))
    return (ours - aware).total_seconds()
