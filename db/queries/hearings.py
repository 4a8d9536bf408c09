"""Hearings that a court's list showed and shows no more: marked as vanished, so that mails and the calendar say so."""

import json

from sqlite_utils import Database

from db.queries.case_parts import set_next_hearing
from db.queries.times import iso
from db.records import PageRecord

# The list now stands for what it shows, also when an article told of the hearing first.
_LISTED_HERE = """
update hearing set capture_id = :capture_id
where exists (select 1 from court_case c where c.id = hearing.case_id
    and (c.case_number || ' ' || hearing.starts_on in (select value from json_each(:listed))
        or c.id || ' ' || hearing.starts_on in (select value from json_each(:listed))))
"""
# Only days that the list still covers are judged: an earlier hearing has passed, a later one may not be on the page yet.
_VANISHED = """
update hearing set status = 'vanished', sequence = sequence + 1
where status = 'planned' and starts_on >= :today and starts_on between :first_on and :last_on
    and capture_id <> :capture_id and capture_id in (select id from capture where url = :url)
returning case_id
"""


def mark_vanished(db: Database, page: PageRecord) -> tuple[str, ...]:
    """Compare a court's list with what the same address showed before; returns the cases whose hearing is gone.

    A page without hearings proves nothing (an empty list, a changed layout) and marks none. A hearing that comes back is planned again.
    """
    if not page.hearings:
        return ()
    days = sorted(hearing.starts_on.isoformat() for hearing in page.hearings)
    row = {
        "capture_id": page.capture.id,
        "url": page.capture.url,
        "today": iso(page.capture.captured_at)[:10],
        "first_on": days[0],
        "last_on": days[-1],
        "listed": json.dumps([f"{hearing.case_id or hearing.case_number} {hearing.starts_on.isoformat()}" for hearing in page.hearings]),
    }
    db.conn.execute(_LISTED_HERE, row)
    cases = tuple(str(each[0]) for each in db.conn.execute(_VANISHED, row).fetchall())
    for case_id in cases:
        set_next_hearing(db, case_id, str(row["today"]))
    return cases
