"""Issue rows about delivery: opened when mail cannot go out, closed when it goes again."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from db.connection import write
from db.identity import content_id
from db.queries.times import iso
from db.vocabulary import IssueKind

_OPEN = """insert into issue (id, kind, cause, message, first_seen_at, last_seen_at)
    values (:id, :kind, 'network', :message, :now, :now)
    on conflict (id) do update set message = excluded.message, last_seen_at = excluded.last_seen_at, n_seen = n_seen + 1,
        first_seen_at = case when fixed_at is null then first_seen_at else excluded.first_seen_at end,
        notified_at = case when fixed_at is null then notified_at end, fixed_at = null"""
_FIX = "update issue set fixed_at = :now where fixed_at is null and id in (select value from json_each(:ids))"


def report_mail_issue(db: Database, subject: str, message: str, now: datetime) -> None:
    """Open the issue of this way out, or count it again; `message` holds no address."""
    values = {"id": _id(subject), "kind": IssueKind.OUTBOX.value, "message": f"{subject}: {message}", "now": iso(now)}
    write(db, lambda each: each.conn.execute(_OPEN, values))


def fix_mail_issue(db: Database, subjects: Sequence[str], now: datetime) -> None:
    """Close the issues of these ways out."""
    write(db, lambda each: each.conn.execute(_FIX, {"ids": json.dumps([_id(subject) for subject in subjects]), "now": iso(now)}))


def _id(subject: str) -> str:
    return content_id("issue", IssueKind.OUTBOX.value, subject)
