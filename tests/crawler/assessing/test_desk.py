"""The assess desk from looks to rows: a block is opened, told once, eased and closed; twice changes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.assessing.desk import Desk
from crawler.config import Config
from db.connection import connect
from tests.probes.bed import Act, Bed, Served

SOURCE = """
sources:
  - id: kz_orda
    outlet: Orda Example
    country: KZ
    homepage: https://orda.test/
    urls: [{url: "https://orda.test/feed", kind: feed}]
"""
SUSPENDED = "<html><title>Account Suspended</title><body>This account has been suspended.</body></html>"


class Moved(Config):
    """The same settings with a clock that stands where the test puts it."""

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 6, 0, tzinfo=UTC) + timedelta(seconds=self.clock_offset_s)


async def assess(bed: Bed, minutes: float, *, look: bool = True) -> list[tuple[str, str]]:
    values = {name: getattr(config, name) for name in Config.model_fields} if (config := bed.config()) else {}
    moved = Moved(**{**values, "clock_offset_s": minutes * 60.0, "data_dir": bed.folder / "data", "sources_dir": bed.folder / "sources"})
    desk = await asyncio.to_thread(Desk, moved)
    if look:
        await asyncio.to_thread(desk.look)
    await asyncio.to_thread(desk.judge_stored)
    return [(kind, method) for _, kind, method in desk.tally.events]


async def prepared(bed: Bed) -> None:
    (bed.folder / "sources").mkdir()
    (bed.folder / "sources" / "kz.yaml").write_text(SOURCE, encoding="utf-8")
    bed.timers |= {"run_tries_at_s": (0.0, 0.0), "clock_tolerance_s": 0.0}
    await bed.site("orda.test", "127.0.2.10", leaf=bed.root.leaf("orda.test"))


def rows(bed: Bed, query: str) -> list[tuple]:
    return connect(bed.folder / "data" / "mfm.db").conn.execute(query).fetchall()


async def test_a_block_lives_from_first_look_to_last(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        assert await assess(bed, 0) == []
        bed.vantage.by_name["orda.test"] = Act("silent")
        told = [await assess(bed, minutes) for minutes in (30, 46, 62)]
        assert told == [[], [], [("opened", "blocked:tls-sni")]]
        bed.vantage.by_name.clear()
        told = [kind for minutes in range(92, 92 + 1560, 60) for kind, _ in await assess(bed, minutes)]
        assert told == ["eased", "closed"]
        before = rows(bed, "select count(*), (select count(*) from alert), (select count(*) from incident_event) from verdict")
        assert await assess(bed, 1660, look=False) == []
        assert rows(bed, "select count(*), (select count(*) from alert), (select count(*) from incident_event) from verdict") == before
    incidents = rows(bed, "select kind, state, method, class from incident")
    assert incidents == [("blocking", "closed", "blocked:tls-sni", "B")]
    alerts = rows(bed, "select alert_kind, thread_key = incident_id, outlet_name from alert order by number")
    assert alerts == [("at_once", 1, "Orda Example")] * 3, "opened, eased, closed: each once, in one thread"
    assert rows(bed, "select count(*) from alert_evidence where kind = 'verdict'") == [(3,)]
    assert rows(bed, "select count(*) from observation where source_id = 'zz_lines'")[0][0] >= 0
    assert rows(bed, "select count(*) from verdict where observations_json = '[]'") == [(0,)], "a verdict names its observations"


async def test_a_suspension_by_the_host_alerts_editors_and_blocks_nothing(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        bed.both("orda.test", Served(body=SUSPENDED))
        for minutes in (0, 20, 40):
            await assess(bed, minutes)
    assert rows(bed, "select kind, state, class from incident") == [("suspension", "open", "H")]
    assert rows(bed, "select category, alert_kind from alert") == [("suspension_or_ban", "at_once")]


async def test_a_shutdown_is_one_event_of_the_country(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        bed.lines |= {"foreign_canaries": ("127.0.4.50:443",), "domestic_canaries": ("127.0.2.60:443",)}
        bed.place("127.0.2.60")
        bed.place("127.0.4.50")
        bed.vantage.by_target |= {"127.0.4.50": Act("hang"), "127.0.2.10": Act("hang")}
        for minutes in (0, 20, 40):
            await assess(bed, minutes)
        bed.vantage.by_target.clear()
        await assess(bed, 60)
    assert rows(bed, "select kind, outlet_id, state from incident") == [("network_shutdown", None, "closed")]
    assert rows(bed, "select category, count(*) from alert group by 1") == [("internet_shutdown", 2)]


async def test_the_present_rules_can_be_held_against_old_verdicts(tmp_path: Path) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        await assess(bed, 0)
        db = connect(bed.folder / "data" / "mfm.db")
        db.conn.execute("update verdict set verdict = 'down-everywhere'")
        db.conn.commit()
        config = bed.config().model_copy(update={"data_dir": bed.folder / "data", "sources_dir": bed.folder / "sources"})
        changed = Desk(config).rescore(datetime(2020, 1, 1, tzinfo=UTC))
    assert [change for _, _, _, change in changed] == ["down-everywhere -> ok"]
    assert rows(bed, "select verdict from verdict") == [("down-everywhere",)], "nothing is relabelled silently"
