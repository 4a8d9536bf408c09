"""Keeps what was read already from being fetched again, and brings back what is due for another look."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from db.connection import connect
from db.queries.runs import due_articles, known_articles
from db.vocabulary import CaptureRole

# A source is looked at at the same minute each time, and its articles some seconds later: what falls due meanwhile comes along.
SLACK = timedelta(minutes=30)
MAX_REVISITS = 20  # per run and source: courtesy has the last word over completeness


class KnownMiddleware:
    """A spider middleware: article requests whose address is known and not due, or asked in this run, are dropped and counted."""

    def __init__(self, crawler: Crawler, db: Database, now: Callable[[], datetime]) -> None:
        self._crawler = crawler
        self._db = db
        self._now = now
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "KnownMiddleware":
        """Read what is known from the database of the house."""
        config: Config = crawler.settings["MFM"]
        return cls(crawler, connect(config.database_path), config.now)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Addresses of the source first, then articles that are due for another look."""
        async for request in start:
            yield request
        spider: Any = self._crawler.spider
        if not hasattr(spider, "article_request"):
            return
        for url in due_articles(self._db, spider.source.id, self._now() + SLACK, MAX_REVISITS):
            yield spider.article_request(url, is_revisit=True)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass everything but requests for articles that are known."""
        found = [each async for each in result]
        known = known_articles(self._db, _article_urls(found), self._now())
        for each in found:
            if isinstance(each, Request) and each.meta.get("mfm_url") in known and _is_new_article(each):
                self._stats.inc_value("mfm/fetch/known")
            elif isinstance(each, Request) and _is_new_article(each) and self._is_asked(each.meta["mfm_url"]):
                self._stats.inc_value("mfm/fetch/asked")
            else:
                yield each

    def _is_asked(self, url: str) -> bool:
        """The page was asked for in this run, perhaps by another list or under another spelling of its host (FIELD-TRAPS UR10)."""
        spelling = _spelling(url)
        is_asked = spelling in self._asked
        self._asked.add(spelling)
        return is_asked

    @property
    def _stats(self) -> StatsCollector:
        assert self._crawler.stats is not None
        return self._crawler.stats


def _is_new_article(request: Request) -> bool:
    return request.meta.get("mfm_role") is CaptureRole.ARTICLE and not request.meta.get("mfm_is_revisit")


def _spelling(url: str) -> str:
    """The address without what host variants differ in: scheme, `www.`, letter case of the host, a last slash."""
    parts = urlsplit(url)
    return urlunsplit(("", parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query, ""))


def _article_urls(found: Sequence[Any]) -> tuple[str, ...]:
    return tuple(each.meta["mfm_url"] for each in found if isinstance(each, Request) and _is_new_article(each))
