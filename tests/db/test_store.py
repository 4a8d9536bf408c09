"""The store: one item one transaction, the same item twice one row, backfill silent, versions kept."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db.connection import DatabaseError, connect, write
from db.identity import content_id
from db.queries.alerts import alert_view
from db.queries.cases import case_view, known_incidents
from db.queries.store import store_page
from db.records import EvidenceRecord, HearingRecord
from tests.db.sample_archive import (
    DAY,
    NOW,
    QUOTE,
    TEXT,
    add_run,
    article,
    blocking,
    capture,
    census,
    empty_archive,
    fill,
    finding,
    link,
    page,
)


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    db = empty_archive(tmp_path / "mfm.db")
    yield db
    db.close()


def hearing_days(db: Database) -> list[str]:
    return [row[0] for row in db.conn.execute("select starts_on from hearing where status = 'planned' order by starts_on")]


def test_a_page_becomes_all_its_rows(archive: Database) -> None:
    ids = store_page(archive, page("https://kz_polosa.example/1", "На «Алатау Обзор» подали в суд", finding()))
    view = alert_view(archive, ids.alert_ids[0])
    assert view and view.number == 1 and view.n_reports == 1 and not view.is_backfill
    assert view.evidence[0].quote == QUOTE and view.evidence[0].before == TEXT[: TEXT.index(QUOTE)]
    assert view.evidence[0].sha256 and view.evidence[0].archive_path
    assert view.case and view.case.claim_amount == 20_000_000 and view.next_hearing_at == ""
    assert archive.conn.execute("select next_hearing_at from court_case").fetchone()[0] == "2026-04-14"
    assert view.case.parties == (("Ак Кайнар", "claimant"), ("Вера Тихомирова", "editor"), ("Алатау Обзор", "outlet"))
    assert view.facts and view.facts.opponents == ("Ак Кайнар",) and view.facts.amounts == ((20_000_000.0, "KZT", "claimed"),)
    assert archive.conn.execute("select capture_id from fetch").fetchone()[0] == ids.capture_id
    assert [row[0] for row in archive.conn.execute("select distinct table_name from audit order by 1")] == ["alert", "court_case"]


def test_the_same_day_twice_changes_nothing(archive: Database) -> None:
    first = fill(archive)
    before = census(archive)
    second = fill(archive)
    assert census(archive) == before
    assert [replace(ids, alert_ids=()) for ids in second] == [replace(ids, alert_ids=()) for ids in first]
    assert not any(ids.alert_ids for ids in second), "nobody is told twice"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(max_size=40),
    text=st.text(max_size=200),
    stage=st.sampled_from(["", "threat", "claim_filed", "verdict", "closed", "acquitted_or_withdrawn"]),
    is_blocking=st.booleans(),
    is_backfill=st.booleans(),
    hearing_at=st.sampled_from(["", "2026-04", "2026-04-14", "2026-04-14T10:00:00+05:00", "soon"]),
)
def test_any_item_twice_is_one_row(
    tmp_path: Path, title: str, text: str, stage: str, is_blocking: bool, is_backfill: bool, hearing_at: str
) -> None:
    path = tmp_path / f"{content_id(title, text, stage, is_blocking, is_backfill, hearing_at)}.db"
    db = empty_archive(path)
    title, text = (each.encode("utf-8", "replace").decode().replace("\0", "") for each in (title, text))
    half = len(text) // 2
    evidence = (EvidenceRecord(start=0, end=half, quote=text[:half], rule_id="r"),)
    event = (blocking if is_blocking else finding)(evidence=evidence, stage=stage, hearing_at=hearing_at)
    item = page("https://kz_polosa.example/9", title, event)
    item = replace(
        item, article=article("https://kz_polosa.example/9", title, text), capture=replace(item.capture, is_backfill=is_backfill)
    )
    store_page(db, item)
    before = census(db)
    store_page(db, item)
    assert census(db) == before
    db.close()


def test_a_changed_text_is_a_version_and_supersedes_findings(archive: Database) -> None:
    url = "https://kz_polosa.example/1"
    store_page(archive, page(url, "Заголовок", finding()))
    changed = replace(
        page(url, "Заголовок", at=NOW + timedelta(hours=1)),
        article=article(url, "Заголовок", "Иначе.", change="fact", diff="-a\n+b"),
        capture=capture(url, at=NOW + timedelta(hours=1), body_sha256="b" * 64),
    )
    ids = store_page(archive, changed)
    rows = archive.conn.execute("select number, change from article_version order by number").fetchall()
    assert rows == [(1, "none"), (2, "fact")] and ids.version_id
    assert archive.conn.execute("select text, n_versions from article").fetchone() == ("Иначе.", 2)
    assert archive.conn.execute("select count(*) from finding where superseded_at is null").fetchone()[0] == 0


def test_an_old_capture_read_again_makes_no_newer_version(archive: Database) -> None:
    test_a_changed_text_is_a_version_and_supersedes_findings(archive)
    before = archive.conn.execute("select id, number from article_version").fetchall()
    store_page(archive, page("https://kz_polosa.example/1", "Заголовок", finding(rules_version="2"), now=NOW + timedelta(days=2)))
    assert archive.conn.execute("select id, number from article_version").fetchall() == before
    assert archive.conn.execute("select count(*) from finding where superseded_at is null").fetchone()[0] == 0


def test_a_teaser_does_not_replace_the_full_text(archive: Database) -> None:
    url = "https://kz_polosa.example/1"
    store_page(archive, page(url, "Заголовок"))
    store_page(archive, page(url, "Заголовок", article=article(url, "Заголовок", "Кратко.", extractor="entry")))
    assert archive.conn.execute("select text from article").fetchone()[0] == TEXT


def test_new_rules_supersede_old_findings(archive: Database) -> None:
    url = "https://kz_polosa.example/1"
    store_page(archive, page(url, "Заголовок", finding()))
    store_page(archive, page(url, "Заголовок", finding(rules_version="2"), now=NOW + timedelta(days=1)))
    rows = archive.conn.execute("select rules_version, superseded_at is null from finding order by rules_version").fetchall()
    assert rows == [("1", 0), ("2", 1)]


def test_copies_and_reports_add_to_the_alert_and_tell_nobody(archive: Database) -> None:
    first, copy, verdict, *_ = fill(archive)
    assert first.alert_ids and not copy.alert_ids and verdict.alert_ids
    view = alert_view(archive, first.alert_ids[0])
    assert view and [report.relation for report in view.reports] == ["trigger", "copy"]
    assert view.n_reports == 2 and view.n_outlets == 2
    assert view.case and view.case.stage == "verdict" and view.case.awarded_amount == 1_500_000
    assert [event.stage for event in view.case.events] == ["claim_filed", "claim_filed", "verdict"]


@pytest.mark.parametrize("kind", ["capture", "run", "basis"])
def test_backfill_is_kept_and_never_told(archive: Database, kind: str) -> None:
    item = page("https://kz_polosa.example/1", "Заголовок", finding())
    if kind == "capture":
        item = replace(item, capture=replace(item.capture, is_backfill=True))
    elif kind == "run":
        archive.conn.execute("update crawl_run set is_baseline = 1")
        archive.conn.commit()
    else:
        quiet = finding(link=link(should_alert=False, basis="backfill"))
        item = replace(item, findings=(quiet,))
    ids = store_page(archive, item)
    assert not ids.alert_ids
    alert_id, is_backfill = archive.conn.execute("select id, is_backfill from alert").fetchone()
    assert is_backfill == 1
    with pytest.raises(Exception, match="backfill is never delivered"):
        archive.conn.execute(
            "insert into outbox (id, idempotency_key, alert_id, audience, channel, kind, message_id, not_before, next_attempt_at, created_at)"
            " values ('1', '1', ?, 'staff', 'email', 'alert', '<1>', '', '', '')",
            (alert_id,),
        )


def test_an_incident_opens_and_closes(archive: Database) -> None:
    fill(archive)
    state = archive.conn.execute("select state, opened_at from incident").fetchone()
    assert state == ("open", "2026-03-30T12:00:00Z")
    lifted = blocking(stage="closed", event_on="2026-04-02")
    assert lifted.link
    lifted = replace(lifted, link=replace(lifted.link, incident_state="closed", event_kind="closed", alert_id="lifted"))
    ids = store_page(archive, page("https://kz_polosa.example/6", "Доступ открыт", lifted, at=NOW + timedelta(days=3)))
    assert ids.alert_ids == ("lifted",)
    assert archive.conn.execute("select state, closed_at from incident").fetchone() == ("closed", "2026-04-02T00:00:00Z")
    known = known_incidents(archive, {"pls"}, article_id="", outlet_id="", kind="blocking")
    assert [(each.id, each.state) for each in known] == [("incident-1", "closed")]


def test_a_register_moves_a_hearing(archive: Database) -> None:
    fill(archive)
    listed = HearingRecord(case_id="case-1", starts_on=DAY + timedelta(days=10), starts_at=NOW + timedelta(days=10), room="4")
    unknown = HearingRecord(case_id="no-such-case", starts_on=DAY)
    item = replace(page("https://court.example/list", ""), article=None, findings=(), hearings=(listed, unknown), is_judged=False)
    store_page(archive, item)
    assert hearing_days(archive) == ["2026-04-09", "2026-04-14"]
    assert archive.conn.execute("select next_hearing_at from court_case").fetchone()[0] == "2026-04-09T12:00:00Z"
    case = case_view(archive, "case-1")
    assert case and case.next_hearing_at == "", "the day has gone by: what was next is not next any more"
    store_page(archive, replace(item, hearings=(replace(listed, status="cancelled"),)))
    assert archive.conn.execute("select status, sequence from hearing where starts_on = '2026-04-09'").fetchone() == ("cancelled", 1)


def test_a_register_finds_the_case_by_its_number(archive: Database) -> None:
    store_page(archive, page("https://kz_polosa.example/1", "Суд", finding(case_number="2-1/26")))
    listed = HearingRecord(case_number="2-1/26", starts_on=DAY + timedelta(days=3), court="Жетысуский районный суд")
    elsewhere = replace(listed, court="Медеуский районный суд", starts_on=DAY + timedelta(days=2))
    item = replace(page("https://court.example/list", ""), article=None, hearings=(listed, elsewhere, replace(listed, case_number="")))
    store_page(archive, item)
    assert hearing_days(archive) == ["2026-04-02", "2026-04-14"]


def test_a_removed_article_keeps_its_words_and_may_return(archive: Database) -> None:
    url = "https://kz_polosa.example/1"
    ids = store_page(archive, page(url, "Заголовок"))
    gone = replace(
        page(url, "", at=NOW + timedelta(hours=3)),
        article=None,
        removed_article_id=ids.article_id,
        capture=capture(url, at=NOW + timedelta(hours=3), status=404, body_sha256="c" * 64),
    )
    for _ in range(2):
        store_page(archive, gone)
    assert archive.conn.execute("select is_removed, text, n_versions from article").fetchone() == (1, TEXT, 2)
    back = page(url, "Заголовок", at=NOW + timedelta(hours=5))
    back = replace(back, capture=capture(url, at=NOW + timedelta(hours=5), body_sha256="d" * 64))
    store_page(archive, back)
    assert archive.conn.execute("select is_removed, n_versions from article").fetchone() == (0, 3)
    assert [row[0] for row in archive.conn.execute("select change from article_version order by number")] == ["none", "removed", "none"]


def test_a_locked_case_keeps_what_people_wrote(archive: Database) -> None:
    fill(archive)
    archive.conn.execute("update court_case set is_locked = 1, stage = 'appeal', outcome = 'by hand'")
    archive.conn.commit()
    store_page(archive, page("https://kz_polosa.example/8", "Суд", finding(stage="closed", link=link("closed"))))
    assert archive.conn.execute("select stage, outcome from court_case").fetchone() == ("appeal", "by hand")


def test_nothing_is_kept_of_a_transaction_that_fails(archive: Database) -> None:
    before = census(archive)
    broken = replace(finding(), alert_kind="shout")
    with pytest.raises(Exception, match="CHECK constraint"):
        store_page(archive, page("https://kz_polosa.example/1", "Заголовок", broken))
    assert census(archive) == before


def test_an_unknown_source_is_refused(archive: Database) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store_page(archive, page("https://x.example/1", "Заголовок", source_id="kz_nobody"))


def test_a_read_first_transaction_survives_another_writer(archive: Database, tmp_path: Path) -> None:
    """DB1: with a deferred transaction this fails at once, whatever the timeout."""
    other = connect(tmp_path / "mfm.db")

    def work(db: Database) -> None:
        db.conn.execute("select count(*) from capture").fetchone()
        assert other.conn.execute("pragma busy_timeout = 0")
        with pytest.raises(Exception, match="locked"):
            other.conn.execute("begin immediate")
        db.conn.execute("update source set notes = 'mine'")

    write(archive, work)
    assert other.conn.execute("select distinct notes from source").fetchone()[0] == "mine"
    other.close()


def test_a_file_that_stays_locked_is_one_clear_line(archive: Database, tmp_path: Path) -> None:
    other = connect(tmp_path / "mfm.db")
    other.conn.execute("begin immediate")
    archive.conn.execute("pragma busy_timeout = 1")
    with pytest.raises(DatabaseError, match=r"mfm\.db: locked by another program"):
        store_page(archive, page("https://kz_polosa.example/1", "Заголовок"))
    other.close()


def test_a_full_disk_is_one_clear_line_and_keeps_nothing(archive: Database) -> None:
    before = census(archive)
    pages = archive.conn.execute("pragma page_count").fetchone()[0]
    archive.conn.execute(f"pragma max_page_count = {pages}")
    huge = page("https://kz_polosa.example/1", "Заголовок", article=article("https://kz_polosa.example/1", "Заголовок", "а" * 500_000))
    with pytest.raises(DatabaseError, match="cannot be written: database or disk is full"):
        store_page(archive, huge)
    assert census(archive) == before


WRITER = """
import sys
from pathlib import Path
from dataclasses import replace
from db.connection import connect
from db.queries.store import store_page
from tests.db.sample_archive import page, finding
db = connect(Path(sys.argv[1]))
for number in range(40):
    store_page(db, page(f"https://kz_polosa.example/{number % 25}-{sys.argv[2]}", f"Заголовок {number % 25}", finding()))
db.close()
"""


def test_two_busy_writers_lose_nothing(archive: Database, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "mfm.db"), name], cwd=root, stderr=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.communicate(timeout=120)[1] == b"" and writer.returncode == 0
    assert archive.conn.execute("select count(*) from article").fetchone()[0] == 50
    assert archive.conn.execute("select count(*), max(n_reports) from alert").fetchone() == (1, 50), "one case, one alert"
    assert archive.conn.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_runs_are_counted_as_found(archive: Database) -> None:
    write(archive, lambda db: add_run(db, "kz_polosa", id="second", state="failed", reason="timeouts"))
    assert archive.conn.execute("select count(*) from crawl_run").fetchone()[0] == 5
    assert json.loads(archive.conn.execute("select stats_json from crawl_run").fetchone()[0]) == {}
