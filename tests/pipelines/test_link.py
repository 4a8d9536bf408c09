"""The link stage over a real database: one case from many reports, one alert for each step, and what staff decide stays."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.items import Archived, Article, Capture, DateClaim, Finding, Identity, Judgement, NearMiss, Page
from crawler.sources import Source
from db.connection import connect
from db.identity import content_id
from db.migrations import migrate
from db.vocabulary import AlertKind, CaptureRole, Category, DateBasis, DatePrecision, PageClass, Stage
from pipelines.link import LinkPipeline
from pipelines.store import StorePipeline
from tests.pipelines.linking.events import finding

SOURCES = (Source(id="kz_polosa", outlet="Полоса 7", country="KZ"),)


class Desk:
    """Link and store in a row, over one database."""

    def __init__(self, folder: Path) -> None:
        migrate(folder / "mfm.db")
        config = Config(data_dir=folder)
        self.link = LinkPipeline(database=connect(folder / "mfm.db"), outlets=dict, config=config)
        self.store = StorePipeline(database=connect(folder / "mfm.db"), sources=lambda: SOURCES, config=config)

    def read(self, title: str, on: str, *findings: Finding, text: str = "", copy_of: str = "", near: bool = False) -> Page:
        """One article walks through both stages."""
        at = datetime.fromisoformat(on).replace(tzinfo=UTC)
        url = f"https://polosa.example/{content_id('t', title, on)}"
        near_misses = (NearMiss(rule_id="r", reason="nobody of the media stands near"),) if near else ()
        page = Page(
            capture=Capture(
                source_id="kz_polosa", run_id="run", role=CaptureRole.ARTICLE, url=url, final_url=url, status=200, fetched_at=at, body=b"x"
            ),
            archived=Archived(
                archive_path="a.warc.gz", offset=0, length_bytes=1, record_id=url, body_sha256=content_id("b", url)
            ),
            article=Article(
                page_class=PageClass.ARTICLE, title=title, text=text or title, language="ru",
                published=DateClaim(at=at, on=at.date(), precision=DatePrecision.DAY, basis=DateBasis.FEED),
            ),
            identity=Identity(
                article_id=content_id("article", url), canonical_url=url, text_fingerprint=url, is_first_seen=True, is_new_version=False,
                copy_of=copy_of,
            ),
            judgement=Judgement(
                language="ru", is_alert=bool(findings), alert_kind=findings[0].alert_kind if findings else AlertKind.NONE,
                findings=findings, near_misses=near_misses,
            ),
        )  # fmt: skip
        for stage in (self.link, self.store):
            page = asyncio.run(stage.process_item(page))
        return page

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return list(self.store.database.conn.execute(query).fetchall())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.link.close_spider()
    desk.store.close_spider()


def suit(**changes: object) -> Finding:
    return finding(**({"outlets": "Алатау Обзор", "opponents": "Ак Кайнар", "claimed": 20e6} | changes))  # type: ignore[arg-type]


def test_one_case_and_one_alert_for_each_step(desk: Desk) -> None:
    desk.read("Иск к «Алатау Обзору»", "2026-03-30", suit())
    desk.read("К газете «Алатау Обзор» подали иск", "2026-03-31", suit(outlets="Alatau Obzor"))
    desk.read("«Алатау Обзор» проиграл", "2026-05-22", suit(stage=Stage.VERDICT, claimed=0.0))
    desk.read("Ещё об «Алатау Обзоре»", "2026-05-23", suit(stage=Stage.VERDICT, claimed=0.0))
    assert desk.rows("select count(*) from court_case") == [(1,)]
    assert desk.rows("select stage, n_reports from alert order by stage") == [("claim_filed", 2), ("verdict", 2)]


def test_a_late_report_of_an_earlier_step_is_silent(desk: Desk) -> None:
    desk.read("«Алатау Обзор» проиграл", "2026-05-22", suit(stage=Stage.VERDICT, claimed=0.0))
    page = desk.read("Иск к «Алатау Обзору»", "2026-05-10", suit())
    assert [link.should_alert for link in page.links] == [False]
    assert desk.rows("select count(*) from court_case") == [(1,)]


def test_a_copy_joins_the_case_of_its_original_whatever_was_read_in_it(desk: Desk) -> None:
    first = desk.read("Иск к «Алатау Обзору»", "2026-03-30", suit())
    assert first.identity
    page = desk.read("Копия", "2026-03-30T01:00:00", suit(outlets="Полоса 7", opponents=""), copy_of=first.identity.article_id)
    assert page.links[0].case_id == first.links[0].case_id
    assert not page.links[0].should_alert


def test_a_text_that_no_rule_saw_is_followed_by_the_names_of_the_case(desk: Desk) -> None:
    first = desk.read("Дело о клевете", "2025-02-11", finding(Category.DEFAMATION_CRIMINAL, Stage.CHARGED, people="Борис Латухин"))
    page = desk.read("Облсуд оправдал Бориса Латухина", "2025-09-24", text="Приговор отменён, Латухин оправдан.", near=True)
    assert [link.case_id for link in page.links] == [first.links[0].case_id]
    assert desk.rows("select count(*) from alert") == [(2,)]


@pytest.mark.parametrize("title", ["Борис Латухин выпустил книгу о рыбалке", "В Павлодаре открыли новый мост", "Суд оправдал Антона Ли"])
def test_other_news_is_not_followed(desk: Desk, title: str) -> None:
    desk.read("Дело о клевете", "2025-02-11", finding(Category.DEFAMATION_CRIMINAL, Stage.CHARGED, people="Борис Латухин"))
    page = desk.read(title, "2025-03-24")
    assert page.links == ()
    assert page.judgement is not None
    assert page.judgement.findings == ()


def test_the_outlet_beside_and_the_company_that_sues_are_no_targets(desk: Desk) -> None:
    first = desk.read("Иск к «Алатау Обзору»", "2026-03-30", suit(opponents=""))
    page = desk.read(
        "Завод «Ак Кайнар» отозвал иск к «Семиречье Лайв»",
        "2026-06-03",
        suit(stage=Stage.ACQUITTED_OR_WITHDRAWN, outlets="Ак Кайнар, Семиречье Лайв, Алатау Обзор", opponents="", claimed=0.0),
        text="Завод «Ак Кайнар» отказался от требований к сайту «Семиречье Лайв». Дело газеты «Алатау Обзор» идёт своим чередом.",
    )
    assert page.links[0].case_id != first.links[0].case_id
    roles = dict(
        desk.rows(
            f"select p.name, cp.role from case_party cp join party p on p.id = cp.party_id where cp.case_id = '{page.links[0].case_id}'"
        )
    )  # noqa: S608
    assert roles == {"Семиречье Лайв": "outlet", "Ак Кайнар": "claimant"}


def test_an_arrest_that_opened_a_case_does_not_name_it_for_good(desk: Desk) -> None:
    held = finding(Category.ARREST_OR_DETENTION, None, people="Марат Толыбай", kind=AlertKind.DIGEST)
    charged = finding(Category.EXTORTION_OR_OTHER_CRIMINAL, Stage.CHARGED, people="Марат Толыбай", kind=AlertKind.DIGEST)
    first = desk.read("Задержан Марат Толыбай", "2025-09-01", held)
    second = desk.read("Марату Толыбаю предъявлено обвинение", "2025-09-12", charged, held)
    assert {link.case_id for page in (first, second) for link in page.links} == {first.links[0].case_id}


def test_what_staff_decided_is_never_undone(desk: Desk) -> None:
    first = desk.read("Иск к «Алатау Обзору»", "2026-03-30", suit())
    other = desk.read("Иск к «Семиречье Лайв»", "2026-03-31", suit(outlets="Семиречье Лайв"))
    kept, gone = first.links[0].case_id, other.links[0].case_id
    conn = desk.store.database.conn
    conn.execute("update court_case set title = 'Дело о саде', stage = 'hearing', is_locked = 1 where id = ?", (kept,))
    conn.execute("update court_case set merged_into = ?, is_locked = 1 where id = ?", (kept, gone))
    conn.commit()
    page = desk.read("«Семиречье Лайв» проиграл", "2026-05-22", suit(stage=Stage.VERDICT, outlets="Семиречье Лайв", claimed=0.0))
    assert page.links[0].case_id == kept
    assert desk.rows("select title, stage, merged_into from court_case where is_locked = 1 order by merged_into is not null") == [
        ("Дело о саде", "hearing", None),
        (desk.rows(f"select title from court_case where id = '{gone}'")[0][0], "claim_filed", kept),  # noqa: S608
    ]


def partition(desk: Desk) -> set[frozenset[str]]:
    """Titles by the case that they are shown in."""
    rows = desk.rows(
        "select coalesce(c.merged_into, c.id), a.title from case_event e join article a on a.id = e.article_id join court_case c on c.id = e.case_id"
    )
    return {frozenset(str(title) for case_id, title in rows if case_id == root) for root in {row[0] for row in rows}}


ARRIVALS = (
    ("Иск к Ольге Дерюгиной", "2026-02-01", suit(people="Ольга Дерюгина", outlets="", opponents="", claimed=18e6)),
    ("«Каспий Шолпаны» в суде", "2026-02-20", suit(stage=Stage.HEARING, outlets="Каспий Шолпаны", opponents="Тенгри Ойл", claimed=0.0)),
    (
        "Ольга Дерюгина и «Каспий Шолпаны» проиграли",
        "2026-03-15",
        suit(stage=Stage.VERDICT, people="Ольга Дерюгина", outlets="Каспий Шолпаны", opponents="Тенгри Ойл", claimed=18e6),
    ),
    ("Иск к «Пятому этажу»", "2025-03-01", suit(outlets="Пятый этаж", opponents="Талшын", claimed=6e6)),
    (
        "Иск к «Пятому этажу» отозван",
        "2025-04-01",
        suit(stage=Stage.ACQUITTED_OR_WITHDRAWN, outlets="Пятый этаж", opponents="Талшын", claimed=0.0),
    ),
    ("Новый иск к «Пятому этажу»", "2025-09-01", suit(outlets="Пятый этаж", opponents="Талшын", claimed=9e6)),
)
CASES = {
    frozenset(title for title, _, _ in ARRIVALS[:3]),
    frozenset(title for title, _, _ in ARRIVALS[3:5]),
    frozenset(title for title, _, _ in ARRIVALS[5:]),
}


@pytest.mark.parametrize("seed", range(12))
def test_articles_in_any_order_give_the_same_cases(desk: Desk, seed: int) -> None:
    arrivals = list(ARRIVALS)
    random.Random(seed).shuffle(arrivals)
    for title, on, told in arrivals:
        desk.read(title, on, told)
    assert partition(desk) == CASES


def test_a_bridge_leaves_a_row_with_its_reason_and_resends_nothing(desk: Desk) -> None:
    for title, on, told in ARRIVALS[:2]:
        desk.read(title, on, told)
    before = desk.rows("select id, thread_key, created_at from alert order by id")
    page = desk.read(*ARRIVALS[2])
    kept = page.links[0].case_id
    assert desk.rows(f"select count(*) from court_case where merged_into = '{kept}'") == [(1,)]  # noqa: S608
    ((operation, said),) = desk.rows("select operation, after_json from audit where operation = 'merge'")
    assert operation == "merge"
    assert "проиграли" in str(said)
    assert [row for row in desk.rows("select id, thread_key, created_at from alert order by id") if row in before] == before
    assert desk.rows("select count(*) from alert") == [(3,)]
    again = desk.read(*ARRIVALS[2])
    assert [link.should_alert for link in again.links] == [False]


def test_a_bridge_never_merges_a_case_that_staff_decided_about(desk: Desk) -> None:
    for title, on, told in ARRIVALS[:2]:
        desk.read(title, on, told)
    desk.store.database.conn.execute("update court_case set is_locked = 1")
    desk.store.database.conn.commit()
    desk.read(*ARRIVALS[2])
    assert desk.rows("select count(*) from court_case where merged_into is not null") == [(0,)]


def test_a_moved_event_takes_its_parties_sums_and_alert_along(desk: Desk) -> None:
    for place in (3, 5, 4):
        desk.read(*ARRIVALS[place])
    rows = desk.rows(
        """select c.claim_amount, (select group_concat(p.name) from case_party cp join party p on p.id = cp.party_id
            where cp.case_id = c.id and cp.role = 'claimant'), (select count(*) from alert where case_id = c.id)
        from court_case c where c.merged_into is null order by 1"""
    )
    assert [(amount, n_alerts > 0) for amount, _, n_alerts in rows] == [(6e6, True), (9e6, True)]
    assert all("Талшын" in str(claimants) for _, claimants, _ in rows)
