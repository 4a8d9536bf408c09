"""Calendars read back with the library that clients use: zones, stable ids, moved and fallen away hearings."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from crawler.mailing.feeds import write_feeds
from crawler.mailing.hearing_calendar import calendar_of, zone_of
from db.queries.hearing_calendar import CalendarHearing, calendar_hearings
from tests.crawler.mailing.conftest import House

HEARING = CalendarHearing(
    case_id="c1", title="Ak Kainar v. Polosa; claim, 20 million", country="KZ", court="Medeu district court", room="204", status="planned",
    starts_at="2026-12-14T04:30:00Z", starts_on="2026-12-14", zone="Asia/Almaty", ical_uid="u1@m", sequence=0,
    changed_at="2026-11-20T08:00:00Z",
)  # fmt: skip


def read(*hearings: CalendarHearing) -> Calendar:
    return Calendar.from_ical(calendar_of(hearings, "Hearings", "MFM", "https://a.example/court_case/{case_id}"))


@pytest.mark.parametrize(
    ("starts_at", "country", "local", "offset_h"),
    [
        ("2024-02-29T04:00:00Z", "KZ", "2024-02-29 10:00", 6),
        ("2024-03-01T04:00:00Z", "KZ", "2024-03-01 09:00", 5),
        ("2026-12-14T04:30:00Z", "KZ", "2026-12-14 09:30", 5),
        ("2026-07-14T06:00:00Z", "UA", "2026-07-14 09:00", 3),
        ("2026-12-14T07:00:00Z", "UA", "2026-12-14 09:00", 2),
        ("2026-12-14T06:00:00Z", "RU", "2026-12-14 09:00", 3),
        ("2026-12-14T03:00:00Z", "KG", "2026-12-14 09:00", 6),
    ],
)
def test_the_hour_is_the_courts_own_also_from_the_zone_in_the_file(starts_at: str, country: str, local: str, offset_h: int) -> None:
    calendar = read(replace(HEARING, starts_at=starts_at, starts_on=starts_at[:10], country=country))
    event = calendar.walk("VEVENT")[0]
    begins = event.decoded("dtstart")
    assert begins.strftime("%Y-%m-%d %H:%M") == local
    assert begins.utcoffset().total_seconds() == offset_h * 3600
    zones = {str(zone["tzid"]): zone.to_tz() for zone in calendar.walk("VTIMEZONE")}
    inside = zones[str(event["dtstart"].params["TZID"])]
    assert begins.replace(tzinfo=inside).utcoffset().total_seconds() == offset_h * 3600, "the file's own VTIMEZONE says the same"


def test_entries_hold_what_a_client_needs_and_are_valid() -> None:
    calendar = read(HEARING, replace(HEARING, starts_at="", ical_uid="u2@m", status="vanished", sequence=3))
    assert calendar.errors == []
    assert [str(calendar[key]) for key in ("VERSION", "METHOD")] == ["2.0", "PUBLISH"]
    timed, whole_day = calendar.walk("VEVENT")
    assert (str(timed["UID"]), timed["SEQUENCE"], str(timed["STATUS"])) == ("u1@m", 0, "CONFIRMED")
    assert str(timed["SUMMARY"]) == HEARING.title, "commas and semicolons are escaped and come back"
    assert str(timed["URL"]) == "https://a.example/court_case/c1"
    assert (str(whole_day["STATUS"]), whole_day["SEQUENCE"]) == ("CANCELLED", 3)
    assert whole_day.decoded("dtstart") == date(2026, 12, 14)
    assert all(event.errors == [] and "DTSTAMP" in event for event in (timed, whole_day))


def test_hostile_titles_cannot_add_entries() -> None:
    calendar = read(replace(HEARING, title="x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", court="a\nATTACH:http://evil"))
    assert len(calendar.walk("VEVENT")) == 1
    assert "ATTACH" not in calendar.walk("VEVENT")[0]


def test_the_same_rows_give_the_same_bytes() -> None:
    make = [calendar_of((HEARING,), "n", "o", "https://a.example/{case_id}") for _ in range(2)]
    assert make[0] == make[1]


def test_a_zone_that_was_read_is_kept() -> None:
    assert zone_of(replace(HEARING, zone="Asia/Aqtau")) == "Asia/Aqtau"
    assert zone_of(replace(HEARING, country="XX")) == "Asia/Almaty"


def test_a_moved_hearing_is_one_entry_with_a_higher_sequence(house: House) -> None:
    case(house, "c1", "KZ")
    hearing(house, "h1", "c1", "2026-12-14", "postponed", uid="u1@m", sequence=1)
    hearing(house, "h2", "c1", "2026-12-21", "planned", uid="u1@m", sequence=2)
    found = calendar_hearings(house.db, house.clock.at, 30, 10)
    assert [(one.starts_on, one.status, one.sequence) for one in found] == [("2026-12-21", "planned", 2)]


def test_there_is_a_file_for_each_country_and_each_case(house: House) -> None:
    case(house, "c1", "KZ")
    case(house, "c2", "RU")
    hearing(house, "h1", "c1", "2026-12-14", "planned", uid="u1@m")
    hearing(house, "h2", "c2", "2026-12-15", "cancelled", uid="u2@m")
    write_feeds(house.db, house.config, house.clock.at)
    feeds = house.folder / "feeds"
    uids = {
        name: [str(event["UID"]) for event in Calendar.from_ical((feeds / name).read_bytes()).walk("VEVENT")]
        for name in ("hearings.ics", "hearings-KZ.ics", "hearings-RU.ics", "cases/c1.ics", "cases/c2.ics")
    }
    assert uids == {
        "hearings.ics": ["u1@m", "u2@m"],
        "hearings-KZ.ics": ["u1@m"],
        "hearings-RU.ics": ["u2@m"],
        "cases/c1.ics": ["u1@m"],
        "cases/c2.ics": ["u2@m"],
    }


def case(house: House, key: str, country: str) -> None:
    house.db.execute(
        "insert into court_case (id, country, category, title, first_seen_at, updated_at) values (?, ?, 'defamation_civil', 'A v. B', '', '')",
        (key, country),
    )


def hearing(house: House, key: str, case_id: str, day: str, status: str, *, uid: str, sequence: int = 0) -> None:
    at = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    house.db.execute(
        "insert into hearing (id, case_id, starts_at, starts_on, status, ical_uid, sequence, first_seen_at, last_seen_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (key, case_id, f"{day}T05:00:00Z", day, status, uid, sequence, at, at),
    )
