"""Asks an official register about addresses, one polite request each: a source of its own, never part of an outlet's crawl."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.sources import load_sources
from crawler.spiders.base import Output, SourceSpider
from crawler.spiders.captures import Ending
from db.vocabulary import CaptureRole, FetchOutcome, OutletKind

ASKED_ABOUT = (OutletKind.OUTLET, OutletKind.AGENCY, OutletKind.NGO)


class RegisterSpider(SourceSpider):
    """Look-ups by the source's `search_url`; `-a domains=a.kz,b.kz`, or every outlet with a front page."""

    name = "register"
    domains: tuple[str, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "RegisterSpider":
        """Take `domains=` besides what every source spider takes."""
        domains = str(kwargs.pop("domains", ""))
        spider = super().from_crawler(crawler, *args, **kwargs)
        assert isinstance(spider, cls)
        if "{q}" not in spider.source.search_url:
            raise SystemExit(f"mfm: {spider.source.id} has no search_url with {{q}} to ask by")
        spider.domains = tuple(name.strip().lower() for name in domains.split(",") if name.strip()) or spider._watched()
        return spider

    def _watched(self) -> tuple[str, ...]:
        sources = load_sources(self.config.sources_path, self.config.countries)
        hosts = [urlsplit(source.homepage).hostname or "" for source in sources if source.kind in ASKED_ABOUT and source.is_crawlable]
        return tuple(dict.fromkeys(host.removeprefix("www.") for host in hosts if host))

    async def start(self) -> AsyncIterator[Any]:
        """One request per address."""
        for domain in self.domains:
            url = self.source.search_url.replace("{q}", quote(domain, safe=""))
            yield Request(url, self.parse_answer, errback=self.fail, meta=self._meta(CaptureRole.LISTING, url), dont_filter=True)

    def parse_answer(self, response: Response) -> Iterator[Output]:
        """The answer is archived as it came; whether it can be read is known at once, what it says is judged by `scrapy assess`."""
        yield from self._page_of(response)
        if response.status != 200 or not response.body:
            return
        assert response.request is not None
        try:
            is_answer = isinstance(json.loads(response.body), list)
        except (ValueError, RecursionError):
            is_answer = False
        if is_answer:
            self._count("entries")
        else:
            yield self._observe(response.request, Ending(outcome=FetchOutcome.PARSE_ERROR, error="the register's answer is no JSON array"))
