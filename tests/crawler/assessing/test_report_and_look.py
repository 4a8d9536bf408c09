"""A report of a block and our own look at the same site, in both orders: one incident, one alert, confirmed by the second source."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.items import Page
from crawler.sources import Source
from db.connection import connect
from pipelines.detectors import JudgeInput, judge
from pipelines.languages.outlets import OutletEntry, OutletIndex
from tests.crawler.assessing.test_desk import assess, prepared, rows
from tests.pipelines.linking.desk import Desk
from tests.probes.bed import Act, Bed

NAME = "Orda Example"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WATCHED = (Source(id="kz_orda", outlet=NAME, country="KZ"),)
INDEX = OutletIndex.build([OutletEntry(id="kz_orda", name=NAME, aliases=(), hosts=("orda.test",))])
BLOCKED = ("Сайт Orda Example заблокировали в Казахстане", "Сайт издания Orda Example заблокирован в Казахстане с утра 1 марта 2026 года.")
OTHER = ("Читатели не могут открыть Orda Example", "Доступ к сайту издания Orda Example заблокирован в Казахстане, сообщила редакция.")
LIFTED = ("Сайт Orda Example разблокировали", "Сайт издания Orda Example разблокирован в Казахстане, доступ восстановлен.")
THREAT = ("Orda Example грозят блокировкой", "Министерство пригрозило заблокировать сайт издания Orda Example.")


async def report(bed: Bed, story: tuple[str, str], on: str = "2026-03-01T05:00:00") -> Page:
    """One article through judge, link and store, over the database of the looks."""
    title, text = story
    findings = judge(JudgeInput(title=title, text=text, language="ru"), INDEX).findings

    def work() -> Page:
        desk = Desk(bed.folder / "data", now=NOW, watched=WATCHED)
        try:
            return desk.read(title, on, *findings, text=text)
        finally:
            desk.link.close_spider()
            desk.store.close_spider()

    return await asyncio.to_thread(work)


async def measured(bed: Bed, *minutes: int) -> list[str]:
    return [kind for at in minutes for kind, _ in await assess(bed, at)]


def told(bed: Bed) -> list[tuple]:
    return rows(bed, "select stage, alert_kind from alert where is_backfill = 0 order by number")


def proofs(bed: Bed) -> list[tuple]:
    return rows(bed, "select distinct kind from alert_evidence order by kind")


@pytest.mark.parametrize("is_report_first", [True, False])
async def test_two_sources_of_one_block_are_one_incident_and_one_alert(tmp_path: Path, is_report_first: bool) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        assert await measured(bed, 0) == [], "the outlet is known and fine"
        bed.vantage.by_name["orda.test"] = Act("silent")
        if is_report_first:
            await report(bed, BLOCKED)
        else:
            assert await measured(bed, 30, 46, 62) == ["opened"]
        assert told(bed) == [("enforced", "at_once")]
        ((alone,),) = rows(bed, "select confidence from alert")
        if is_report_first:
            assert await measured(bed, 30, 46, 62) == ["confirmed"]
        else:
            page = await report(bed, BLOCKED)
            assert page.stored and page.stored.alert_ids == ()
        assert told(bed) == [("enforced", "at_once")], "the second source tells nobody anew"
        assert rows(bed, "select kind, state, method from incident")[0][:2] == ("blocking", "open")
        assert rows(bed, "select count(*) from incident") == [(1,)]
        assert proofs(bed) == [("quote",), ("verdict",)], "both are evidence of the one alert"
        assert rows(bed, "select count(*) from alert_article") == [(1,)]
        ((both,),) = rows(bed, "select confidence from alert")
        assert alone < both <= 0.99 or alone == both == 0.99
        await report(bed, OTHER)
        assert told(bed) == [("enforced", "at_once")]
        assert rows(bed, "select n_reports, confidence from alert") == [(2, both)], "a third source adds a report, not certainty"
        assert await measured(bed, 77) == []
        bed.vantage.by_name.clear()
        assert await measured(bed, *range(92, 92 + 1560, 60)) == ["eased", "closed"]
        assert told(bed)[1:] == [("closed", "at_once")] * 2, "what changes is told"
        await report(bed, LIFTED, "2026-03-02T10:00:00")
        assert len(told(bed)) == 3, "and the report of it confirms"
        assert rows(bed, "select count(*) from incident") == [(1,)]


async def test_a_lifting_that_only_a_report_knows_is_told(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        bed.vantage.by_name["orda.test"] = Act("silent")
        assert await measured(bed, 0, 16, 32) == ["opened"]
        await report(bed, LIFTED, "2026-03-01T08:00:00")
    assert told(bed) == [("enforced", "at_once"), ("closed", told(bed)[1][1])]
    assert rows(bed, "select state from incident") == [("closed",)]


async def test_a_threat_carried_out_is_news(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        await measured(bed, 0)
        await report(bed, THREAT)
        assert rows(bed, "select state from incident") == [("suspected",)]
        bed.vantage.by_name["orda.test"] = Act("silent")
        assert await measured(bed, 30, 46, 62) == ["opened"]
    assert [stage for stage, _ in told(bed)][-1] == "enforced" and len(told(bed)) == 2
    assert rows(bed, "select state from incident") == [("open",)]


async def test_a_report_that_a_person_dismissed_hides_no_measured_block(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        await measured(bed, 0)
        await report(bed, BLOCKED)
        house = connect(bed.folder / "data" / "mfm.db")
        house.conn.execute("update alert set status = 'dismissed', status_reason = 'not_new'")
        house.conn.commit()
        bed.vantage.by_name["orda.test"] = Act("silent")
        await measured(bed, 30, 46, 62)
    assert rows(bed, "select status from alert order by number") == [("dismissed",), ("open",)]
