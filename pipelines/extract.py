"""The extract stage: reads every captured page once, off the reactor."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from crawler.config import Config
from crawler.items import Article, Capture, Page
from crawler.sources import Source, find_source
from pipelines.reading.extraction import read_page
from pipelines.reading.given import read_given
from pipelines.reading.rules import PageRules


class ExtractPipeline:
    """Fills `article` for every page, whatever it is; an empty text is an outcome, not a stop."""

    def __init__(self, *, source_of: Callable[[str], Source | None], stats: StatsCollector | None = None) -> None:
        self.source_of = source_of
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the sources from the files in force."""
        config: Config = crawler.settings["MFM"]
        return cls(source_of=partial(find_source, config.sources_path), stats=crawler.stats)

    async def process_item(self, item: Any) -> Any:
        """Read the page in a thread, so that fetching goes on meanwhile."""
        if not isinstance(item, Page):
            return item
        item.article = await asyncio.to_thread(extract, item.capture, self.source_of(item.capture.source_id))
        if self.stats is not None:
            self.stats.inc_value(f"mfm/extract/{item.article.page_class}")
        return item


def extract(capture: Capture, source: Source | None) -> Article:
    """The article of one capture, by the rules of its source; a source that is no longer known gets the general rules.

    A capture without a status was given in a file: no server ever answered with it.
    """
    if not capture.status:
        return read_given(capture)
    return read_page(capture, page_rules(source) if source else PageRules())


def page_rules(source: Source) -> PageRules:
    """How the pages of `source` are to be read."""
    selectors = source.selectors
    return PageRules(
        outlet_names=source.names,
        languages=source.languages,
        country=source.country,
        hosts=source.hosts,
        zone=source.zone,
        charset=source.charset,
        day_first=source.day_first,
        title=selectors.title,
        text=selectors.text,
        published=selectors.published,
        author=selectors.author,
        prune=selectors.prune,
        row=selectors.row,
        columns=tuple(selectors.columns.items()),
    )
