"""Asks each address of one source once, reads the list and prints what it gave, for `scrapy doctor --live`; follows nothing."""

import json
from collections.abc import Iterator
from typing import Any

from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.spiders.base import Output
from crawler.spiders.source import WholeSourceSpider
from db.vocabulary import FetchOutcome


class CheckupSpider(WholeSourceSpider):
    """Prints one line of JSON when it closes: address, number of entries, and the reason when it is not as it should be."""

    name = "checkup"
    custom_settings = {"ITEM_PIPELINES": {}, "EXTENSIONS": {}, "SPIDER_MIDDLEWARES": {}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers: list[dict[str, object]] = []

    def parse_list(self, response: Response) -> Iterator[Output]:
        """Read the list, follow nothing."""
        assert response.request is not None
        address = response.request.meta["mfm_address"]
        if response.status != 200:
            self._note(address.url, 0, f"HTTP {response.status}")
            return
        reading = self._read(response, address)
        is_read = reading.outcome is FetchOutcome.OK
        self._note(address.url, len(reading.entries) + len(reading.maps), "" if is_read else reading.reason or reading.outcome)
        yield from ()

    def fail(self, failure: TwistedFailure) -> Iterator[Output]:
        """An address that could not be asked."""
        self._note(failure.request.url, 0, failure.getErrorMessage()[:200])  # type: ignore[attr-defined]
        yield from ()

    def closed(self, reason: str) -> None:
        """Say what was found, on one line."""
        print(json.dumps(self._answers, ensure_ascii=False))

    def _note(self, url: str, n_entries: int, reason: str) -> None:
        self._answers.append({"url": url, "n_entries": n_entries, "reason": reason})
