"""Hearings that fell off a court's list: confirmed by a second look, told as vanished or as moved, once."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db.identity import content_id
from db.queries.case_parts import set_next_hearing
from db.queries.times import iso

LOOKS_APART_S = 3600  # one look may meet a half-written page; as for removed articles
RULES_VERSION = "courtlist-1"
SEVERITY = 3
# `gone_at` is the first look at the same list without the hearing, `looked_at` the last one; a look that found the page unchanged counts.
_GONE = """
with gone as (
    select h.*, c.title, c.category, c.country, c.outlet_id as case_outlet_id, shown.url,
        (select min(k.captured_at) from capture k where k.url = shown.url and k.captured_at > shown.last_seen_at) as gone_at
    from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id join capture shown on shown.id = h.capture_id
    where h.status = 'vanished' and h.starts_on >= :today)
select gone.*, coalesce((select name from outlet where id = gone.case_outlet_id), '') as outlet_name,
    (select id from capture k where k.url = gone.url and k.captured_at = gone.gone_at limit 1) as proof_id,
    max(coalesce((select max(last_seen_at) from capture k where k.url = gone.url and k.captured_at >= gone.gone_at), ''),
        coalesce((select max(fetched_at) from fetch f where f.url = gone.url and f.outcome in ('ok', 'unchanged', 'not_modified')), ''))
        as looked_at
from gone where gone_at is not null order by starts_on, id
"""
# The same list shows another day for the case, first seen after the old one was last seen: the hearing was moved.
_NEW_DAY = """
select n.id, n.starts_on, n.sequence from hearing n join capture k on k.id = n.capture_id
where n.case_id in (select two.case_id from case_member one join case_member two on two.root_id = one.root_id where one.case_id = :case_id)
    and n.status = 'planned' and n.id <> :id and n.ical_uid <> :ical_uid and k.url = :url
    and n.first_seen_at > :last_seen_at and n.starts_on >= :today
order by n.first_seen_at, n.starts_on limit 1
"""
_HAND_ON = "update hearing set ical_uid = :ical_uid, sequence = max(sequence, :sequence) + 1 where id = :new_id"
_SET_STATUS = "update hearing set status = :status where id = :id"
_INSERT_EVENT = """
insert into case_event (id, case_id, kind, outcome, event_on, event_precision, event_basis, capture_id, basis, reason, score, seen_at)
values (:event_id, :case_id, :kind, '', substr(:gone_at, 1, 10), 'day', 'inferred', :proof_id, 'new_hearing', :words, 1, :now)
on conflict (id) do nothing
"""
_INSERT_ALERT = """
insert into alert (id, number, kind, alert_kind, category, stage, country, severity, title, summary, reason, confidence, outlet_id,
    outlet_name, case_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, created_at, updated_at)
values (:alert_id, (select coalesce(max(number), 0) + 1 from alert), :kind, 'digest', :category, 'hearing', :country, :severity,
    substr(:alert_title, 1, 200), :words, :words, 0.9, :case_outlet_id, :outlet_name, :case_id, :case_id, 'new_hearing',
    substr(:gone_at, 1, 10), 'day', 'inferred', :rules_version, :now, :now)
on conflict (id) do nothing
"""
_INSERT_PROOF = """
insert into alert_evidence (id, alert_id, kind, capture_id, sha256, archive_path, archive_offset, note)
select :evidence_id, :alert_id, 'hearing', id, body_sha256, archive_path, archive_offset, :words from capture where id = :proof_id
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """What happened to a hearing, for people: `kind` is `hearing_vanished` or `hearing_moved`."""

    kind: str
    case_title: str
    words: str


def tell_list_changes(db: Database, now: datetime) -> list[ListChange]:
    """Write event, alert and proof of each confirmed change; returns those told now. Inside the caller's transaction."""
    today = iso(now)[:10]
    changes = []
    for row in list(db.query(_GONE, {"today": today})):
        new = next(iter(db.query(_NEW_DAY, row | {"today": today})), None)
        if new is None and _seconds(row["gone_at"], row["looked_at"]) < LOOKS_APART_S:
            continue
        change = _moved(db, row, new) if new else _vanished(row)
        if _tell(db, row | {"today": today, "now": iso(now)}, change):
            changes.append(change)
    return changes


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() if end else 0.0


def _vanished(row: dict[str, object]) -> ListChange:
    words = f"The hearing of {row['starts_on']} stood on the court's list until {row['last_seen_at']} and is not there at two looks since."
    return ListChange(kind="hearing_vanished", case_title=str(row["title"]), words=words)


def _moved(db: Database, row: dict[str, object], new: dict[str, object]) -> ListChange:
    """The new day takes over the calendar's entry, so that clients move it and do not show two."""
    values = {"ical_uid": row["ical_uid"], "sequence": row["sequence"], "new_id": new["id"]}
    db.conn.execute(_HAND_ON, values)
    db.conn.execute(_SET_STATUS, {"id": row["id"], "status": "postponed"})
    words = f"The court's list now shows {new['starts_on']} in place of {row['starts_on']}."
    return ListChange(kind="hearing_moved", case_title=str(row["title"]), words=words)


def _tell(db: Database, row: dict[str, object], change: ListChange) -> bool:
    alert_id = content_id("alert", change.kind, str(row["id"]), str(row["last_seen_at"]))
    label = "Hearing moved" if change.kind == "hearing_moved" else "Hearing vanished from the court's list"
    row = row | {
        "kind": change.kind,
        "words": change.words,
        "alert_id": alert_id,
        "event_id": content_id("case_event", alert_id),
        "evidence_id": content_id("alert_evidence", alert_id),
        "alert_title": f"{label}: {change.case_title}",
        "severity": SEVERITY,
        "rules_version": RULES_VERSION,
    }
    db.conn.execute(_INSERT_EVENT, row)
    is_new = db.conn.execute(_INSERT_ALERT, row).rowcount == 1
    db.conn.execute(_INSERT_PROOF, row)
    set_next_hearing(db, str(row["case_id"]), str(row["now"]))
    return is_new
