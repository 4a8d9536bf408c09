"""The only place that opens the database file: WAL, foreign keys, busy timeout, recursive triggers."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from db.errors import MfmError

BUSY_TIMEOUT_MS = 30_000
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
    return Database(raw, recursive_triggers=True)


def connect_readonly(path: Path) -> Database:
    """Open an existing database that cannot be written through this connection; DatabaseError when absent."""
    if not path.exists():
        raise DatabaseError(f"{path}: no such database (run `scrapy migrate` first)")
    raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_MS / 1000)
    raw.execute("pragma query_only = on")
    return Database(raw)
