"""The private database beside the archive: subscriptions that readers ended. It is never served, and knows no address."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from db.connection import DatabaseError, connect, write
from db.queries.times import iso

PRIVATE_FILE = "private.db"
_SCHEMA = """
create table if not exists ended_subscription (
    subscription_id text primary key,
    audience text not null,
    ended_at text not null,
    via text not null check (via in ('mail', 'command'))
) strict
"""


def ended(folder: Path) -> frozenset[str]:
    """Ids of the subscriptions that their readers ended; none when nothing was ever ended."""
    file = folder / PRIVATE_FILE
    if not file.exists():
        return frozenset()
    db = _open(file)
    try:
        return frozenset(str(row["subscription_id"]) for row in db.query("select subscription_id from ended_subscription"))
    finally:
        db.close()


def end_subscriptions(folder: Path, ids: Sequence[str], audience: str, now: datetime, *, via: str) -> int:
    """Remember that these are ended; returns how many were not ended before. Twice is the same as once."""
    rows = [{"id": each, "audience": audience, "now": iso(now), "via": via} for each in ids]
    return _change(
        folder,
        """insert into ended_subscription (subscription_id, audience, ended_at, via) values (:id, :audience, :now, :via)
           on conflict do nothing""",
        rows,
    )


def resume_subscriptions(folder: Path, ids: Sequence[str]) -> int:
    """Let these send again; returns how many were ended."""
    return _change(folder, "delete from ended_subscription where subscription_id = :id", [{"id": each} for each in ids])


def _change(folder: Path, statement: str, rows: Sequence[dict[str, str]]) -> int:
    db = _open(folder / PRIVATE_FILE)
    try:
        return write(db, lambda each: sum(each.conn.execute(statement, row).rowcount for row in rows))
    finally:
        db.close()


def _open(file: Path) -> Database:
    """Opened with rights for the owner alone from the first byte on."""
    try:
        file.touch(mode=0o600, exist_ok=True)
        db = connect(file)
        db.conn.execute(_SCHEMA)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{file}: cannot be used: {error}") from error
    return db
