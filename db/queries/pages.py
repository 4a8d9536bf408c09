"""Reads for the pages of the archive: the start page, an outlet's history, an article with versions and findings."""

from typing import Any

from sqlite_utils import Database

MAX_ROWS = 12
_NOW = "select now, julianday('now') - julianday(now) > 1 as is_past from moment"
_ALERTS = """
select id, number, title, severity, outlet_name, country, n_reports, created_at, status from alert
where is_backfill = 0 and created_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-7 days')
order by created_at desc, number desc limit :most
"""
_BLOCKED = """
select i.id, i.kind, i.state, i.title, i.started_at, i.last_evidence_at, coalesce(o.name, '') as outlet_name
from incident i left join outlet o on o.id = i.outlet_id
where i.state in ('open', 'eased') and i.merged_into is null
order by i.started_at desc limit :most
"""
_HEARINGS = """
select h.starts_on, coalesce(h.starts_at, '') as starts_at, h.court, c.id as case_id, c.title
from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
where h.starts_on >= substr(:now, 1, 10) and h.status = 'planned'
order by h.starts_on, h.starts_at limit :most
"""
_HEALTH = """
select (select count(*) from source where is_enabled = 1) as n_sources,
    (select count(*) from source where is_enabled = 1 and last_ok_at is not null
        and (julianday(:now) - julianday(last_new_item_at)) * 86400 > max_silence_s) as n_silent,
    (select count(*) from crawl_run where state in ('failed', 'killed', 'misfired')
        and started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-1 days')) as n_failed,
    (select count(*) from crawl_run where started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-1 days')) as n_runs,
    (select count(*) from issue where fixed_at is null) as n_issues,
    (select max(started_at) from crawl_run) as last_run_at,
    (select max(rowid) from article) as n_articles,
    (select count(*) from court_case where closed_on is null and merged_into is null) as n_open_cases
"""
_INCIDENT_EVENTS = """
select e.happened_at, e.kind, e.note, coalesce(v.verdict, '') as verdict, coalesce(v.explanation, '') as explanation,
    coalesce(e.article_id, '') as article_id, coalesce(a.title, '') as article_title
from incident_event e left join verdict v on v.id = e.verdict_id left join article a on a.id = e.article_id
where e.incident_id = :id order by e.happened_at, e.id limit 500
"""
_OUTLET = "select * from outlet where id = :id"
_OUTLET_SOURCES = "select id, kind, url, last_ok_at, last_new_item_at, is_enabled, disabled_reason from source where outlet_id = :id"
_OUTLET_ALERTS = """
select id, number, title, created_at, n_reports from alert where outlet_id = :id and is_backfill = 0 order by created_at desc limit 100
"""
_OUTLET_CASES = """
select id, title, stage, first_seen_at,
    case when next_hearing_at >= (select substr(now, 1, 10) from moment) then next_hearing_at end as next_hearing_at from court_case where outlet_id = :id and merged_into is null
order by first_seen_at desc limit 100
"""
_OUTLET_INCIDENTS = (
    "select id, title, kind, state, started_at, closed_at from incident where outlet_id = :id order by started_at desc limit 100"
)
_OUTLET_ARTICLES = "select id, title, first_seen_at from article where outlet_id = :id order by published_at desc limit 20"
_ARTICLE = """
select a.*, o.name as outlet_name, coalesce(first.title, '') as copy_of_title
from article a join outlet o on o.id = a.outlet_id left join article first on first.id = a.copy_of
where a.id = :id
"""
_COPIES = """
select a.id, a.title, o.name as outlet_name, a.similarity from article a join outlet o on o.id = a.outlet_id
where a.copy_of = :id order by a.first_seen_at limit 50
"""
_FINDINGS = """
select f.id, f.rule_id, f.rules_version, f.category, f.stage, f.alert_kind, f.confidence, f.reason, f.is_negated,
    (select quote from finding_evidence e where e.finding_id = f.id order by number limit 1) as quote
from finding f where f.article_id = :id and f.superseded_at is null order by f.confidence desc
"""
_ARTICLE_ALERTS = """
select a.id, a.number, a.title, aa.relation from alert_article aa join alert a on a.id = aa.alert_id where aa.article_id = :id
order by a.number
"""
_VERSIONS = """
select v.number, v.seen_at, v.change, v.title, v.diff, c.body_sha256, c.archive_path, c.archive_offset, c.captured_at, c.url
from article_version v join capture c on c.id = v.capture_id
where v.article_id = :id order by v.number desc limit 50
"""


def today(db: Database) -> dict[str, Any]:
    """What matters on the start page: new alerts, what is blocked, hearings ahead, and how the machine is."""
    now, is_past = db.execute(_NOW).fetchone()
    values = {"now": now, "most": MAX_ROWS}
    return {
        "now": now,
        "is_past": bool(is_past),
        "alerts": list(db.query(_ALERTS, values)),
        "blocked": list(db.query(_BLOCKED, values)),
        "hearings": list(db.query(_HEARINGS, values)),
        "health": next(iter(db.query(_HEALTH, values))),
    }


def incident_events(db: Database, incident_id: str) -> tuple[dict[str, Any], ...]:
    """The time line of an incident, oldest first."""
    return tuple(db.query(_INCIDENT_EVENTS, {"id": incident_id}))


def outlet_page(db: Database, outlet_id: str) -> dict[str, Any]:
    """An outlet with its sources, alerts, cases, incidents and newest articles; the outlet is None when unknown."""
    values = {"id": outlet_id}
    return {
        "outlet": next(iter(db.query(_OUTLET, values)), None),
        "sources": list(db.query(_OUTLET_SOURCES, values)),
        "alerts": list(db.query(_OUTLET_ALERTS, values)),
        "cases": list(db.query(_OUTLET_CASES, values)),
        "incidents": list(db.query(_OUTLET_INCIDENTS, values)),
        "articles": list(db.query(_OUTLET_ARTICLES, values)),
    }


def article_page(db: Database, article_id: str) -> dict[str, Any]:
    """An article with its copies, findings and alerts; the article is None when unknown."""
    values = {"id": article_id}
    return {
        "article": next(iter(db.query(_ARTICLE, values)), None),
        "copies": list(db.query(_COPIES, values)),
        "findings": list(db.query(_FINDINGS, values)),
        "alerts": list(db.query(_ARTICLE_ALERTS, values)),
    }


def versions_of(db: Database, article_id: str) -> tuple[dict[str, Any], ...]:
    """Versions of an article, newest first."""
    return tuple(db.query(_VERSIONS, {"id": article_id}))
