"""Hearings as iCalendar (RFC 5545): bytes from rows, one calendar per country and per case. No database, no files."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from icalendar import Calendar, Event

from db.queries.hearing_calendar import CalendarHearing
from db.queries.times import parse_iso
from pipelines.channels.letter import header_text

HEARING_LENGTH = timedelta(hours=1)
DEFAULT_ZONE = "Asia/Almaty"
FALLEN_AWAY = frozenset({"cancelled", "vanished", "postponed"})
NOTES = {
    "vanished": "This hearing has vanished from the court's list.",
    "postponed": "Postponed; no new day is known yet.",
    "cancelled": "Cancelled.",
    "held": "Held.",
}


@cache
def _zones() -> dict[str, str]:
    return dict(yaml.safe_load(Path(__file__).with_name("zones.yaml").read_text(encoding="utf-8")))


def zone_of(hearing: CalendarHearing) -> str:
    """The zone a hearing is shown in: its own when one was read, else its country's."""
    return hearing.zone if hearing.zone != DEFAULT_ZONE else _zones().get(hearing.country, DEFAULT_ZONE)


def by_country(hearings: Iterable[CalendarHearing]) -> dict[str, list[CalendarHearing]]:
    """The hearings of each country."""
    found: dict[str, list[CalendarHearing]] = {}
    for hearing in hearings:
        found.setdefault(hearing.country or "ZZ", []).append(hearing)
    return found


def calendar_of(hearings: Sequence[CalendarHearing], name: str, organisation: str, page_url: str) -> bytes:
    """A calendar to subscribe to. An entry keeps its UID; a moved or fallen away hearing comes with a higher SEQUENCE.

    `page_url` is where a case is shown, with `{case_id}` in it. The same rows give the same bytes. Zones are written into the file,
    so that a phone with old zone data still shows the right hour.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{header_text(organisation, 60)}//hearings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", header_text(name, 100))
    calendar.add("x-published-ttl", "PT6H")
    for hearing in hearings:
        calendar.add_component(_event(hearing, page_url))
    if hearings:
        calendar.add_missing_timezones(first_date=date(2023, 1, 1), last_date=date(2038, 1, 1))
    return bytes(calendar.to_ical())


def _event(hearing: CalendarHearing, page_url: str) -> Event:
    event = Event()
    changed_at = parse_iso(hearing.changed_at)
    event.add("uid", hearing.ical_uid)
    event.add("sequence", hearing.sequence)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("summary", header_text(hearing.title, 200))
    event.add("location", header_text(", ".join(part for part in (hearing.court, hearing.room) if part), 200))
    event.add("status", "CANCELLED" if hearing.status in FALLEN_AWAY else "CONFIRMED")
    if note := NOTES.get(hearing.status):
        event.add("description", note)
    event.add("url", page_url.replace("{case_id}", hearing.case_id))
    if not hearing.starts_at:
        event.add("dtstart", date.fromisoformat(hearing.starts_on))  # the whole day
        return event
    begins = parse_iso(hearing.starts_at).astimezone(ZoneInfo(zone_of(hearing)))
    event.add("dtstart", begins)
    event.add("dtend", begins + HEARING_LENGTH)
    return event
