"""A register's answer in the archive becomes entries and evidence beside a blocking, once; an entry that goes is marked."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawler.assessing.registers import read_registers
from crawler.config import Config
from db.connection import connect
from db.migrations import migrate
from db.queries.times import iso
from db.warc import WarcFile, WarcPage
from tests.pipelines.reading.test_registers import ROW

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
SOURCES = """
sources:
  - id: kz_register
    outlet: Register
    country: KZ
    kind: registry
    search_url: https://register.example/banned_sites?url={q}
    is_enabled: false
"""
ASKED = "https://register.example/banned_sites?url=polosa.example"


def office(folder: Path) -> tuple[Config, Database]:
    (folder / "sources").mkdir()
    (folder / "sources" / "kz.yaml").write_text(SOURCES, encoding="utf-8")
    config = Config.model_validate({"data_dir": folder / "data", "sources_dir": folder / "sources"})
    config.data_dir.mkdir()
    migrate(config.database_path)
    db = connect(config.database_path)
    for name, home in (("kz_register", ""), ("kz_polosa", "https://www.polosa.example/")):
        db.execute("insert into outlet (id, name, country, kind, homepage) values (?, ?, 'KZ', 'outlet', ?)", (name, name, home))
    db.execute(
        "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values ('kz_register', 'kz_register', 'KZ', 'none', 1, 1)"
    )
    db.execute(
        "insert into incident (id, outlet_id, country, kind, state, title, started_at, last_evidence_at, updated_at)"
        " values ('i', 'kz_polosa', 'KZ', 'blocking', 'open', 'b', :at, :at, :at)",
        {"at": iso(NOW)},
    )
    db.execute(
        "insert into alert (id, number, kind, alert_kind, category, country, severity, title, confidence, outlet_id, incident_id, thread_key,"
        " rules_version, created_at, updated_at) values ('a', 1, 'blocking', 'at_once', 'blocking', 'KZ', 4, 'b', 0.9, 'kz_polosa', 'i', 'i',"
        " '1', :at, :at)",
        {"at": iso(NOW)},
    )
    return config, db


def answer(config: Config, db: Database, number: int, rows: list[object]) -> None:
    at = NOW + timedelta(days=number)
    path = f"kz/{number}.warc.gz"
    (config.archive_dir / "kz").mkdir(parents=True, exist_ok=True)
    warc = WarcFile(config.archive_dir / path)
    headers = (("Content-Type", "application/json"),)
    place = warc.add(WarcPage(url=ASKED, status=200, headers=headers, body=json.dumps(rows).encode(), at=at))
    warc.close()
    db.execute(
        "insert into capture (id, source_id, role, url, final_url, status, body_sha256, body_bytes, archive_path, archive_offset,"
        " archive_length_bytes, record_id, captured_at, last_seen_at) values (:id, 'kz_register', 'listing', :url, :url, 200, :id, 1, :path,"
        " :offset, 1, 'r', :at, :at)",
        {"id": f"k{number}", "url": ASKED, "path": path, "offset": place.offset, "at": iso(at)},
    )


def test_the_registers_word_stands_beside_the_blocking_once(tmp_path: Path) -> None:
    config, db = office(tmp_path)
    answer(config, db, 0, [ROW, ROW | {"id": 9, "urladdress": "https://other.example"}])
    words = "on the register by decision of a court of 2025-03-12: Есильский районный суд (экстремизм)"
    assert read_registers(config) == [f"polosa.example: {words}"]
    assert read_registers(config) == []
    assert db.execute("select kind, capture_id, note from alert_evidence").fetchall() == [("register", "k0", words)]
    assert db.execute("select register_key, court, decided_on, gone_at from register_entry").fetchall() == [
        ("4711", "Есильский районный суд", "2025-03-12", None)
    ]


def test_an_entry_that_is_gone_is_marked_and_the_new_word_is_told(tmp_path: Path) -> None:
    config, db = office(tmp_path)
    answer(config, db, 0, [ROW])
    read_registers(config)
    answer(config, db, 1, [])
    assert [line.partition(":")[2][:18] for line in read_registers(config)] == [" nothing on record"]
    assert db.execute("select gone_at from register_entry").fetchall() == [(iso(NOW + timedelta(days=1)),)]
    assert db.execute("select n_entries from register_look").fetchall() == [(0,)]


def test_an_answer_that_is_something_else_changes_nothing(tmp_path: Path) -> None:
    config, db = office(tmp_path)
    answer(config, db, 0, [1])
    assert read_registers(config) == []
    assert db.execute("select count(*) from register_look").fetchone()[0] == 0
