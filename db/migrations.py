"""Numbered, append-only changes of the schema. What has been on main is never edited; the SQL lies in db/schema/."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from db.connection import DatabaseError, connect, connect_readonly

migrations = Migrations("mfm")
SCHEMA_DIR = Path(__file__).parent / "schema"


def _run(db: Database, name: str) -> None:
    db.executescript((SCHEMA_DIR / f"{name}.sql").read_text(encoding="utf-8"))


@migrations()
def m0001_raw(db: Database) -> None:
    """Outlets, sources, fetch state, runs, fetches, captures, observations."""
    _run(db, "0001_raw")


@migrations()
def m0002_derived(db: Database) -> None:
    """Articles and their versions, findings with evidence, verdicts."""
    _run(db, "0002_derived")


@migrations()
def m0003_editorial(db: Database) -> None:
    """Cases, hearings, parties, incidents, alerts, audit."""
    _run(db, "0003_editorial")


@migrations()
def m0004_delivery(db: Database) -> None:
    """Outbox, delivery, issues, source health."""
    _run(db, "0004_delivery")


@migrations()
def m0005_search(db: Database) -> None:
    """Full-text index over articles."""
    _run(db, "0005_search")


@migrations()
def m0006_linking(db: Database) -> None:
    """Keys under which the link stage finds parties."""
    _run(db, "0006_linking")


@migrations()
def m0007_registers(db: Database) -> None:
    """What official registers say of the addresses we asked about."""
    _run(db, "0007_registers")


@migrations()
def m0008_merged(db: Database) -> None:
    """Which cases were merged into a case, and how many keys a party is found under."""
    _run(db, "0008_merged")


@migrations()
def m0011_members(db: Database) -> None:
    """Which case each case is shown in, and the rule that keeps merges one step long."""
    _run(db, "0011_members")


@migrations()
def m0011b_relations(db: Database) -> None:
    """Which cases belong to one quarrel or hit one target."""
    _run(db, "0011b_relations")


def migrate(path: Path) -> tuple[str, ...]:
    """Bring the database at `path` up to date; returns the names applied now.

    Raises DatabaseError when the file was made by a newer release, or when foreign keys do not hold afterwards.
    """
    db = connect(path, for_migration=True)
    try:
        _refuse_future(db, path)
        before = {name for name, _ in _applied(db, path)}
        _apply(db, path)
        broken = db.execute("pragma foreign_key_check").fetchall()
        if broken:
            raise DatabaseError(f"{path}: {len(broken)} broken references after migration, first in table {broken[0][0]}")
        return tuple(name for name, _ in _applied(db, path) if name not in before)
    finally:
        db.close()


def applied(path: Path) -> tuple[tuple[str, str], ...]:
    """Names of what has been applied to the database at `path` and when, in order; nothing is written."""
    db = connect_readonly(path)
    try:
        return _applied(db, path)
    finally:
        db.close()


def _apply(db: Database, path: Path) -> None:
    """A full disk or a file that may not be written is one clear line; the failed migration has left nothing."""
    try:
        migrations.apply(db)
    except sqlite3.OperationalError as error:
        raise DatabaseError(f"{path}: cannot be brought up to date: {error}") from error


def is_current(path: Path) -> bool:
    """True when nothing is left to apply and nothing unknown has been applied; nothing is written."""
    if not path.exists():
        return False
    db = connect_readonly(path)
    try:
        _refuse_future(db, path)
        return {name for name, _ in _applied(db, path)} == _known()
    finally:
        db.close()


def _known() -> set[str]:
    return {name for name, value in globals().items() if name.startswith("m0") and callable(value)}


def _applied(db: Database, path: Path) -> tuple[tuple[str, str], ...]:
    try:
        if not db.conn.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone():
            return ()
        query = "select name, applied_at from _sqlite_migrations where migration_set = 'mfm' order by id"
        return tuple((str(name), str(at)) for name, at in db.conn.execute(query))
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: cannot be opened as a database: {error}") from error


def _refuse_future(db: Database, path: Path) -> None:
    """A migration that this release does not know means a newer program wrote the file."""
    unknown = sorted({name for name, _ in _applied(db, path)} - _known())
    if unknown:
        raise DatabaseError(f"{path}: written by a newer release (knows {unknown[0]}); update the program, nothing was changed")
