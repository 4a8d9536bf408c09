"""Pull channels: the alerts as an Atom feed and the hearings ahead as a calendar, as files under the data folder."""

from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from icalendar import Calendar, Event
from sqlite_utils import Database

from crawler.config import Config
from crawler.mailing.views import archive_page
from db.errors import MfmError
from db.queries.digests import HearingAhead, alerts_after, hearings_ahead, last_alert_number
from db.queries.letters import AlertStory, alert_stories
from db.queries.times import iso, parse_iso
from pipelines.channels.letter import header_text
from pipelines.notify import mail_domain

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100
HEARING_LENGTH = timedelta(hours=1)
DAYS_AHEAD = 180
MOST_HEARINGS = 1_000


class FeedError(MfmError):
    """The files of the pull channels cannot be written."""


def write_feeds(db: Database, config: Config, now: datetime) -> None:
    """Write both files anew, each whole or not at all; FeedError when the disk does not take them."""
    folder = config.data_dir / "feeds"
    alerts = [alert.id for alert in alerts_after(db, last_alert_number(db, now) - MOST_ENTRIES, now)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "alerts.atom", _atom(alert_stories(db, alerts[::-1]), config, now))
        _write(folder / "hearings.ics", _calendar(hearings_ahead(db, now, DAYS_AHEAD, MOST_HEARINGS), config, now))
    except OSError as error:
        raise FeedError(f"{folder}: cannot be written: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(f"{path.suffix}.new")
    draft.write_bytes(content)
    draft.replace(path)


def _atom(stories: list[AlertStory], config: Config, now: datetime) -> bytes:
    """RFC 4287; ids are made from our domain and the alert's own id, so a reader program never shows an entry twice."""
    domain = mail_domain(config)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "title", config.organisation)
    _add(feed, "id", f"tag:{domain},2026:alerts")
    _add(feed, "updated", stories[0].created_at if stories else iso(now))
    _add(_add(feed, "author", ""), "name", config.organisation)
    for story in stories:
        entry = _add(feed, "entry", "")
        _add(entry, "title", story.title)
        _add(entry, "id", f"tag:{domain},2026:alert/{story.id}")
        _add(entry, "updated", story.created_at)
        _add(
            entry,
            "summary",
            " ".join(part for part in (story.summary, *(proof.quote for proof in story.proofs[:1])) if part) or story.title,
        )
        _add(entry, "link", "").set("href", archive_page(config, f"alert/{story.id}"))
        _add(entry, "category", "").set("term", story.category)
    ElementTree.register_namespace("", ATOM)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{tag}")
    element.text = header_text(text, 1000) or None
    return element


def _calendar(hearings: list[HearingAhead], config: Config, now: datetime) -> bytes:
    """RFC 5545; a hearing keeps its UID, and a moved or cancelled one comes with a higher SEQUENCE."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{header_text(config.organisation, 60)}//hearings//EN")
    calendar.add("version", "2.0")
    for hearing in hearings:
        event = Event()
        event.add("uid", hearing.ical_uid)
        event.add("sequence", hearing.sequence)
        event.add("dtstamp", now)
        event.add("summary", header_text(hearing.title, 200))
        event.add("location", header_text(", ".join(part for part in (hearing.court, hearing.room) if part), 200))
        event.add("status", "CANCELLED" if hearing.status in {"cancelled", "vanished"} else "CONFIRMED")
        event.add("url", archive_page(config, f"court_case/{hearing.case_id}"))
        _add_times(event, hearing)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _add_times(event: Event, hearing: HearingAhead) -> None:
    """The hour when it is known, else the whole day."""
    if hearing.starts_at:
        begins = parse_iso(hearing.starts_at)
        event.add("dtstart", begins)
        event.add("dtend", begins + HEARING_LENGTH)
        return
    event.add("dtstart", date.fromisoformat(hearing.starts_on))
