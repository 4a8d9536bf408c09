"""Copies of the whole house: the database by SQLite's online backup, the archive file by file, all listed with SHA-256.

What readers ended and the key of the links in mails go along, readable for the owner alone.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from db.errors import MfmError
from db.private import PRIVATE_FILE
from db.tickets import KEY_FILE

MANIFEST = "manifest.json"
DATABASE = "mfm.db"
ARCHIVE = "archive"
SECRETS = (PRIVATE_FILE, KEY_FILE)  # never served, and whoever holds the key can press every button
_CHUNK_BYTES = 1 << 20


class FileEntry(TypedDict):
    """Size and digest of one file of a backup."""

    bytes: int
    sha256: str


class BackupError(MfmError):
    """A copy cannot be made, trusted or put back; the message names the file."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished copy: its folder, number of files and size in bytes."""

    path: Path
    n_files: int
    size_bytes: int


def make_backup(data_dir: Path, target: Path, now: datetime) -> Backup:
    """Copy databases, key of the links and closed archive files of `data_dir` into a new folder below `target`, verified; safe while crawls run.

    The folder gets its final name only when everything is in it and checked. Raises BackupError.
    """
    source = data_dir / DATABASE
    if not source.exists():
        raise BackupError(f"{source}: nothing to back up (no database yet)")
    final = target / f"mfm-backup-{now:%Y%m%dT%H%M%SZ}"
    if final.exists():
        raise BackupError(f"{final}: there already")
    unfinished = final.with_name(f"{final.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
        _copy_database(source, unfinished / DATABASE)
        _copy_secrets(data_dir, unfinished)
        _copy_archive(data_dir / ARCHIVE, unfinished / ARCHIVE)
        files = _describe(unfinished)
        (unfinished / MANIFEST).write_text(json.dumps({"made_at": now.isoformat(), "files": files}, indent=1), encoding="utf-8")
        unfinished.rename(final)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{final}: backup failed: {error}") from error
    return Backup(path=final, n_files=len(files), size_bytes=sum(entry["bytes"] for entry in files.values()))


def verify_backup(folder: Path) -> Backup:
    """Check every file of a backup against its manifest and the database's own integrity; BackupError names the first fault."""
    files = _read_manifest(folder)
    for name, entry in files.items():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"{path}: missing from the backup")
        if _sha256(path) != entry["sha256"]:
            raise BackupError(f"{path}: differs from the manifest")
    for name in (DATABASE, PRIVATE_FILE):
        if name in files:
            _check_database(folder / name)
    return Backup(path=folder, n_files=len(files), size_bytes=sum(entry["bytes"] for entry in files.values()))


def restore_backup(folder: Path, data_dir: Path) -> Backup:
    """Put a verified backup into an empty or absent data folder; refuses to write over anything."""
    backup = verify_backup(folder)
    if any((data_dir / name).exists() for name in (DATABASE, ARCHIVE, *SECRETS)):
        raise BackupError(f"{data_dir}: holds data already; restore only into an empty folder")
    data_dir.mkdir(parents=True, exist_ok=True)
    for name in _read_manifest(folder):
        place = data_dir / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name in SECRETS:
            _make_secret(place)
            shutil.copyfile(folder / name, place)
        else:
            shutil.copy2(folder / name, place)
    return backup


def _copy_database(source: Path, target: Path) -> None:
    reader = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    writer = sqlite3.connect(target)
    try:
        reader.backup(writer, pages=2048)
        writer.execute("pragma journal_mode = delete")
    finally:
        writer.close()
        reader.close()
    _check_database(target)


def _copy_secrets(data_dir: Path, target: Path) -> None:
    """The private database and the key where they are there: without them a restored house forgets who unsubscribed and opens no button."""
    if (data_dir / PRIVATE_FILE).exists():
        _make_secret(target / PRIVATE_FILE)
        _copy_database(data_dir / PRIVATE_FILE, target / PRIVATE_FILE)
    if (data_dir / KEY_FILE).exists():
        _make_secret(target / KEY_FILE)
        shutil.copyfile(data_dir / KEY_FILE, target / KEY_FILE)


def _make_secret(path: Path) -> None:
    """An empty file for the owner alone, before anything is written into it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _check_database(path: Path) -> None:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        verdict = connection.execute("pragma integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path}: not a sound database: {error}") from error
    finally:
        connection.close()
    if verdict != "ok":
        raise BackupError(f"{path}: not a sound database: {verdict}")


def _copy_archive(source: Path, target: Path) -> None:
    """Only closed files: a run still writing keeps its `.open` file, which the next backup takes."""
    for path in sorted(source.rglob("*.warc.gz")):
        if path.is_symlink():
            continue
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


def _describe(folder: Path) -> dict[str, FileEntry]:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)} for name in names}


def _read_manifest(folder: Path) -> dict[str, FileEntry]:
    path = folder / MANIFEST
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path}: no readable manifest: {error}") from error
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"{path}: refuses the file name {name!r}")
    if DATABASE not in files:
        raise BackupError(f"{path}: lists no {DATABASE}")
    return dict(files)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
