"""The life of an incident with an injected clock: classes, easing, closing, reopening, freezing, flapping."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.vocabulary import EvidenceKind, IncidentKind, IncidentState, Verdict
from pipelines.detectors.reachability.life import Incident, Run, advance, check_stale, class_of, trouble_of

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
SNI, MITM, TCP = Verdict.BLOCKED_TLS_SNI, Verdict.BLOCKED_TLS_MITM, Verdict.BLOCKED_TCP


def bad(minutes: float, verdict: Verdict = SNI, kind: EvidenceKind = EvidenceKind.DIFFERENTIAL, **more: object) -> Run:
    values = {"vantage": "kz", "asn": "AS9198", "sees_censorship": "yes", "reason": "silence", "confidence": 0.9} | more
    return Run(at=START + timedelta(minutes=minutes), verdict=verdict, kind=kind, **values)


def good(minutes: float, **more: object) -> Run:
    values = {"vantage": "kz", "asn": "AS9198", "sees_censorship": "yes", "verdict": Verdict.OK} | more
    return Run(at=START + timedelta(minutes=minutes), is_path_clear=True, **values)


def play(*runs: Run) -> tuple[Incident | None, list[str]]:
    incident, told, seen = None, [], []
    for run in sorted(runs, key=lambda one: one.at):
        incident, events = advance(incident, seen, [run])
        seen.append(run)
        told += [event.kind for event in events]
    return incident, told


def absent(minutes: float, **more: object) -> Run:
    return bad(minutes, TCP, EvidenceKind.ABSENCE, **({"reason": "timeout", "confidence": 0.65} | more))


def artefact(minutes: float, **more: object) -> Run:
    return bad(minutes, MITM, EvidenceKind.ARTEFACT, **({"reason": "known-ca"} | more))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([artefact(0), artefact(11)], "A"),
        ([artefact(0), artefact(5)], ""),
        ([artefact(0)], ""),
        ([artefact(0, weight=0.5), artefact(20, weight=0.5)], ""),
        ([bad(0), bad(15), bad(31)], "B"),
        ([bad(0), bad(5), bad(10)], ""),
        ([bad(0), good(15), bad(31)], ""),
        ([absent(0), absent(15), absent(31)], ""),
        ([one for at in (0, 15, 31) for one in (absent(at), absent(at, vantage="kz2", asn="AS21299"))], "B"),
        ([absent(at) for at in (0, 30, 60, 90, 125)], "C"),
        ([absent(at, sees_censorship="unknown") for at in (0, 30, 60, 90, 125)], ""),
        ([absent(at, sees_censorship="unknown") for at in range(0, 400, 55)], "D"),
        ([absent(at, reason="range") for at in (0, 30, 60, 90, 125)], ""),
        ([absent(0), absent(30), bad(60, Verdict.BLOCKED_DNS, EvidenceKind.ABSENCE), absent(90), absent(125)], ""),
        ([bad(0, Verdict.THROTTLED), bad(40, Verdict.THROTTLED), bad(80, Verdict.THROTTLED)], ""),
        ([bad(0, Verdict.THROTTLED), bad(26 * 60, Verdict.THROTTLED)], "E"),
        ([good(0), good(30)], ""),
    ],
)
def test_classes_of_evidence(runs: list[Run], expected: str) -> None:
    assert class_of(runs) == expected


def test_a_block_opens_eases_and_closes_once() -> None:
    runs = [bad(0), bad(15), bad(31), *(good(60 + 30 * number) for number in range(60))]
    incident, told = play(*runs)
    assert told == ["opened", "eased", "closed"]
    assert incident and incident.state is IncidentState.CLOSED and incident.started_at == START
    assert incident.closed_at and incident.closed_at - (START + timedelta(minutes=60)) >= timedelta(hours=24)


def test_one_network_failing_once_opens_nothing() -> None:
    assert play(bad(0), good(15), good(30)) == (None, [])


def test_flapping_is_one_incident_that_never_closes() -> None:
    runs = [bad(0), bad(15), bad(31)]
    runs += [(good if minute % 60 < 20 else bad)(minute) for minute in range(40, 400, 10)]
    incident, told = play(*runs)
    assert told.count("opened") == 1 and "closed" not in told and incident and incident.state in (IncidentState.OPEN, IncidentState.EASED)


def test_a_method_change_extends_the_incident() -> None:
    incident, told = play(bad(0), bad(15), bad(31), artefact(60), artefact(80))
    assert told == ["opened", "method_changed"]
    assert incident and {track.method for track in incident.tracks} == {SNI.value, MITM.value}


def test_blocked_again_within_three_days_reopens_the_same() -> None:
    closed, _ = play(bad(0), bad(15), bad(31), *(good(60 + 30 * number) for number in range(60)))
    assert closed
    later = 60 + 30 * 60 + 600
    again, events = advance(closed, [], [bad(later), bad(later + 15), bad(later + 31)])
    assert [event.kind for event in events] == ["reopened"] and again and again.reopened == 1
    much_later = later + 73 * 60
    other, events = advance(closed, [], [bad(much_later), bad(much_later + 15), bad(much_later + 31)])
    assert [event.kind for event in events] == ["opened"] and other and other.reopened == 0


def test_no_control_and_a_site_that_is_down_freeze_and_never_close() -> None:
    down = Run(at=START + timedelta(minutes=60), vantage="kz", asn="AS9198", verdict=Verdict.DOWN_EVERYWHERE)
    incident, told = play(bad(0), bad(15), bad(31), down)
    assert told == ["opened", "frozen"] and incident and incident.state is IncidentState.FROZEN
    thawed, _ = advance(incident, [], [bad(90)])
    assert thawed and thawed.state is IncidentState.OPEN


def test_a_lost_line_makes_it_stale_not_closed() -> None:
    incident, _ = play(bad(0), bad(15), bad(31))
    assert incident
    same, events = check_stale(incident, None, START + timedelta(hours=40))
    assert same == incident and not events
    stale, events = check_stale(incident, None, START + timedelta(hours=72))
    assert stale.state is IncidentState.STALE and [event.kind for event in events] == ["stale"]


def test_good_runs_of_a_line_that_sees_no_filter_close_nothing() -> None:
    runs = [bad(0), bad(15), bad(31), *(good(60 + 30 * number, sees_censorship="no") for number in range(60))]
    incident, told = play(*runs)
    assert told == ["opened"] and incident and incident.state is IncidentState.OPEN


def test_every_blocked_line_must_be_good_before_it_closes() -> None:
    runs = [bad(0), bad(15), bad(31), bad(32, vantage="kz2", asn="AS21299"), *(good(60 + 30 * number) for number in range(60))]
    incident, told = play(*runs)
    assert told == ["opened", "eased"] and incident and incident.state is IncidentState.EASED


def test_suspicion_becomes_certainty() -> None:
    _, told = play(*(absent(at) for at in (0, 30, 60, 90, 125)), artefact(130), artefact(150))
    assert told[0] == "suspected" and "opened" in told


def test_reports_and_measurement_are_one_incident() -> None:
    known = Incident(
        id="from-news", kind=IncidentKind.BLOCKING, state=IncidentState.OPEN, class_="", method="", confidence=0.7,
        started_at=START, last_evidence_at=START, opened_at=START,
    )  # fmt: skip
    incident, events = advance(known, [], [bad(0), bad(15), bad(31)])
    assert incident and incident.id == "from-news" and incident.tracks and [event.kind for event in events] == ["confirmed"]
    spoken_of = replace(known, state=IncidentState.SUSPECTED, opened_at=None)
    assert [event.kind for event in advance(spoken_of, [], [bad(0), bad(15), bad(31)])[1]] == ["opened"], "a threat carried out is news"
    blind = [replace(bad(minutes), control="unknown") for minutes in (0, 15, 31)]
    assert advance(known, [], blind) == (known, ()), "nothing is confirmed without a working control"


def test_a_rejected_incident_stays_rejected() -> None:
    opened, _ = play(bad(0), bad(15), bad(31))
    assert opened
    rejected = replace(opened, state=IncidentState.REJECTED)
    assert advance(rejected, [], [bad(60), bad(90)]) == (rejected, ())


def test_nothing_new_changes_nothing() -> None:
    incident, _ = play(bad(0), bad(15), bad(31))
    assert advance(incident, [bad(0), bad(15), bad(31)], []) == (incident, ())


def trouble(minutes: float, verdict: Verdict = Verdict.DOWN_EVERYWHERE, reason: str = "") -> Run:
    return Run(at=START + timedelta(minutes=minutes), vantage="kz", asn="AS9198", verdict=verdict, reason=reason)


def test_trouble_of_the_site_needs_three_runs_over_half_an_hour() -> None:
    assert trouble_of([trouble(0), trouble(20)]) is None
    assert trouble_of([trouble(0), trouble(10), trouble(20)]) is None
    assert trouble_of([trouble(0), trouble(20), trouble(40)]) == (IncidentKind.SITE_TROUBLE, "G")
    held = [trouble(at, Verdict.HOSTING_SUSPENDED) for at in (0, 20, 40)]
    assert trouble_of(held) == (IncidentKind.SUSPENSION, "H")
    assert trouble_of([trouble(0), good(10), trouble(20), trouble(40)]) is None
