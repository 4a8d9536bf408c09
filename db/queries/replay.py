"""What a replay reads: the newest archived page of every article, and whether staff have been told of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db.queries.times import iso, parse_iso


@dataclass(kw_only=True, slots=True, frozen=True)
class ArchivedArticle:
    """Where the bytes of an article lie, what it is called and what was made of it."""

    article_id: str
    canonical_url: str
    title: str
    copy_of: str
    similarity: float
    text_fingerprint: str
    source_id: str
    run_id: str
    url: str
    final_url: str
    status: int
    captured_at: datetime
    published_at: datetime | None
    archive_path: str
    archive_offset: int
    archive_length_bytes: int
    record_id: str
    body_sha256: str
    is_told: bool


_NEWEST = """
select article.id as article_id, article.canonical_url, article.title, coalesce(article.copy_of, '') as copy_of, article.similarity,
    article.text_fingerprint,
    capture.source_id, coalesce((select run_id from fetch where capture_id = capture.id order by fetched_at limit 1), '') as run_id,
    capture.url, capture.final_url, capture.status, capture.captured_at, article.published_at, capture.archive_path,
    capture.archive_offset, capture.archive_length_bytes, capture.record_id, capture.body_sha256,
    exists (select 1 from alert_article where article_id = article.id) as is_told
from article
join article_version on article_version.article_id = article.id and article_version.number = article.n_versions
join capture on capture.id = article_version.capture_id
where capture.role = 'article' and capture.captured_at >= :since and (:source_id = '' or capture.source_id = :source_id)
order by capture.captured_at, article.id
"""


def archived_articles(db: Database, since: datetime, source_id: str = "") -> Iterator[ArchivedArticle]:
    """Newest page of every article captured since then, oldest first."""
    for row in db.query(_NEWEST, {"since": iso(since), "source_id": source_id}):
        published = row["published_at"]
        yield ArchivedArticle(
            **{
                **row,
                "captured_at": parse_iso(row["captured_at"]),
                "published_at": parse_iso(published) if published else None,
                "is_told": bool(row["is_told"]),
            }
        )
