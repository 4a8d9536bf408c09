"""A hearing that fell off a court's list: told after a second look, moved when another day stands there, once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import write
from db.queries.court_lists import tell_list_changes
from db.queries.hearing_calendar import calendar_hearings
from db.queries.store import store_page
from db.records import HearingRecord
from tests.db.sample_archive import DAY, NOW, capture, empty_archive, finding, page

LIST = "https://court.example/list"
HOUR = timedelta(hours=1)
ONE = HearingRecord(case_number="2-1/26", starts_on=DAY + timedelta(days=10))
EARLY = HearingRecord(case_number="2-2/26", starts_on=DAY + timedelta(days=2))
LATE = HearingRecord(case_number="2-9/26", starts_on=DAY + timedelta(days=20))


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    db = empty_archive(tmp_path / "mfm.db")
    store_page(db, page("https://kz_polosa.example/1", "Суд", finding(case_number="2-1/26")))
    return db


def show(db: Database, hours: int, *hearings: HearingRecord) -> None:
    at = NOW + HOUR * hours
    seen = replace(capture(LIST, source_id="kz_alatau", at=at), id=f"list-{hours}")
    store_page(db, replace(page(LIST, ""), capture=seen, article=None, findings=(), hearings=hearings, is_judged=False, now=at))


def look_again(db: Database, hours: int, at: int) -> None:
    """The page was found unchanged: dedupe counts the look and stores nothing."""
    query = "update capture set last_seen_at = strftime('%Y-%m-%dT%H:%M:%SZ', captured_at, :later) where id = :id"
    values = {"later": f"+{at - hours} hours", "id": f"list-{hours}"}
    write(db, lambda each: each.conn.execute(query, values))


def told(db: Database, hours: int) -> list[str]:
    return [change.kind for change in write(db, lambda each: tell_list_changes(each, NOW + HOUR * hours))]


def test_two_looks_apart_without_it_are_told_once_with_the_page_as_proof(archive: Database) -> None:
    show(archive, 0, EARLY, ONE, LATE)
    show(archive, 6, EARLY, LATE)
    assert told(archive, 6) == [], "one look may meet a half-written page"
    look_again(archive, 6, 12)
    assert told(archive, 12) == ["hearing_vanished"]
    assert told(archive, 18) == []
    query = "select a.kind, a.case_id = h.case_id, e.kind, e.capture_id from alert a join alert_evidence e on e.alert_id = a.id join hearing h on e.kind = 'hearing'"
    assert archive.conn.execute(query + " where h.status = 'vanished'").fetchall() == [("hearing_vanished", 1, "hearing", "list-6")]
    assert archive.conn.execute("select count(*) from case_event where kind = 'hearing_vanished'").fetchone()[0] == 1
    entry = next(one for one in calendar_hearings(archive, NOW, 30, 9) if one.starts_on == ONE.starts_on.isoformat())
    assert (entry.status, entry.sequence) == ("vanished", 1)


def test_a_hearing_that_comes_back_before_the_second_look_was_never_gone(archive: Database) -> None:
    show(archive, 0, EARLY, ONE, LATE)
    show(archive, 6, EARLY, LATE)
    show(archive, 12, EARLY, ONE, LATE)
    assert told(archive, 12) == []
    assert archive.conn.execute("select status from hearing where starts_on = ?", (ONE.starts_on.isoformat(),)).fetchone()[0] == "planned"


def test_another_day_on_the_same_list_moves_the_entry_and_keeps_its_uid(archive: Database) -> None:
    show(archive, 0, EARLY, ONE, LATE)
    uid = archive.conn.execute("select ical_uid from hearing where starts_on = ?", (ONE.starts_on.isoformat(),)).fetchone()[0]
    moved = replace(ONE, starts_on=ONE.starts_on + timedelta(days=6))
    show(archive, 6, EARLY, moved, LATE)
    assert told(archive, 6) == ["hearing_moved"]
    assert told(archive, 12) == []
    entries = [one for one in calendar_hearings(archive, NOW, 30, 9) if one.ical_uid == uid]
    assert [(one.starts_on, one.status, one.sequence > 1) for one in entries] == [(moved.starts_on.isoformat(), "planned", True)]
    show(archive, 12, EARLY, moved, LATE)
    assert told(archive, 18) == []
    assert archive.conn.execute("select status from hearing where starts_on = ?", (ONE.starts_on.isoformat(),)).fetchone()[0] == "postponed"


def test_what_fell_away_in_the_past_is_not_told(archive: Database) -> None:
    show(archive, 0, EARLY, ONE, LATE)
    show(archive, 6, EARLY, LATE)
    look_again(archive, 6, 24 * 11)
    assert told(archive, 24 * 11) == []


def test_an_article_that_still_names_the_old_day_does_not_bring_it_back(archive: Database) -> None:
    show(archive, 0, EARLY, ONE, LATE)
    show(archive, 6, EARLY, replace(ONE, starts_on=ONE.starts_on + timedelta(days=6)), LATE)
    assert told(archive, 6) == ["hearing_moved"]
    old_news = replace(finding(case_number="2-1/26"), hearing_at=ONE.starts_on.isoformat())
    store_page(archive, page("https://kz_polosa.example/2", "Суд, ещё раз", old_news))
    row = archive.conn.execute("select status, sequence from hearing where starts_on = ?", (ONE.starts_on.isoformat(),)).fetchone()
    assert tuple(row) == ("postponed", 1)
