"""A stage of replays only: whatever the rules say now, no alert comes of it."""

from dataclasses import replace
from typing import Any

from crawler.items import Page


class SilencePipeline:
    """Takes the alerts out of the links, so that the store keeps findings and cases and tells nobody."""

    async def process_item(self, item: Any) -> Any:
        """The item without a voice."""
        if isinstance(item, Page):
            item.links = tuple(replace(link, alert_id="", should_alert=False) for link in item.links)
        return item
