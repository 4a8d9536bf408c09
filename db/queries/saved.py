"""Saved queries of readers: run read-only within a time limit, and the keys of the rows they have been told of."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from db.connection import connect_readonly
from db.errors import MfmError

TIME_LIMIT_S = 5.0
MOST_ROWS = 2_000
_STEPS_BETWEEN_LOOKS = 10_000
_OTHER_FILES = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})


class SavedQueryError(MfmError):
    """A saved query cannot be run; the message says why and names no reader."""


@dataclass(kw_only=True, slots=True, frozen=True)
class SavedRow:
    """One row of a saved query: its key, and its values as text by column."""

    key: str
    values: tuple[tuple[str, str], ...]


def run_query(path: Path, sql: str, key: str) -> list[SavedRow]:
    """The rows of a reader's own select. Raises SavedQueryError for anything else, for a missing key column and for slow ones.

    The connection cannot write or open other files, takes one statement, and is stopped after 5 seconds.
    """
    db = connect_readonly(path)
    ends_at = time.monotonic() + TIME_LIMIT_S
    db.conn.set_authorizer(_within_the_file)
    db.conn.set_progress_handler(lambda: time.monotonic() > ends_at, _STEPS_BETWEEN_LOOKS)
    try:
        cursor = db.conn.execute(sql)
        columns = [str(each[0]) for each in cursor.description or ()]
        if key not in columns:
            raise SavedQueryError(f"the query gives no column {key!r}")
        rows = cursor.fetchmany(MOST_ROWS + 1)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise SavedQueryError(f"the query fails: {error}") from error
    finally:
        db.close()
    if len(rows) > MOST_ROWS:
        raise SavedQueryError(f"the query gives more than {MOST_ROWS} rows")
    at = columns.index(key)
    return [SavedRow(key=_text(row[at]), values=tuple(zip(columns, map(_text, row), strict=True))) for row in rows]


def _within_the_file(action: int, first: str | None, *_: str | None) -> int:
    """A read-only connection may still attach other files and turn its own locks: both are refused when a statement is prepared."""
    is_setting = action == sqlite3.SQLITE_PRAGMA and first != "data_version"  # the text index asks for this one
    return sqlite3.SQLITE_DENY if is_setting or action in _OTHER_FILES else sqlite3.SQLITE_OK


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return "" if value is None else str(value)


def told_keys(db: Database, audience: str, name: str) -> set[str] | None:
    """Keys of the rows an audience was told of under this name; None before the first run."""
    query = """select each.value as key from outbox o, json_each(o.payload_json, '$.keys') each
        where o.audience = :audience and o.kind = 'digest' and json_extract(o.payload_json, '$.query') = :name"""
    values = {"audience": audience, "name": name}
    keys = {str(row["key"]) for row in db.query(query, values)}
    known = """select 1 from outbox where audience = :audience and kind = 'digest'
        and json_extract(payload_json, '$.query') = :name limit 1"""
    return keys if keys or any(True for _ in db.query(known, values)) else None


def new_rows(rows: Sequence[SavedRow], told: set[str]) -> list[SavedRow]:
    """The rows whose key has not been told, each key once."""
    fresh = {row.key: row for row in rows if row.key not in told}
    return list(fresh.values())
