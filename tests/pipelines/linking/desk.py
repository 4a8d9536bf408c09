"""Link and store in a row over one database, for tests that tell stories article by article."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from crawler.config import Config
from crawler.items import Archived, Article, Capture, DateClaim, Finding, Identity, Judgement, NearMiss, Page
from crawler.sources import Source
from db.connection import connect
from db.identity import content_id
from db.migrations import migrate
from db.vocabulary import AlertKind, CaptureRole, DateBasis, DatePrecision, PageClass
from pipelines.link import LinkPipeline
from pipelines.linking.subjects import outlet_keys
from pipelines.store import StorePipeline
from tests.pipelines.linking.events import finding

SOURCES = (Source(id="kz_polosa", outlet="Полоса 7", country="KZ"),)


class Desk:
    """Link and store in a row, over one database; the outlets of `watched` are known by name, «Полоса 7» only publishes."""

    def __init__(self, folder: Path, *, now: datetime | None = None, watched: tuple[Source, ...] = ()) -> None:
        migrate(folder / "mfm.db")
        offset = (now - datetime.now(UTC)).total_seconds() if now else 0.0
        config = Config(data_dir=folder, clock_offset_s=offset)
        self.link = LinkPipeline(
            database=connect(folder / "mfm.db"), outlets=lambda: outlet_keys((source.id, source.names) for source in watched), config=config
        )
        self.store = StorePipeline(database=connect(folder / "mfm.db"), sources=lambda: (*SOURCES, *watched), config=config)

    def read(self, title: str, on: str, *findings: Finding, text: str = "", copy_of: str = "", near: bool = False) -> Page:
        """One article walks through both stages."""
        at = datetime.fromisoformat(on).replace(tzinfo=UTC)
        url = f"https://polosa.example/{content_id('t', title, on)}"
        near_misses = (NearMiss(rule_id="r", reason="nobody of the media stands near"),) if near else ()
        page = Page(
            capture=Capture(
                source_id="kz_polosa", run_id="run", role=CaptureRole.ARTICLE, url=url, final_url=url, status=200, fetched_at=at, body=b"x"
            ),
            archived=Archived(
                archive_path="a.warc.gz", offset=0, length_bytes=1, record_id=url, body_sha256=content_id("b", url)
            ),
            article=Article(
                page_class=PageClass.ARTICLE, title=title, text=text or title, language="ru",
                published=DateClaim(at=at, on=at.date(), precision=DatePrecision.DAY, basis=DateBasis.FEED),
            ),
            identity=Identity(
                article_id=content_id("article", url), canonical_url=url, text_fingerprint=url, is_first_seen=True, is_new_version=False,
                copy_of=copy_of,
            ),
            judgement=Judgement(
                language="ru", is_alert=bool(findings), alert_kind=findings[0].alert_kind if findings else AlertKind.NONE,
                findings=findings, near_misses=near_misses,
            ),
        )  # fmt: skip
        for stage in (self.link, self.store):
            page = asyncio.run(stage.process_item(page))
        return page

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return list(self.store.database.conn.execute(query).fetchall())


def suit(**changes: object) -> Finding:
    """A civil suit against «Алатау Обзор», with other facts where they are given."""
    return finding(**({"outlets": "Алатау Обзор", "opponents": "Ак Кайнар", "claimed": 20e6} | changes))  # type: ignore[arg-type]
