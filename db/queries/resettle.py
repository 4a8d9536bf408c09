"""Events of cases read back to be put together anew, and the writes that move them; what staff decided is never touched."""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from db.records import MergeRecord, MoveRecord
from db.rows import FindingRow

# An event is told when its alert has gone out to anybody, by itself or in a digest, or when somebody has dealt with it.
_EVENTS = """
with member (root, id) as materialized (
    select value, value from json_each(:ids)
    union select merged_into, id from court_case where merged_into in (select value from json_each(:ids))),
fixed (root) as materialized (select m.root from member m join court_case c on c.id = m.id where c.is_locked = 1)
select m.root as case_id, m.id as own_id, m.root in fixed as is_locked,
    exists (select 1 from alert_article aa join alert al on al.id = aa.alert_id and al.case_id = m.id and al.is_backfill = 0
        where aa.article_id = a.id and aa.relation = 'trigger' and (al.status <> 'open'
            or exists (select 1 from outbox o where o.alert_id = al.id and o.state in ('sending', 'sent'))
            or exists (select 1 from outbox o where o.alert_id is null and o.state in ('sending', 'sent')
                and o.created_at >= al.created_at))) as is_told,
    a.id as article_id, a.title, substr(a.text, 1, 4000) as text,
    coalesce(a.published_at, e.seen_at) as at, f.id as finding_id, f.rule_id, f.category, f.stage, f.outcomes_json, f.outlets_json,
    f.people_json, f.opponents_json, f.provisions_json, f.amounts_json, f.court, f.case_number, f.hearing_at, f.event_on, f.place,
    f.country, f.is_negated, f.alert_kind
from member m join case_event e on e.case_id = m.id join finding f on f.id = e.finding_id join article a on a.id = e.article_id
order by m.root, a.id, e.id limit :most
"""
# Never into a case that staff decided about, nor into one that was merged meanwhile by another run: no two cases lead to each other.
_MERGE = """
update court_case set merged_into = :into, updated_at = :now where id = :case_id and id <> :into and is_locked = 0
    and exists (select 1 from court_case heir where heir.id = :into and heir.is_locked = 0 and heir.merged_into is null)
"""
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
    """update hearing set case_id = :into where case_id = :case_id and finding_id in (select value from json_each(:findings))
    and not exists (select 1 from hearing there where there.case_id = :into and there.starts_on = hearing.starts_on)""",
    # The other case has that hearing already: this entry of the calendar is called off.
    """update hearing set status = 'cancelled', sequence = sequence + 1, finding_id = null
    where case_id = :case_id and finding_id in (select value from json_each(:findings))""",
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


def stored_events(db: Database, case_ids: Iterable[str], *, most: int) -> tuple[FindingRow, ...]:
    """Findings of these cases and of those merged into them, by case and article."""
    return tuple(_finding(dict(row)) for row in db.query(_EVENTS, {"ids": json.dumps(sorted(case_ids)), "most": most}))


def _finding(row: dict[str, object]) -> FindingRow:
    lists = {name.removesuffix("_json"): json.loads(str(row.pop(name))) for name in tuple(row) if name.endswith("_json")}
    read = {name: tuple(tuple(one) if isinstance(one, list) else one for one in value) for name, value in lists.items()}
    row |= {name: bool(row[name]) for name in ("is_locked", "is_told", "is_negated")}
    return FindingRow(**row, **read)  # type: ignore[arg-type]


def merge_case(db: Database, merge: MergeRecord, now: str) -> None:
    """Let one case stand for another; those merged into it before follow (a trigger). Part of the caller's transaction."""
    values = {"case_id": merge.case_id, "into": merge.into_id, "reason": merge.reason, "now": now}
    if db.conn.execute(_MERGE, values).rowcount:
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
