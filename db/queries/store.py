"""Writes of the store stage: one page or observation in one transaction; the same item twice changes nothing."""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from db.connection import write
from db.identity import content_id, fetch_id
from db.queries import editorial
from db.queries.hearings import mark_vanished
from db.queries.reachability import observation_id
from db.queries.times import iso
from db.queries.withdrawals import store_withdrawal
from db.records import (
    ArticleRecord,
    CaptureRecord,
    FindingRecord,
    ObservationRecord,
    PageRecord,
    SourceRecord,
    StoredIds,
    as_row,
)
from db.stems import stems_of_text
from db.vocabulary import ArticleChange

_UPSERT_OUTLET = """
insert into outlet (id, name, name_ru, name_kk, country, kind, independence, homepage, is_historic)
values (:outlet_id, :outlet_name, :outlet_name_ru, :outlet_name_kk, :country, :outlet_kind, :independence, :homepage, :is_historic)
on conflict (id) do update set
    name = excluded.name, name_ru = excluded.name_ru, name_kk = excluded.name_kk, country = excluded.country, kind = excluded.kind,
    independence = excluded.independence, homepage = excluded.homepage, is_historic = excluded.is_historic
"""
_UPSERT_SOURCE = """
insert into source (id, outlet_id, country, kind, url, languages, cadence_s, min_items, max_items, max_silence_s, is_enabled,
    disabled_reason, is_verified, needs_browser, notes)
values (:id, :outlet_id, :country, :kind, :url, :languages, :cadence_s, :min_items, :max_items, :max_silence_s, :is_enabled,
    :disabled_reason, :is_verified, :needs_browser, :notes)
on conflict (id) do update set
    outlet_id = excluded.outlet_id, country = excluded.country, kind = excluded.kind, url = excluded.url,
    languages = excluded.languages, cadence_s = excluded.cadence_s, min_items = excluded.min_items,
    max_items = excluded.max_items, max_silence_s = excluded.max_silence_s, is_enabled = excluded.is_enabled,
    disabled_reason = excluded.disabled_reason, is_verified = excluded.is_verified,
    needs_browser = excluded.needs_browser, notes = excluded.notes
"""
_UPSERT_CAPTURE = """
insert into capture (id, source_id, role, url, final_url, redirects_json, status, headers_json, mime, vantage, ip_address,
    body_sha256, body_bytes, archive_path, archive_offset, archive_length_bytes, record_id, page_class, charset, charset_basis,
    is_backfill, captured_at, last_seen_at)
values (:id, :source_id, :role, :url, :final_url, :redirects_json, :status, :headers_json, :mime, :vantage, :ip_address,
    :body_sha256, :body_bytes, :archive_path, :archive_offset, :archive_length_bytes, :record_id, :page_class, :charset,
    :charset_basis, :is_backfill, :captured_at, :captured_at)
on conflict (id) do update set
    n_seen = n_seen + 1, last_seen_at = excluded.last_seen_at
where excluded.last_seen_at > capture.last_seen_at
"""
_UPSERT_FETCH = """
insert into fetch (id, run_id, source_id, role, url, final_url, fetched_at, duration_s, vantage, status, outcome, page_class,
    received_bytes, capture_id)
select :fetch_id, :run_id, :source_id, :role, :url, :final_url, :captured_at, :duration_s, :vantage, :status, 'ok', :page_class,
    :body_bytes, :id
where exists (select 1 from crawl_run where id = :run_id)
on conflict (id) do update set capture_id = excluded.capture_id, page_class = excluded.page_class
"""
_INSERT_ARTICLE = """
insert into article (id, source_id, outlet_id, canonical_url, title, title_folded, text, byline, section, language, published_at,
    published_on, published_precision, published_basis, published_raw, modified_at, first_seen_at, last_seen_at, text_fingerprint,
    near_key, copy_of, similarity, is_backfill, search_text, search_stems)
values (:id, :source_id, :outlet_id, :canonical_url, :title, :title_folded, :text, :byline, :section, :language, :published_at,
    :published_on, :published_precision, :published_basis, :published_raw, :modified_at, :seen_at, :seen_at, :text_fingerprint,
    :near_key, (select id from article where id = :copy_of), :similarity, :is_backfill, :search_text, :search_stems)
"""
_UPDATE_ARTICLE = """
update article set title = :title, title_folded = :title_folded, text = :text, byline = :byline, section = :section,
    language = :language, published_precision = iif(published_on is null, :published_precision, published_precision),
    published_basis = iif(published_on is null, :published_basis, published_basis),
    published_raw = iif(published_on is null, :published_raw, published_raw),
    published_at = iif(published_on is null, :published_at, published_at), published_on = coalesce(published_on, :published_on),
    modified_at = :modified_at, text_fingerprint = :text_fingerprint, near_key = :near_key, search_text = :search_text,
    search_stems = :search_stems,
    n_versions = n_versions + 1, is_removed = 0
where id = :id
"""
_INSERT_VERSION = """
insert into article_version (id, article_id, number, capture_id, title, text, text_fingerprint, change, diff, extractor, seen_at)
values (:version_id, :id, :number, :capture_id, :title, :text, :text_fingerprint, :change, :diff, :extractor, :seen_at)
"""
_LATEST_VERSION = """
select id, number, title, text_fingerprint, extractor from article_version where article_id = :id order by number desc limit 1
"""
_VERSION_OF_CAPTURE = """
select id from article_version
where article_id = :id and capture_id = :capture_id and title = :title and text_fingerprint = :text_fingerprint
order by number desc limit 1
"""
_REMOVE_ARTICLE = """
update article set is_removed = 1, n_versions = n_versions + 1, last_seen_at = max(last_seen_at, :seen_at) where id = :id
"""
_INSERT_REMOVAL = """
insert into article_version (id, article_id, number, capture_id, title, text, text_fingerprint, change, seen_at)
select :version_id, id, n_versions, :capture_id, title, '', '', 'removed', :seen_at from article where id = :id
"""
_INSERT_BAND = "insert into article_near (band, article_id, first_seen_at) values (:band, :article_id, :seen_at) on conflict do nothing"
_UPSERT_FINDING = """
insert into finding (id, article_id, version_id, rule_id, rules_version, category, subtype, stage, outcomes_json, is_new, new_reason,
    confidence, alert_kind, is_negated, outlets_json, people_json, opponents_json, provisions_json, amounts_json, court, case_number,
    hearing_at, event_on, place, country, reason, found_at)
values (:id, :article_id, :version_id, :rule_id, :rules_version, :category, :subtype, :stage, :outcomes_json, :is_new, :new_reason,
    :confidence, :alert_kind, :is_negated, :outlets_json, :people_json, :opponents_json, :provisions_json, :amounts_json, :court,
    :case_number, :hearing_at, :event_on, :place, :country, :reason, :found_at)
on conflict (id) do update set superseded_at = null
"""
_INSERT_EVIDENCE = """
insert into finding_evidence (finding_id, number, field, start_offset, end_offset, quote, rule_id)
values (:finding_id, :number, :field, :start, :end, :quote, :rule_id)
on conflict do nothing
"""
_SUPERSEDE = """
update finding set superseded_at = :now
where article_id = :article_id and superseded_at is null and (
    id not in (select value from json_each(:kept))
    or version_id <> (select id from article_version where article_id = :article_id order by number desc limit 1)
)
"""
_INSERT_OBSERVATION = """
insert into observation (id, source_id, run_id, batch_id, url, step, vantage, is_control, attempt, target, failure, outcome,
    duration_s, detail_json, observed_at)
values (:id, :source_id, :run_id, :batch_id, :url, :step, :vantage, :is_control, :attempt, :target, :failure, :outcome,
    :duration_s, :detail_json, :observed_at)
on conflict (id) do nothing
"""


def has_source(db: Database, source_id: str) -> bool:
    """True when the source has a row."""
    return db.conn.execute("select 1 from source where id = ?", (source_id,)).fetchone() is not None


def upsert_sources(db: Database, sources: Iterable[SourceRecord]) -> int:
    """Make outlet and source rows equal to the given records, keeping what runs have learned; returns how many."""
    rows = [as_row(source) for source in sources]

    def work(db: Database) -> None:
        for row in rows:
            db.conn.execute(_UPSERT_OUTLET, row)
            db.conn.execute(_UPSERT_SOURCE, row)

    write(db, work)
    return len(rows)


def store_page(db: Database, page: PageRecord) -> StoredIds:
    """Write everything that one page became, in one immediate transaction; its source must have a row.

    The same page again only counts that it was seen: no new version, finding, event, alert or report.
    """
    return write(db, lambda db: _store_page(db, page))


def store_observation(db: Database, observation: ObservationRecord) -> str:
    """Write one network fact; returns its id."""
    row = as_row(observation)
    row["id"] = observation_id(row)
    write(db, lambda db: db.conn.execute(_INSERT_OBSERVATION, row))
    return str(row["id"])


def _store_page(db: Database, page: PageRecord) -> StoredIds:
    is_backfill = page.capture.is_backfill or _is_baseline(db, page.capture.run_id)
    _store_capture(db, page.capture, is_backfill)
    editorial.store_hearings(db, page.hearings, page.capture.id, page.now)
    mark_vanished(db, page)
    withdrawn = _store_removal(db, page) if page.removed_article_id else ()
    if page.article is None:
        return StoredIds(capture_id=page.capture.id, alert_ids=withdrawn)
    version = _store_article(db, page.article, page, is_backfill)
    if not page.is_judged:
        return StoredIds(capture_id=page.capture.id, article_id=page.article.id, version_id=version)
    finding_ids = _store_findings(db, page.article.id, version, page)
    withdrawn = _rewritten(db, page.article, page, version)
    alerts = withdrawn + tuple(
        alert
        for finding_id, finding in zip(finding_ids, page.findings, strict=True)
        if (alert := editorial.store_link(db, _context(page, finding_id, is_backfill), finding))
    )
    return StoredIds(capture_id=page.capture.id, article_id=page.article.id, version_id=version, finding_ids=finding_ids, alert_ids=alerts)


def _context(page: PageRecord, finding_id: str, is_backfill: bool) -> editorial.Context:
    assert page.article is not None
    return editorial.Context(
        finding_id=finding_id,
        article=page.article,
        capture=page.capture,
        is_backfill=is_backfill,
        now=page.now,
    )


def _is_baseline(db: Database, run_id: str) -> bool:
    row = db.conn.execute("select is_baseline from crawl_run where id = ?", (run_id,)).fetchone()
    return bool(row and row[0])


def _store_capture(db: Database, capture: CaptureRecord, is_backfill: bool) -> None:
    row = as_row(capture)
    row["is_backfill"] = int(is_backfill)
    row["fetch_id"] = fetch_id(capture.run_id, capture.url, iso(capture.captured_at))
    db.conn.execute(_UPSERT_CAPTURE, row)
    db.conn.execute(_UPSERT_FETCH, row)


def _store_article(db: Database, article: ArticleRecord, page: PageRecord, is_backfill: bool) -> str:
    """Write the article and, when title or text changed, its next version; returns the id of the version in force."""
    row = _article_row(article, page, is_backfill)
    latest = db.conn.execute(_LATEST_VERSION, {"id": article.id}).fetchone()
    if latest:
        db.conn.execute(
            "update article set last_seen_at = max(last_seen_at, :seen_at) where id = :id", {"seen_at": row["seen_at"], "id": article.id}
        )
        if _is_same_version(article, *latest[2:]):
            return str(latest[0])
        is_removed = not latest[3]  # the empty version of a removal: the same page again is its return
        if not is_removed and (earlier := db.conn.execute(_VERSION_OF_CAPTURE, row).fetchone()):
            return str(earlier[0])
    number = latest[1] + 1 if latest else 1
    row["number"] = number
    row["version_id"] = content_id("version", article.id, number, article.title, article.text_fingerprint)
    db.conn.execute(_UPDATE_ARTICLE if latest else _INSERT_ARTICLE, row)
    db.conn.execute(_INSERT_VERSION, row)
    for band in article.near_bands:
        db.conn.execute(_INSERT_BAND, {"band": band, "article_id": article.id, "seen_at": row["seen_at"]})
    return str(row["version_id"])


def _store_removal(db: Database, page: PageRecord) -> tuple[str, ...]:
    """The article is marked and gets an empty version, so that its return is a version again; the words before are kept.

    Returns the alert that its removal is, when it had told of something we watch.
    """
    article_id = page.removed_article_id
    row = {"id": article_id, "capture_id": page.capture.id, "seen_at": iso(page.capture.captured_at)}
    is_known = db.conn.execute("select n_versions from article where id = :id and is_removed = 0", row).fetchone()
    if not is_known:
        return ()
    row["version_id"] = content_id("version", article_id, is_known[0] + 1, "removed", page.capture.id)
    db.conn.execute(_REMOVE_ARTICLE, row)
    db.conn.execute(_INSERT_REMOVAL, row)
    return store_withdrawal(db, article_id, page.capture.id, ArticleChange.REMOVED, page.now)


def _rewritten(db: Database, article: ArticleRecord, page: PageRecord, version: str) -> tuple[str, ...]:
    """The alert that a rewriting is: told before the findings of the new words can move the case on."""
    is_current = db.conn.execute("select 1 from article_version where id = ? and capture_id = ?", (version, page.capture.id)).fetchone()
    if article.change != ArticleChange.REWRITE or not is_current:
        return ()
    return store_withdrawal(db, article.id, page.capture.id, ArticleChange.REWRITE, page.now)


def _is_same_version(article: ArticleRecord, title: str, fingerprint: str, extractor: str) -> bool:
    """True also for a feed's teaser of an article that was already read in full: it is no newer version of the text."""
    if article.extractor == "entry" and extractor != "entry":
        return True
    return (title, fingerprint) == (article.title, article.text_fingerprint)


def _article_row(article: ArticleRecord, page: PageRecord, is_backfill: bool) -> dict[str, object]:
    row = as_row(article)
    published = as_row(article.published)
    row |= {f"published_{key}": value for key, value in published.items()}
    row |= {
        "source_id": page.capture.source_id,
        "capture_id": page.capture.id,
        "seen_at": iso(page.capture.captured_at),
        "is_backfill": int(is_backfill),
        "near_key": article.near_key or None,
        "search_stems": stems_of_text(article.search_text),
    }
    return row


def _store_findings(db: Database, article_id: str, version_id: str, page: PageRecord) -> tuple[str, ...]:
    ids = tuple(_store_finding(db, article_id, version_id, finding, iso(page.now)) for finding in page.findings)
    db.conn.execute(_SUPERSEDE, {"now": iso(page.now), "article_id": article_id, "kept": json.dumps(ids)})
    return ids


def _store_finding(db: Database, article_id: str, version_id: str, finding: FindingRecord, now: str) -> str:
    row = as_row(finding)
    start = finding.evidence[0].start if finding.evidence else -1
    row["id"] = content_id(
        "finding", version_id, finding.rule_id, finding.rules_version, finding.category, finding.stage, finding.case_number, start
    )
    row |= {"article_id": article_id, "version_id": version_id, "found_at": now}
    db.conn.execute(_UPSERT_FINDING, row)
    for number, evidence in enumerate(finding.evidence, start=1):
        db.conn.execute(_INSERT_EVIDENCE, as_row(evidence) | {"finding_id": row["id"], "number": number})
    return str(row["id"])
