"""Events of cases read back to be put together anew, and the writes that move them; what staff decided is never touched."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from db.records import MergeRecord, MoveRecord

_EVENTS = """
with member (root, id) as materialized (
    select value, value from json_each(:ids)
    union select merged_into, id from court_case where merged_into in (select value from json_each(:ids)))
select m.root as case_id, max(c.is_locked, own.is_locked) as is_locked, a.id as article_id, a.title, substr(a.text, 1, 4000) as text,
    coalesce(a.published_at, e.seen_at) as at, f.id as finding_id, f.rule_id, f.category, f.stage, f.outcomes_json, f.outlets_json,
    f.people_json, f.opponents_json, f.provisions_json, f.amounts_json, f.court, f.case_number, f.hearing_at, f.event_on, f.place,
    f.country, f.is_negated, f.alert_kind
from member m join court_case c on c.id = m.root join court_case own on own.id = m.id join case_event e on e.case_id = m.id
    join finding f on f.id = e.finding_id join article a on a.id = e.article_id
order by m.root, a.id, e.id limit :most
"""
_MERGE = """
update court_case set merged_into = :into, updated_at = :now where id = :case_id and id <> :into and is_locked = 0
"""
_FOLLOW = "update court_case set merged_into = :into where merged_into = :case_id and is_locked = 0"
_AUDIT_MERGE = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, 'monitor', 'court_case', :case_id, 'merge', '{}', json_object('merged_into', :into, 'reason', :reason), 'rule')
"""
_OPEN = """
insert into court_case (id, country, procedure, category, title, stage, new_basis, predecessor_id, first_seen_at, updated_at)
select :into, country, procedure, :category, :title, '', 'unknown', nullif(:predecessor, ''), :now, :now
from court_case where id = :case_id on conflict do nothing
"""
_MOVE = (
    "update case_event set case_id = :into where article_id = :article_id and case_id = :case_id",
    "update hearing set case_id = :into where case_id = :case_id and finding_id in (select value from json_each(:findings))",
    "update case_amount set case_id = :into where case_id = :case_id and finding_id in (select value from json_each(:findings))",
    """insert into case_provision (case_id, provision_id, article, part)
    select distinct :into, v.value ->> 0, v.value ->> 1, v.value ->> 2 from finding f, json_each(f.provisions_json) v
    where f.id in (select value from json_each(:findings)) on conflict do nothing""",
    """update alert set case_id = :into where case_id = :case_id and exists (select 1 from alert_article aa
        where aa.alert_id = alert.id and aa.article_id = :article_id and aa.relation = 'trigger')""",
)
_AUDIT_MOVE = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, 'monitor', 'court_case', :case_id, 'move', '{}',
    json_object('article_id', :article_id, 'to', :into, 'reason', :reason), 'rule')
"""
_FORGET_PARTIES = """
delete from case_party where case_id = :case_id
    and exists (select 1 from court_case where id = :case_id and is_locked = 0 and merged_into is null)
"""
_FORGET_PROVISIONS = """
delete from case_provision where case_id = :case_id and not exists (
    select 1 from case_event e join finding f on f.id = e.finding_id, json_each(f.provisions_json) v
    where e.case_id = :case_id and v.value ->> 0 = case_provision.provision_id)
"""


@dataclass(kw_only=True, slots=True, frozen=True)
class StoredFinding:
    """A finding with the case and the article that it stands in."""

    case_id: str
    is_locked: bool
    article_id: str
    title: str
    text: str
    at: str
    finding_id: str
    rule_id: str
    category: str
    stage: str
    outcomes: tuple[str, ...]
    outlets: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    opponents: tuple[str, ...]
    provisions: tuple[tuple[str, str, str], ...]
    amounts: tuple[tuple[float, str, str], ...]
    court: str
    case_number: str
    hearing_at: str
    event_on: str
    place: str
    country: str
    is_negated: bool
    alert_kind: str


def stored_events(db: Database, case_ids: Iterable[str], *, most: int) -> tuple[StoredFinding, ...]:
    """Findings of these cases and of those merged into them, by case and article."""
    return tuple(_finding(dict(row)) for row in db.query(_EVENTS, {"ids": json.dumps(sorted(case_ids)), "most": most}))


def _finding(row: dict[str, object]) -> StoredFinding:
    lists = {name.removesuffix("_json"): json.loads(str(row.pop(name))) for name in tuple(row) if name.endswith("_json")}
    read = {name: tuple(tuple(one) if isinstance(one, list) else one for one in value) for name, value in lists.items()}
    row |= {"is_locked": bool(row["is_locked"]), "is_negated": bool(row["is_negated"])}
    return StoredFinding(**row, **read)  # type: ignore[arg-type]


def merge_case(db: Database, merge: MergeRecord, now: str) -> None:
    """Let one case stand for another; those merged into it before follow. Part of the caller's transaction."""
    values = {"case_id": merge.case_id, "into": merge.into_id, "reason": merge.reason, "now": now}
    if db.conn.execute(_MERGE, values).rowcount:
        db.conn.execute(_FOLLOW, values)
        db.conn.execute(_AUDIT_MERGE, values)


def move_event(db: Database, move: MoveRecord, now: str) -> None:
    """Take an article's events with their hearings, sums and alert into another case; mail threads keep their key."""
    values = {
        "article_id": move.article_id,
        "findings": json.dumps(move.finding_ids),
        "case_id": move.from_id,
        "into": move.into_id,
        "category": move.category,
        "title": move.title,
        "predecessor": move.predecessor_id,
        "reason": move.reason,
        "now": now,
    }
    db.conn.execute(_OPEN, values)
    for statement in (*_MOVE, _AUDIT_MOVE):
        db.conn.execute(statement, values)


def forget_parties(db: Database, case_id: str) -> None:
    """Before the parties of a case are written anew from the events that it still has."""
    for statement in (_FORGET_PARTIES, _FORGET_PROVISIONS):
        db.conn.execute(statement, {"case_id": case_id})
