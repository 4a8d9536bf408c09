"""What hangs on a case: parties, sums, events, hearings, and what follows from them. Each is found again where it was moved or merged to."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from db.identity import content_id
from db.queries.threads import store_buckets
from db.queries.times import iso
from db.records import PartyRecord, as_row

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
# What a case says of itself follows from its events, sums and hearings and those of cases merged into it: the order of arrival does not
# matter. One that is merged itself says what it said.
_DERIVE_CASE = """
with part (id) as materialized (select case_id from case_member where root_id = :case_id)
update court_case set
    stage = coalesce((select stage from case_event where case_id in part and stage <> ''
        order by event_on desc, seen_at desc, id desc limit 1), stage),
    outcome = coalesce((select outcome from case_event where case_id in part and outcome <> ''
        order by event_on desc, seen_at desc, id desc limit 1), outcome),
    claim_amount = (select value from case_amount where case_id in part and role = 'claimed' order by reported_on desc, id limit 1),
    awarded_amount = (select value from case_amount where case_id in part and role in ('awarded', 'fine')
        order by reported_on desc, id limit 1),
    currency = coalesce((select currency from case_amount where case_id in part and role in ('claimed', 'awarded', 'fine')
        order by role desc, reported_on desc, id limit 1), currency),
    next_hearing_at = (select min(coalesce(starts_at, starts_on)) from hearing
        where case_id in part and status = 'planned' and starts_on >= substr(:now, 1, 10))
where id = :case_id and is_locked = 0 and merged_into is null
"""
_CLOSE_CASE = """
with part (id) as materialized (select case_id from case_member where root_id = :case_id)
update court_case set
    is_for_media = case when stage = 'acquitted_or_withdrawn' then 1 else is_for_media end,
    closed_on = case when stage in ('acquitted_or_withdrawn', 'closed') then
        (select max(event_on) from case_event where case_id in part and stage in ('acquitted_or_withdrawn', 'closed')) end,
    closed_precision = case when stage in ('acquitted_or_withdrawn', 'closed') then 'day' else 'unknown' end,
    closed_basis = case when stage in ('acquitted_or_withdrawn', 'closed') then 'text' else 'none' end
where id = :case_id and is_locked = 0 and merged_into is null
"""
_ROOT = "select coalesce(merged_into, id) from court_case where id = :case_id"
_NEXT_HEARING = """
update court_case set next_hearing_at = (select min(coalesce(starts_at, starts_on)) from hearing
    where case_id in (select case_id from case_member where root_id = court_case.id) and status = 'planned'
        and starts_on >= substr(:now, 1, 10))
where id = (select coalesce(merged_into, id) from court_case where id = :case_id) and is_locked = 0
"""
_INSERT_CASE_EVENT = """
insert into case_event (id, case_id, stage, kind, outcome, event_on, event_precision, event_basis, finding_id, article_id, capture_id,
    basis, reason, score, seen_at)
values (coalesce((select e.id from case_event e join case_member m on m.case_id = e.case_id and m.root_id = :case_id
        where e.article_id = :article_id and e.kind = :event_kind limit 1), :id),
    :case_id, :stage, :event_kind, :outcome, :event_on, :event_precision, :event_basis, :finding_id, :article_id,
    :capture_id, :basis, :reason, :score, :now)
on conflict (id) do update set finding_id = excluded.finding_id
"""
_INSERT_PARTY = "insert into party (id, kind, name, name_folded) values (:id, :kind, :name, :key) on conflict do nothing"
_INSERT_ALIAS = """
insert into party_alias (party_id, alias, alias_folded, script) values (:id, :name, :key, :script) on conflict do nothing
"""
_INSERT_CASE_PARTY = "insert into case_party (case_id, party_id, role) values (:case_id, :id, :role) on conflict do nothing"
_INSERT_PROVISION = """
insert into case_provision (case_id, provision_id, article, part) values (:case_id, :provision_id, :article, :part) on conflict do nothing
"""
_INSERT_AMOUNT = """
insert into case_amount (id, case_id, role, value, currency, reported_on, finding_id)
select :id, :case_id, :role, :value, :currency, :reported_on, :finding_id
where not exists (select 1 from case_amount s join case_member m on m.case_id = s.case_id and m.root_id = :case_id
    where s.role = :role and s.value = :value and s.currency = :currency)
on conflict do nothing
"""
# What a court's list says of a hearing that fell away is not undone by an article that still names its old day.
_INSERT_HEARING = """
insert into hearing (id, case_id, starts_at, starts_on, zone, court, room, status, ical_uid, finding_id, capture_id, first_seen_at,
    last_seen_at)
values (coalesce((select h.id from hearing h join case_member m on m.case_id = h.case_id and m.root_id = :case_id
        where h.starts_on = :starts_on order by h.status = 'planned' desc, h.first_seen_at limit 1), :id),
    :case_id, :starts_at, :starts_on, :zone, :court, :room, :status, :id || '@media-freedom-monitor', :finding_id,
    :capture_id, :now, :now)
on conflict (id) do update set
    last_seen_at = max(last_seen_at, excluded.last_seen_at),
    starts_at = coalesce(excluded.starts_at, starts_at),
    room = case when excluded.room = '' then room else excluded.room end,
    sequence = sequence + (excluded.status <> status or coalesce(excluded.starts_at, starts_at, '') <> coalesce(starts_at, '')),
    status = excluded.status
where excluded.finding_id is null or status not in ('vanished', 'postponed', 'cancelled')
"""
# What an article that stays tells too stays, though an article that went had told it first.
_TOLD_HERE = """
select f.id as finding_id, f.amounts_json, f.hearing_at, f.court, e.event_on, e.capture_id, exists (
    select 1 from hearing h where h.case_id = :case_id and h.starts_on = substr(f.hearing_at, 1, 10)) as is_listed
from case_event e join finding f on f.id = e.finding_id where e.case_id = :case_id order by e.seen_at, f.id
"""
_FORGET_PARTIES = """
delete from case_party where case_id = :case_id and party_id not in (select value from json_each(:kept))
    and exists (select 1 from court_case where id = :case_id and is_locked = 0 and merged_into is null)
"""
_FORGET_PROVISIONS = """
delete from case_provision where case_id = :case_id and not exists (
    select 1 from case_event e join finding f on f.id = e.finding_id, json_each(f.provisions_json) v
    where e.case_id = :case_id and v.value ->> 0 = case_provision.provision_id)
"""


def derive_case(db: Database, case_id: str, now: str) -> None:
    """Stage, outcome, sums, next hearing and end of a case from all that hangs on it; a locked case keeps its own."""
    for statement in (_DERIVE_CASE, _CLOSE_CASE):
        db.conn.execute(statement, {"case_id": case_id, "now": now})


def set_next_hearing(db: Database, case_id: str, now: str) -> None:
    """The next hearing of the case that this one is shown in; `now` as the database keeps times."""
    db.conn.execute(_NEXT_HEARING, {"case_id": case_id, "now": now})


def root_of(db: Database, case_id: str) -> str:
    """The case that a case is shown in; itself when it was not merged or is not known."""
    row = db.conn.execute(_ROOT, {"case_id": case_id}).fetchone()
    return str(row[0]) if row else case_id


def put_event(db: Database, values: Mapping[str, object]) -> None:
    """One event for each article and kind; `values` are the columns and `event_kind`."""
    event_id = content_id("case_event", str(values["case_id"]), str(values["article_id"]), str(values["event_kind"]))
    db.conn.execute(_INSERT_CASE_EVENT, dict(values) | {"id": event_id})


def put_party(db: Database, case_id: str, party: PartyRecord) -> str:
    """The party with its name and the keys that it is found under; returns its id."""
    row = as_row(party) | {"case_id": case_id, "id": content_id("party", party.kind, party.key)}
    row["script"] = "cyrl" if re.search(r"[Ѐ-ӿ]", party.name) else "latn"
    for statement in (_INSERT_PARTY, _INSERT_ALIAS, _INSERT_CASE_PARTY):
        db.conn.execute(statement, row)
    store_buckets(db, str(row["id"]), party.buckets)
    return str(row["id"])


def put_provisions(db: Database, case_id: str, provisions: Iterable[tuple[str, str, str]]) -> None:
    """Provisions as (id, article, part)."""
    for provision_id, article, part in provisions:
        db.conn.execute(_INSERT_PROVISION, {"case_id": case_id, "provision_id": provision_id, "article": article, "part": part})


def put_amounts(db: Database, values: Mapping[str, object], amounts: Iterable[tuple[float, str, str]]) -> None:
    """Sums as (value, currency, role); `values` name case, finding and the day of the report (`event_on`)."""
    for value, currency, role in amounts:
        row = {"value": value, "currency": currency, "role": role, "reported_on": values["event_on"]}
        amount_id = content_id("amount", str(values["case_id"]), role, str(value), currency)
        db.conn.execute(_INSERT_AMOUNT, dict(values) | row | {"id": amount_id})


def put_hearing(db: Database, values: Mapping[str, object], hearing_at: str) -> None:
    """A hearing that an article names; no full day, no row. `values` name case, court, finding, capture and `now`."""
    day = _DAY.match(hearing_at)
    if not day:
        return
    row = {
        "starts_at": iso(datetime.fromisoformat(hearing_at)) if _has_zone(hearing_at) else None,
        "starts_on": day[0],
        "zone": "Asia/Almaty",
        "room": "",
        "status": "planned" if day[0] >= str(values["now"])[:10] else "unknown",
    }
    put_listed_hearing(db, dict(values) | row)


def put_listed_hearing(db: Database, row: Mapping[str, object]) -> None:
    """A hearing with all its columns; the same day of the same case is the same hearing."""
    hearing_id = content_id("hearing", str(row["case_id"]), str(row["starts_on"]))
    db.conn.execute(_INSERT_HEARING, dict(row) | {"id": hearing_id})


def resettle_parts(db: Database, case_id: str, parties: Iterable[PartyRecord], now: str) -> None:
    """After events went or came: the parties of what is told now, and the sums and hearings that what stays tells too."""
    kept = [put_party(db, case_id, party) for party in parties]
    db.conn.execute(_FORGET_PARTIES, {"case_id": case_id, "kept": json.dumps(kept)})
    db.conn.execute(_FORGET_PROVISIONS, {"case_id": case_id})
    for row in list(db.query(_TOLD_HERE, {"case_id": case_id})):
        values = row | {"case_id": case_id, "now": now}
        put_amounts(db, values, json.loads(row["amounts_json"]))
        if not row["is_listed"]:
            put_hearing(db, values, row["hearing_at"])
    derive_case(db, case_id, now)


def _has_zone(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
