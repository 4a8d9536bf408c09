"""A merged case is shown whole: page, questions, calendar, digest, evidence and the next hearing follow the merge."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.mailing.feeds import write_feeds
from db.metadata import read_questions
from db.queries.cases import alerts_of_case, case_view
from db.queries.digests import cases_moved, hearings_ahead
from db.queries.evidence import evidence_of
from db.queries.hearing_calendar import calendar_hearings
from db.serve import make_app
from db.vocabulary import Stage
from tests.pipelines.linking.desk import Desk, suit

NOW = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture
def merged(tmp_path: Path) -> Iterator[tuple[Desk, str, str]]:
    """Two cases, each with a hearing to come; the second was found to be the first."""
    desk = Desk(tmp_path, now=NOW)
    first = desk.read("Иск к «Алатау Обзору»", "2026-03-28", suit(hearing="2026-04-14", article="kz-gk-143"))
    other = desk.read("Иск к «Семиречье Лайв»", "2026-03-29", suit(outlets="Семиречье Лайв", opponents="Сары Бел", claimed=5e6))
    desk.read(
        "Заседание по «Семиречье Лайв»",
        "2026-03-30",
        suit(stage=Stage.HEARING, outlets="Семиречье Лайв", opponents="Сары Бел", claimed=0.0, hearing="2026-04-07"),
    )
    kept, gone = first.links[0].case_id, other.links[0].case_id
    assert kept != gone
    run = "insert into crawl_run (id, source_id, spider, started_at, state) values ('r', 'kz_polosa', 'feed', '2026-03-31T00:00:00Z', 'ok')"
    desk.store.database.conn.execute(run)
    desk.store.database.conn.execute("update court_case set merged_into = ? where id = ?", (kept, gone))
    desk.store.database.conn.commit()
    yield desk, kept, gone
    desk.link.close_spider()
    desk.store.close_spider()


def answer(desk: Desk, question: str, **params: str) -> list[dict[str, object]]:
    (sql,) = (each.sql for each in read_questions() if each.name == question)
    return list(desk.store.database.query(sql, params))


def test_both_addresses_show_one_case_with_everything(merged: tuple[Desk, str, str]) -> None:
    desk, kept, gone = merged
    db = desk.store.database
    for asked in (kept, gone):
        view = case_view(db, asked)
        assert view is not None
        assert view.id == kept
        assert len(view.events) == 3
        assert [hearing.starts_on for hearing in view.hearings] == ["2026-04-07", "2026-04-14"]
        assert {"Семиречье Лайв", "Алатау Обзор", "Сары Бел", "Ак Кайнар"} <= {name for name, _ in view.parties}
        assert [case_id for case_id, _ in view.merged] == [gone]
        assert bool(view.came_from) == (asked == gone)
        assert len(alerts_of_case(db, asked)) == 3
        assert len(evidence_of(db, case_id=asked)["articles"]) == 3


def test_the_questions_count_it_once_and_whole(merged: tuple[Desk, str, str]) -> None:
    desk, kept, gone = merged
    assert len(answer(desk, "case_time_line", court_case=gone)) == len(answer(desk, "case_time_line", court_case=kept)) == 3
    assert {row["court_case"] for row in answer(desk, "hearings_ahead")} == {kept}
    assert {row["court_case"] for row in answer(desk, "cases_of_a_party", name="Семиречье")} == {kept}
    assert [row["n_cases"] for row in answer(desk, "open_cases_by_article")] == [1]
    sums = {row["claimant"]: row["claimed"] for row in answer(desk, "amounts_by_claimant")}
    assert sums == {"Ак Кайнар": 25e6, "Сары Бел": 25e6}
    assert [row["n_new"] for row in answer(desk, "new_and_carried_over_by_month")] == [1]


def test_the_calendar_follows_and_old_subscribers_read_on(merged: tuple[Desk, str, str], tmp_path: Path) -> None:
    desk, kept, gone = merged
    db = desk.store.database
    hearings = calendar_hearings(db, NOW, 30, 100)
    assert {hearing.case_id for hearing in hearings} == {kept}
    assert calendar_hearings(db, NOW, 30, 100, case_id=gone) == hearings
    write_feeds(db, Config(data_dir=tmp_path), NOW)
    ours, theirs = ((tmp_path / "feeds" / "cases" / f"{each}.ics").read_text("utf-8") for each in (kept, gone))
    assert ours == theirs
    assert ours.count("BEGIN:VEVENT") == 2


def test_a_later_report_moves_the_case_that_it_is_shown_in(merged: tuple[Desk, str, str]) -> None:
    desk, kept, _ = merged
    desk.read(
        "«Семиречье Лайв» проиграл", "2026-04-20", suit(stage=Stage.VERDICT, outlets="Семиречье Лайв", opponents="Сары Бел", claimed=0.0)
    )
    db = desk.store.database
    assert desk.rows(f"select stage, next_hearing_at from court_case where id = '{kept}'") == [("verdict", "2026-04-07")]
    db.conn.execute("update court_case set first_seen_at = '2026-03-01T00:00:00Z'")
    moves = cases_moved(db, datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
    assert [(move.case_id, move.stage) for move in moves] == [(kept, "verdict")]
    assert {hearing.case_id for hearing in hearings_ahead(db, NOW, days=20)} == {kept}


async def test_the_page_says_that_it_was_merged(merged: tuple[Desk, str, str], tmp_path: Path) -> None:
    _, kept, gone = merged
    app = make_app(tmp_path / "mfm.db")
    await app.invoke_startup()
    page = (await app.client.get(f"/mfm/court_case/{gone}")).text
    own = (await app.client.get(f"/mfm/court_case/{kept}")).text
    app.executor.shutdown()
    assert "You asked for" in page
    assert "You asked for" not in own
    for text in (page, own):
        assert text.count('<ol class="line">') == 1
        assert "Заседание по «Семиречье Лайв»" in text
        assert "Merged into this case" in text
