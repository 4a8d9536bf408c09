"""The only place that opens the database file: WAL, foreign keys, busy timeout, recursive triggers."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from db.errors import MfmError

BUSY_TIMEOUT_MS = 30_000
ATTEMPTS = 3
# A long reader lets the write-ahead file grow; after the next checkpoint it is cut back to this.
JOURNAL_LIMIT_BYTES = 64 * 2**20
Result = TypeVar("Result")
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
__all__ = ["DatabaseError", "MfmError", "connect", "connect_readonly"]


class DatabaseError(MfmError):
    """The database cannot be used; the message says which file and why."""


def connect(path: Path, *, for_migration: bool = False) -> Database:
    """Open `path` for reading and writing, creating its folder; foreign keys are off only for migrations.

    Raises DatabaseError when the file is not a database or cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
        raw.execute("pragma journal_mode = wal")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{path}: cannot be opened as a database: {error}") from error
    raw.execute("pragma synchronous = full" if for_migration else "pragma synchronous = normal")
    raw.execute(f"pragma foreign_keys = {'off' if for_migration else 'on'}")
    raw.execute("pragma recursive_triggers = on")
    raw.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
    raw.execute(f"pragma journal_size_limit = {JOURNAL_LIMIT_BYTES}")
    return Database(raw, recursive_triggers=True)


def connect_readonly(path: Path) -> Database:
    """Open an existing database that cannot be written through this connection; DatabaseError when absent."""
    if not path.exists():
        raise DatabaseError(f"{path}: no such database (run `scrapy migrate` first)")
    raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_MS / 1000)
    raw.execute("pragma query_only = on")
    return Database(raw)


def write(db: Database, work: Callable[[Database], Result]) -> Result:
    """Run `work` in one immediate transaction and commit; whole again when another writer was in the way.

    Immediate because a deferred transaction that reads first fails at once when another wrote in between, whatever the
    busy timeout (https://www.sqlite.org/isolation.html). Raises DatabaseError when the file stays locked or cannot be
    written (full disk, read-only); then nothing of `work` has been kept.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _write_once(db, work)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise _cannot_write(db, error) from error
            if attempt == ATTEMPTS:
                raise DatabaseError(f"{name_of(db)}: locked by another program for too long") from error
    raise AssertionError("unreachable")


def _write_once(db: Database, work: Callable[[Database], Result]) -> Result:
    db.conn.execute("begin immediate")
    try:
        result = work(db)
        db.conn.execute("commit")
    except BaseException:
        db.rollback()
        raise
    return result


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BUSY_CODES


def _cannot_write(db: Database, error: sqlite3.OperationalError) -> Exception:
    """The world's faults become one clear line; a wrong statement of ours stays what it is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return DatabaseError(f"{name_of(db)}: cannot be written: {error}")
    return error


def name_of(db: Database) -> str:
    """The file behind `db`, for messages."""
    return str(db.conn.execute("select file from pragma_database_list where name = 'main'").fetchone()[0] or ":memory:")
