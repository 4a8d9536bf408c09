"""Paging by time over OONI's interface, and what its lists do not hold."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.assessing import ooni_pages
from crawler.assessing.coverage import listed_hosts, missing, proposal, run_list
from crawler.assessing.ooni_pages import OoniReader
from crawler.sources import Source
from db.errors import MfmError

START = datetime(2026, 7, 1, tzinfo=UTC)


def row(number: int, minutes: int) -> dict[str, object]:
    at = START + timedelta(minutes=minutes)
    return {
        "measurement_uid": str(number), "measurement_start_time": f"{at:%Y-%m-%dT%H:%M:%S}.000000Z", "probe_cc": "KZ",
        "probe_asn": "AS9198", "input": "https://orda.test/", "anomaly": True, "confirmed": False, "failure": False,
    }  # fmt: skip


class Interface:
    """Answers like the real one: `since` exclusive, at most `limit` rows, a quota."""

    def __init__(self, rows: list[dict[str, object]], quota: list[int] | None = None) -> None:
        self.rows, self.quota, self.asked = rows, quota or [], []

    async def fetch(self, url: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(url)
        if self.quota and self.quota.pop(0):
            return 429, {}, b'{"error":"quota exceeded"}'
        query = parse_qs(urlsplit(url).query)
        assert "offset" not in query
        after = [one for one in self.rows if str(one["measurement_start_time"])[:19] > query["since"][0]]
        return 200, {"X-RateLimit-Remaining": "3000"}, json.dumps({"results": after[: int(query["limit"][0])]}).encode()


async def read(interface: Interface, known: set[str] | None = None):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    reader = OoniReader("https://api.test", interface.fetch, sleep, known if known is not None else set())
    return await reader.measurements("orda.test", "KZ", START - timedelta(days=1), START + timedelta(days=9)), slept


async def test_pages_follow_time_and_each_measurement_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ooni_pages, "PAGE_ROWS", 4)
    interface = Interface([row(number, number // 2) for number in range(11)])
    known: set[str] = set()
    found, _ = await read(interface, known)
    assert [one.uid for one in found] == [str(number) for number in range(11)] and len(interface.asked) > 3
    again, _ = await read(interface, known)
    assert again == [], "the same pages a second time bring nothing new"


async def test_a_used_up_quota_waits_longer_each_time_and_resumes() -> None:
    found, slept = await read(Interface([row(1, 0)], quota=[1, 1, 0]))
    assert slept == [900.0, 1800.0] and len(found) == 1


async def test_a_low_quota_slows_down_and_nonsense_gives_nothing() -> None:
    async def low(_: str) -> tuple[int, dict[str, str], bytes]:
        return 200, {"x-ratelimit-remaining": "150"}, b"not json"

    interface = Interface([])
    interface.fetch = low
    assert await read(interface) == ([], [900.0])


async def test_a_row_five_days_late_keeps_its_own_day() -> None:
    known = {"9"}
    found, _ = await read(Interface([row(1, 0), row(9, 7000)]), known)
    assert [one.measured_at[:10] for one in found] == ["2026-07-01"]


def test_outlets_missing_from_the_lists_are_ready_to_propose(tmp_path: Path) -> None:
    file = tmp_path / "kz.csv"
    file.write_text("url,category_code\nhttp://www.vlast.test/,NEWS\nhttps://[broken,NEWS\n", encoding="utf-8")
    sources = [
        Source(id="kz_vlast", outlet="Vlast", country="KZ", homepage="https://vlast.test/"),
        Source(id="kz_malim", outlet="Malim", country="KZ", homepage="https://malim.test/"),
        Source(id="kz_malim_ru", outlet="Malim", country="KZ", homepage="https://www.malim.test/ru"),
        Source(id="kz_old", outlet="Old", country="KZ", homepage="https://old.test/", is_historic=True),
    ]
    gaps = missing(sources, listed_hosts([file]))
    assert [one.id for one in gaps] == ["kz_malim"]
    assert proposal(gaps[0], date(2026, 11, 25)) == "https://malim.test/,NEWS,News Media,2026-11-25,Media Freedom Monitor,Malim"
    assert run_list(gaps) == "https://malim.test/"
    (tmp_path / "bad.csv").write_text("nothing\nhere\n", encoding="utf-8")
    with pytest.raises(MfmError, match=r"bad\.csv"):
        listed_hosts([tmp_path / "bad.csv"])
