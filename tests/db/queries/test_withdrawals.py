"""A removed or rewritten article that told of a case is an event of its own; others are only marked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import connect
from db.migrations import migrate
from db.queries.store import store_page, upsert_sources
from db.records import PageRecord
from tests.db.sample_archive import NOW, article, capture, finding, source

URL = "https://kz_polosa.example/n/1"
LATER = NOW + timedelta(days=2)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    migrate(tmp_path / "mfm.db")
    database = connect(tmp_path / "mfm.db")
    upsert_sources(database, [source("kz_polosa"), source("kz_alatau")])
    return database


def told(*findings: object) -> PageRecord:
    return PageRecord(capture=capture(URL), article=article(URL, "Иск к «Алатау Обзор»"), findings=findings, is_judged=True, now=NOW)  # type: ignore[arg-type]


def gone() -> PageRecord:
    missing = replace(capture(URL, at=LATER, body_sha256="0" * 64), status=404, page_class="gone")
    return PageRecord(capture=missing, removed_article_id=article(URL, "").id, now=LATER)


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.conn.execute(sql).fetchall()]


def test_removal_of_an_article_about_a_case_is_an_event_and_an_alert(db: Database) -> None:
    first = store_page(db, told(finding()))
    removed = store_page(db, gone())
    assert len(removed.alert_ids) == 1 and removed.alert_ids != first.alert_ids
    assert rows(db, "select case_id, outcome, event_on from case_event where kind = 'content_removal'") == [
        ("case-1", "removed", "2026-04-01")
    ]
    alert = rows(db, "select category, alert_kind, case_id, title, is_backfill from alert where id = '" + removed.alert_ids[0] + "'")
    assert alert == [("content_removal", "digest", "case-1", "Article removed: Иск к «Алатау Обзор»", 0)]
    assert rows(db, "select kind, sha256 from alert_evidence where alert_id = '" + removed.alert_ids[0] + "'") == [("capture", "0" * 64)]


def test_the_same_removal_twice_is_told_once(db: Database) -> None:
    store_page(db, told(finding()))
    store_page(db, gone())
    assert store_page(db, gone()).alert_ids == ()
    assert rows(db, "select count(*) from alert") == [(2,)]


def test_removal_of_an_article_about_nothing_is_only_marked(db: Database) -> None:
    store_page(db, told())
    assert store_page(db, gone()).alert_ids == ()
    assert rows(db, "select is_removed from article") == [(1,)] and rows(db, "select count(*) from case_event") == [(0,)]


def test_rewriting_is_told_and_other_edits_are_not(db: Database) -> None:
    store_page(db, told(finding()))
    for number, change in enumerate(("typo", "fact", "rewrite"), start=1):
        edited = article(URL, f"Заголовок {number}", f"Новый текст {number}.", change=change)
        page = PageRecord(capture=capture(URL, at=LATER, body_sha256=str(number) * 64), article=edited, is_judged=True, now=LATER)
        assert len(store_page(db, page).alert_ids) == (1 if change == "rewrite" else 0)
        assert store_page(db, page).alert_ids == ()
    assert rows(db, "select outcome from case_event where kind = 'content_removal'") == [("rewrite",)]
