"""The notify stage: every item passes under one outcome, new alerts become rows, twice is once, nothing is sent."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Observation, Page, Stored
from db.queries.delivery import tellable_alerts
from db.vocabulary import AlertKind, CaptureRole, ObservationStep
from pipelines.notify import STAFF, NotifyPipeline, waits_until
from tests.crawler.mailing.conftest import House, person

AT = datetime(2026, 11, 25, 7, tzinfo=UTC)


class Stats(Counter[str]):
    def inc_value(self, key: str) -> None:
        self[key] += 1


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "var")
    yield made
    made.db.close()


def page(*alert_ids: str) -> Page:
    capture = Capture(
        source_id="kz_orda",
        run_id="r",
        role=CaptureRole.ARTICLE,
        url="https://a/",
        final_url="https://a/",
        status=200,
        fetched_at=AT,
        body=b"",
    )
    return Page(capture=capture, stored=Stored(capture_id="c", alert_ids=alert_ids))


def walk(house, *items: object) -> Stats:
    stats = Stats()
    stage = NotifyPipeline(house.config, stats)

    async def all_items() -> None:
        for item in items:
            assert await stage.process_item(item) is item

    asyncio.run(all_items())
    stage.close_spider()
    return stats


def test_every_item_leaves_under_one_outcome(house):
    observation = Observation(source_id="kz_orda", run_id="r", url="https://a/", step=ObservationStep.DNS, vantage="direct", observed_at=AT)
    alert = house.alert()
    quiet = house.alert(alert_kind="digest")
    stats = walk(house, observation, page(), Page(capture=page().capture), page(alert), page(alert), page(quiet))
    assert stats == {"mfm/notify/passed": 1, "mfm/notify/nothing": 2, "mfm/notify/queued": 1, "mfm/notify/nobody": 2}
    assert house.states() == {"pending": 2}


def test_an_alert_from_backfill_is_queued_for_nobody(house):
    stats = walk(house, page(house.alert(is_backfill=1)))
    assert stats == {"mfm/notify/nobody": 1}


def test_a_house_without_people_tells_its_staff(house):
    house.configured(people=())
    walk(house, page(house.alert()))
    assert [row["audience"] for row in house.db.query("select audience from outbox")] == [STAFF.audience]
    assert AlertKind.DIGEST in STAFF.subscriptions[1].kinds


@pytest.mark.parametrize(
    ("hour", "severity", "expected"),
    [(17, 4, (26, 2)), (1, 4, (25, 2)), (2, 4, (25, 2)), (16, 4, (25, 16)), (17, 5, (25, 17)), (12, 4, (25, 12))],
)
def test_quiet_hours_over_midnight_by_the_readers_clock(house, hour, severity, expected):
    """22 to 7 in Almaty is 17:00 to 02:00 UTC."""
    house.alert(severity=severity)
    (alert,) = tellable_alerts(house.db, ["alert1"])
    until = waits_until(person("anna", "ru", quiet_from=22, quiet_until=7), alert, datetime(2026, 11, 25, hour, tzinfo=UTC))
    assert (until.day, until.hour) == expected
