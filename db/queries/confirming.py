"""Two sources of one block, our look and a report: the second confirms the alert that the first gave, and no new one comes of it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db.identity import content_id
from db.queries.times import iso
from db.records import LinkRecord
from db.vocabulary import IncidentState, NoveltyBasis, Stage

MOST = 0.99  # the cap of every confidence
# What a report makes of an incident: the states in which our looks have told the same already, and the stage of the alert that told it.
_SAME = {
    IncidentState.OPEN: ((IncidentState.OPEN, IncidentState.EASED, IncidentState.FROZEN, IncidentState.STALE), Stage.ENFORCED),
    IncidentState.CLOSED: ((IncidentState.CLOSED,), Stage.CLOSED),
}
_TOLD = """
select coalesce(a.merged_into, a.id) from alert a where a.incident_id = :incident_id and a.stage = :stage and a.is_backfill = 0
    and a.status not in ('dismissed', 'expired') and exists ({source})
order by a.number desc limit 1
"""
_LOOKED = _TOLD.format(source="select 1 from alert_evidence where alert_id = a.id and kind = 'verdict'")
_REPORTED = _TOLD.format(source="select 1 from alert_article where alert_id = a.id")
_RAISE = """
update alert set confidence = max(confidence, min(:most, 1 - (1 - confidence) * (1 - :confidence))), updated_at = :now where id = :id
"""
_IS_REPORTED = "select 1 from alert_article where alert_id = ? limit 1"
_EVIDENCE = """
insert into alert_evidence (id, alert_id, kind, verdict_id, quote, note)
values (:evidence_id, :id, 'verdict', :verdict_id, '', :note) on conflict (id) do nothing
"""
_AUDIT = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, 'monitor', 'alert', :id, 'update', :before, :after, 'rule')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A verdict that confirms what reports said of an incident; `note` explains it."""

    incident_id: str
    verdict_id: str
    note: str
    confidence: float


def confirm_by_look(db: Database, look: Look, now: datetime) -> str:
    """Join the verdict to the alert that told of the reported block; its id, or '' when no such alert was told or a person dismissed it."""
    alert_id = _first(db, _REPORTED, look.incident_id, Stage.ENFORCED)
    if not alert_id or not look.verdict_id:
        return alert_id
    evidence_id = content_id("evidence", alert_id, look.verdict_id)
    values = {"id": alert_id, "evidence_id": evidence_id, "verdict_id": look.verdict_id, "note": look.note}
    if db.conn.execute(_EVIDENCE, values).rowcount == 1:
        before = _confidence(db, alert_id)
        raise_confidence(db, alert_id, look.confidence, iso(now))
        changed = {"confidence": _confidence(db, alert_id), "confirmed_by": look.verdict_id}
        texts = {"before": json.dumps({"confidence": before}), "after": json.dumps(changed)}
        db.conn.execute(_AUDIT, texts | {"id": alert_id, "now": iso(now)})
    return alert_id


def told_by_look(db: Database, link: LinkRecord, state_before: str) -> str:
    """The alert of our own looks that told already what a report says; '' when none did, or the report is of the archive.

    `state_before` is the state of the incident before this report; a report that changes it is news of its own.
    """
    states, stage = _SAME.get(IncidentState(link.incident_state), ((), "")) if link.incident_id else ((), "")
    if state_before not in states or link.basis == NoveltyBasis.BACKFILL:
        return ""
    return _first(db, _LOOKED, link.incident_id, stage)


def is_reported(db: Database, alert_id: str) -> bool:
    """True when an article stands behind the alert already."""
    return db.conn.execute(_IS_REPORTED, (alert_id,)).fetchone() is not None


def raise_confidence(db: Database, alert_id: str, confidence: float, now: str) -> None:
    """Two sources that know nothing of each other are both wrong less often than each: 1 - (1 - a)(1 - b), never above the cap."""
    db.conn.execute(_RAISE, {"id": alert_id, "confidence": confidence, "most": MOST, "now": now})


def _first(db: Database, sql: str, incident_id: str, stage: str) -> str:
    row = db.conn.execute(sql, {"incident_id": incident_id, "stage": stage}).fetchone()
    return str(row[0]) if row else ""


def _confidence(db: Database, alert_id: str) -> float:
    return float(db.conn.execute("select confidence from alert where id = ?", (alert_id,)).fetchone()[0])
