"""The pull channels: a feed that feed readers read, a calendar that calendars read, whatever the headline."""

from datetime import timedelta

import feedparser
import pytest
from icalendar import Calendar

from crawler.mailing.feeds import FeedError, write_feeds
from tests.pipelines.channels.test_mime import HOSTILE


def test_alerts_are_entries_newest_first_and_headlines_stay_words(house):
    titles = [title for title in HOSTILE if "\ud83d" not in title]  # the database takes no lone surrogates
    for title in titles:
        house.alert(title=title)
        house.clock.at += timedelta(minutes=1)
    house.alert(is_backfill=1, title="old news")
    write_feeds(house.db, house.config, house.clock.at)
    feed = feedparser.parse((house.folder / "feeds" / "alerts.atom").read_bytes())
    assert not feed.bozo and len(feed.entries) == len(titles)
    assert feed.entries[0].id.endswith(f"alert/alert{len(titles)}")
    assert len({entry.id for entry in feed.entries}) == len(titles)
    assert all("<script" not in entry.get("summary", "") for entry in feed.entries)


def test_hearings_are_events_with_a_stable_uid(house):
    house.db.execute(
        "insert into court_case (id, country, procedure, category, title, first_seen_at, updated_at) values"
        "('case1', 'KZ', 'civil', 'defamation_civil', 'А против Б; \r\nBEGIN:VEVENT', 'x', 'x')"
    )
    house.db.execute(
        "insert into hearing (id, case_id, starts_at, starts_on, court, status, ical_uid, sequence, first_seen_at, last_seen_at) values"
        "('h1', 'case1', '2026-12-03T05:00:00Z', '2026-12-03', 'суд', 'planned', 'uid1', 2, '2026-11-20T05:00:00Z', '2026-11-20T05:00:00Z'),"
        "('h2', 'case1', null, '2026-12-04', 'суд', 'vanished', 'uid2', 0, '2026-11-20T05:00:00Z', '2026-11-20T05:00:00Z')"
    )
    write_feeds(house.db, house.config, house.clock.at)
    events = Calendar.from_ical((house.folder / "feeds" / "hearings.ics").read_bytes()).walk("VEVENT")
    assert [(str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])) for event in events] == [
        ("uid1", 2, "CONFIRMED"),
        ("uid2", 0, "CANCELLED"),
    ]
    assert events[0].decoded("DTSTART").isoformat() == "2026-12-03T10:00:00+05:00"
    assert events[1].decoded("DTSTART").isoformat() == "2026-12-04"


def test_a_folder_that_cannot_be_written_is_one_line(house):
    (house.folder / "feeds").write_text("in the way")
    with pytest.raises(FeedError, match="cannot be written"):
        write_feeds(house.db, house.config, house.clock.at)
