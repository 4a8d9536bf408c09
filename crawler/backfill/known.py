"""A stage of replays only, after extract: names the article as the database knows it and keeps the text that is stored."""

from dataclasses import replace
from typing import Any

from crawler.items import Page
from pipelines.identity.near import bands, fingerprint, near_key


class KnownPipeline:
    """Brings `identity` in line with the text that was just read again; the dedupe stage would drop every page as known."""

    async def process_item(self, item: Any) -> Any:
        """The page with the marks of its present text."""
        if isinstance(item, Page) and item.identity and item.article:
            key = near_key(item.article.text)
            mark = fingerprint(item.article.title, item.article.text)
            item.identity = replace(item.identity, text_fingerprint=mark, near_key=key, near_bands=bands(key))
        return item
