"""What a mail says of an alert: the alert, its reports, proofs, case and incident, read for the letter writer."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

CONTEXT_CHARS = 160


@dataclass(kw_only=True, slots=True, frozen=True)
class Report:
    """One article that tells of the event, with what it is to the alert (trigger, copy, update ...)."""

    outlet: str
    title: str
    url: str
    language: str
    published_at: str
    published_on: str
    relation: str


@dataclass(kw_only=True, slots=True, frozen=True)
class Proof:
    """One piece of evidence: the quote with a little text around it, or the captured page, with its SHA-256 and place."""

    kind: str
    quote: str
    before: str
    after: str
    language: str
    rule_id: str
    reason: str
    url: str
    outlet: str
    sha256: str
    archive_path: str
    archive_offset: int | None
    captured_at: str
    note: str


@dataclass(kw_only=True, slots=True, frozen=True)
class Facts:
    """What the rules read in the texts, joined over the findings of an alert."""

    outlets: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    opponents: tuple[str, ...] = ()
    provisions: tuple[tuple[str, str, str], ...] = ()
    amounts: tuple[tuple[float, str, str], ...] = ()
    outcomes: tuple[str, ...] = ()
    court: str = ""
    case_number: str = ""
    hearing_at: str = ""
    event_on: str = ""
    place: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class Track:
    """One line of sight of an incident: from where, by which method, how often bad and good."""

    vantage: str
    asn: str
    method: str
    state: str
    n_bad: int
    n_good: int
    last_good_at: str


@dataclass(kw_only=True, slots=True, frozen=True)
class Incident:
    """The incident of an alert."""

    id: str
    kind: str
    state: str
    method: str
    confidence: float
    started_at: str
    opened_at: str
    closed_at: str
    tracks: tuple[Track, ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class Step:
    """One step of the case before this alert."""

    stage: str
    event_on: str


@dataclass(kw_only=True, slots=True, frozen=True)
class AlertStory:
    """Everything a letter may say of one alert."""

    id: str
    number: int
    kind: str
    alert_kind: str
    category: str
    stage: str
    country: str
    severity: int
    status: str
    title: str
    summary: str
    reason: str
    confidence: float
    outlet_name: str
    thread_key: str
    case_id: str
    basis: str
    event_on: str
    event_precision: str
    n_reports: int
    created_at: str
    next_hearing_at: str = ""
    next_hearing_on: str = ""
    facts: Facts = Facts()
    reports: tuple[Report, ...] = ()
    proofs: tuple[Proof, ...] = field(default=(), repr=False)
    incident: Incident | None = None
    steps: tuple[Step, ...] = ()


def alert_stories(db: Database, alert_ids: list[str]) -> list[AlertStory]:
    """The stories of these alerts in the order given; ids that do not exist are left out."""
    query = """select id, number, kind, alert_kind, category, stage, country, severity, status, title, summary, reason, confidence,
            outlet_name, thread_key, coalesce(case_id, '') as case_id, basis, coalesce(event_on, '') as event_on, event_precision,
            n_reports, created_at, coalesce(incident_id, '') as incident_id from alert
        where id in (select value from json_each(:ids))"""
    found = {str(row["id"]): row for row in db.query(query, {"ids": json.dumps(alert_ids)})}
    return [_story(db, found[alert_id]) for alert_id in alert_ids if alert_id in found]


def _story(db: Database, row: dict[str, object]) -> AlertStory:
    incident_id = str(row.pop("incident_id"))
    hearing = _next_hearing(db, str(row["case_id"]), str(row["created_at"])[:10])
    return AlertStory(
        **row,  # type: ignore[arg-type]
        next_hearing_at=hearing[0],
        next_hearing_on=hearing[1],
        facts=_facts(db, row),
        reports=_reports(db, str(row["id"])),
        proofs=_proofs(db, str(row["id"])),
        incident=_incident(db, incident_id) if incident_id else None,
        steps=_steps(db, str(row["case_id"]), str(row["stage"])),
    )


def _steps(db: Database, case_id: str, stage: str) -> tuple[Step, ...]:
    """The case so far, oldest first: the first day of each stage but the alert's own."""
    query = """select stage, min(coalesce(event_on, substr(seen_at, 1, 10))) as event_on from case_event
        where case_id in (select n.case_id from case_member m join case_member n on n.root_id = m.root_id where m.case_id = :case_id)
        and stage not in ('', :stage) group by stage order by event_on, stage limit 9"""
    return tuple(Step(**row) for row in db.query(query, {"case_id": case_id, "stage": stage})) if case_id else ()


def _next_hearing(db: Database, case_id: str, today: str) -> tuple[str, str]:
    query = """select coalesce(starts_at, '') as at, starts_on from hearing
        where case_id in (select n.case_id from case_member m join case_member n on n.root_id = m.root_id where m.case_id = :case_id)
        and starts_on >= :today and status in ('planned', 'postponed') order by starts_on, starts_at limit 1"""
    rows = list(db.query(query, {"case_id": case_id, "today": today}))
    return (str(rows[0]["at"]), str(rows[0]["starts_on"])) if rows else ("", "")


def _reports(db: Database, alert_id: str) -> tuple[Report, ...]:
    query = """select o.name as outlet, a.title, a.canonical_url as url, a.language, coalesce(a.published_at, '') as published_at,
            coalesce(a.published_on, '') as published_on, l.relation
        from alert_article l join article a on a.id = l.article_id join outlet o on o.id = a.outlet_id
        where l.alert_id = :id order by l.relation <> 'trigger', l.added_at, a.id"""
    return tuple(Report(**row) for row in db.query(query, {"id": alert_id}))


def _proofs(db: Database, alert_id: str) -> tuple[Proof, ...]:
    query = """select e.kind, e.quote, e.start_offset, e.end_offset, e.sha256, e.archive_path, e.archive_offset, e.note,
            coalesce(f.reason, v.explanation, '') as reason,
            coalesce((select fe.rule_id from finding_evidence fe where fe.finding_id = f.id and fe.quote = e.quote limit 1),
                f.rule_id, v.rule_id, '') as rule_id,
            coalesce(case when e.note = 'title' then ver.title else ver.text end, '') as text, coalesce(a.language, '') as language,
            coalesce(a.canonical_url, c.url, v.url, '') as url, coalesce(o.name, '') as outlet,
            coalesce(c.captured_at, v.judged_at, '') as captured_at
        from alert_evidence e left join finding f on f.id = e.finding_id left join article a on a.id = f.article_id
            left join article_version ver on ver.id = f.version_id
            left join outlet o on o.id = a.outlet_id left join capture c on c.id = e.capture_id
            left join verdict v on v.id = e.verdict_id
        where e.alert_id = :id order by e.kind <> 'quote', e.id limit 12"""
    return tuple(_proof(row) for row in db.query(query, {"id": alert_id}))


def _proof(row: dict[str, object]) -> Proof:
    text, start, end = str(row.pop("text")), row.pop("start_offset"), row.pop("end_offset")
    before = after = ""
    if isinstance(start, int) and isinstance(end, int) and text[start:end] == row["quote"] and row["quote"]:
        before, after = text[max(0, start - CONTEXT_CHARS) : start], text[end : end + CONTEXT_CHARS]
    return Proof(before=_from_a_word(before, start), after=_to_a_word(after, text, end), **row)  # type: ignore[arg-type]


def _from_a_word(before: str, start: object) -> str:
    """The part after the last line feed, begun at a word."""
    kept = before.rpartition("\n")[2]
    whole = kept != before or not isinstance(start, int) or start <= CONTEXT_CHARS
    return kept if whole else "… " + kept.partition(" ")[2]


def _to_a_word(after: str, text: str, end: object) -> str:
    kept = after.partition("\n")[0]
    whole = kept != after or not isinstance(end, int) or end + CONTEXT_CHARS >= len(text)
    return kept if whole else kept.rpartition(" ")[0] + " …"


def _facts(db: Database, alert: dict[str, object]) -> Facts:
    """What the findings behind the alert say; the case fills what they leave open."""
    query = """select distinct f.outlets_json, f.people_json, f.opponents_json, f.provisions_json, f.amounts_json, f.outcomes_json,
            f.court, f.case_number, f.hearing_at, f.event_on, f.place
        from alert_evidence e join finding f on f.id = e.finding_id where e.alert_id = :id order by f.found_at, f.id limit 10"""
    findings = list(db.query(query, {"id": alert["id"]}))
    case = next(iter(db.query(_CASE, {"id": alert["case_id"]})), {"court": "", "case_number": ""})
    return Facts(
        outlets=_joined(findings, "outlets_json"),
        people=_joined(findings, "people_json"),
        opponents=_joined(findings, "opponents_json"),
        provisions=_joined(findings, "provisions_json"),
        amounts=_joined(findings, "amounts_json"),
        outcomes=_joined(findings, "outcomes_json"),
        court=_first(findings, "court") or str(case["court"]),
        case_number=_first(findings, "case_number") or str(case["case_number"]),
        hearing_at=_first(findings, "hearing_at"),
        event_on=_first(findings, "event_on"),
        place=_first(findings, "place"),
    )


_CASE = "select court, case_number from court_case where id = (select root_id from case_member where case_id = :id)"


def _joined(rows: list[dict[str, object]], column: str) -> tuple[Any, ...]:
    """The values of a JSON list column over all rows, each once, in order of first mention."""
    values = (tuple(value) if isinstance(value, list) else value for row in rows for value in json.loads(str(row[column])))
    return tuple(dict.fromkeys(values))


def _first(rows: list[dict[str, object]], column: str) -> str:
    return next((str(row[column]) for row in rows if row[column]), "")


def _incident(db: Database, incident_id: str) -> Incident | None:
    query = """select id, kind, state, method, confidence, started_at, coalesce(opened_at, '') as opened_at,
        coalesce(closed_at, '') as closed_at from incident where id = :id"""
    tracks = """select vantage, asn, method, state, n_bad, n_good, coalesce(last_good_at, '') as last_good_at
        from incident_track where incident_id = :id order by vantage, method limit 12"""
    for row in db.query(query, {"id": incident_id}):
        return Incident(**row, tracks=tuple(Track(**track) for track in db.query(tracks, {"id": incident_id})))
    return None
