"""Reads that tell which article a page is: by address, text, near copies."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from db.connection import write
from db.queries.times import iso, parse_iso

_COLUMNS = (
    "id, outlet_id, canonical_url, title, text, text_fingerprint, near_key, copy_of, language, first_seen_at, published_at, is_removed, "
)
_COLUMNS += "coalesce((select extractor from article_version where article_id = article.id order by number desc limit 1), '') as extractor"
_BY_URL = f"select {_COLUMNS} from article where canonical_url = :url and outlet_id = :outlet_id order by first_seen_at limit 1"
_BY_PREFIX = f"""
select {_COLUMNS} from article
where canonical_url >= :prefix and canonical_url < :prefix_end and outlet_id = :outlet_id order by first_seen_at limit 5
"""
_BY_FINGERPRINT = (
    f"select {_COLUMNS} from article where text_fingerprint = :fingerprint and first_seen_at >= :since order by first_seen_at limit 5"
)
_BY_BANDS = f"""
select {_COLUMNS} from article
where id in (
    select article_id from article_near
    where band in (select value from json_each(:bands)) and first_seen_at >= :since
    group by article_id order by count(*) desc, article_id limit 40
)
order by first_seen_at
"""
_RECENT_DIFFS = """
select article_version.diff from article_version
join article on article.id = article_version.article_id
where article.first_seen_at >= :since and +article.outlet_id = :outlet_id and article.id <> :article_id and article_version.diff <> ''
order by article_version.seen_at desc limit 50
"""
_TOUCH_ARTICLE = "update article set last_seen_at = max(last_seen_at, :now) where id = :id"
_SAME_BODY = "select id from capture where source_id = :source_id and url = :url and body_sha256 = :body_sha256 limit 1"
_LAST_BODY = (
    "select body_sha256 from capture where source_id = :source_id and url = :url order by last_seen_at desc, captured_at desc limit 1"
)
_TOUCH_CAPTURE = "update capture set n_seen = n_seen + 1, last_seen_at = max(last_seen_at, :now) where id = :id"
_GONE_BEFORE = """
select count(*) from capture
where url = :url and captured_at < :before and captured_at > coalesce((select max(last_seen_at) from capture
    where url = :url and page_class = 'article'), '') and (status in (404, 410) or page_class in ('gone', 'soft_404'))
"""


@dataclass(kw_only=True, slots=True, frozen=True)
class KnownArticle:
    """An article that the database has, as far as comparing needs it."""

    id: str
    outlet_id: str
    canonical_url: str
    title: str
    text: str = field(repr=False)
    text_fingerprint: str
    near_key: bytes = field(repr=False)
    copy_of: str
    language: str
    first_seen_at: datetime
    published_at: datetime | None
    is_removed: bool
    extractor: str = ""


def find_by_url(db: Database, outlet_id: str, url: str) -> KnownArticle | None:
    """The article of the outlet with this key address."""
    rows = _read(db, _BY_URL, {"url": url, "outlet_id": outlet_id})
    return rows[0] if rows else None


def find_by_url_prefix(db: Database, outlet_id: str, prefix: str) -> tuple[KnownArticle, ...]:
    """Articles of the outlet whose key address begins with `prefix`, earliest first, at most five."""
    return _read(db, _BY_PREFIX, {"prefix": prefix, "prefix_end": prefix[:-1] + chr(ord(prefix[-1]) + 1), "outlet_id": outlet_id})


def find_by_fingerprint(db: Database, fingerprint: str, since: datetime) -> tuple[KnownArticle, ...]:
    """Articles with the same folded title and text first seen since then, earliest first."""
    return _read(db, _BY_FINGERPRINT, {"fingerprint": fingerprint, "since": iso(since)})


def find_by_bands(db: Database, bands: tuple[str, ...], since: datetime) -> tuple[KnownArticle, ...]:
    """Articles that share a band with the text and were first seen since then: candidates for copies, earliest first."""
    return _read(db, _BY_BANDS, {"bands": json.dumps(bands), "since": iso(since)}) if bands else ()


def recent_diffs(db: Database, outlet_id: str, article_id: str, since: datetime) -> tuple[str, ...]:
    """Diffs of the outlet's other articles first seen since then, latest first: what came or went in many is the template's."""
    rows = db.conn.execute(_RECENT_DIFFS, {"outlet_id": outlet_id, "article_id": article_id, "since": iso(since)})
    return tuple(str(row[0]) for row in rows)


def find_same_body(db: Database, source_id: str, url: str, body_sha256: str) -> str:
    """Id of the capture of this address whose body was the last one and is the same, or ""."""
    key = {"source_id": source_id, "url": url, "body_sha256": body_sha256}
    last = db.conn.execute(_LAST_BODY, key).fetchone()
    if not last or last[0] != body_sha256:
        return ""
    row = db.conn.execute(_SAME_BODY, key).fetchone()
    return str(row[0]) if row else ""


def touch(db: Database, capture_id: str, article_id: str, now: datetime) -> None:
    """Note that a capture (and its article, when it has one) was seen again unchanged."""

    def work(db: Database) -> None:
        db.conn.execute(_TOUCH_CAPTURE, {"id": capture_id, "now": iso(now)})
        db.conn.execute(_TOUCH_ARTICLE, {"id": article_id, "now": iso(now)})

    write(db, work)


def was_gone_before(db: Database, url: str, before: datetime) -> bool:
    """True when the address was already found missing at an earlier look, after it was last seen as an article."""
    return bool(db.conn.execute(_GONE_BEFORE, {"url": url, "before": iso(before)}).fetchone()[0])


def _read(db: Database, sql: str, values: dict[str, object]) -> tuple[KnownArticle, ...]:
    return tuple(_known(row) for row in db.conn.execute(sql, values).fetchall())


def _known(row: tuple[object, ...]) -> KnownArticle:
    identity, outlet_id, url, title, text, fingerprint, near_key, copy_of, language, first_seen_at, published_at, is_removed, extractor = (
        row
    )
    return KnownArticle(
        id=str(identity),
        outlet_id=str(outlet_id),
        canonical_url=str(url),
        title=str(title),
        text=str(text),
        text_fingerprint=str(fingerprint),
        near_key=near_key if isinstance(near_key, bytes) else b"",
        copy_of=str(copy_of or ""),
        language=str(language),
        first_seen_at=parse_iso(str(first_seen_at)),
        published_at=parse_iso(str(published_at)) if published_at else None,
        is_removed=bool(is_removed),
        extractor=str(extractor),
    )
