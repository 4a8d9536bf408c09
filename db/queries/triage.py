"""What staff decide about alerts: the inbox, and each act in one transaction with who, when and what in the audit.

An act names the version of the alert that its reader saw. When a colleague has acted since, nothing is written and the
answer says who did what, so that no decision is overwritten unseen. Changes by rules do not count as versions.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.connection import write
from db.errors import MfmError
from db.queries.acts import last_act, last_version
from db.queries.times import iso
from db.vocabulary import AlertStatus, DismissReason

MOST_LISTED = 500
OPEN_STATUSES = (AlertStatus.OPEN, AlertStatus.ASSIGNED, AlertStatus.SNOOZED)
_CLOSED_TO_STAFF = (AlertStatus.MERGED, AlertStatus.EXPIRED)
_DECIDED = (AlertStatus.CONFIRMED, AlertStatus.DISMISSED)
_INBOX = """
select a.id, a.number, a.severity, a.category, a.country, a.title, a.outlet_name, a.status, a.status_reason, a.assignee, a.n_reports,
    a.created_at,
    (select coalesce(max(id), 0) from audit where table_name = 'alert' and row_id = a.id and via <> 'rule') as version
from alert a
where a.is_backfill = 0 and (a.status in (select value from json_each(:statuses)))
    and (:assignee = '' or a.assignee = :assignee) and a.severity >= :least
order by a.severity desc, a.created_at, a.number
limit :most
"""
_ALERT = "select status, status_reason, assignee, snoozed_until from alert where id = :id"
_SET = """
update alert set status = :status, status_reason = :status_reason, assignee = :assignee, snoozed_until = :snoozed_until, updated_at = :now
where id = :id
"""
_AUDIT = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, :actor, 'alert', :id, :operation, :before, :after, :via)
"""
_IS_USED = "select 1 from audit where table_name = 'alert' and row_id = :id and json_extract(after_json, '$.ticket') = :mark"
_LAST_DECIDER = """
select actor from audit where table_name = 'alert' and row_id = :id and via <> 'rule'
    and json_extract(after_json, '$.status') in ('confirmed', 'dismissed') order by id desc limit 1
"""


class TriageError(MfmError):
    """No such alert, or an act that does not fit it; nothing was written."""


class ChangedMeanwhileError(TriageError):
    """A colleague acted on the alert after its reader saw it; `actor`, `at` and `operation` say who, when and what."""

    def __init__(self, alert_id: str, actor: str, at: str, operation: str) -> None:
        super().__init__(f"alert {alert_id} was changed meanwhile by {actor} at {at} ({operation}); nothing was written")
        self.alert_id, self.actor, self.at, self.operation = alert_id, actor, at, operation


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageAct:
    """Who does what to which alert. `version` is the one that `inbox` or `version_of` showed; `kind` is a key of the acts below.

    `assign` needs `assignee`; `reject` needs `reason`, one of DismissReason; the other acts need neither.
    """

    kind: str
    alert_id: str
    actor: str
    version: int
    assignee: str = ""
    reason: str = ""
    via: str = "page"


def inbox(
    db: Database, *, statuses: tuple[AlertStatus, ...] = OPEN_STATUSES, assignee: str = "", least_severity: int = 1, most: int = MOST_LISTED
) -> list[dict[str, Any]]:
    """Alerts to sift, the most severe first, then the oldest; each with the `version` that an act on it must name."""
    values = {"statuses": json.dumps(statuses), "assignee": assignee, "least": least_severity, "most": min(most, MOST_LISTED)}
    return list(db.query(_INBOX, values))


def alert_of_number(db: Database, number: int) -> str:
    """The id of the alert that mails and pages show as `number`; TriageError when there is none."""
    row = _one(db, "select id from alert where number = :number", {"number": number})
    if row is None:
        raise TriageError(f"alert {number}: no such alert (`scrapy triage` shows those that wait)")
    return str(row["id"])


def version_of(db: Database, alert_id: str) -> int:
    """The number of the last act of a person on the alert; 0 when nobody has acted."""
    return last_version(db, "alert", alert_id)


def act(db: Database, wanted: TriageAct, now: datetime) -> int:
    """Carry out one act; returns the alert's new version. Raises TriageError, or ChangedMeanwhileError when its version is not the last."""
    return write(db, lambda each: _act(each, wanted, now))


def _act(db: Database, wanted: TriageAct, now: datetime) -> int:
    before = _one(db, _ALERT, {"id": wanted.alert_id})
    if before is None:
        raise TriageError(f"alert {wanted.alert_id}: no such alert")
    last = last_act(db, "alert", wanted.alert_id)
    if (int(last["id"]) if last else 0) != wanted.version:
        raise ChangedMeanwhileError(wanted.alert_id, *(str(last[key]) if last else "" for key in ("actor", "at", "operation")))
    if before["status"] in _CLOSED_TO_STAFF:
        raise TriageError(f"alert {wanted.alert_id} is {before['status']}: there is nothing left to decide")
    if not wanted.actor.strip():
        raise TriageError(f"{wanted.kind}: an act needs the name of who does it")
    after = before | _changes(wanted, before, last)
    if after == before:
        raise TriageError(f"alert {wanted.alert_id} is so already: nothing to {wanted.kind}")
    return _put(db, wanted.alert_id, before, after, {"actor": wanted.actor, "operation": wanted.kind, "via": wanted.via, "now": iso(now)})


def _changes(wanted: TriageAct, before: dict[str, Any], last: dict[str, Any] | None) -> dict[str, Any]:
    """The columns that the act sets."""
    match wanted.kind:
        case "assign" | "take":
            assignee = wanted.actor if wanted.kind == "take" else wanted.assignee.strip()
            if not assignee:
                raise TriageError("assign: to whom is missing")
            status = before["status"] if before["status"] in _DECIDED else AlertStatus.ASSIGNED.value
            return {"assignee": assignee, "status": status, "snoozed_until": None}
        case "confirm":
            return {"status": AlertStatus.CONFIRMED.value, "status_reason": "", "snoozed_until": None}
        case "reject":
            if wanted.reason not in set(DismissReason):
                raise TriageError(f"reject: reason {wanted.reason!r} is none of {', '.join(DismissReason)}")
            return {"status": AlertStatus.DISMISSED.value, "status_reason": wanted.reason, "snoozed_until": None}
        case "undo":
            return _undone(wanted, before, last)
    raise TriageError(f"{wanted.kind!r} is none of assign, take, confirm, reject, undo")


def _undone(wanted: TriageAct, before: dict[str, Any], last: dict[str, Any] | None) -> dict[str, Any]:
    """What stood before the last act. Only who did it may take it back; an undo of an undo does the act again."""
    if last is None:
        raise TriageError(f"alert {wanted.alert_id}: nobody has acted on it, there is nothing to undo")
    if last["actor"] != wanted.actor:
        raise TriageError(f"alert {wanted.alert_id}: the last act is by {last['actor']}, who alone can undo it")
    old: dict[str, Any] = json.loads(last["before_json"])
    return {key: value for key, value in old.items() if key in before}


def _put(db: Database, alert_id: str, before: dict[str, Any], after: dict[str, Any], who: dict[str, str], mark: str = "") -> int:
    """The alert's new state and its audit row, which holds every column that changed and the mark of a ticket; the number of that row."""
    changed = {key: value for key, value in after.items() if before[key] != value}
    old = {key: before[key] for key in changed}
    if mark:
        changed |= {"status": after["status"], "ticket": mark}
        old |= {"status": before["status"]}
    db.conn.execute(_SET, after | {"id": alert_id, "now": who["now"]})
    texts = {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in (("before", old), ("after", changed))}
    return int(db.conn.execute(_AUDIT, who | texts | {"id": alert_id}).lastrowid or 0)


def decide_by_mail(db: Database, alert_id: str, status: str, actor: str, mark: str, now: datetime) -> str:
    """A reader's answer from a mail: `done`, or why nothing was written.

    `used`: this mark has acted before. `gone`: the alert is merged, expired or none. `decided`: somebody else has confirmed
    or dismissed it, which a mail written before cannot know. One's own earlier answer may be changed.
    One transaction with its audit row, which holds the mark: a ticket acts once, whatever is pressed twice at the same time.
    """

    def work(each: Database) -> str:
        if each.conn.execute(_IS_USED, {"id": alert_id, "mark": mark}).fetchone():
            return "used"
        before = _one(each, _ALERT, {"id": alert_id})
        if before is None or before["status"] in _CLOSED_TO_STAFF:
            return "gone"
        decider = _one(each, _LAST_DECIDER, {"id": alert_id})
        if before["status"] in _DECIDED and (decider is None or decider["actor"] != actor):
            return "decided"
        after = before | {"status": status, "status_reason": "", "snoozed_until": None}
        _put(each, alert_id, before, after, {"actor": actor, "operation": "update", "via": "mail", "now": iso(now)}, mark)
        return "done"

    return write(db, work)


def _one(db: Database, sql: str, values: dict[str, object]) -> dict[str, Any] | None:
    return next(iter(db.query(sql, values)), None)
