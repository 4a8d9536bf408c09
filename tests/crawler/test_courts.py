"""Court lists: fresh or forgotten, redesigned over the holidays, and gone for good after days (FIELD-TRAPS CT1 to CT5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import ConfigError
from crawler.extensions.judging import is_being_lost, is_stale, judge
from crawler.sources import Expectation, read_source_file
from db.vocabulary import RunCause, RunState
from tests.conftest import Crawl, House
from tests.crawler.test_crawl import HTML, article
from tests.crawler.test_guards import facts
from tests.local_site import LocalSite

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
REST = datetime(2027, 1, 6, 9, 0, tzinfo=UTC)


def table(*rows: tuple[str, str]) -> str:
    cells = "".join(
        f'<tr><td>{number}</td><td>{day}</td><td><a class="doc" href="/doc/{index}">Решение</a></td></tr>'
        for index, (number, day) in enumerate(rows)
    )
    return f"<html><body><h1>Список дел</h1><table><tr><th>Номер дела</th><th>Дата заседания</th><th>Документ</th></tr>{cells}</table></body></html>"


def verdict(**changes: object) -> tuple[RunState, RunCause]:
    found = judge(facts(is_court=True, n_entries=0, **changes), None)
    return found.state, found.cause


def test_ct4_a_list_whose_newest_row_is_old_is_stale() -> None:
    usual = Expectation(max_silence="7d")
    assert is_stale(NOW - timedelta(weeks=6), NOW, usual)
    assert not is_stale(NOW - timedelta(days=5), NOW, usual)
    assert not is_stale(NOW + timedelta(days=3), NOW, usual)
    assert not is_stale(None, NOW, usual), "a list without dates says nothing"


def test_ct5_the_rest_over_the_new_year_is_no_silence() -> None:
    quiet = (RunState.FAILED, RunCause.QUIET)
    assert verdict(now=REST, last_new_at=REST - timedelta(days=12)) == (RunState.OK, RunCause.NONE)
    assert verdict(now=REST + timedelta(days=14), last_new_at=REST - timedelta(days=12)) == quiet
    assert verdict(now=NOW, last_new_at=NOW - timedelta(days=12)) == quiet


@pytest.mark.parametrize(
    ("now", "reason", "min_items", "cause"),
    [
        (NOW, "no rows found", 1, RunCause.LAYOUT),
        (NOW, "no rows found", 0, RunCause.NONE),
        (REST, "no rows found", 1, RunCause.NONE),
        (REST, "refused: 9 of 10 rows have no case number", 0, RunCause.LAYOUT),
        (REST + timedelta(days=5), "no rows found", 1, RunCause.LAYOUT),
    ],
)
def test_ct2_ct5_empty_lists_are_normal_only_over_the_new_year(now: datetime, reason: str, min_items: int, cause: RunCause) -> None:
    found = verdict(now=now, court_reasons=(reason,), expect=Expectation(min_items=min_items))
    assert found[1] is cause


def test_ct3_the_alarm_comes_at_half_of_what_the_list_keeps() -> None:
    kept = Expectation(retention="14d")
    assert is_being_lost(facts(expect=kept, last_ok_at=NOW - timedelta(days=8)))
    assert not is_being_lost(facts(expect=kept, last_ok_at=NOW - timedelta(days=6)))
    assert not is_being_lost(facts(last_ok_at=NOW - timedelta(days=80)))


def test_ct3_a_cadence_that_misses_entries_is_refused(tmp_path: object) -> None:
    file = tmp_path / "kz.yaml"  # type: ignore[operator]
    entry = "sources: [{id: kz_court, outlet: Court, country: KZ, cadence: %s, expect: {retention: 14d}}]"
    file.write_text(entry % "5d")
    with pytest.raises(ConfigError, match="too slow"):
        read_source_file(file)
    file.write_text(entry % "2h")
    assert read_source_file(file)


def _runs(crawl: Crawl) -> list[tuple[str, str]]:
    return [(row["state"], row["cause"]) for row in crawl.rows("select state, cause from crawl_run order by rowid")]


def test_a_list_of_a_court_from_first_sight_to_redesign(local_site: LocalSite, house: Callable[..., House]) -> None:
    """CT1, CT2, CT3, CT4 in whole runs: documents at first sight, a refused table, an old list that still answers, a challenge."""
    site = local_site
    site.put("/robots.txt", "")
    soon = f"{datetime.now(UTC) + timedelta(days=5):%d.%m.%Y} 10:00"
    site.put("/list", table(("2-1/26", soon), ("2-2/26", soon)), headers=HTML)
    site.put("/doc/0", article("Решение по делу 2-1/26 о защите чести"), headers=HTML)
    site.put("/doc/1", b"%PDF-1.4 decision", headers={"Content-Type": "application/pdf"})
    it = house(site)
    it.write_source("kz_court", ("court", site.url("/list")), selectors={"links": "a.doc"}, expect={"min_items": 1, "retention": "14d"})
    crawl = it.crawl("kz_court")
    assert _runs(crawl) == [("ok", "none")]
    kept = {row["url"].removeprefix(site.url("")) for row in crawl.rows("select url from capture")}
    assert kept == {"/list", "/doc/0", "/doc/1"}, "documents are kept at first sight, whatever they are"
    assert crawl.rows("select 1 from source where last_new_item_at is not null")
    site.put("/list", table(("без номера", soon), ("тоже", soon)), headers=HTML)
    assert _runs(it.crawl("kz_court"))[-1] == ("failed", "layout")
    wall = "<title>Just a moment...</title>Verifying you are human<script>window._cf_chl_opt={}</script>"
    site.put("/list", wall, headers=HTML)
    crawl = it.crawl("kz_court", MFM_CLOCK_OFFSET_S=str(8 * 86400))
    assert _runs(crawl)[-1] == ("failed", "challenged")
    assert (
        "keeps entries for 14d only" in {row["kind"]: row["message"] for row in crawl.rows("select kind, message from issue")}["too_quiet"]
    )
    site.put("/list", table(("2-1/26", "03.02.2026 10:00"), ("2-2/26", "04.02.2026 10:00")), headers=HTML)
    assert _runs(it.crawl("kz_court", MFM_CLOCK_OFFSET_S=str(9 * 86400)))[-1] == ("failed", "quiet")
