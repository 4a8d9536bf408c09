"""Cases that a court's list names before any newsroom does: the list's newest captures, and the writes of a row. Known numbers join."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from db.identity import content_id
from db.queries.case_parts import put_party, set_next_hearing
from db.queries.times import iso
from db.records import PartyRecord
from db.vocabulary import PartyRole

RULES_VERSION = "courtwatch-1"
SEVERITY = 3
_LISTS = """
select k.id, k.source_id, k.url, k.final_url, k.status, k.headers_json, k.archive_path, k.archive_offset, k.captured_at, k.is_backfill
from capture k
where k.role = 'court' and k.status = 200 and k.last_seen_at >= :since
    and k.last_seen_at = (select max(n.last_seen_at) from capture n where n.url = k.url and n.role = 'court')
order by k.url, k.id
"""
# Newsrooms write a court's name in many ways: the same number and outlet are one case whatever the court is called.
_IS_KNOWN = """
select 1 from court_case where case_number = :case_number and (court = '' or court = :court or outlet_id is null or outlet_id = :outlet_id)
"""
# A case that the news told first, without a number: the same outlet, the same claimant, not over. It gets the number.
_NUMBERLESS = """
select distinct c.id, a.alias from court_case c join case_party cp on cp.case_id = c.id join party_alias a on a.party_id = cp.party_id
where c.outlet_id = :outlet_id and c.case_number = '' and c.closed_on is null and c.merged_into is null and c.is_locked = 0
order by c.first_seen_at, c.id
"""
_SET_NUMBER = """
update court_case set case_number = :case_number, court = case when court = '' then :court else court end, updated_at = :now where id = :case_id
"""
_CASE = """
insert into court_case (id, country, procedure, category, title, case_number, court, outlet_id, stage, new_basis, next_hearing_at,
    first_seen_at, updated_at)
values (:case_id, :country, 'civil', 'defamation_civil', :title, :case_number, :court, (select id from outlet where id = :outlet_id),
    'hearing', 'first_filing', :starts_at, :now, :now)
on conflict (id) do nothing
"""
_HEARING = """
insert into hearing (id, case_id, starts_at, starts_on, court, ical_uid, capture_id, first_seen_at, last_seen_at)
values (:hearing_id, :case_id, :starts_at, :starts_on, :court, :hearing_id || '@media-freedom-monitor', :capture_id, :now, :now)
on conflict (id) do nothing
"""
_EVENT = """
insert into case_event (id, case_id, stage, kind, event_on, event_precision, event_basis, capture_id, basis, reason, score, seen_at)
values (:event_id, :case_id, 'hearing', 'court_list', substr(:now, 1, 10), 'day', 'inferred', :capture_id, :basis, :reason, :score, :now)
on conflict (id) do nothing
"""
_ALERT = """
insert into alert (id, number, kind, alert_kind, category, stage, country, severity, title, summary, reason, confidence, outlet_id,
    outlet_name, case_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, is_backfill, created_at, updated_at)
values (:alert_id, (select coalesce(max(number), 0) + 1 from alert), 'court_list', 'digest', 'defamation_civil', 'hearing', :country,
    :severity, substr(:title, 1, 200), :raw, :reason, 0.8, (select id from outlet where id = :outlet_id), :outlet_name, :case_id, :case_id,
    :basis, substr(:now, 1, 10), 'day', 'inferred', :rules_version, :is_backfill, :now, :now)
on conflict (id) do nothing
"""
_PROOF = """
insert into alert_evidence (id, alert_id, kind, capture_id, quote, sha256, archive_path, archive_offset, note)
select :proof_id, :alert_id, 'hearing', id, :raw, body_sha256, archive_path, archive_offset, 'row of the list' from capture
where id = :capture_id on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """One row, ready to be kept; `starts_at` is None when no hearing is named."""

    country: str
    case_number: str
    court: str
    title: str
    outlet_id: str
    outlet_name: str
    parties: tuple[PartyRecord, ...]
    starts_at: datetime | None
    raw: str
    capture_id: str
    is_backfill: bool

    @property
    def starts_on(self) -> date | None:
        """Day of the hearing."""
        return self.starts_at.date() if self.starts_at else None


def lists_of_late(db: Database, now: datetime, days: int = 2) -> list[dict[str, Any]]:
    """The newest capture of each court list that was seen of late."""
    return list(db.query(_LISTS, {"since": iso(now - timedelta(days=days))}))


def store_listed(db: Database, case: ListedCase, is_same: Callable[[str, str], bool], now: datetime) -> str:
    """Open or join the case of a row; `opened`, `joined`, or empty when its number is known. Inside the caller's transaction.

    `is_same` says whether two names mean one person or body.
    """
    head: dict[str, Any] = {"case_number": case.case_number, "court": case.court, "outlet_id": case.outlet_id, "now": iso(now)}
    if db.conn.execute(_IS_KNOWN, head).fetchone():
        return ""
    claimants = [party.name for party in case.parties if party.role == PartyRole.CLAIMANT]
    named = db.conn.execute(_NUMBERLESS, head).fetchall()
    found = list(dict.fromkeys(key for key, alias in named if any(is_same(alias, name) for name in claimants)))
    is_join = len(found) == 1
    head |= {"case_id": found[0] if is_join else content_id("case", "court_list", case.country, case.court, case.case_number)}
    head |= {"country": case.country, "title": case.title, "capture_id": case.capture_id, "score": 0.9 if is_join else 1.0}
    head |= {"starts_at": iso(case.starts_at) if case.starts_at else None, "starts_on": case.starts_on and case.starts_on.isoformat()}
    head |= {"basis": "new_hearing" if is_join else "first_filing", "raw": case.raw[:1000], "is_backfill": int(case.is_backfill)}
    head |= {"reason": f"the court's list names {case.outlet_name} in case {case.case_number}", "outlet_name": case.outlet_name}
    head |= {"severity": SEVERITY, "rules_version": RULES_VERSION}
    db.conn.execute(_SET_NUMBER if is_join else _CASE, head)
    for party in case.parties:
        put_party(db, str(head["case_id"]), party)
    if case.starts_at:
        db.conn.execute(_HEARING, head | {"hearing_id": content_id("hearing", head["case_id"], str(head["starts_on"]))})
        set_next_hearing(db, str(head["case_id"]), str(head["now"]))
    alert_id = content_id("alert", "court_list", head["case_id"], case.case_number)
    head |= {"alert_id": alert_id, "event_id": content_id("case_event", alert_id), "proof_id": content_id("alert_evidence", alert_id)}
    for statement in (_EVENT, _ALERT, _PROOF):
        db.conn.execute(statement, head)
    return "joined" if is_join else "opened"
