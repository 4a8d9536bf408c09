"""Ingest and replay from the command line: nothing twice, nobody told by a backfill, old articles judged anew in silence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.connection import connect

ROOT = Path(__file__).parents[3]
CLAIM = {
    "url": "https://polosa.example/1",
    "title": "Застройщик подал в суд на издание «Полоса 9»",
    "text": (
        "Компания «Курылыс-Тас» подала иск о защите деловой репутации к интернет-изданию «Полоса 9». "
        "Истец требует взыскать с редакции 40 миллионов тенге."
    ),
    "published": "2026-09-28T09:00:00+05:00",
    "source_outlet": "Дала-Ақпарат",
    "lang": "ru",
}
QUIET = CLAIM | {
    "url": "https://polosa.example/2",
    "title": "Снег",
    "text": "В понедельник в области ждут первый снег и мороз до пяти градусов.",
}


def scrapy(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=mine | {"MFM_DATA_DIR": str(data_dir), "MFM_RESERVE_BYTES": "0"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def given(tmp_path: Path) -> Path:
    file = tmp_path / "given.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in (CLAIM, QUIET)), encoding="utf-8")
    return file


def counts(data_dir: Path, *tables: str) -> list[int]:
    db = connect(data_dir / "mfm.db")
    return [db.table(name).count for name in tables]


def test_as_live_may_alert_and_the_same_file_twice_changes_nothing(tmp_path: Path, given: Path) -> None:
    first = scrapy(tmp_path, "ingest", str(given), "--as-live")
    assert first.returncode == 0, first.stderr
    assert "2 lines: 2 taken" in first.stdout
    before = counts(tmp_path, "article", "finding", "alert", "outbox", "capture")
    assert before[2:4] == [1, 1]
    again = scrapy(tmp_path, "ingest", str(given), "--as-live")
    assert "0 taken, 2 known already" in again.stdout
    assert counts(tmp_path, "article", "finding", "alert", "outbox", "capture") == before


def test_a_backfill_tells_nobody_and_a_replay_neither(tmp_path: Path, given: Path) -> None:
    assert scrapy(tmp_path, "ingest", str(given)).returncode == 0
    assert counts(tmp_path, "article", "outbox") == [2, 0]
    told = counts(tmp_path, "alert")
    dry = scrapy(tmp_path, "replay")
    assert dry.returncode == 0, dry.stderr
    assert "nobody was mailed" in dry.stdout
    assert "2 articles read again: 1 alert by the present rules, 1 no alert, 0 crashed; nothing stored" in dry.stdout
    written = scrapy(tmp_path, "replay", "--write")
    assert written.returncode == 0, written.stderr
    assert "findings stored" in written.stdout
    assert counts(tmp_path, "article", "outbox") == [2, 0]
    assert counts(tmp_path, "alert") == told


def test_wrong_words_are_one_clear_line(tmp_path: Path) -> None:
    for arguments in (("ingest",), ("ingest", str(tmp_path / "absent.jsonl")), ("replay", "--since", "yesterday")):
        done = scrapy(tmp_path, *arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr.strip().count("\n") == 0, done.stderr
