"""What a digest reports: new alerts, cases that moved, hearings ahead, incidents going on, how the machine is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from db.queries.delivery import AlertTraits, tellable_alerts
from db.queries.times import iso


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseMove:
    """A case with a new event."""

    case_id: str
    title: str
    category: str
    country: str
    stage: str
    outcome: str
    event_on: str


@dataclass(kw_only=True, slots=True, frozen=True)
class HearingAhead:
    """A hearing that is to come."""

    case_id: str
    title: str
    category: str
    country: str
    starts_at: str
    starts_on: str
    court: str
    room: str
    status: str
    ical_uid: str
    sequence: int


@dataclass(kw_only=True, slots=True, frozen=True)
class IncidentNow:
    """An incident that is not over."""

    id: str
    outlet_name: str
    country: str
    kind: str
    state: str
    method: str
    started_at: str


@dataclass(kw_only=True, slots=True, frozen=True)
class Health:
    """How many sources were read, and which failed last or are quieter than they should be."""

    n_read: int
    failing: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


def alerts_after(db: Database, number: int, until: datetime) -> list[AlertTraits]:
    """Tellable alerts with a higher number than the last digest's, oldest first: a cursor by sequence, never by clock."""
    query = "select id from alert where number > :number and created_at <= :until and is_backfill = 0 order by number"
    ids = [str(row["id"]) for row in db.query(query, {"number": number, "until": iso(until)})]
    return sorted(tellable_alerts(db, ids), key=lambda alert: alert.number)


def last_alert_number(db: Database, before: datetime) -> int:
    """The highest alert number made before then; 0 when there is none."""
    query = "select coalesce(max(number), 0) as n from alert where created_at < :before"
    return int(next(iter(db.query(query, {"before": iso(before)})))["n"])


def n_alerts_between(db: Database, since: datetime, until: datetime) -> dict[str, int]:
    """Tellable alerts per category made in that time."""
    query = """select category, count(*) as n from alert where created_at > :since and created_at <= :until and is_backfill = 0
        and status in ('open', 'confirmed', 'assigned', 'snoozed') group by category"""
    return {str(row["category"]): int(row["n"]) for row in db.query(query, {"since": iso(since), "until": iso(until)})}


def cases_moved(db: Database, since: datetime, until: datetime, limit: int = 30) -> list[CaseMove]:
    """Cases known before then to which an event was added since; the latest event of each."""
    query = """select c.id as case_id, c.title, c.category, c.country, e.stage, e.outcome, coalesce(e.event_on, '') as event_on
        from case_event e join case_member m on m.case_id = e.case_id join court_case c on c.id = m.root_id
        where e.seen_at > :since and e.seen_at <= :until and c.first_seen_at <= :since
        and e.id = (select l.id from case_event l join case_member n on n.case_id = l.case_id and n.root_id = c.id where l.seen_at <= :until
            order by l.seen_at desc, l.event_on desc, l.id desc limit 1)
        order by e.seen_at desc, c.id limit :limit"""
    return [CaseMove(**row) for row in db.query(query, {"since": iso(since), "until": iso(until), "limit": limit})]


def hearings_ahead(db: Database, now: datetime, days: int = 14, limit: int = 40) -> list[HearingAhead]:
    """Hearings from today on for so many days, soonest first; cancelled and vanished ones are told as such."""
    query = """select c.id as case_id, c.title, c.category, c.country, coalesce(h.starts_at, '') as starts_at, h.starts_on, h.court, h.room,
            h.status, h.ical_uid, h.sequence
        from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
        where h.starts_on >= :today and h.starts_on <= :until and h.status <> 'held'
        order by h.starts_on, h.starts_at, h.id limit :limit"""
    until = now + timedelta(days=days)
    values = {"today": iso(now)[:10], "until": iso(until)[:10], "limit": limit}
    return [HearingAhead(**row) for row in db.query(query, values)]


def incidents_now(db: Database, limit: int = 40) -> list[IncidentNow]:
    """Incidents that are open, easing or out of sight, the oldest last."""
    query = """select i.id, coalesce(o.name, i.title) as outlet_name, i.country, i.kind, i.state, i.method, i.started_at
        from incident i left join outlet o on o.id = i.outlet_id
        where i.state in ('suspected', 'open', 'eased', 'frozen') and i.merged_into is null
        order by i.started_at desc, i.id limit :limit"""
    return [IncidentNow(**row) for row in db.query(query, {"limit": limit})]


def health(db: Database, since: datetime, now: datetime) -> Health:
    """Sources read well since then, sources whose last run failed (with its cause), sources quieter than their `max_silence_s`."""
    read = "select count(distinct source_id) as n from crawl_run where state = 'ok' and started_at > :since"
    failing = """select o.name || ' (' || s.id || ')' as id, r.cause from source s join outlet o on o.id = s.outlet_id
        join crawl_run r on r.id = (select l.id from crawl_run l where l.source_id = s.id
            and l.state not in ('running', 'skipped') order by l.started_at desc, l.id desc limit 1)
        where s.is_enabled = 1 and r.state in ('failed', 'killed') order by s.id limit 40"""
    silent = """select o.name || ' (' || s.id || ')' as id from source s join outlet o on o.id = s.outlet_id
        where s.is_enabled = 1 and s.last_new_item_at is not null
        and unixepoch(s.last_new_item_at) + s.max_silence_s < unixepoch(:now) order by s.id limit 40"""
    values = {"since": iso(since), "now": iso(now)}
    return Health(
        n_read=int(next(iter(db.query(read, values)))["n"]),
        failing=tuple((str(row["id"]), str(row["cause"])) for row in db.query(failing, {})),
        silent=tuple(str(row["id"]) for row in db.query(silent, {"now": values["now"]})),
    )


def last_digest(db: Database, audience: str, rate: str) -> tuple[int, datetime | None]:
    """The alert number the last digest of this rate ended with, and when it was written; 0 and None before the first."""
    query = """select json_extract(payload_json, '$.cursor') as cursor, created_at from outbox
        where kind = 'digest' and audience = :audience and json_extract(payload_json, '$.rate') = :rate
        order by created_at desc, id desc limit 1"""
    for row in db.query(query, {"audience": audience, "rate": rate}):
        return int(row["cursor"] or 0), datetime.fromisoformat(str(row["created_at"]))
    return 0, None


def has_digest(db: Database, audience: str, period: str) -> bool:
    """True when the digest of this period is in the outbox."""
    query = """select 1 from outbox where kind = 'digest' and audience = :audience
        and json_extract(payload_json, '$.period') = :period limit 1"""
    return any(True for _ in db.query(query, {"audience": audience, "period": period}))
