"""Pull channels: the alerts as an Atom feed and the hearings as calendars (all, per country, per case), as files in the data folder."""

from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from sqlite_utils import Database

from crawler.config import Config
from crawler.mailing.hearing_calendar import by_country, calendar_of
from crawler.mailing.views import archive_page
from db.errors import MfmError
from db.queries.digests import alerts_after, last_alert_number
from db.queries.hearing_calendar import CalendarHearing, calendar_hearings, merged_into
from db.queries.letters import AlertStory, alert_stories
from db.queries.times import iso
from pipelines.channels.letter import header_text
from pipelines.notify import mail_domain

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100
DAYS_BACK = 30  # so that a client which was off for a while still gets the last change of an entry
MOST_HEARINGS = 2_000


class FeedError(MfmError):
    """The files of the pull channels cannot be written."""


def write_feeds(db: Database, config: Config, now: datetime) -> None:
    """Write all files anew, each whole or not at all; FeedError when the disk does not take them."""
    folder = config.data_dir / "feeds"
    alerts = [alert.id for alert in alerts_after(db, last_alert_number(db, now) - MOST_ENTRIES, now)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "alerts.atom", _atom(alert_stories(db, alerts[::-1]), config, now))
        _write_calendars(db, folder, calendar_hearings(db, now, DAYS_BACK, MOST_HEARINGS), config)
    except OSError as error:
        raise FeedError(f"{folder}: cannot be written: {error.strerror}") from error


def _write_calendars(db: Database, folder: Path, hearings: list[CalendarHearing], config: Config) -> None:
    """`hearings.ics`, `hearings-KZ.ics` and `cases/<case id>.ics`; the file of a case stays when its hearings are over or it was merged."""
    page_url, organisation = archive_page(config, "court_case/{case_id}"), config.organisation
    _write(folder / "hearings.ics", calendar_of(hearings, f"{organisation}: hearings", organisation, page_url))
    for country, own in by_country(hearings).items():
        _write(folder / f"hearings-{country}.ics", calendar_of(own, f"{organisation}: hearings {country}", organisation, page_url))
    (folder / "cases").mkdir(exist_ok=True)
    shown = list(dict.fromkeys(hearing.case_id for hearing in hearings))
    for file_id, case_id in [*((case_id, case_id) for case_id in shown), *merged_into(db, shown)]:
        own = [hearing for hearing in hearings if hearing.case_id == case_id]
        _write(folder / "cases" / f"{file_id}.ics", calendar_of(own, own[0].title, organisation, page_url))


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
