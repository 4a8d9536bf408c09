"""How long linking one article takes as the archive grows: made-up cases fill a database, then reports of known and new cases come.

python -m benchmarks.linking_size [--cases N ...] [--reports N]
Prints the median and the 95th percentile per size, for reports of events and for ordinary news without any.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", type=int, default=[500, 2_000, 5_000])
    parser.add_argument("--reports", type=int, default=200)
    options = parser.parse_args()
    for n_cases in options.cases:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), n_cases, options.reports)
    return 0


def measure(folder: Path, n_cases: int, n_reports: int) -> None:
    """Fill, then time the link stage alone."""
    migrate(folder / "mfm.db")
    config = Config(data_dir=folder)
    link = LinkPipeline(database=connect(folder / "mfm.db"), outlets=dict, config=config)
    store = StorePipeline(database=connect(folder / "mfm.db"), sources=lambda: (SOURCE,), config=config)
    chance = random.Random(7)
    names = [(name(chance), name(chance)) for _ in range(n_cases)]
    for number, (outlet, person) in enumerate(names):
        asyncio.run(_walk(page(number, outlet, person, Stage.CLAIM_FILED, number), link, store))
    events, quiet = [], []
    for number in range(n_reports):
        outlet, person = chance.choice(names)
        events.append(timed(link, page(n_cases + number, outlet, person, chance.choice(STAGES[1:]), n_cases)))
        quiet.append(timed(link, page(2 * n_cases + number, name(chance), name(chance), None, n_cases)))
    n_known = store.database.conn.execute("select count(*) from court_case").fetchone()[0]
    print(f"cases {n_known}: a report {told(events)}; ordinary news {told(quiet)}")
    link.close_spider()
    store.close_spider()


def told(seconds: list[float]) -> str:
    """Median and 95th percentile in words."""
    return f"median {statistics.median(seconds) * 1000:.1f} ms, 95 % under {statistics.quantiles(seconds, n=20)[-1] * 1000:.1f} ms"


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
