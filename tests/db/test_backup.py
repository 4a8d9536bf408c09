"""A backup is whole, says when it is not, and comes back in one step."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.backup import BackupError, make_backup, restore_backup, verify_backup
from db.migrations import migrate

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    migrate(folder / "mfm.db")
    archive = folder / "archive" / "kz"
    archive.mkdir(parents=True)
    (archive / "run.warc.gz").write_bytes(b"closed")
    (archive / "now.warc.gz.open").write_bytes(b"still being written")
    return folder


def test_a_copy_holds_database_and_closed_archive_and_comes_back(data_dir: Path, tmp_path: Path) -> None:
    backup = make_backup(data_dir, tmp_path / "copies", NOW)
    assert backup.n_files == 2
    restore_backup(backup.path, tmp_path / "fresh")
    assert (tmp_path / "fresh" / "archive" / "kz" / "run.warc.gz").read_bytes() == b"closed"
    tables = sqlite3.connect(tmp_path / "fresh" / "mfm.db").execute("select count(*) from sqlite_master where name = 'alert'").fetchone()
    assert tables == (1,)


def test_a_copy_taken_while_somebody_writes_is_sound(data_dir: Path, tmp_path: Path) -> None:
    writer = sqlite3.connect(data_dir / "mfm.db", isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("insert into outlet (id, name, country, kind) values ('kz_x', 'X', 'KZ', 'outlet')")
    backup = make_backup(data_dir, tmp_path, NOW)
    writer.execute("commit")
    rows = sqlite3.connect(backup.path / "mfm.db").execute("select count(*) from outlet").fetchone()
    assert rows == (0,)
    assert verify_backup(backup.path).n_files == 2


@pytest.mark.parametrize("harm", ["flip", "remove", "database"])
def test_a_harmed_copy_is_refused(data_dir: Path, tmp_path: Path, harm: str) -> None:
    backup = make_backup(data_dir, tmp_path, NOW)
    warc = backup.path / "archive" / "kz" / "run.warc.gz"
    if harm == "flip":
        warc.write_bytes(b"closeD")
    elif harm == "remove":
        warc.unlink()
    else:
        (backup.path / "mfm.db").write_bytes(b"no database at all")
    with pytest.raises(BackupError, match=r"warc\.gz|mfm\.db"):
        restore_backup(backup.path, tmp_path / "fresh")
    assert not (tmp_path / "fresh").exists()


def test_nothing_is_written_over(data_dir: Path, tmp_path: Path) -> None:
    backup = make_backup(data_dir, tmp_path, NOW)
    with pytest.raises(BackupError, match="already"):
        restore_backup(backup.path, data_dir)


@pytest.mark.parametrize("name", ["private.db", "ticket-key"])
def test_a_secret_that_is_there_is_not_written_over(data_dir: Path, tmp_path: Path, name: str) -> None:
    backup = make_backup(data_dir, tmp_path, NOW)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / name).write_bytes(b"another house")
    with pytest.raises(BackupError, match="already"):
        restore_backup(backup.path, fresh)
    assert [each.name for each in fresh.iterdir()] == [name]


def test_a_manifest_cannot_name_a_file_outside(data_dir: Path, tmp_path: Path) -> None:
    backup = make_backup(data_dir, tmp_path, NOW)
    manifest = json.loads((backup.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../../outside"] = {"bytes": 0, "sha256": ""}
    (backup.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BackupError, match="refuses"):
        restore_backup(backup.path, tmp_path / "fresh")


def test_no_database_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database"):
        make_backup(tmp_path, tmp_path / "copies", NOW)
