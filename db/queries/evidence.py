"""Reads of everything that stands behind an alert or a case: reports, findings with quotes, captures, verdicts, observations."""

import json
from typing import Any

from sqlite_utils import Database

from db.errors import MfmError
from db.queries.case_parts import root_of

Row = dict[str, Any]


class EvidenceError(MfmError):
    """There is no such alert or case."""


_ALERTS = """
select id, number, kind, category, stage, country, status, title, reason, confidence, outlet_name, coalesce(case_id, '') as case_id,
    basis, coalesce(event_on, '') as event_on, event_precision, rules_version, n_reports, created_at
from alert
where number = :number or case_id in (select case_id from case_member where root_id = :case_id)
order by number
"""
_CASE = """
select id, country, procedure, category, title, case_number, court, stage, outcome, new_basis, first_seen_at, updated_at
from court_case where id = :case_id
"""
_ARTICLES = """
select distinct art.id, art.canonical_url as url, art.title, o.name as outlet, art.language, coalesce(art.published_at, '') as published_at
from article art join outlet o on o.id = art.outlet_id
where art.id in (
    select article_id from alert_article where alert_id in (select value from json_each(:alerts))
    union select article_id from case_event
        where case_id in (select case_id from case_member where root_id = :case_id) and article_id is not null)
order by art.first_seen_at, art.id
"""
_VERSIONS = """
select id, article_id, number, capture_id, title, text, change, extractor, seen_at
from article_version where article_id in (select value from json_each(:articles)) order by article_id, number
"""
_FINDINGS = """
select f.id, f.article_id, f.version_id, f.rule_id, f.rules_version, f.category, f.stage, f.confidence, f.reason, f.found_at,
    e.number as quote_number, e.field, e.start_offset, e.end_offset, e.quote, e.rule_id as quote_rule_id
from finding f join finding_evidence e on e.finding_id = f.id
where f.article_id in (select value from json_each(:articles)) and f.superseded_at is null
order by f.article_id, f.id, e.number
"""
_CAPTURES = """
select id, source_id, url, final_url, redirects_json, status, headers_json, mime, vantage, ip_address, body_sha256, body_bytes,
    archive_path, archive_offset, archive_length_bytes, record_id, charset, captured_at, last_seen_at, n_seen
from capture
where id in (
    select capture_id from article_version where article_id in (select value from json_each(:articles))
    union select capture_id from alert_evidence where alert_id in (select value from json_each(:alerts))
    union select capture_id from case_event where case_id in (select case_id from case_member where root_id = :case_id)
    union select capture_id from hearing where case_id in (select case_id from case_member where root_id = :case_id))
order by captured_at, id
"""
_VERDICTS = """
select id, url, vantage, country, asn, verdict, reason, confidence, evidence_kind, layer, rule_id, rules_version, explanation,
    observations_json, judged_at
from verdict
where id in (
    select verdict_id from alert_evidence where alert_id in (select value from json_each(:alerts))
    union select verdict_id from incident_event where incident_id in (
        select incident_id from alert where id in (select value from json_each(:alerts))))
order by judged_at, id
"""
_OBSERVATIONS = """
select id, url, step, vantage, is_control, attempt, target, failure, outcome, duration_s, detail_json, observed_at
from observation where id in (select value from json_each(:observations)) order by observed_at, id
"""


def evidence_of(db: Database, *, number: int = 0, case_id: str = "") -> Row:
    """All rows behind one alert, or behind a case with all its alerts, as plain values; EvidenceError when there is none."""
    case_id = root_of(db, case_id) if case_id else ""
    alerts = list(db.query(_ALERTS, {"number": number, "case_id": case_id}))
    case = next(iter(db.query(_CASE, {"case_id": case_id})), None)
    if not alerts and case is None:
        raise EvidenceError(f"no case {case_id}" if case_id else f"no alert with number {number}")
    keys = {"alerts": json.dumps([row["id"] for row in alerts]), "case_id": case_id}
    articles = list(db.query(_ARTICLES, keys))
    keys["articles"] = json.dumps([row["id"] for row in articles])
    verdicts = [_unpacked(row) for row in db.query(_VERDICTS, keys)]
    seen = json.dumps([name for row in verdicts for name in row["observations"]])
    return {
        "case": case,
        "alerts": alerts,
        "articles": articles,
        "versions": list(db.query(_VERSIONS, keys)),
        "findings": list(db.query(_FINDINGS, keys)),
        "captures": [_unpacked(row) for row in db.query(_CAPTURES, keys)],
        "verdicts": verdicts,
        "observations": [_unpacked(row) for row in db.query(_OBSERVATIONS, {"observations": seen})],
    }


def _unpacked(row: Row) -> Row:
    """Columns of JSON as values, under their name without the ending."""
    return {name.removesuffix("_json"): json.loads(value) if name.endswith("_json") else value for name, value in row.items()}
