"""A hearing that vanishes from the court's list is told as vanished, and only when the list really speaks of its day (FIELD-TRAPS CT3)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.queries.digests import hearings_ahead
from db.queries.store import store_page
from db.records import HearingRecord
from tests.db.sample_archive import DAY, NOW, capture, empty_archive, finding, page

LIST = "https://court.example/list"
ONE = HearingRecord(case_number="2-1/26", starts_on=DAY + timedelta(days=10))
TWO = HearingRecord(case_number="2-2/26", starts_on=DAY + timedelta(days=12))
LAST = HearingRecord(case_number="2-9/26", starts_on=DAY + timedelta(days=20))


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    db = empty_archive(tmp_path / "mfm.db")
    store_page(db, page("https://kz_polosa.example/1", "Суд", finding(case_number="2-1/26")))
    return db


def show(db: Database, day: int, *hearings: HearingRecord, url: str = LIST) -> None:
    at = NOW + timedelta(days=day)
    seen = replace(capture(url, source_id="kz_alatau", at=at), id=f"list-{url}-{day}")
    store_page(db, replace(page(url, ""), capture=seen, article=None, findings=(), hearings=hearings, is_judged=False, now=at))


def status(db: Database) -> tuple[str, int]:
    row = db.conn.execute("select status, sequence from hearing where starts_on = ?", (ONE.starts_on.isoformat(),)).fetchone()
    return row[0], row[1]


def test_ct3_a_hearing_that_is_gone_from_the_list_has_vanished_and_may_come_back(archive: Database) -> None:
    show(archive, 0, ONE, LAST)
    assert status(archive) == ("planned", 0)
    show(archive, 1, replace(TWO, starts_on=DAY + timedelta(days=2)), LAST)
    assert status(archive) == ("vanished", 1)
    ahead = hearings_ahead(archive, NOW + timedelta(days=1))
    assert [each.status for each in ahead if each.starts_on == ONE.starts_on.isoformat()] == ["vanished"], "readers are told"
    assert ONE.starts_on.isoformat() not in (archive.conn.execute("select next_hearing_at from court_case").fetchone()[0] or "")
    show(archive, 2, ONE, LAST)
    assert status(archive) == ("planned", 2)


@pytest.mark.parametrize(
    ("day", "hearings", "url"),
    [
        (1, (), LIST),
        (1, (TWO, LAST), LIST),
        (1, (replace(TWO, starts_on=DAY + timedelta(days=2)),), LIST),
        (11, (replace(TWO, starts_on=DAY), LAST), LIST),
        (1, (replace(TWO, starts_on=DAY), LAST), "https://other-court.example/list"),
    ],
    ids=["an empty page", "the list begins later now", "the list ends earlier now", "the day has passed", "another court's list"],
)
def test_ct3_what_proves_nothing_marks_nothing(archive: Database, day: int, hearings: tuple[HearingRecord, ...], url: str) -> None:
    show(archive, 0, ONE, LAST)
    show(archive, day, *hearings, url=url)
    assert status(archive) == ("planned", 0)
