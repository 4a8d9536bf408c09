"""Reads of cases, incidents and hearings: for the link stage and the pages."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(kw_only=True, slots=True, frozen=True)
class KnownIncident:
    """An incident as the link stage compares it."""

    id: str
    kind: str
    country: str
    state: str = ""
    article_ids: frozenset[str] = frozenset()
    last_seen_at: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class HearingView:
    """A hearing as shown to a person; times as the database keeps them, `starts_at` empty when only the day is known."""

    id: str
    case_id: str
    starts_on: str
    starts_at: str
    zone: str
    court: str
    room: str
    status: str
    ical_uid: str
    sequence: int


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseEventView:
    """One step of a case or incident with the article that told of it."""

    event_on: str
    event_precision: str
    stage: str
    kind: str
    outcome: str
    basis: str
    reason: str
    article_id: str
    article_title: str
    article_url: str
    seen_at: str


@dataclass(kw_only=True, slots=True, frozen=True)
class RelatedCase:
    """Another case of the same quarrel or target; `kind` is `same_dispute`, `same_target` or `refiled`."""

    id: str
    title: str
    stage: str
    kind: str
    reason: str
    first_seen_at: str


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseView:
    """A case with all that hangs on it and on those merged into it, ready to be shown.

    `came_from` is the title of the merged case that was asked for, `merged` are ids and titles of those merged into this one.
    """

    id: str
    country: str
    procedure: str
    category: str
    title: str
    case_number: str
    court: str
    outlet_id: str
    outlet_name: str
    stage: str
    outcome: str
    claim_amount: float | None
    awarded_amount: float | None
    currency: str
    next_hearing_at: str
    first_seen_at: str
    parties: tuple[tuple[str, str], ...]
    provisions: tuple[tuple[str, str, str], ...]
    events: tuple[CaseEventView, ...]
    hearings: tuple[HearingView, ...]
    came_from: str = ""
    merged: tuple[tuple[str, str], ...] = ()
    related: tuple[RelatedCase, ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class IncidentView:
    """An incident of an outlet, ready to be shown."""

    id: str
    kind: str
    state: str
    title: str
    method: str
    started_at: str
    opened_at: str
    closed_at: str
    last_evidence_at: str
    summary: str


_KNOWN_INCIDENTS = """
select i.id, i.kind, i.country, i.state, i.last_evidence_at as last_seen_at, json_group_array(distinct e.article_id) as articles
from incident i left join incident_event e on e.incident_id = i.id
where i.merged_into is null and i.kind = :kind and i.id in (
    select id from incident where subject_key in (select value from json_each(:keys)) and subject_key <> ''
    union select id from incident where outlet_id = :outlet_id
    union select incident_id from incident_event where article_id = :article_id)
group by i.id order by i.started_at, i.id
"""
_CASE = """
select id, country, procedure, category, title, case_number, court, coalesce(outlet_id, '') as outlet_id,
    coalesce((select name from outlet where id = court_case.outlet_id), '') as outlet_name, stage, outcome, claim_amount,
    awarded_amount, currency, first_seen_at,
    coalesce((select min(coalesce(h.starts_at, h.starts_on)) from hearing h
        where h.case_id in (select case_id from case_member where root_id = court_case.id) and h.status = 'planned' and h.starts_on >= (select substr(now, 1, 10) from moment)), '') as next_hearing_at
from court_case where id = :id
"""
_EVENTS = """
select coalesce(e.event_on, '') as event_on, e.event_precision, e.stage, e.kind, e.outcome, e.basis, e.reason,
    coalesce(e.article_id, '') as article_id, coalesce(a.title, '') as article_title, coalesce(a.canonical_url, '') as article_url,
    e.seen_at
from case_event e left join article a on a.id = e.article_id
where e.case_id in (select case_id from case_member where root_id = :id) order by coalesce(e.event_on, e.seen_at), e.seen_at, e.id
"""
_HEARINGS = """
select id, case_id, starts_on, coalesce(starts_at, '') as starts_at, zone, court, room, status, ical_uid, sequence
from hearing where case_id in (select case_id from case_member where root_id = :id) order by starts_on, id
"""
_PARTIES = """
select distinct p.name, cp.role from case_party cp join party p on p.id = cp.party_id
where cp.case_id in (select case_id from case_member where root_id = :id) order by cp.role, p.name
"""
_PROVISIONS = """
select distinct provision_id, article, part from case_provision
where case_id in (select case_id from case_member where root_id = :id) order by provision_id, part
"""
_HOME = """
select coalesce(merged_into, id) as id, case when merged_into is null then '' else title end as came_from from court_case where id = :id
"""
_MERGED = "select id, title from court_case where merged_into = :id order by first_seen_at, id"
_RELATED = """
with part (id) as materialized (select case_id from case_member where root_id = :id),
tie (other_id, kind, reason) as (
    select other_id, kind, reason from case_relation where case_id in part
    union all select case_id, kind, reason from case_relation where other_id in part
    union all select predecessor_id, 'refiled', '' from court_case where id in part and predecessor_id is not null
    union all select id, 'refiled', '' from court_case where predecessor_id in part)
select c.id, c.title, c.stage, max(tie.kind) as kind, tie.reason, c.first_seen_at
from tie join case_member m on m.case_id = tie.other_id join court_case c on c.id = m.root_id
where c.id <> :id group by c.id order by c.first_seen_at, c.id limit 50
"""
_CASE_ALERTS = """
select id, number, title, created_at from alert
where case_id in (select case_id from case_member where root_id = (select coalesce(merged_into, id) from court_case where id = :id))
order by number
"""
_INCIDENT = """
select id, kind, state, title, method, started_at, coalesce(opened_at, '') as opened_at, coalesce(closed_at, '') as closed_at,
    last_evidence_at, summary
from incident where id = :id
"""


def known_incidents(db: Database, keys: Iterable[str], *, article_id: str, outlet_id: str, kind: str) -> tuple[KnownIncident, ...]:
    """Incidents of one kind about the same outlet, oldest first, closed ones included."""
    values = {"keys": json.dumps(sorted(keys)), "article_id": article_id, "outlet_id": outlet_id, "kind": kind}
    return tuple(_thread(row) for row in db.query(_KNOWN_INCIDENTS, values))


def case_view(db: Database, case_id: str) -> CaseView | None:
    """One case with everything that hangs on it, or None; a merged case is shown as the one that it was merged into."""
    home = next(iter(db.query(_HOME, {"id": case_id})), None)
    if home is None:
        return None
    case_id = home["id"]
    row = next(iter(db.query(_CASE, {"id": case_id})))
    return CaseView(
        **row,
        parties=tuple((each["name"], each["role"]) for each in db.query(_PARTIES, {"id": case_id})),
        provisions=tuple((each["provision_id"], each["article"], each["part"]) for each in db.query(_PROVISIONS, {"id": case_id})),
        events=tuple(CaseEventView(**each) for each in db.query(_EVENTS, {"id": case_id})),
        hearings=tuple(HearingView(**each) for each in db.query(_HEARINGS, {"id": case_id})),
        came_from=home["came_from"],
        merged=tuple((each["id"], each["title"]) for each in db.query(_MERGED, {"id": case_id})),
        related=tuple(RelatedCase(**each) for each in db.query(_RELATED, {"id": case_id})),
    )


def alerts_of_case(db: Database, case_id: str) -> list[dict[str, object]]:
    """The alerts of a case and of all that were merged with it, in order."""
    return list(db.query(_CASE_ALERTS, {"id": case_id}))


def incident_view(db: Database, incident_id: str) -> IncidentView | None:
    """One incident, or None."""
    row = next(iter(db.query(_INCIDENT, {"id": incident_id})), None)
    return IncidentView(**row) if row else None


def _thread(row: dict[str, object]) -> KnownIncident:
    return KnownIncident(
        id=str(row["id"]),
        kind=str(row["kind"]),
        country=str(row["country"]),
        state=str(row["state"]),
        article_ids=_set(row["articles"]),
        last_seen_at=str(row["last_seen_at"]),
    )


def _set(text: object) -> frozenset[str]:
    return frozenset(str(value) for value in json.loads(str(text)) if value)
