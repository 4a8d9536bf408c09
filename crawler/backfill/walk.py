"""Sends pages through the stages in a crawl that fetches nothing and is nobody's run."""

from collections.abc import Callable, Iterable

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.settings import BaseSettings, Settings

from crawler.items import Page
from crawler.spiders.given import GivenSpider

RUN_LOG = "crawler.extensions.runlog.RunLogExtension"
Listener = Callable[[Page], None]


def walk(
    process: CrawlerProcessBase,
    pages: Iterable[Page],
    stages: dict[str, int] | None = None,
    heard: Listener | None = None,
) -> Crawler:
    """Let `pages` walk through `stages` (those of the settings when none are named); returns the crawler with its stats.

    `heard` is called with each page that has left the last stage. No run is written: nobody's health may be judged by it.
    """
    settings = process.settings.copy()
    assert isinstance(settings, Settings)
    extensions = {name: order for name, order in settings.getdict("EXTENSIONS").items() if name != RUN_LOG}
    settings.set("EXTENSIONS", extensions, priority="cmdline")
    if stages is not None:
        settings.set("ITEM_PIPELINES", stages, priority="cmdline")
    crawler = Crawler(GivenSpider, settings)
    if heard:
        crawler.signals.connect(heard, signals.item_scraped)
    process.crawl(crawler, pages=pages)
    process.start()
    return crawler


def be_quiet(settings: BaseSettings, log_level: str | None) -> None:
    """A command that prints its own report does not mix it with a crawl's log, unless a person asks for one."""
    if not log_level:
        settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
