"""An article that vanished or was rewritten is an event of the cases it told of, and an alert when one had been raised over it."""

from datetime import datetime

from sqlite_utils import Database

from db.identity import content_id
from db.queries.times import iso
from db.vocabulary import AlertKind, ArticleChange, Category

LABELS = {ArticleChange.REMOVED: "Article removed", ArticleChange.REWRITE: "Article rewritten"}
REASONS = {
    ArticleChange.REMOVED: "The article was missing at its address at two looks at least an hour apart; it had reported on this case.",
    ArticleChange.REWRITE: "More than a third of the words of the article were replaced; it had reported on this case.",
}
SEVERITY = 3  # of content_removal in taxonomy.yaml
_CASES = "select distinct case_id from case_event where article_id = :article_id and kind <> :category"
_INSERT_CASE_EVENT = """
insert into case_event (id, case_id, kind, outcome, event_on, event_precision, event_basis, article_id, capture_id, basis, reason, score, seen_at)
values (:id, :case_id, :category, :change, substr(:now, 1, 10), 'day', 'inferred', :article_id, :capture_id, 'new_outcome', :reason, 1, :now)
on conflict do nothing
"""
_ALERT_OF_ARTICLE = """
select alert.id from alert join alert_article on alert_article.alert_id = alert.id
where alert_article.article_id = :article_id and alert.category <> :category
order by alert.created_at, alert.id limit 1
"""
_INSERT_ALERT = """
insert into alert (id, number, kind, alert_kind, category, country, severity, title, summary, reason, confidence, outlet_id, outlet_name,
    case_id, incident_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, created_at, updated_at)
select :id, (select max(number) + 1 from alert), :category, :alert_kind, :category, alert.country, :severity,
    substr(:label || ': ' || article.title, 1, 200), alert.title, :reason, 1, article.outlet_id, outlet.name, alert.case_id,
    alert.incident_id, alert.thread_key, 'new_outcome', substr(:now, 1, 10), 'day', 'inferred', alert.rules_version, :now, :now
from alert join article on article.id = :article_id join outlet on outlet.id = article.outlet_id
where alert.id = :cause_id
on conflict do nothing
"""
_INSERT_ALERT_ARTICLE = """
insert into alert_article (alert_id, article_id, relation, added_at) values (:id, :article_id, 'trigger', :now) on conflict do nothing
"""
_INSERT_EVIDENCE = """
insert into alert_evidence (id, alert_id, kind, capture_id, sha256, archive_path, archive_offset, note)
select :evidence_id, :id, 'capture', id, body_sha256, archive_path, archive_offset, :label from capture where id = :capture_id
on conflict do nothing
"""


def store_withdrawal(db: Database, article_id: str, capture_id: str, change: ArticleChange, at: datetime) -> tuple[str, ...]:
    """Write what the removal or rewriting of an article means; returns the id of the alert when it is new. Inside a transaction.

    An article that told of no case and raised no alert leaves no event: most corrections concern nobody we watch.
    """
    row: dict[str, object] = {
        "article_id": article_id,
        "capture_id": capture_id,
        "change": change,
        "category": Category.CONTENT_REMOVAL,
        "alert_kind": AlertKind.DIGEST,
        "severity": SEVERITY,
        "label": LABELS[change],
        "reason": REASONS[change],
        "now": iso(at),
    }
    for (case_id,) in db.conn.execute(_CASES, row).fetchall():
        event = {"case_id": case_id, "id": content_id("case_event", case_id, article_id, change, capture_id)}
        db.conn.execute(_INSERT_CASE_EVENT, row | event)
    cause = db.conn.execute(_ALERT_OF_ARTICLE, row).fetchone()
    return _store_alert(db, row | {"cause_id": cause[0]}) if cause else ()


def _store_alert(db: Database, row: dict[str, object]) -> tuple[str, ...]:
    alert_id = content_id("alert", str(row["article_id"]), str(row["change"]), str(row["capture_id"]))
    row |= {"id": alert_id, "evidence_id": content_id("alert_evidence", alert_id, str(row["capture_id"]))}
    is_new = db.conn.execute(_INSERT_ALERT, row).rowcount == 1
    db.conn.execute(_INSERT_ALERT_ARTICLE, row)
    db.conn.execute(_INSERT_EVIDENCE, row)
    return (alert_id,) if is_new else ()
