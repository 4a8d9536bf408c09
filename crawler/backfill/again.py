"""Pages of the archive, read again as they were captured, and what the rules say of them now."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.items import Archived, Capture, Hint, Identity, Page
from crawler.middlewares.unpack import CutStreamError, TooLargeUnpackedError, unpack
from db.errors import MfmError
from db.queries.replay import ArchivedArticle
from db.vocabulary import CaptureRole
from db.warc import ReadPage, read_page

logger = logging.getLogger(__name__)

NOT_READABLE = "not readable in the archive"


class Replay:
    """The pages to read again, and what came of it."""

    def __init__(self, articles: Iterable[ArchivedArticle], archive_dir: Path, max_page_bytes: int) -> None:
        self.articles = {article.article_id: article for article in articles}
        self.outcomes: Counter[str] = Counter()
        self.would_alert: list[ArchivedArticle] = []
        self._archive_dir = archive_dir
        self._max_page_bytes = max_page_bytes

    def pages(self) -> Iterator[Page]:
        """Every page that the archive still gives, oldest first."""
        for article in self.articles.values():
            try:
                record = read_page(self._archive_dir / article.archive_path, article.archive_offset)
                yield as_page(article, record, self._max_page_bytes)
            except (MfmError, OSError, CutStreamError, TooLargeUnpackedError) as error:
                logger.warning("%s: %s", article.url, error)
                self.outcomes[NOT_READABLE] += 1

    def heard(self, item: Page) -> None:
        """A page has left the last stage."""
        is_alert = bool(item.judgement and item.judgement.is_alert)
        if item.identity and is_alert and not self.articles[item.identity.article_id].is_told:
            self.would_alert.append(self.articles[item.identity.article_id])
        self.outcomes["alert by the present rules" if is_alert else "no alert"] += 1

    @property
    def n_lost(self) -> int:
        """Pages that entered and never left: a crash, told in the log."""
        return len(self.articles) - self.outcomes.total()


def as_page(article: ArchivedArticle, record: ReadPage, max_bytes: int) -> Page:
    """The page as it left the dedupe stage, the bytes unpacked again; it cannot alert."""
    headers = {name.lower(): value for name, value in record.headers}
    body = unpack(record.body, [headers.get("content-encoding", "")], max_bytes).body
    capture = Capture(
        source_id=article.source_id,
        run_id=article.run_id,
        role=CaptureRole.ARTICLE,
        url=article.url,
        final_url=article.final_url,
        status=article.status,
        fetched_at=article.captured_at,
        body=body,
        headers=record.headers,
        hint=Hint(title=article.title, published_at=article.published_at),
        is_backfill=True,
    )
    archived = Archived(
        body_sha256=article.body_sha256,
        archive_path=article.archive_path,
        offset=article.archive_offset,
        length_bytes=article.archive_length_bytes,
        record_id=article.record_id,
    )
    identity = Identity(
        article_id=article.article_id,
        canonical_url=article.canonical_url,
        text_fingerprint=article.text_fingerprint,
        is_first_seen=False,
        is_new_version=False,
        copy_of=article.copy_of,
        similarity=article.similarity,
    )
    return Page(capture=capture, archived=archived, identity=identity)
