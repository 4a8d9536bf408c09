"""What a person decides about an incident: closed, rejected, or merged into another. Kept in the audit, never undone by a rule."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.errors import MfmError
from db.identity import content_id
from db.queries.acts import last_act, last_version
from db.queries.times import iso
from db.vocabulary import IncidentState

MIN_ID = 6
_LIST = """
select incident.id, state, incident.country, incident.kind, method, started_at, title from incident
where state not in ('closed', 'rejected') and merged_into is null order by started_at, incident.id
"""
_FIND = "select * from incident where substr(id, 1, length(:start)) = :start limit 2"
_END = """
update incident set state = :state, closed_at = coalesce(closed_at, :now), is_locked = 1, updated_at = :now where id = :id
"""
_MERGE = """
update incident set merged_into = :target, state = 'closed', closed_at = coalesce(closed_at, :now), is_locked = 1, updated_at = :now
where id = :id
"""
_EARLIER = """
update incident set started_at = min(started_at, :started_at), last_evidence_at = max(last_evidence_at, :last_evidence_at),
    updated_at = :now
where id = :target
"""
_TRACKS = """
insert into incident_track (incident_id, vantage, asn, method, state, first_at, last_bad_at, last_good_at, n_bad, n_good, good_since)
select :target, vantage, asn, method, state, first_at, last_bad_at, last_good_at, n_bad, n_good, good_since from incident_track
where incident_id = :id
on conflict (incident_id, vantage, method) do nothing
"""
_EVENT = """
insert into incident_event (id, incident_id, kind, happened_at, note) values (:event_id, :incident_id, :kind, :now, :note)
on conflict (id) do nothing
"""
_AUDIT = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, :actor, 'incident', :id, :operation, :before, :after, 'command')
"""


class IncidentError(MfmError):
    """No such incident, or one that this act does not fit."""


class DecidedMeanwhileError(IncidentError):
    """A colleague decided about the incident and its reader has not said that they saw it; `actor`, `at` and `operation` say who, when, what."""

    def __init__(self, incident_id: str, last: dict[str, Any]) -> None:
        self.incident_id, self.version = incident_id, int(last["id"])
        self.actor, self.at, self.operation = str(last["actor"]), str(last["at"]), str(last["operation"])
        said = f"incident {incident_id} was decided by {self.actor} at {self.at} ({self.operation}); nothing was written"
        super().__init__(f"{said}. To decide over it, name that decision: --over {self.version}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who decides what about which incident, and why. `incident` may be the beginning of an id; `target` of the one to merge into.

    `version` is the last decision that the actor saw, as `version_of` gives it; 0 when nobody had decided.
    """

    kind: str
    incident: str
    actor: str
    reason: str
    target: str = ""
    version: int = 0


def version_of(db: Database, incident_id: str) -> int:
    """The number of the last act of a person on the incident; 0 when nobody has acted. Changes by rules do not count."""
    return last_version(db, "incident", incident_id)


def incidents_going_on(db: Database) -> list[dict[str, Any]]:
    """The incidents that a person may decide about, oldest first."""
    return list(db.query(_LIST))


def carry_out(db: Database, act: Act, now: datetime) -> str:
    """Write the act inside the caller's transaction; what to say of it. IncidentError when it does not fit; nothing is written then."""
    if not act.reason.strip():
        raise IncidentError(f"{act.kind} needs a reason")
    row = _found(db, act.incident)
    if row["merged_into"]:
        raise IncidentError(f"incident {row['id']} is already merged into {row['merged_into']}")
    if row["state"] == IncidentState.REJECTED or (row["state"] == IncidentState.CLOSED and act.kind == "close"):
        raise IncidentError(f"incident {row['id']} is already {row['state']}")
    last = last_act(db, "incident", row["id"])
    if last and int(last["id"]) != act.version:
        raise DecidedMeanwhileError(row["id"], last)
    values = {"id": row["id"], "now": iso(now), "actor": act.actor}
    target = _target(db, act, row) if act.kind == "merge" else ""
    if target:
        more = {"target": target, "started_at": row["started_at"], "last_evidence_at": row["last_evidence_at"]}
        db.conn.execute(_MERGE, {"id": row["id"], "now": iso(now), "target": target})
        db.conn.execute(_EARLIER, more | {"now": iso(now)})
        db.conn.execute(_TRACKS, {"id": row["id"], "target": target})
        _note(db, target, "merged", now, f"{row['id']} joined by {act.actor}: {act.reason}")
        after = {"merged_into": target, "state": "closed", "reason": act.reason}
    else:
        state = IncidentState.CLOSED if act.kind == "close" else IncidentState.REJECTED
        db.conn.execute(_END, {"id": row["id"], "now": iso(now), "state": state.value})
        after = {"state": state.value, "reason": act.reason}
    _note(db, row["id"], {"close": "closed", "reject": "rejected", "merge": "merged"}[act.kind], now, f"by {act.actor}: {act.reason}")
    before = {"state": row["state"], "merged_into": row["merged_into"]}
    db.conn.execute(_AUDIT, values | {"operation": act.kind, "before": json.dumps(before), "after": json.dumps(after, ensure_ascii=False)})
    return f"incident {row['id']} ({row['title']}) is {after['state'] if not target else f'merged into {target}'}; recorded for {act.actor}"


def _found(db: Database, start: str) -> dict[str, Any]:
    rows = list(db.query(_FIND, {"start": start})) if len(start) >= MIN_ID else []
    if len(rows) != 1 and not any(row["id"] == start for row in rows):
        what = "more than one incident begins so" if rows else "no incident has this id (`scrapy incident list` shows them)"
        raise IncidentError(f"{start}: {what}")
    return next((row for row in rows if row["id"] == start), rows[0])


def _target(db: Database, act: Act, row: dict[str, Any]) -> str:
    other = _found(db, act.target)
    if other["id"] == row["id"]:
        raise IncidentError(f"incident {row['id']} cannot be merged into itself")
    if other["merged_into"] or other["state"] == IncidentState.REJECTED:
        raise IncidentError(f"incident {other['id']} is itself merged or rejected")
    if any(other[name] != row[name] for name in ("outlet_id", "country", "kind")):
        raise IncidentError(f"incidents {row['id']} and {other['id']} differ in outlet, country or kind")
    return str(other["id"])


def _note(db: Database, incident_id: str, kind: str, now: datetime, note: str) -> None:
    event_id = content_id("incident_event", incident_id, kind, iso(now), note)
    db.conn.execute(_EVENT, {"event_id": event_id, "incident_id": incident_id, "kind": kind, "now": iso(now), "note": note})
