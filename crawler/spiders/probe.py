"""The probe spider: wraps the network steps of `crawler.probing` so that their observations walk the house like any item.

Only observations leave it, no pages: a diagnosis needs handshakes and swaps that Scrapy's downloader cannot make.
"""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Spider

from crawler.config import Config
from crawler.items import Observation
from crawler.probing.runner import Run, Runner, Site, batch_of
from crawler.sources import load_sources


class ProbeSpider(Spider):
    """`scrapy crawl probe -a source=ID` (or all sources of the countries) looks once and stores what happened; `assess` judges it."""

    name = "probe"

    def __init__(self, source: str = "", run_id: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source_id = source
        self.run_id = run_id

    async def start(self) -> AsyncIterator[Observation]:
        """Every observation of one run over the chosen sources' front pages; health observations of the lines stay with the desk."""
        config: Config = self.settings["MFM"]
        sources = load_sources(config.sources_path, config.countries)
        chosen = [one for one in sources if one.homepage and one.is_crawlable and self.source_id in ("", one.id)]
        sites = [Site(one.homepage, one.id) for one in chosen]
        run_id = self.run_id or f"probe-{config.now():%Y%m%dT%H%M%S}"
        run = Run(run_id, batch_of(run_id, [site.url for site in sites]), config.probing.run_tries_at_s)
        async for part in Runner(config, run).observe(sites):
            for observation in part:
                # A line's own health belongs to no source: it is told under the first site of the batch.
                observation.source_id = observation.source_id or (sites[0].source_id if sites else "")
                if observation.source_id:
                    yield observation
