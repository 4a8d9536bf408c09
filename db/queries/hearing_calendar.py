"""Reads for the calendars: hearings with all that an entry says, one row per entry even when a hearing was moved."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from db.queries.times import iso

# A hearing that was moved hands its UID on; the row with the highest sequence is the entry.
_HEARINGS = """
select case_id, title, country, court, room, status, starts_at, starts_on, zone, ical_uid, sequence, changed_at from (
    select c.id as case_id, c.title, c.country, h.court, h.room, h.status, coalesce(h.starts_at, '') as starts_at, h.starts_on, h.zone,
        h.ical_uid, h.sequence, h.last_seen_at as changed_at, h.id,
        row_number() over (partition by h.ical_uid order by h.sequence desc, h.first_seen_at desc, h.id) as place
    from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
    where h.starts_on >= :since and (:case_id = '' or c.id = (select root_id from case_member where case_id = :case_id)))
where place = 1 order by starts_on, starts_at, id limit :most
"""


@dataclass(kw_only=True, slots=True, frozen=True)
class CalendarHearing:
    """A hearing as a calendar shows it; `starts_at` is UTC, empty when only the day is known."""

    case_id: str
    title: str
    country: str
    court: str
    room: str
    status: str
    starts_at: str
    starts_on: str
    zone: str
    ical_uid: str
    sequence: int
    changed_at: str


def merged_into(db: Database, case_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of a merged case and the case among these that it is shown in: who subscribed to the first reads on."""
    query = (
        "select case_id, root_id from case_member where case_id <> root_id and root_id in (select value from json_each(:ids)) order by 1"
    )
    return [(str(row["case_id"]), str(row["root_id"])) for row in db.query(query, {"ids": json.dumps(list(case_ids))})]


def calendar_hearings(db: Database, now: datetime, days_back: int, most: int, case_id: str = "") -> list[CalendarHearing]:
    """Hearings from so many days ago on, of one case or of all, soonest first. Those that fell away stay in, as cancelled.

    A hearing of a merged case is one of the case that it was merged into.
    """
    values = {"since": iso(now - timedelta(days=days_back))[:10], "most": most, "case_id": case_id}
    return [CalendarHearing(**row) for row in db.query(_HEARINGS, values)]
