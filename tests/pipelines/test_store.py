"""The store stage: a page that has walked all rooms becomes rows; what the world wrote into it is cleaned at this gate."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.items import (
    Archived,
    Article,
    Capture,
    CourtRow,
    DateClaim,
    Evidence,
    Finding,
    Identity,
    Judgement,
    Observation,
    Page,
    Person,
)
from crawler.sources import Source
from db.connection import connect
from db.migrations import migrate
from db.queries.alerts import alert_view
from db.vocabulary import (
    AlertKind,
    ArticleChange,
    CaptureRole,
    Category,
    DateBasis,
    DatePrecision,
    Failure,
    NoveltyBasis,
    ObservationStep,
    PageClass,
    PartyRole,
    Stage,
)
from pipelines.link import LinkPipeline
from pipelines.linking.subjects import outlet_keys
from pipelines.store import StorePipeline

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
TEXT = "Компания «Ак Кайнар» подала иск к газете «Алатау Обзор» о защите деловой репутации."
QUOTE = "подала иск к газете «Алатау Обзор»"
SOURCES = (
    Source(id="kz_polosa", outlet="Полоса 7", country="KZ"),
    Source(id="kz_alatau", outlet="Алатау Обзор", country="KZ", aliases=("Alatau Obzor",)),
    Source(id="kz_court", outlet="Жетысуский районный суд", country="KZ"),
)


class Counts:
    """What Scrapy's stats do, as far as a stage uses them."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def inc_value(self, key: str, count: int = 1) -> None:
        self.seen[key] = self.seen.get(key, 0) + count


@pytest.fixture
def stages(tmp_path: Path) -> tuple[LinkPipeline, StorePipeline, Counts]:
    migrate(tmp_path / "mfm.db")
    config, counts = Config(data_dir=tmp_path), Counts()
    keys = outlet_keys((source.id, source.names) for source in SOURCES)
    link = LinkPipeline(database=connect(tmp_path / "mfm.db"), outlets=lambda: keys, config=config, stats=counts)
    store = StorePipeline(database=connect(tmp_path / "mfm.db"), sources=lambda: SOURCES, config=config, stats=counts)
    yield link, store, counts
    link.close_spider()
    store.close_spider()


def claim(**changes: object) -> Finding:
    start = TEXT.index(QUOTE)
    plain = Finding(
        rule_id="defamation_civil.claim",
        rules_version="1",
        category=Category.DEFAMATION_CIVIL,
        stage=Stage.CLAIM_FILED,
        confidence=0.9,
        alert_kind=AlertKind.AT_ONCE,
        outlets=("Алатау Обзор",),
        people=(Person(name="Вера Тихомирова", role=PartyRole.EDITOR),),
        opponents=("Ак Кайнар",),
        country="KZ",
        case_number="2-1/26",
        evidence=(Evidence(start=start, end=start + len(QUOTE), quote=QUOTE, rule_id="defamation_civil.claim"),),
    )
    return replace(plain, **changes)


def page(number: int, *findings: Finding, source_id: str = "kz_polosa", **changes: object) -> Page:
    url = f"https://{source_id}.example/{number}"
    at = NOW + timedelta(hours=number)
    capture = Capture(
        source_id=source_id, run_id="run", role=CaptureRole.ARTICLE, url=url, final_url=url, status=200, fetched_at=at, body=b"x"
    )
    plain = Page(
        capture=capture,
        archived=Archived(body_sha256=f"{number:064x}", archive_path="a.warc.gz", offset=0, length_bytes=1, record_id="r"),
        article=Article(
            page_class=PageClass.ARTICLE,
            title=f"Заголовок {number}",
            text=TEXT,
            language="ru",
            published=DateClaim(at=at, on=at.date(), precision=DatePrecision.MOMENT, basis=DateBasis.JSON_LD),
        ),
        identity=Identity(
            article_id=f"{source_id}-{number}", canonical_url=url, text_fingerprint=f"f{number}", is_first_seen=True, is_new_version=True
        ),
        judgement=Judgement(language="ru", is_alert=bool(findings), alert_kind=AlertKind.AT_ONCE, findings=findings),
    )
    return replace(plain, **changes)


async def walk(stages: tuple[LinkPipeline, StorePipeline, Counts], item: Page) -> Page:
    await stages[0].process_item(item)
    await stages[1].process_item(item)
    return item


async def test_a_case_is_told_once_and_grows(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    first = await walk(stages, page(1, claim()))
    again = await walk(stages, page(2, claim(), source_id="kz_alatau"))
    verdict = await walk(stages, page(3, claim(stage=Stage.VERDICT, event_on="2026-03-31")))
    assert first.stored and again.stored and verdict.stored
    assert len(first.stored.alert_ids) == len(verdict.stored.alert_ids) == 1 and not again.stored.alert_ids
    view = alert_view(stages[1].database, first.stored.alert_ids[0])
    assert view and view.n_reports == 2 and view.outlet_id == "kz_alatau" and view.evidence[0].quote == QUOTE
    assert view.case and [event.stage for event in view.case.events] == ["claim_filed", "claim_filed", "verdict"]
    assert stages[2].seen == {"mfm/link/linked": 3, "mfm/store/article": 3}


async def test_the_same_page_again_tells_nobody(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    first = await walk(stages, page(1, claim()))
    again = await walk(stages, page(1, claim()))
    assert first.stored and again.stored and first.stored.alert_ids and not again.stored.alert_ids
    assert again.stored.article_id == first.stored.article_id
    counts = [stages[1].database[table].count for table in ("alert", "court_case", "case_event", "article_version", "finding")]
    assert counts == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("why", ["backfill", "long ago"])
async def test_what_is_old_is_kept_in_silence(stages: tuple[LinkPipeline, StorePipeline, Counts], why: str) -> None:
    item = page(1, claim())
    if why == "backfill":
        item = replace(item, capture=replace(item.capture, is_backfill=True))
    else:
        assert item.article
        long_ago = DateClaim(at=NOW - timedelta(days=60), on=date(2026, 1, 29), precision=DatePrecision.DAY)
        item = replace(item, article=replace(item.article, published=long_ago))
    await walk(stages, item)
    assert item.stored and not item.stored.alert_ids and item.links[0].basis == NoveltyBasis.BACKFILL
    later = await walk(stages, page(2, claim()))
    assert later.stored and not later.stored.alert_ids, "the same stage is no news later either"


async def test_characters_that_cannot_be_stored_are_cleaned(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    """DB6: lone surrogates and NUL pass the parser and blow up at insert."""
    item = page(1)
    assert item.article
    item = replace(item, article=replace(item.article, title="a\ud83d\x00b", text="c\ud800\x00d", byline="\udfff", section="\x07"))
    await walk(stages, item)
    assert stages[1].database.conn.execute("select title, text from article").fetchone() == ("a\ufffdb", "c\ufffdd")


async def test_a_court_list_moves_the_hearing(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    await walk(stages, page(1, claim()))
    rows = (
        CourtRow(case_number=" 2-1/26 ", hearing_at=datetime(2026, 4, 14, 5, tzinfo=UTC)),
        CourtRow(case_number="2-1/26"),
        CourtRow(case_number="99", hearing_at=NOW),
    )
    listed = page(2, source_id="kz_court", article=Article(page_class=PageClass.COURT_LIST, rows=rows), identity=None, judgement=None)
    await walk(stages, listed)
    found = stages[1].database.conn.execute("select starts_at, status from hearing").fetchall()
    assert found == [("2026-04-14T05:00:00Z", "planned")]
    assert listed.stored and not listed.stored.article_id and stages[2].seen["mfm/store/capture"] == 1


async def test_a_page_gone_marks_its_article(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    first = await walk(stages, page(1))
    assert first.identity
    gone = page(
        1, article=Article(page_class=PageClass.GONE), judgement=None, identity=replace(first.identity, change=ArticleChange.REMOVED)
    )
    await walk(stages, gone)
    assert stages[1].database.conn.execute("select is_removed, text from article").fetchone() == (1, TEXT)


async def test_an_observation_is_stored_once(stages: tuple[LinkPipeline, StorePipeline, Counts]) -> None:
    fact = Observation(
        source_id="kz_polosa",
        run_id="run",
        url="https://kz_polosa.example/",
        step=ObservationStep.DNS,
        vantage="direct",
        observed_at=NOW,
        failure=Failure.DNS_NXDOMAIN_ERROR,
        detail={"answers": []},
    )
    for _ in range(2):
        assert await stages[1].process_item(await stages[0].process_item(fact)) is fact
    assert stages[1].database["observation"].count == 1
