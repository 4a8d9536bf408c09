"""The public copy of the archive: built from nothing by naming what may be in it, never by taking out of a copy."""

import sqlite3
from pathlib import Path

from db.errors import MfmError
from db.migrations import migrate

_RULES = Path(__file__).with_name("publish.sql")


class PublishError(MfmError):
    """The public copy cannot be made; the message names the file."""


def publish(database: Path, target: Path) -> dict[str, int]:
    """Write the redacted copy to a new file and return its rows by table; PublishError when it exists or rows do not fit together."""
    if not database.exists():
        raise PublishError(f"{database}: no such database (run `scrapy migrate` first)")
    if target.exists():
        raise PublishError(f"{target}: is there already; name a new file")
    draft = target.with_name(f"{target.name}.draft")
    draft.unlink(missing_ok=True)
    migrate(draft)
    try:
        counts = _fill(draft, database)
    except sqlite3.Error as error:
        _remove(draft)
        raise PublishError(f"{target}: cannot be made from {database}: {error}") from error
    draft.rename(target)
    return counts


def _fill(draft: Path, database: Path) -> dict[str, int]:
    db = sqlite3.connect(draft, uri=True, isolation_level=None)
    try:
        db.execute("attach :file as whole", {"file": f"{database.absolute().as_uri()}?mode=ro"})
        db.executescript(f"begin; {_RULES.read_text(encoding='utf-8')} commit;")
        db.execute("detach whole")
        loose = db.execute("pragma foreign_key_check").fetchall()
        if loose:
            raise sqlite3.IntegrityError(f"{loose[0][0]} names a missing row of {loose[0][2]}")
        db.execute("pragma journal_mode = delete")
        db.execute("vacuum")
        tables = ("outlet", "alert", "court_case", "party", "incident")
        return {table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}
    finally:
        db.close()


def _remove(draft: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
