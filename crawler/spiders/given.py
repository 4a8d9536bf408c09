"""The spider of pages that somebody else has already: it yields them one after the other and fetches nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler

from crawler.items import Page


class GivenSpider(scrapy.Spider):
    """Yields `pages` in their order; each has left the last stage before the next one enters the first."""

    name = "given"

    def __init__(self, pages: Iterable[Page] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pages = pages
        self._is_done = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Listen for the end of each page's way."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.page_left, signal)
        return spider

    def page_left(self) -> None:
        """A page has left the house, by whichever door."""
        self._is_done.set()

    async def start(self) -> AsyncIterator[Any]:
        """The pages, one at a time: a copy must not overtake its original."""
        for page in self._pages:
            self._is_done.clear()
            yield page
            await self._is_done.wait()
