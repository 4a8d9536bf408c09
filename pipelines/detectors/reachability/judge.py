"""From a batch of observations to one verdict per URL and vantage: tries weighed together, sites compared. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.items import Observation
from db.vocabulary import EvidenceKind, Failure, ObservationStep, Verdict
from pipelines.detectors.reachability.case import Batch, Case, Controls, Health, LineInfo, Ruling, read_health
from pipelines.detectors.reachability.facts import Look, read_looks
from pipelines.detectors.reachability.rules import decide
from pipelines.detectors.reachability.sentences import explain
from pipelines.detectors.reachability.tables import Tables

MASS_SHARE, MASS_LEAST = 0.3, 5
SHUT_WORDS = ("blocked", "throttled")
_STRENGTH = {EvidenceKind.ARTEFACT: 3, EvidenceKind.DIFFERENTIAL: 2, EvidenceKind.ABSENCE: 1, EvidenceKind.NONE: 0}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the judgement rests on besides observations. `was_failing` holds (vantage, url) pairs that failed before this batch."""

    lines: tuple[LineInfo, ...]
    tables: Tables
    clock_tolerance_s: float = 300.0
    was_failing: Collection[tuple[str, str]] = frozenset()
    supported: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opinion:
    """One verdict about one URL from one vantage, with what it rests on."""

    url: str
    line: LineInfo
    source_id: str
    ruling: Ruling
    explanation: str
    look: Look | None
    tries: tuple[Look, ...]
    controls: Controls
    health: Health
    judged_at: datetime | None = None
    is_mixed: bool = False

    @property
    def is_blocked(self) -> bool:
        """True for every verdict that says somebody interferes."""
        return self.ruling.verdict.value.startswith(SHUT_WORDS)

    @property
    def failure_class(self) -> str:
        """Step and failure the last try broke with; empty when it did not."""
        return class_of(self.tries[-1]) if self.tries else ""


def judge(observations: Sequence[Observation], basis: Basis) -> list[Opinion]:
    """One opinion per URL and vantage of a batch, in the order of the lines and first sight of the URLs."""
    tables, infos = basis.tables, {info.id: info for info in basis.lines}
    healths = {info.id: read_health(observations, info, basis.clock_tolerance_s) for info in basis.lines}
    by_url: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        if one.url:
            by_url[one.url].append(one)
    looks = {url: read_looks(seen) for url, seen in by_url.items()}
    controls = {url: _controls(looks[url], by_url[url], healths, tables) for url in looks}
    by_line = []
    for info in (info for info in infos.values() if not info.is_control):
        tries = {url: [look for look in looks[url] if look.vantage == info.id] for url in looks}
        by_line.append(_cases(info, healths[info.id], {url: one for url, one in tries.items() if one}, controls, basis))
    note_refusals([case for cases in by_line for own in cases.values() for case in own])
    sources = {url: seen[0].source_id for url, seen in by_url.items()}
    return _corroborate([opinion for cases in by_line for opinion in _judge_line(cases, basis, sources)])


def _controls(looks: list[Look], seen: list[Observation], healths: Mapping[str, Health], tables: Tables) -> Controls:
    usable = tuple(look for look in looks if look.is_control and not _is_line_dead(look, healths.get(look.vantage, Health())))
    return Controls(usable, tables, _said(seen, "registry"), _said(seen, "register"))


def _said(seen: list[Observation], purpose: str) -> dict[str, object]:
    found = [one for one in seen if one.step is ObservationStep.RDAP and one.detail.get("purpose") == purpose]
    return {**found[0].detail, "outcome": found[0].outcome} if found else {}


def _is_line_dead(look: Look, health: Health) -> bool:
    touches = [touch for hop in look.hops for touch in hop.touches]
    shut = touches and all(touch.is_line_fault or touch.outcome == "not_live" for touch in touches)
    refused = look.hops[0].names.rcodes.get("A") == "not_live"
    unproved = touches and all(touch.failure is Failure.PROXY_ERROR for touch in touches)
    return bool(health.fault or health.is_shutdown or shut or refused or unproved)


def _cases(
    info: LineInfo, health: Health, tries: Mapping[str, list[Look]], controls: Mapping[str, Controls], basis: Basis
) -> dict[str, list[Case]]:
    batch = Batch()
    cases = {
        url: [Case(url, look, tuple(looks), controls[url], info, health, batch, basis.tables, basis.clock_tolerance_s) for look in looks]
        for url, looks in tries.items()
    }
    for url, own in cases.items():
        _fill(batch, url, own)
    return cases


def _fill(batch: Batch, url: str, cases: Sequence[Case]) -> None:
    """What the other sites of this line need to know of this one."""
    batch.n_working += any(case.clear_page is not None for case in cases)
    for case in cases:
        host, shake, page = case.hop.host, case.shake, case.look.page
        if shake and shake.chain and shake.failure is not Failure.NONE:
            batch.issuers[shake.chain[0].issuer].add(host)
        for address in case.hop.names.addresses:
            if case.is_mismatch:
                batch.addresses[address].add(_domain(host))
        if page and page.status and page.scheme == "http" and not page.is_valid_tls:
            batch.pages[page.text_sha256 or page.location].add(_domain(case.host))


def _domain(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:]) if not host.replace(".", "").isdigit() else host


def note_refusals(cases_by_line: Sequence[Case]) -> None:
    """Let exits of one country see each other's refusals (R9)."""
    lines: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in cases_by_line:
        page = case.clear_page
        if page and (page.status == 403 or case.tables.mark_of(page, "geo")):
            lines[(case.url, case.line.country)].add(case.line.id)
    for case in cases_by_line:
        case.batch.refusals[case.url] |= lines[(case.url, case.line.country)]


def _judge_line(cases: Mapping[str, list[Case]], basis: Basis, sources: Mapping[str, str]) -> list[Opinion]:
    first = {url: _weigh(own) for url, own in cases.items()}
    weak = {url for url, (ruling, _) in first.items() if _is_weak_failure(ruling)}
    fresh = {url for url in weak if (cases[url][0].line.id, url) not in basis.was_failing}
    if len(fresh) >= MASS_LEAST and len(fresh) > MASS_SHARE * len(cases):
        for url in weak:
            batch = replace(cases[url][0].batch, is_mass_failure=True)
            first[url] = _weigh([replace(case, batch=batch) for case in cases[url]])
    return [_opinion(own, *first[url], sources[url]) for url, own in cases.items()]


def _is_weak_failure(ruling: Ruling) -> bool:
    if ruling.is_path_clear or ruling.rule_id in ("R0", "R1", "R2"):
        return False
    shut = ruling.verdict.value.startswith(SHUT_WORDS) and ruling.kind is EvidenceKind.ABSENCE
    return shut or (ruling.verdict is Verdict.INCONCLUSIVE and ruling.rule_id in ("R23", "R33"))


def _weigh(cases: Sequence[Case]) -> tuple[Ruling, Case]:
    """Best of n: one full success makes the run good, unless an artefact was seen too, which then counts half."""
    rulings = [(decide(case), case) for case in cases]
    artefacts = [pair for pair in rulings if pair[0].kind is EvidenceKind.ARTEFACT and not pair[0].is_path_clear]
    good = [pair for pair in rulings if pair[0].is_path_clear]
    if artefacts and good:
        ruling, case = max(artefacts, key=lambda pair: pair[0].confidence)
        return replace(ruling, weight=0.5, confidence=ruling.confidence - 0.15), case
    if good:
        ruling, case = good[-1]
        is_flaky = len(good) < len(rulings) and ruling.verdict is Verdict.OK and not ruling.reason
        return (replace(ruling, reason="flaky") if is_flaky else ruling), case
    ruling, case = max(rulings, key=lambda pair: (_STRENGTH[pair[0].kind], pair[0].confidence))
    if ruling.kind is EvidenceKind.ABSENCE and len({class_of(one.look) for one in cases}) > 1:
        return replace(ruling, confidence=ruling.confidence - 0.15), case
    return ruling, case


def class_of(look: Look) -> str:
    """Step and failure that the site's own path broke with."""
    hop = look.last
    if hop.names.failure is not Failure.NONE and not hop.own_touches():
        return f"dns:{hop.names.failure.value}"
    if not hop.is_connected:
        return f"tcp:{Counter(touch.failure.value for touch in hop.own_touches()).most_common(1)[0][0]}" if hop.own_touches() else ""
    if hop.shake and hop.shake.failure is not Failure.NONE:
        return f"tls:{hop.shake.failure.value}"
    page = hop.page
    return f"http:{page.failure.value}" if page and page.failure is not Failure.NONE else ""


def _opinion(cases: Sequence[Case], ruling: Ruling, case: Case, source_id: str) -> Opinion:
    adjusted = replace(ruling, confidence=_adjusted(ruling, case))
    return Opinion(
        url=case.url,
        line=case.line,
        source_id=source_id,
        ruling=adjusted,
        explanation=explain(adjusted, case),
        look=case.look,
        tries=tuple(one.look for one in cases),
        controls=case.controls,
        health=case.health,
        judged_at=case.look.at,
    )


def _adjusted(ruling: Ruling, case: Case) -> float:
    """Corroboration by what the line is known for (BLOCKING.md e.4)."""
    confidence = ruling.confidence
    if ruling.kind is EvidenceKind.NONE:
        return confidence
    if case.controls.is_on_register and ruling.verdict.value.startswith(SHUT_WORDS):
        confidence += 0.05
    if case.health.sees_censorship == "yes":
        confidence += 0.05
    elif case.line.line in ("datacentre", "vpn") and ruling.kind is EvidenceKind.ABSENCE:
        confidence -= 0.2
    return round(max(0.0, min(confidence, 0.99)), 2)


def _corroborate(opinions: list[Opinion]) -> list[Opinion]:
    """A second network of the country that says the same makes both surer."""
    agreed: dict[tuple[str, str, Verdict], set[str]] = defaultdict(set)
    for one in opinions:
        agreed[(one.url, one.line.country, one.ruling.verdict)].add(one.line.asn or one.line.id)
    return [
        replace(one, ruling=replace(one.ruling, confidence=round(min(0.99, one.ruling.confidence + 0.1), 2)))
        if one.is_blocked and len(agreed[(one.url, one.line.country, one.ruling.verdict)]) > 1
        else one
        for one in opinions
    ]


def host_of(url: str) -> str:
    """The host of a URL, for people."""
    return urlsplit(url).hostname or url
