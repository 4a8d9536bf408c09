"""The schema: up from nothing, twice, not from the future, strict, indexed, and its lists of words equal to the vocabulary's."""

import re
import sqlite3
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from sqlite_utils import Database

from db import vocabulary
from db.connection import DatabaseError, connect, connect_readonly
from db.migrations import SCHEMA_DIR, applied, is_current, migrate, migrations
from tests.db.sample_archive import empty_archive, fill

ROOT = Path(__file__).parents[2]
# Columns with a closed list in the schema, and the enumeration that the list must equal.
CHECKED: dict[tuple[str, str], type[StrEnum]] = {
    ("crawl_run", "state"): vocabulary.RunState,
    ("finding", "alert_kind"): vocabulary.AlertKind,
    ("alert", "alert_kind"): vocabulary.AlertKind,
    ("alert", "status"): vocabulary.AlertStatus,
    ("verdict", "evidence_kind"): vocabulary.EvidenceKind,
    ("incident", "state"): vocabulary.IncidentState,
    ("outbox", "state"): vocabulary.OutboxState,
}
# Closed lists that only the schema knows.
OWN_LISTS = {
    ("court_case", "procedure"),
    ("party", "kind"),
    ("hearing", "status"),
    ("case_relation", "kind"),
    ("alert_article", "relation"),
    ("alert_evidence", "kind"),
}


@pytest.fixture
def fresh(tmp_path: Path) -> Database:
    migrate(tmp_path / "mfm.db")
    db = connect(tmp_path / "mfm.db")
    yield db
    db.close()


def tables(db: Database) -> dict[str, str]:
    rows = db.conn.execute(
        "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '\\_%' escape '\\'"
    )
    return dict(rows.fetchall())


def lists(db: Database) -> dict[tuple[str, str], set[str]]:
    found = {}
    for name, sql in tables(db).items():
        for column, words in re.findall(r"^\s+(\w+) text [^\n]*?check \(\1 in \(([^)]*)\)\)", sql, re.MULTILINE):
            found[name, column] = set(re.findall(r"'([^']*)'", words))
    return found


def test_up_from_nothing_and_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "mfm.db"
    assert not is_current(path)
    names = migrate(path)
    assert names[:1] == ("m0001_raw",) and {name[1:] for name in names} <= {file.stem for file in SCHEMA_DIR.glob("*.sql")}
    assert migrate(path) == () and is_current(path)
    assert [name for name, _ in applied(path)] == list(names)


def test_up_from_an_older_file_keeps_rows(tmp_path: Path) -> None:
    path = tmp_path / "mfm.db"
    db = connect(path, for_migration=True)
    migrations.apply(db, stop_before="m0004_delivery")
    db["outlet"].insert({"id": "kz_x", "name": "X", "country": "KZ", "kind": "outlet"})
    db.close()
    assert "m0004_delivery" in migrate(path)
    db = connect(path)
    assert db["outlet"].count == 1
    db.close()


def test_a_file_of_the_future_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mfm.db"
    migrate(path)
    db = connect(path)
    db["_sqlite_migrations"].insert({"migration_set": "mfm", "name": "m9999_flying_cars", "applied_at": "2030-01-01"})
    db.close()
    for refused in (migrate, is_current):
        with pytest.raises(DatabaseError, match="newer release .*m9999_flying_cars"):
            refused(path)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "mfm.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(DatabaseError, match=r"mfm\.db: cannot be opened as a database"):
        migrate(path)


def test_a_full_disk_leaves_nothing_of_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "mfm.db"
    small = sqlite3.connect(path)
    small.execute("pragma journal_mode = wal")
    small.close()
    before = path.read_bytes()
    program = (
        "import resource, signal, sys; from pathlib import Path; from db.migrations import migrate\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try: migrate(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.startswith("DatabaseError") and "cannot be" in run.stdout and run.stdout.count("\n") == 1
    assert len(before) <= 20000
    assert migrate(path), "the next run, with room, succeeds"


def test_every_table_is_strict_and_keeps_its_references(fresh: Database) -> None:
    for name, sql in tables(fresh).items():
        if not name.startswith("article_fts"):
            assert re.search(r"\)\s*strict", sql), name
    assert fresh.conn.execute("pragma foreign_keys").fetchone()[0] == 1
    assert fresh.conn.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert fresh.conn.execute("pragma recursive_triggers").fetchone()[0] == 1
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"):
        fresh.conn.execute("insert into outlet (id, name, country, kind, is_historic) values ('a', 'b', 'KZ', 'outlet', 'no')")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        fresh.conn.execute(
            "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values ('a', 'b', 'KZ', 'feed', 1, 1)"
        )


def test_closed_lists_equal_the_vocabulary(fresh: Database) -> None:
    found = lists(fresh)
    assert set(found) == set(CHECKED) | OWN_LISTS
    for place, words in CHECKED.items():
        assert found[place] == {str(word) for word in words}, place


# References that the pages and stages follow from parent to child, and so must have an index.
SEARCHED = {"run_id", "case_id", "incident_id", "alert_id", "outbox_id", "finding_id in finding_evidence", "article_id in finding"}


def test_references_that_are_followed_have_an_index(fresh: Database) -> None:
    for name in tables(fresh):
        indexes = fresh.conn.execute(f"pragma index_list('{name}')").fetchall()
        leading = {fresh.conn.execute(f"pragma index_info('{index[1]}')").fetchone()[2] for index in indexes}
        for reference in fresh.conn.execute(f"pragma foreign_key_list('{name}')").fetchall():
            column = reference[3]
            if column in SEARCHED or f"{column} in {name}" in SEARCHED:
                assert column in leading, f"{name}.{column} has no index"


def test_text_index_follows_every_change(tmp_path: Path) -> None:
    """DB3: replace without recursive triggers leaves ghosts."""
    db = empty_archive(tmp_path / "mfm.db")
    fill(db)
    hits = "select count(*) from article_fts where article_fts match ?"
    assert db.conn.execute(hits, ("погода",)).fetchone()[0] == 1
    row = db.conn.execute("select * from article where title like 'Погода%'")
    values = dict(zip((each[0] for each in row.description), row.fetchone(), strict=True))
    values |= {"title": "Мороз на завтра", "search_text": "мороз на завтра"}
    marks = ", ".join(f":{name}" for name in values)
    db.conn.execute("pragma foreign_keys = off")
    db.conn.execute(f"insert or replace into article ({', '.join(values)}) values ({marks})", values)
    assert db.conn.execute(hits, ("погода",)).fetchone()[0] == 0
    assert db.conn.execute(hits, ("мороз",)).fetchone()[0] == 1
    db.conn.execute("insert into article_fts (article_fts, rank) values ('integrity-check', 1)")
    db.conn.execute("delete from article where title = 'Мороз на завтра'")
    db.conn.execute("insert into article_fts (article_fts, rank) values ('integrity-check', 1)")
    assert db.conn.execute(hits, ("мороз",)).fetchone()[0] == 0
    db.close()


def test_a_reader_cannot_write_and_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no such database"):
        connect_readonly(tmp_path / "mfm.db")
    migrate(tmp_path / "mfm.db")
    db = connect_readonly(tmp_path / "mfm.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.conn.execute("delete from audit")
    db.close()


def test_the_command_shows_what_was_applied(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "MFM_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    scrapy = [sys.executable, "-m", "scrapy", "migrate"]
    first, second = (subprocess.run(scrapy, cwd=ROOT, env=environment, capture_output=True, text=True) for _ in range(2))
    assert first.returncode == second.returncode == 0, first.stderr
    assert "m0001_raw" in first.stdout and "applied, up to date now" in first.stdout
    assert "already up to date" in second.stdout
    (tmp_path / "mfm.db").write_bytes(b"no database" * 500)
    for side in ("mfm.db-wal", "mfm.db-shm"):
        (tmp_path / side).unlink(missing_ok=True)
    bad = subprocess.run(scrapy, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert bad.returncode == 2 and bad.stderr.count("\n") == 1 and "cannot be opened" in bad.stderr
