"""The detect stage: judges the text of every article; anything else passes."""

import asyncio
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from crawler.config import Config
from crawler.items import Article, Page
from crawler.sources import Source, find_source, load_sources
from db.vocabulary import PageClass
from pipelines.detectors import JudgeInput, judge
from pipelines.languages.outlets import OutletEntry, OutletIndex


class DetectPipeline:
    """Fills `judgement`; the names of all known outlets are read when the first article comes."""

    def __init__(
        self,
        *,
        outlets: Callable[[], OutletIndex],
        country_of: Callable[[str], str] = lambda _: "",
        stats: StatsCollector | None = None,
    ) -> None:
        self.outlets = cache(outlets)
        self.country_of = country_of
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the outlets from the source files in force."""
        config: Config = crawler.settings["MFM"]
        return cls(
            outlets=lambda: outlet_index(load_sources(config.sources_path)),
            country_of=lambda source_id: country_of(find_source(config.sources_path, source_id)),
            stats=crawler.stats,
        )

    async def process_item(self, item: Any) -> Any:
        """Judge an article off the reactor."""
        if not isinstance(item, Page):
            return item
        if item.article is None or item.article.page_class is not PageClass.ARTICLE:
            self._count("no_text")
            return item
        given = judge_input(item.article, item.capture.final_url, self.country_of(item.capture.source_id))
        item.judgement = await asyncio.to_thread(judge, given, self.outlets())
        self._count(item.judgement.alert_kind)
        return item

    def _count(self, outcome: str) -> None:
        if self.stats:
            self.stats.inc_value(f"mfm/detect/{outcome}")


def judge_input(article: Article, url: str, country: str) -> JudgeInput:
    """What the detectors get of an article."""
    known = "" if article.language == "unknown" else article.language
    return JudgeInput(title=article.title, text=article.text, language=known, published=article.published.at, url=url, country=country)


def country_of(source: Source | None) -> str:
    """ISO code of the country that a source writes from; empty for watchers of many countries."""
    return "" if source is None or source.country == "INT" else source.country


def outlet_index(sources: Iterable[Source]) -> OutletIndex:
    """Names and hosts of all sources that are outlets or agencies, historic ones included."""
    return OutletIndex.build(
        OutletEntry(
            id=source.id,
            name=source.outlet,
            aliases=tuple(dict.fromkeys(name for name in (source.outlet_ru, source.outlet_kk, *source.aliases) if name)),
            stems=source.alias_stems,
            is_common_word=source.is_common_word,
            hosts=source.hosts,
        )
        for source in sources
        if source.kind in {"outlet", "agency"}
    )
