"""Looks at one site for `scrapy addsource`: what it announces, which of it answers as it should, and one page to look at."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure as TwistedFailure

from crawler.config import Config
from crawler.discovery.candidates import Candidate, announced_feeds, announced_sitemaps, customary_places
from crawler.items import Capture
from crawler.sources import Source
from crawler.spiders.captures import as_capture
from crawler.spiders.feed import read_feed
from crawler.spiders.listing import read_listing
from crawler.spiders.reading import ListPage, Reading
from crawler.spiders.sitemap import read_sitemap
from db.vocabulary import CaptureRole, FetchOutcome, SourceKind

_READERS = {SourceKind.FEED: read_feed, SourceKind.SITEMAP: read_sitemap, SourceKind.LISTING: read_listing}


@dataclass(kw_only=True, slots=True, frozen=True)
class Found:
    """A candidate that answered as it should: how many entries it has, and the dates they claim, newest first."""

    candidate: Candidate
    n_entries: int
    dates: tuple[datetime, ...]
    sample_url: str


class DiscoverSpider(Spider):
    """Leaves what it found in `found`, what went wrong in `failed`, and one article in `sample`."""

    name = "discover"

    def __init__(self, source: Source, config: Config, asked: Candidate | None = None) -> None:
        super().__init__()
        self.source = source
        self.config = config
        self.asked = asked
        self.found: list[Found] = []
        self.failed: list[tuple[str, str]] = []
        self.sample: Capture | None = None
        self._asked_urls: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "DiscoverSpider":
        """Made by the command, which hands over a draft source."""
        return super().from_crawler(crawler, *args, config=crawler.settings["MFM"], **kwargs)

    async def start(self) -> AsyncIterator[Any]:
        """The front page and robots.txt; or only the address that a list named."""
        if self.asked:
            yield self._ask(self.asked)
            return
        yield self._request(self.source.homepage, self.parse_home, priority=10)
        yield self._request(urljoin(self.source.homepage, "/robots.txt"), self.parse_robots, priority=5)

    def parse_home(self, response: Response) -> Iterator[Request]:
        """Feeds that the page announces, else the customary places; the page itself as a listing."""
        if response.status != 200 or not isinstance(response, TextResponse):
            self.failed.append((response.url, f"HTTP {response.status}"))
            return
        feeds = announced_feeds(response.text, response.url)
        for candidate in feeds or customary_places(response.url, feeds=True, sitemaps=False):
            yield from self._ask_once(candidate)
        front = Candidate(url=self.source.homepage, kind=SourceKind.LISTING, format="html", evidence="front page, read in automatic mode")
        yield from self._keep(front, self._read(front, response))

    def parse_robots(self, response: Response) -> Iterator[Request]:
        """Sitemaps that robots.txt names, else the customary places."""
        text = response.text if response.status == 200 and isinstance(response, TextResponse) else ""
        maps = announced_sitemaps(text, response.url)
        for candidate in maps or customary_places(response.url, feeds=False, sitemaps=True):
            yield from self._ask_once(candidate)

    def parse_candidate(self, response: Response) -> Iterator[Request]:
        """Judge by the content, never by the label or the status alone."""
        assert response.request is not None
        candidate: Candidate = response.request.meta["mfm_candidate"]
        if response.status != 200:
            self.failed.append((candidate.url, f"HTTP {response.status}"))
            return
        yield from self._keep(candidate, self._read(candidate, response))

    def parse_sample(self, response: Response) -> None:
        """One article, kept for a person to look at."""
        if response.status == 200 and self.sample is None:
            self.sample = as_capture(response, self.config.now(), self.source.id, "discover", is_backfill=True)

    def fail(self, failure: TwistedFailure) -> None:
        """An address that did not answer; its reason is shown."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.failed.append((request.url, f"{failure.type.__name__ if failure.type else 'failure'}: {failure.getErrorMessage()}"[:200]))

    def _keep(self, candidate: Candidate, reading: Reading) -> Iterator[Request]:
        if reading.outcome is not FetchOutcome.OK or not (reading.entries or reading.maps):
            self.failed.append((candidate.url, reading.reason or str(reading.outcome)))
            return
        dates = sorted((entry.hint.published_at for entry in reading.entries if entry.hint.published_at), reverse=True)
        sample_url = reading.entries[0].url if reading.entries else ""
        self.found.append(Found(candidate=candidate, n_entries=len(reading.entries), dates=tuple(dates), sample_url=sample_url))
        if sample_url and sample_url not in self._asked_urls and self.sample is None:
            self._asked_urls.add(sample_url)
            yield self._request(sample_url, self.parse_sample, CaptureRole.ARTICLE)

    def _read(self, candidate: Candidate, response: Response) -> Reading:
        page = ListPage(url=response.url, asked_url=candidate.url, body=response.body, source=self.source, now=self.config.now())
        return _READERS[candidate.kind](page)

    def _ask_once(self, candidate: Candidate) -> Iterator[Request]:
        if candidate.url not in self._asked_urls:
            self._asked_urls.add(candidate.url)
            yield self._ask(candidate)

    def _ask(self, candidate: Candidate) -> Request:
        request = self._request(candidate.url, self.parse_candidate, CaptureRole(candidate.kind))
        request.meta["mfm_candidate"] = candidate
        return request

    def _request(self, url: str, callback: Any, role: CaptureRole = CaptureRole.LISTING, priority: int = 0) -> Request:
        return Request(url, callback, errback=self.fail, meta={"mfm_role": role, "mfm_url": url}, priority=priority, dont_filter=True)
