"""The life of an incident: runs in, state and events out. Pure; the time comes with the runs. Source: BLOCKING.md e.4, e.5."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from db.vocabulary import EvidenceKind, IncidentKind, IncidentState, Verdict

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EASED_RUNS, EASED_SPAN = 3, HOUR
CLOSED_RUNS, CLOSED_SPAN = 6, 24 * HOUR
REOPEN_WITHIN = 72 * HOUR
STALE_AFTER = 48 * HOUR
NO_ANSWER = frozenset({"nxdomain", "refused", "nodata", "name-at-proxy"})  # of a resolver: class C on one network, B on two (f.2, 19)
NO_REPLY = frozenset({"servfail", "timeout"})  # of a resolver: class D on one network (f.2, 23)
NOT_ALONE = frozenset({"range", "unknown", "candidate-only"})
TROUBLE = frozenset({Verdict.DOWN_EVERYWHERE, Verdict.DOMAIN_EXPIRED_OR_PARKED, Verdict.SITE_TLS_ERROR, Verdict.HOSTING_SUSPENDED})
OVER = (IncidentState.CLOSED, IncidentState.REJECTED)
ACTIVE = (IncidentState.SUSPECTED, IncidentState.OPEN, IncidentState.EASED, IncidentState.FROZEN, IncidentState.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One verdict about one site of an outlet, as the incident sees it. `counts` is false for good runs of a line that sees no filter.

    `control` is what the controls were in that run: with `fails` a bad run opens nothing, with `unknown` it is suspected (f.2, 64 and 80).
    """

    at: datetime
    vantage: str
    asn: str
    verdict: Verdict
    reason: str = ""
    kind: EvidenceKind = EvidenceKind.NONE
    confidence: float = 0.0
    is_path_clear: bool = False
    weight: float = 1.0
    sees_censorship: str = "unknown"
    verdict_id: str = ""
    url: str = ""
    control: str = "ok"

    @property
    def is_bad(self) -> bool:
        """True when the verdict says somebody interferes."""
        return self.verdict.value.startswith(("blocked", "throttled"))

    @property
    def is_good(self) -> bool:
        """True when the path to the site was clear."""
        return self.is_path_clear and not self.is_bad

    @property
    def network(self) -> str:
        """The network the run came from; the line's name where it is unknown."""
        return self.asn or self.vantage


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One line and method. `good_since` starts with the first good run after the last bad one."""

    vantage: str
    asn: str
    method: str
    first_at: datetime
    last_bad_at: datetime
    n_bad: int = 1
    n_good: int = 0
    last_good_at: datetime | None = None
    good_since: datetime | None = None
    n_in_a_row: int = 0

    @property
    def state(self) -> str:
        """Bad, or good since the last bad run."""
        return "good" if self.good_since else "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident of (outlet, country, kind)."""

    kind: IncidentKind
    state: IncidentState
    class_: str
    method: str
    confidence: float
    started_at: datetime
    last_evidence_at: datetime
    opened_at: datetime | None = None
    eased_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    is_locked: bool = False
    id: str = ""
    tracks: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change worth a row: suspected, opened, confirmed (known from reports, now measured), reopened, method_changed, eased, blocked_again, closed, frozen, thawed, stale."""

    kind: str
    at: datetime
    verdict_id: str = ""
    note: str = ""


@dataclass(slots=True)
class _Step:
    incident: Incident | None
    events: list[Event] = field(default_factory=list)

    def tell(self, kind: str, run: Run, note: str = "") -> None:
        self.events.append(Event(kind=kind, at=run.at, verdict_id=run.verdict_id, note=note))


def advance(incident: Incident | None, history: Sequence[Run], new: Sequence[Run]) -> tuple[Incident | None, tuple[Event, ...]]:
    """The incident after `new` runs; `history` holds the outlet's earlier runs of about nine days, oldest first. Nothing new, no change."""
    seen, step = list(history), _Step(incident)
    for run in sorted(new, key=lambda one: (one.at, one.vantage)):
        seen.append(run)
        if step.incident and step.incident.is_locked and step.incident.state not in OVER:
            continue
        if run.is_bad and step.incident and _is_rejected_evidence(step.incident, run, seen[:-1]):
            continue
        if run.is_bad and run.control == "fails":
            if step.incident and step.incident.state in ACTIVE:
                _freeze(step, run)
        elif run.is_bad:
            _bad(step, run, seen)
        elif run.is_good:
            _good(step, run)
        elif step.incident and step.incident.state in ACTIVE and _freezes(run):
            _freeze(step, run)
    return step.incident, tuple(step.events)


def _is_rejected_evidence(incident: Incident, run: Run, before: Sequence[Run]) -> bool:
    """The same method on the same line as a person rejected, without three days of rest between."""
    if incident.state is not IncidentState.REJECTED:
        return False
    last = [one.at for one in before if one.is_bad and (one.vantage, one.verdict) == (run.vantage, run.verdict)]
    last += [track.last_bad_at for track in incident.tracks if (track.vantage, track.method) == (run.vantage, run.verdict.value)]
    is_known = any((track.vantage, track.method) == (run.vantage, run.verdict.value) for track in incident.tracks)
    return is_known and run.at - max(last) < REOPEN_WITHIN


def _freezes(run: Run) -> bool:
    return run.verdict in TROUBLE or run.reason.startswith("control-")


def _freeze(step: _Step, run: Run) -> None:
    assert step.incident
    if step.incident.state is not IncidentState.FROZEN:
        step.incident = replace(step.incident, state=IncidentState.FROZEN)
        step.tell("frozen", run, run.reason)


def _thawed(incident: Incident) -> Incident:
    if incident.state not in (IncidentState.FROZEN, IncidentState.STALE):
        return incident
    back = IncidentState.EASED if incident.eased_at else IncidentState.OPEN if incident.opened_at else IncidentState.SUSPECTED
    return replace(incident, state=back)


def _bad(step: _Step, run: Run, seen: Sequence[Run]) -> None:
    incident = step.incident
    if incident is None or incident.state in OVER:
        _open(step, run, seen)
        return
    if not incident.tracks:
        _measure(step, incident, run, seen)
        return
    incident = _thawed(incident)
    is_new_method = all(track.method != run.verdict.value for track in incident.tracks)
    step.incident = replace(incident, tracks=_with_bad(incident.tracks, run), last_evidence_at=run.at)
    if incident.state is IncidentState.EASED:
        step.incident = replace(step.incident, state=IncidentState.OPEN, eased_at=None)
        step.tell("blocked_again", run)
    elif incident.state is IncidentState.SUSPECTED:
        _raise_suspected(step, run, seen)
    if is_new_method:
        step.incident = replace(step.incident, method=run.verdict.value)
        step.tell("method_changed", run, f"{incident.method} -> {run.verdict.value}")


def _measure(step: _Step, incident: Incident, run: Run, seen: Sequence[Run]) -> None:
    """An incident known from reports alone is joined when our own evidence is complete: confirmed, or opened when they only spoke of it."""
    class_ = class_of(seen)
    if class_ not in ("A", "B", "E") or run.control != "ok":
        return
    tracks: tuple[Track, ...] = ()
    for one in (one for one in seen if one.is_bad):
        tracks = _with_bad(tracks, one)
    step.incident = replace(
        incident, state=IncidentState.OPEN, class_=class_, method=run.verdict.value, confidence=run.confidence, tracks=tracks,
        opened_at=incident.opened_at or run.at, last_evidence_at=run.at,
    )  # fmt: skip
    step.tell("confirmed" if incident.opened_at else "opened", run, f"class {class_}; known from reports before")


def _raise_suspected(step: _Step, run: Run, seen: Sequence[Run]) -> None:
    class_ = class_of(seen)
    if class_ in ("A", "B", "E") and run.control == "ok" and step.incident:
        step.incident = replace(step.incident, state=IncidentState.OPEN, class_=class_, opened_at=run.at, confidence=run.confidence)
        step.tell("opened", run, f"class {class_}")


def _open(step: _Step, run: Run, seen: Sequence[Run]) -> None:
    """Open, suspect or reopen when a class of evidence is complete; the runs after the last closing count.

    What a person closed or rejected stays so: what comes after is an incident of its own.
    """
    old = step.incident
    if old and old.state is IncidentState.REJECTED:
        seen = [one for number, one in enumerate(seen) if not (one.is_bad and _is_rejected_evidence(old, one, seen[:number]))]
    since = [one for one in seen if not (old and old.closed_at and one.at <= old.closed_at)]
    class_ = class_of(since)
    if not class_:
        return
    bad = [one for one in since if one.is_bad]
    state = IncidentState.OPEN if class_ in ("A", "B", "E") and run.control == "ok" else IncidentState.SUSPECTED
    tracks: tuple[Track, ...] = ()
    for one in bad:
        tracks = _with_bad(tracks, one)
    opened_at = run.at if state is IncidentState.OPEN else None
    if old and old.closed_at and not old.is_locked and run.at - old.closed_at <= REOPEN_WITHIN:
        step.incident = replace(
            old, state=state, class_=class_, method=run.verdict.value, opened_at=opened_at or old.opened_at, eased_at=None, closed_at=None,
            reopened=old.reopened + 1, last_evidence_at=run.at, tracks=tracks, confidence=run.confidence,
        )  # fmt: skip
        step.tell("reopened", run, f"class {class_}")
        return
    step.incident = Incident(
        kind=IncidentKind.BLOCKING, state=state, class_=class_, method=run.verdict.value, confidence=run.confidence,
        started_at=bad[0].at, last_evidence_at=run.at, opened_at=opened_at, tracks=tracks,
    )  # fmt: skip
    step.tell("opened" if state is IncidentState.OPEN else "suspected", run, f"class {class_}")


def _with_bad(tracks: tuple[Track, ...], run: Run) -> tuple[Track, ...]:
    key = (run.vantage, run.verdict.value)
    found = next((track for track in tracks if (track.vantage, track.method) == key), None)
    rest = tuple(_interrupted(track, run) for track in tracks if (track.vantage, track.method) != key)
    if found is None:
        made = Track(vantage=run.vantage, asn=run.asn, method=run.verdict.value, first_at=run.at, last_bad_at=run.at)
        return (*rest, made)
    return (*rest, replace(found, last_bad_at=run.at, n_bad=found.n_bad + 1, good_since=None, n_in_a_row=0))


def _interrupted(track: Track, run: Run) -> Track:
    """A bad run by any method ends the good runs of that line."""
    return replace(track, good_since=None, n_in_a_row=0) if track.vantage == run.vantage else track


def _good(step: _Step, run: Run) -> None:
    incident = step.incident
    if incident is None or incident.state not in ACTIVE or run.sees_censorship == "no":
        return
    incident = _thawed(incident)
    tracks = tuple(_with_good(track, run) if track.vantage == run.vantage else track for track in incident.tracks)
    step.incident = incident = replace(incident, tracks=tracks)
    if not tracks or all(track.vantage != run.vantage for track in tracks):
        return
    if all(_is_over(track, CLOSED_RUNS, CLOSED_SPAN) for track in tracks):
        step.incident = replace(incident, state=IncidentState.CLOSED, closed_at=run.at)
        step.tell("closed", run)
    elif incident.state is IncidentState.OPEN and any(_is_over(track, EASED_RUNS, EASED_SPAN) for track in tracks):
        step.incident = replace(incident, state=IncidentState.EASED, eased_at=run.at)
        step.tell("eased", run)


def _with_good(track: Track, run: Run) -> Track:
    since = track.good_since or run.at
    return replace(track, n_good=track.n_good + 1, last_good_at=run.at, good_since=since, n_in_a_row=track.n_in_a_row + 1)


def _is_over(track: Track, runs: int, span: timedelta) -> bool:
    since, last = track.good_since, track.last_good_at
    return since is not None and last is not None and track.n_in_a_row >= runs and last - since >= span


def check_stale(incident: Incident, last_usable_at: datetime | None, now: datetime) -> tuple[Incident, tuple[Event, ...]]:
    """No usable line for 48 hours stops the clocks of an active incident; it never closes it."""
    if incident.state not in (IncidentState.SUSPECTED, IncidentState.OPEN, IncidentState.EASED):
        return incident, ()
    last = max(last_usable_at or incident.last_evidence_at, incident.last_evidence_at)
    if now - last < STALE_AFTER:
        return incident, ()
    return replace(incident, state=IncidentState.STALE), (Event(kind="stale", at=now, note="no usable line for 48 hours"),)


def class_of(runs: Sequence[Run]) -> str:
    """The strongest class of evidence that the runs complete: A, B, E, C, D, or empty."""
    usable = [run for run in runs if run.is_bad or run.is_good]
    bad = [run for run in usable if run.is_bad and run.verdict is not Verdict.THROTTLED]
    if _is_artefact(bad):
        return "A"
    lines = {run.vantage: [one for one in usable if one.vantage == run.vantage] for run in bad}
    if any(
        _is_steady(own, (EvidenceKind.DIFFERENTIAL, EvidenceKind.ARTEFACT), 3, 3, 30 * MINUTE)
        for own in lines.values()
        if not _is_names(own, NO_ANSWER | NO_REPLY)
    ):
        return "B"
    absent = {own[-1].network for own in lines.values() if _is_steady(own, tuple(EvidenceKind), 3, 3, 30 * MINUTE)}
    if len(absent) >= 2:
        return "B"
    if _is_throttled([run for run in usable if run.verdict is Verdict.THROTTLED], usable):
        return "E"
    alone = {name: own for name, own in lines.items() if own[-1].reason not in NOT_ALONE}
    proved = [
        own for own in alone.values() if own[-1].sees_censorship == "yes" and _is_one_class(own[-5:]) and not _is_names(own, NO_REPLY)
    ]
    if any(_is_steady(own, tuple(EvidenceKind), 4, 5, 2 * HOUR) for own in proved):
        return "C"
    return "D" if any(_is_steady(own, tuple(EvidenceKind), 6, 8, 6 * HOUR) for own in alone.values()) else ""


def _is_artefact(bad: Sequence[Run]) -> bool:
    found = [run for run in bad if run.kind is EvidenceKind.ARTEFACT]
    for method in {run.verdict for run in found}:
        own = [run for run in found if run.verdict is method]
        if sum(run.weight for run in own) >= 2 and own[-1].at - own[0].at >= 10 * MINUTE:
            return True
    return False


def _is_steady(own: Sequence[Run], kinds: tuple[EvidenceKind, ...], least: int, of: int, span: timedelta) -> bool:
    """True when at least `least` of the last `of` runs of a line are bad with such evidence, the bad ones spanning `span`."""
    last = own[-of:]
    if len(last) < of and span <= 30 * MINUTE:
        return False
    bad = [run for run in own if run.is_bad and run.kind in kinds]
    recent = [run for run in last if run.is_bad and run.kind in kinds]
    if len(recent) < least or len(last) < min(of, least):
        return False
    streak = _streak(own, bad)
    return bool(streak) and recent[-1].at - streak[0].at >= span


def _streak(own: Sequence[Run], bad: Sequence[Run]) -> list[Run]:
    """The bad runs since the last two good runs in a row."""
    start = 0
    for number in range(1, len(own)):
        if own[number].is_good and own[number - 1].is_good:
            start = number + 1
    kept = set(map(id, own[start:]))
    return [run for run in bad if id(run) in kept]


def _is_names(own: Sequence[Run], reasons: frozenset[str]) -> bool:
    """True when the line's last bad run is a resolver that gave no answer, for one of the reasons: it may be the resolver's own trouble."""
    last = next(run for run in reversed(own) if run.is_bad)
    return last.verdict is Verdict.BLOCKED_DNS and last.reason in reasons


def _is_one_class(own: Sequence[Run]) -> bool:
    return len({(run.verdict, run.reason) for run in own if run.is_bad}) == 1


def _is_throttled(slow: Sequence[Run], usable: Sequence[Run]) -> bool:
    if len({run.at.date() for run in slow}) >= 2 and len({(run.at.date(), run.at.hour) for run in slow}) >= 2:
        return True
    if len(slow) < 3 or slow[-1].at - slow[0].at < 24 * HOUR:
        return False
    return all(
        run.verdict is Verdict.THROTTLED for run in usable if slow[0].at <= run.at <= slow[-1].at and run.vantage == slow[-1].vantage
    )


def trouble_of(runs: Sequence[Run]) -> tuple[IncidentKind, str] | None:
    """Kind and class of trouble at the site itself: three runs in a row over half an hour that say so (classes G and H)."""
    last = [run for run in runs if run.verdict in TROUBLE or run.is_good or run.is_bad][-3:]
    if len(last) < 3 or not all(run.verdict in TROUBLE for run in last):
        return None
    start = next((run for run in reversed(runs) if run.is_good), None)
    streak = [run for run in runs if run.verdict in TROUBLE and (start is None or run.at > start.at)]
    if streak[-1].at - streak[0].at < 30 * MINUTE:
        return None
    is_pressure = last[-1].verdict is Verdict.HOSTING_SUSPENDED or last[-1].reason == "registry-suspended"
    return (IncidentKind.SUSPENSION, "H") if is_pressure else (IncidentKind.SITE_TROUBLE, "G")
