"""The private database beside the archive: subscriptions that readers ended, addresses that bounce. It is never served, and knows no address."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from db.connection import DatabaseError, connect, write
from db.queries.times import iso, parse_iso

PRIVATE_FILE = "private.db"
_SCHEMA = """
create table if not exists ended_subscription (
    subscription_id text primary key,
    audience text not null,
    ended_at text not null,
    via text not null check (via in ('mail', 'command'))
) strict
"""
_SCHEMA_SUSPENDED = """
create table if not exists suspended_audience (
    audience text primary key,
    is_suspended integer not null check (is_suspended in (0, 1)),
    address_mark text not null,
    changed_at text not null
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


def suspension(folder: Path, audience: str) -> tuple[bool, str, datetime | None]:
    """Whether mails to an audience are held, the mark of the address that this was said of, and since when; never: False, empty, None."""
    if not (folder / PRIVATE_FILE).exists():
        return False, "", None
    db = _open(folder / PRIVATE_FILE)
    try:
        rows = list(db.query("select is_suspended, address_mark, changed_at from suspended_audience where audience = ?", [audience]))
    finally:
        db.close()
    return next(
        ((bool(row["is_suspended"]), str(row["address_mark"]), parse_iso(str(row["changed_at"]))) for row in rows), (False, "", None)
    )


def suspend(folder: Path, audience: str, mark: str, now: datetime, *, is_on: bool) -> None:
    """Hold the mails to an audience's address, or let them go; the mark tells that address from a new one."""
    row = {"audience": audience, "on": str(int(is_on)), "mark": mark, "now": iso(now)}
    _change(
        folder,
        """insert into suspended_audience (audience, is_suspended, address_mark, changed_at) values (:audience, cast(:on as integer), :mark, :now)
           on conflict (audience) do update set is_suspended = excluded.is_suspended, address_mark = excluded.address_mark,
               changed_at = excluded.changed_at""",
        [row],
    )


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
        db.conn.execute(_SCHEMA_SUSPENDED)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{file}: cannot be used: {error}") from error
    return db
