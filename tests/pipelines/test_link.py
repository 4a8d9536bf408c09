"""The link stage over a real database: one case from many reports, one alert for each step, and what staff decide stays."""

from dataclasses import replace

import pytest

from crawler.items import Finding
from db.vocabulary import AlertKind, Category, Stage
from pipelines.detectors.sense import NAMES_NOBODY, OPINION
from tests.pipelines.linking.desk import Desk, suit
from tests.pipelines.linking.events import finding


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


def test_suits_of_two_claimants_against_unnamed_media_are_two_cases(desk: Desk) -> None:
    desk.read("Компания судится с порталом", "2026-03-01", suit(outlets="", opponents="Медь Балхаша"))
    desk.read("Депутат судится с редакцией", "2026-03-03", suit(outlets="", opponents="Асан Нурпеисов", claimed=0.0))
    desk.read("Ещё о суде с порталом", "2026-03-04", suit(outlets="", opponents="Медь Балхаша"))
    assert desk.rows("select count(*) from court_case") == [(2,)]


def quiet(reason: str) -> Finding:
    charged = finding(Category.DEFAMATION_CRIMINAL, Stage.CHARGED, kind=AlertKind.NONE)
    return replace(charged, is_new=False, new_reason=reason)


@pytest.mark.parametrize(("reason", "n_alerts"), [(NAMES_NOBODY, 2), (OPINION, 1)])
def test_a_step_that_named_nobody_is_news_when_a_known_case_says_who(desk: Desk, reason: str, n_alerts: int) -> None:
    desk.read("Дело о клевете", "2024-12-03", finding(Category.DEFAMATION_CRIMINAL, people="Борис Латухин"))
    desk.read("Борису Латухину предъявили обвинение", "2025-02-11", quiet(reason))
    assert desk.rows("select count(*) from alert") == [(n_alerts,)]


@pytest.mark.parametrize(("on", "n_alerts"), [("2025-08-19", 1), ("2025-10-18", 2)])
def test_an_act_told_beside_another_is_told_once(desk: Desk, on: str, n_alerts: int) -> None:
    denied, kept = (
        finding(category, None, outlets="Туған жер") for category in (Category.ACCREDITATION_DENIAL, Category.OBSTRUCTION_OF_JOURNALIST)
    )
    desk.read("Не пустили и закрыли камеру", "2025-08-18", denied, kept)
    desk.read("Мешали снимать", on, kept)
    assert desk.rows("select count(*) from alert") == [(n_alerts,)]


def test_a_step_that_came_before_its_case_joins_it_when_read_again(desk: Desk) -> None:
    early = ("Облсуд оправдал Бориса Латухина", "2025-09-24")
    assert desk.read(*early, text="Приговор отменён, Латухин оправдан.", near=True).links == ()
    case = desk.read("Дело о клевете", "2025-02-11", finding(Category.DEFAMATION_CRIMINAL, Stage.CHARGED, people="Борис Латухин"))
    again = desk.read(*early, text="Приговор отменён, Латухин оправдан.", near=True)
    assert [link.case_id for link in again.links] == [case.links[0].case_id]


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
