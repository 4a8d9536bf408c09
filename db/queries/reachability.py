"""Reads and writes of the reachability desk: observations, verdicts, incidents with tracks and events, their alerts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.identity import content_id
from db.queries.times import iso
from db.records import ObservationRecord, as_row

LINES_ID = "zz_lines"
_LINES_OUTLET = """
insert into outlet (id, name, country, kind) values (:id, 'Our own lines', 'ZZ', 'registry') on conflict do nothing
"""
_LINES_SOURCE = """
insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s, is_enabled, disabled_reason)
values (:id, :id, 'ZZ', 'probe', 1800, 315360000, 0, 'health of our own lines, no outlet') on conflict do nothing
"""
_INSERT_OBSERVATION = """
insert into observation (id, source_id, run_id, batch_id, url, step, vantage, is_control, attempt, target, failure, outcome,
    duration_s, detail_json, observed_at)
values (:id, :source_id, :run_id, :batch_id, :url, :step, :vantage, :is_control, :attempt, :target, :failure, :outcome,
    :duration_s, :detail_json, :observed_at)
on conflict (id) do nothing
"""
_UNJUDGED = """
select distinct batch_id from observation
where batch_id <> '' and is_control = 0 and url <> '' and step in ('dns', 'tcp', 'tls', 'http') and observed_at >= :since
    and batch_id not in (select batch_id from verdict)
order by batch_id
"""
_INSERT_VERDICT = """
insert into verdict (id, source_id, outlet_id, url, batch_id, vantage, country, asn, verdict, reason, confidence, evidence_kind, layer,
    rule_id, rules_version, explanation, observations_json, is_path_clear, judged_at)
values (:id, :source_id, (select outlet_id from source where id = :source_id), :url, :batch_id, :vantage, :country, :asn, :verdict,
    :reason, :confidence, :evidence_kind, :layer, :rule_id, :rules_version, :explanation, :observations_json, :is_path_clear, :judged_at)
on conflict (id) do nothing
"""
_SAVE_INCIDENT = """
insert into incident (id, outlet_id, country, kind, state, title, method, class, confidence, started_at, opened_at, eased_at, closed_at,
    last_evidence_at, reopened, summary, updated_at)
values (:id, :outlet_id, :country, :kind, :state, :title, :method, :class, :confidence, :started_at, :opened_at, :eased_at, :closed_at,
    :last_evidence_at, :reopened, :summary, :updated_at)
on conflict (id) do update set state = excluded.state, method = excluded.method, class = excluded.class,
    confidence = excluded.confidence, opened_at = excluded.opened_at, eased_at = excluded.eased_at, closed_at = excluded.closed_at,
    last_evidence_at = excluded.last_evidence_at, reopened = excluded.reopened, updated_at = excluded.updated_at
where is_locked = 0
"""
_SAVE_TRACK = """
insert into incident_track (incident_id, vantage, asn, method, state, first_at, last_bad_at, last_good_at, n_bad, n_good, good_since)
values (:incident_id, :vantage, :asn, :method, :state, :first_at, :last_bad_at, :last_good_at, :n_bad, :n_good, :good_since)
on conflict (incident_id, vantage, method) do update set state = excluded.state, last_bad_at = excluded.last_bad_at,
    last_good_at = excluded.last_good_at, n_bad = excluded.n_bad, n_good = excluded.n_good, good_since = excluded.good_since
"""
_SAVE_EVENT = """
insert into incident_event (id, incident_id, kind, happened_at, verdict_id, note)
values (:id, :incident_id, :kind, :happened_at, nullif(:verdict_id, ''), :note) on conflict (id) do nothing
"""
_SAVE_ALERT = """
insert into alert (id, number, kind, alert_kind, category, stage, country, severity, title, summary, reason, confidence, outlet_id,
    outlet_name, incident_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, created_at, updated_at)
values (:id, (select coalesce(max(number), 0) + 1 from alert), :kind, :alert_kind, :category, :stage, :country, :severity, :title,
    :summary, :reason, :confidence, :outlet_id, :outlet_name, :incident_id, :incident_id, :basis, substr(:happened_at, 1, 10), 'day',
    'stated', :rules_version, :now, :now)
on conflict (id) do nothing
"""
_SAVE_EVIDENCE = """
insert into alert_evidence (id, alert_id, kind, verdict_id, quote, note)
values (:id, :alert_id, 'verdict', :verdict_id, '', :note) on conflict (id) do nothing
"""
_HISTORY = """
select id, url, vantage, asn, verdict, reason, confidence, evidence_kind, is_path_clear, judged_at from verdict
where outlet_id = :outlet_id and country = :country and judged_at >= :since order by judged_at, vantage
"""
_INCIDENT = """
select * from incident where outlet_id is :outlet_id and country = :country and kind = :kind and merged_into is null
order by (state <> 'closed') desc, last_evidence_at desc limit 1
"""
_FAILING = """
select vantage, url from (select vantage, url, is_path_clear, row_number() over (partition by vantage, url order by judged_at desc) as n
    from verdict where judged_at >= :since) where n = 1 and is_path_clear = 0
"""
_IN_A_ROW = """
select count(*) from verdict where outlet_id is :outlet_id and vantage = :vantage and is_path_clear = 1 and judged_at >= :since
"""
_AUDIT = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, 'monitor', 'incident', :id, :operation, :before, :after, 'rule')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecord:
    """One verdict, ready to be kept; `observation_ids` are what it rests on."""

    source_id: str
    url: str
    batch_id: str
    vantage: str
    country: str
    asn: str
    verdict: str
    reason: str
    confidence: float
    evidence_kind: str
    layer: str
    rule_id: str
    rules_version: str
    explanation: str
    is_path_clear: bool
    judged_at: datetime
    observation_ids: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Id from content; a new rules version makes a new row beside the old one."""
        return content_id("verdict", self.batch_id, self.url, self.vantage, self.rules_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOfIncident:
    """One alert about a change of an incident; `event_id` makes it unique."""

    event_id: str
    incident_id: str
    kind: str
    alert_kind: str
    category: str
    stage: str
    country: str
    severity: int
    title: str
    summary: str
    reason: str
    confidence: float
    outlet_id: str | None
    outlet_name: str
    basis: str
    happened_at: datetime
    rules_version: str
    verdict_id: str = ""
    verdict_note: str = ""


def observation_id(row: dict[str, object]) -> str:
    """The id of an observation row, as the store stage makes it."""
    key = ("source_id", "batch_id", "url", "step", "vantage", "target", "attempt", "observed_at")
    purposes = json.loads(str(row["detail_json"]))
    return content_id("observation", *(str(row[name]) for name in key), str(purposes.get("purpose", "")), str(purposes.get("moment", "")))


def store_observations(db: Database, observations: Iterable[ObservationRecord]) -> list[str]:
    """Write observations of one run inside the caller's transaction; those of our lines go under a source of their own."""
    db.conn.execute(_LINES_OUTLET, {"id": LINES_ID})
    db.conn.execute(_LINES_SOURCE, {"id": LINES_ID})
    ids = []
    for observation in observations:
        row = as_row(observation)
        row["source_id"] = row["source_id"] or LINES_ID
        row.setdefault("detail_json", "{}")
        row["id"] = observation_id(row)
        db.conn.execute(_INSERT_OBSERVATION, row)
        ids.append(str(row["id"]))
    return ids


def unjudged_batches(db: Database, since: datetime) -> list[str]:
    """Batches with looks from a vantage that no verdict rests on yet."""
    return [str(row[0]) for row in db.conn.execute(_UNJUDGED, {"since": iso(since)})]


def observations_of(db: Database, batch_id: str) -> list[dict[str, Any]]:
    """The rows of a batch in the order they were written, `detail` unpacked."""
    rows = db.query("select * from observation where batch_id = :batch order by rowid", {"batch": batch_id})
    return [{**row, "detail": json.loads(row["detail_json"])} for row in rows]


def judged_batches(db: Database, since: datetime) -> list[str]:
    """Batches with verdicts since then, oldest first."""
    query = "select batch_id from verdict where judged_at >= ? group by batch_id order by min(judged_at)"
    return [str(row[0]) for row in db.conn.execute(query, (iso(since),))]


def verdicts_of(db: Database, batch_id: str) -> dict[tuple[str, str], str]:
    """(url, vantage) -> verdict of the newest judgement of a batch."""
    query = "select url, vantage, verdict from verdict where batch_id = ? order by rules_version"
    return {(str(row[0]), str(row[1])): str(row[2]) for row in db.conn.execute(query, (batch_id,))}


def failing_before(db: Database, since: datetime) -> set[tuple[str, str]]:
    """(vantage, url) pairs whose newest verdict since then was not a clear path."""
    return {(str(row[0]), str(row[1])) for row in db.conn.execute(_FAILING, {"since": iso(since)})}


def store_verdict(db: Database, record: VerdictRecord) -> str:
    """Write a verdict inside the caller's transaction; returns its id."""
    row = as_row(record)
    row |= {"id": record.id, "observations_json": json.dumps(list(record.observation_ids))}
    db.conn.execute(_INSERT_VERDICT, row)
    return record.id


def history(db: Database, outlet_id: str, country: str, since: datetime) -> list[dict[str, Any]]:
    """Verdict rows of an outlet in a country since then, oldest first."""
    return list(db.query(_HISTORY, {"outlet_id": outlet_id, "country": country, "since": iso(since)}))


def latest_incident(db: Database, outlet_id: str | None, country: str, kind: str) -> dict[str, Any] | None:
    """The incident of that key that is not closed, else the one closed last, with its tracks; `n_in_a_row` counts their good runs."""
    for row in db.query(_INCIDENT, {"outlet_id": outlet_id, "country": country, "kind": kind}):
        tracks = list(db.query("select * from incident_track where incident_id = :id", {"id": row["id"]}))
        for track in tracks:
            values = {"outlet_id": outlet_id, "vantage": track["vantage"], "since": track["good_since"] or "9999"}
            track["n_in_a_row"] = db.conn.execute(_IN_A_ROW, values).fetchone()[0]
        return {**row, "tracks": tracks}
    return None


def active_incidents(db: Database) -> list[dict[str, Any]]:
    """Measured incidents that are not over."""
    query = """select distinct incident.* from incident join incident_track on incident_track.incident_id = incident.id
        where incident.state in ('suspected', 'open', 'eased') and incident.merged_into is null"""
    return list(db.query(query))


def save_incident(db: Database, row: dict[str, object], tracks: Sequence[dict[str, object]]) -> None:
    """Write an incident and its tracks, with an audit row, inside the caller's transaction."""
    before = db.conn.execute("select state, method from incident where id = ?", (row["id"],)).fetchone()
    db.conn.execute(_SAVE_INCIDENT, row)
    for track in tracks:
        db.conn.execute(_SAVE_TRACK, {**track, "incident_id": row["id"]})
    after = {"state": row["state"], "method": row["method"]}
    old = {"state": before[0], "method": before[1]} if before else {}
    if old != after:
        operation = "update" if before else "insert"
        values = {"now": row["updated_at"], "id": row["id"], "operation": operation, "before": json.dumps(old), "after": json.dumps(after)}
        db.conn.execute(_AUDIT, values)


def save_event(db: Database, incident_id: str, kind: str, happened_at: datetime, verdict_id: str = "", note: str = "") -> str:
    """Write a change of an incident; returns its id, which is the same for the same change."""
    row = {"incident_id": incident_id, "kind": kind, "happened_at": iso(happened_at), "verdict_id": verdict_id, "note": note}
    row["id"] = content_id("incident_event", incident_id, kind, row["happened_at"])
    db.conn.execute(_SAVE_EVENT, row)
    return row["id"]


def save_alert(db: Database, alert: AlertOfIncident, now: datetime) -> str:
    """Write the alert of a change, once; returns its id."""
    row = as_row(alert)
    row |= {"id": content_id("alert", alert.event_id), "now": iso(now)}
    db.conn.execute(_SAVE_ALERT, row)
    if alert.verdict_id:
        proof = {"alert_id": row["id"], "verdict_id": alert.verdict_id, "note": alert.verdict_note}
        db.conn.execute(_SAVE_EVIDENCE, proof | {"id": content_id("evidence", str(row["id"]), alert.verdict_id)})
    return str(row["id"])


def outlet_name(db: Database, outlet_id: str) -> str:
    """The outlet's name; its id when it has no row."""
    row = db.conn.execute("select name from outlet where id = ?", (outlet_id,)).fetchone()
    return str(row[0]) if row else outlet_id


def outlet_of(db: Database, source_id: str) -> str:
    """The outlet of a source; the source's own id when it has no row."""
    row = db.conn.execute("select outlet_id from source where id = ?", (source_id,)).fetchone()
    return str(row[0]) if row else source_id


def last_usable_at(db: Database, outlet_id: str, vantages: Sequence[str]) -> str:
    """The newest verdict of the outlet that a usable line gave; empty when none."""
    query = """select coalesce(max(judged_at), '') from verdict where outlet_id = :outlet_id and rule_id not in ('R0', 'R1')
        and vantage in (select value from json_each(:vantages))"""
    return str(db.conn.execute(query, {"outlet_id": outlet_id, "vantages": json.dumps(list(vantages))}).fetchone()[0])
