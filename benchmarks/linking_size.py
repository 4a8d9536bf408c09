"""How long linking one article takes as the archive grows: made-up cases fill a database, then reports of known and new cases come.

python -m benchmarks.linking_size [--articles N ...] [--articles-per-case N] [--reports N]
Prints the median and the 95th percentile per size, for reports of events and for ordinary news without any. One database grows from
size to size; cases walk through the real stages, the ordinary articles beside them are rows.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import track
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Amount, Archived, Article, Capture, DateClaim, Finding, Identity, Judgement, Page, Person
from crawler.sources import Source
from db.connection import connect
from db.identity import content_id
from db.migrations import migrate
from db.vocabulary import AlertKind, AmountRole, CaptureRole, Category, DateBasis, DatePrecision, PageClass, PartyRole, Stage
from pipelines.link import LinkPipeline
from pipelines.store import StorePipeline

SOURCE = Source(id="zz_sized", outlet="Sized", country="KZ")
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SYLLABLES = (
    "ба",
    "ла",
    "мур",
    "тал",
    "сар",
    "кен",
    "жан",
    "ды",
    "рус",
    "тем",
    "айн",
    "нур",
    "гул",
    "бек",
    "ель",
    "ки",
    "зор",
    "ше",
    "во",
    "пя",
)
GIVEN = ("Ержан", "Асем", "Борис", "Вера", "Тимур", "Софья", "Самат", "Дмитрий", "Гульнар", "Павел")
STAGES = (Stage.CLAIM_FILED, Stage.HEARING, Stage.VERDICT, Stage.APPEAL)


def main() -> int:
    """Grow one database from size to size and measure at each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", nargs="+", type=int, default=[10_000, 50_000, 200_000])
    parser.add_argument("--articles-per-case", type=int, default=40)
    parser.add_argument("--reports", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        grow(Path(folder), sorted(options.articles), options.articles_per_case, options.reports)
    return 0


def grow(folder: Path, sizes: Sequence[int], per_case: int, n_reports: int) -> None:
    """Fill up to each size, then time the link stage alone; reports that are timed are not stored."""
    migrate(folder / "mfm.db")
    config = Config(data_dir=folder)
    link = LinkPipeline(database=connect(folder / "mfm.db"), outlets=dict, config=config)
    store = StorePipeline(database=connect(folder / "mfm.db"), sources=lambda: (SOURCE,), config=config)
    chance = random.Random(7)
    names: list[tuple[str, str]] = []
    print(
        f"{'articles':>9} {'cases':>6}  {'report: median':>14} {'95 % under':>10}  {'other news: median':>18} {'95 % under':>10}",
        flush=True,
    )
    for size in sizes:
        wanted = max(1, size // per_case)
        for _ in track(range(len(names), wanted), f"cases for {size} articles", console=Console(stderr=True), transient=True):
            names.append((name(chance), name(chance)))
            asyncio.run(_walk(page(len(names) - 1, *names[-1], Stage.CLAIM_FILED, len(names) - 1), link, store))
        fill(store.database, size)
        events, quiet = [], []
        for number in range(n_reports):
            outlet, person = chance.choice(names)
            told = page(size * 10 + number, outlet, person, chance.choice(STAGES[1:]), len(names))
            events.append(timed(link, told))
            quiet.append(timed(link, page(size * 10 + n_reports + number, name(chance), name(chance), None, len(names))))
        n_articles, n_cases = store.database.conn.execute(
            "select (select count(*) from article), (select count(*) from court_case)"
        ).fetchone()
        print(f"{n_articles:>9} {n_cases:>6}  {columns(events, 14)}  {columns(quiet, 18)}", flush=True)
    link.close_spider()
    store.close_spider()


def fill(database: Database, size: int) -> None:
    """Ordinary articles up to the size: rows like the first one under other addresses, of no case."""
    connection = database.conn
    names = [row[1] for row in connection.execute("pragma table_info(article)")]
    fresh = {
        "id": "'filler' || value",
        "canonical_url": "'https://sized.example/filler/' || value",
        "text_fingerprint": "'filler' || value",
    }
    have = connection.execute("select count(*) from article").fetchone()[0]
    with connection:
        connection.execute(
            f"with recursive number (value) as (select :have union all select value + 1 from number where value + 1 < :size)"
            f" insert into article ({', '.join(names)}) select {', '.join(fresh.get(each, each) for each in names)}"
            " from number cross join (select * from article order by rowid limit 1) where :have < :size",
            {"have": have, "size": size},
        )


def columns(seconds: list[float], width: int) -> str:
    """Median and 95th percentile in milliseconds."""
    return f"{statistics.median(seconds) * 1000:>{width - 3}.1f} ms {statistics.quantiles(seconds, n=20)[-1] * 1000:>7.1f} ms"


def timed(link: LinkPipeline, sheet: Page) -> float:
    """Seconds that the link stage takes for one page."""
    begin = time.perf_counter()
    asyncio.run(link.process_item(sheet))
    return time.perf_counter() - begin


def name(chance: random.Random) -> str:
    """A made-up word of three syllables."""
    return "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()


def page(number: int, outlet: str, surname: str, stage: Stage | None, day: int) -> Page:
    """A report of a step of a case, or of nothing at all when there is no stage."""
    at = BEGIN + timedelta(minutes=day * 60)
    url = f"https://sized.example/{number}"
    person = f"{GIVEN[number % len(GIVEN)] if stage else 'Ян'} {surname}"
    title = f"Суд по иску к «{outlet}»: {person}" if stage else f"{surname} открыл мост в городе {outlet}"
    finding = Finding(
        rule_id="r", rules_version="1", category=Category.DEFAMATION_CIVIL, stage=stage, alert_kind=AlertKind.AT_ONCE, country="KZ",
        outlets=(outlet,), people=(Person(name=person, role=PartyRole.EDITOR),),
        amounts=(Amount(value=number * 1000.0 + 1, currency="KZT", role=AmountRole.CLAIMED),),
    )  # fmt: skip
    return Page(
        capture=Capture(source_id=SOURCE.id, run_id="r", role=CaptureRole.ARTICLE, url=url, final_url=url, status=200, fetched_at=at, body=b"x"),
        archived=Archived(archive_path="a", offset=0, length_bytes=1, record_id=url, body_sha256=content_id("b", url)),
        article=Article(
            page_class=PageClass.ARTICLE, title=title, text=title, language="ru",
            published=DateClaim(at=at, on=at.date(), precision=DatePrecision.DAY, basis=DateBasis.FEED),
        ),
        identity=Identity(
            article_id=content_id("article", url), canonical_url=url, text_fingerprint=url, is_first_seen=True, is_new_version=False
        ),
        judgement=Judgement(language="ru", is_alert=bool(stage), alert_kind=AlertKind.AT_ONCE, findings=(finding,) if stage else ()),
    )  # fmt: skip


async def _walk(sheet: Page, link: LinkPipeline, store: StorePipeline) -> None:
    await store.process_item(await link.process_item(sheet))


if __name__ == "__main__":
    sys.exit(main())
