"""What is due for another look comes along with its source, over a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapy import Request

from crawler.middlewares.known import SLACK, KnownMiddleware
from crawler.sources import Source
from db.connection import connect
from db.migrations import migrate
from db.queries.runs import FetchState, save_states
from db.vocabulary import CaptureRole

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
SOURCE = Source(id="kz_polosa", outlet="Полоса 7", country="KZ")
SECOND = timedelta(seconds=1)


@dataclass
class Spider:
    source: Source = SOURCE

    def article_request(self, url: str, *, is_revisit: bool) -> Request:
        return Request(url, meta={"mfm_is_revisit": is_revisit})


async def _start() -> AsyncIterator[Request]:
    yield Request("https://polosa.example/feed")


async def _walk(middleware: KnownMiddleware) -> list[Any]:
    return [request.url async for request in middleware.process_start(_start())]


def test_a_look_that_falls_due_while_its_source_is_looked_at_comes_along(tmp_path: Path) -> None:
    migrate(tmp_path / "mfm.db")
    db = connect(tmp_path / "mfm.db")
    with db.conn:
        db.conn.execute("insert into outlet (id, name, country, kind) values ('polosa', 'Полоса 7', 'KZ', 'outlet')")
        db.conn.execute(
            "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values ('kz_polosa', 'polosa', 'KZ', 'feed', 600, 86400)"
        )
    due = {"past": -SECOND, "soon": timedelta(seconds=40), "edge": SLACK, "later": SLACK + SECOND}
    last = NOW - timedelta(days=1)
    save_states(
        db,
        [
            FetchState(
                url=f"https://polosa.example/{name}", source_id="kz_polosa", last_success_at=last, poll_s=86400, next_attempt_at=NOW + wait
            )
            for name, wait in due.items()
        ],
    )
    crawler: Any = SimpleNamespace(spider=Spider(), stats=None)
    asked = asyncio.run(_walk(KnownMiddleware(crawler, db, lambda: NOW)))
    assert asked == [f"https://polosa.example/{name}" for name in ("feed", "past", "soon", "edge")]


def test_ur10_two_spellings_of_a_host_in_one_list_are_one_request(tmp_path: Path) -> None:
    migrate(tmp_path / "mfm.db")
    counts: dict[str, int] = {}
    stats = SimpleNamespace(inc_value=lambda name: counts.update({name: counts.get(name, 0) + 1}))
    crawler: Any = SimpleNamespace(spider=Spider(), stats=stats)
    middleware = KnownMiddleware(crawler, connect(tmp_path / "mfm.db"), lambda: NOW)
    named = (
        "https://polosa.example/n/1", "http://www.Polosa.example/n/1/", "https://polosa.example/n/2", "https://polosa.example/n/1",
        "https://kk.polosa.example/n/1", "https://polosa.example/n/1?page=2",
    )  # fmt: skip

    async def found() -> AsyncIterator[Request]:
        for url in named:
            yield Request(url, meta={"mfm_role": CaptureRole.ARTICLE, "mfm_url": url})

    async def passed() -> list[str]:
        response: Any = None
        return [each.meta["mfm_url"] async for each in middleware.process_spider_output(response, found())]

    assert asyncio.run(passed()) == [named[0], named[2], named[4], named[5]]
    assert counts == {"mfm/fetch/asked": 2}
