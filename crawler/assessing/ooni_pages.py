"""OONI's interface, page by page: by time and never by offset, each measurement once, quiet when the quota is used up.

Facts of the interface: BLOCKING.md g.1, g.2 (production quota 4000/hour, 400000/day, 200000/7 days; header X-RateLimit-Remaining).
The fetch is injected: the network part goes through a line of ours or Scrapy, and tests through a page in memory.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from pipelines.detectors.reachability.ooni import Witness, read_row

LEAST_REMAINING = 200
FIRST_WAIT_S, LONGEST_WAIT_S = 900.0, 6 * 3600.0
PAGE_ROWS = 1000
MAX_PAGES = 500

Fetch = Callable[[str], Awaitable[tuple[int, dict[str, str], bytes]]]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class OoniReader:
    """Reads measurements of a domain and country. `known` holds ids seen before, so that a second import finds nothing new."""

    base_url: str
    fetch: Fetch
    sleep: Sleep
    known: set[str] = field(default_factory=set)
    _wait_s: float = FIRST_WAIT_S

    async def measurements(self, domain: str, country: str, since: datetime, until: datetime) -> list[Witness]:
        """Witnesses measured after `since`, up to `until`, oldest first; late uploads count on their own day."""
        found: list[Witness] = []
        cursor = since
        for _ in range(MAX_PAGES):
            rows = await self._page(domain, country, cursor, until)
            fresh = [one for row in rows if (one := read_row(row)).uid and one.uid not in self.known]
            self.known |= {one.uid for one in fresh}
            found += fresh
            last = max((at for row in rows if (at := _moment(str(row.get("measurement_start_time", ""))))), default=None)
            if len(rows) < PAGE_ROWS or last is None or last - timedelta(seconds=1) <= cursor:
                break
            cursor = last - timedelta(seconds=1)
        return found

    async def _page(self, domain: str, country: str, since: datetime, until: datetime) -> list[dict[str, object]]:
        query = {
            "domain": domain,
            "probe_cc": country,
            "test_name": "web_connectivity",
            "since": f"{since:%Y-%m-%dT%H:%M:%S}",
            "until": f"{until:%Y-%m-%dT%H:%M:%S}",
            "order": "asc",
            "order_by": "measurement_start_time",
            "limit": PAGE_ROWS,
        }
        url = f"{self.base_url}/api/v1/measurements?{urlencode(query)}"
        while True:
            status, headers, body = await self.fetch(url)
            if status == 200:
                self._wait_s = FIRST_WAIT_S
                await self._spare(headers)
                return _rows(body)
            if status != 429:
                return []
            await self.sleep(self._wait_s)
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

    async def _spare(self, headers: dict[str, str]) -> None:
        """Stop before the quota is gone, for everybody's sake."""
        remaining = {key.lower(): value for key, value in headers.items()}.get("x-ratelimit-remaining", "")
        if remaining.isdigit() and int(remaining) < LEAST_REMAINING:
            await self.sleep(FIRST_WAIT_S)


def _rows(body: bytes) -> list[dict[str, object]]:
    try:
        document = json.loads(body)
    except ValueError:
        return []
    rows = document.get("results") if isinstance(document, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
