"""A court's list names a watched outlet: a case is opened once, or the one that the news told gets its number."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.assessing.court_watch import watch_courts
from crawler.config import Config
from db.connection import connect
from db.migrations import migrate
from db.queries.times import iso
from db.warc import WarcFile, WarcPage
from pipelines.linking.subjects import key_of

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
LIST = "https://court.example/list"
SOURCES = """
sources:
  - id: kz_court
    outlet: Medeu district court
    country: KZ
    kind: court
    urls: [{url: "https://court.example/list", kind: court}]
    selectors:
      row: div.case
      columns: {case_number: .number, claimant: .by, defendant: .against, subject: .about, hearing: .when}
  - id: kz_polosa
    outlet: Алатау Полоса
    country: KZ
    homepage: https://polosa.example/
"""


class MovedConfig(Config):
    """Settings whose time stands still."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "kz.yaml").write_text(SOURCES, encoding="utf-8")
    made = MovedConfig.model_validate({"data_dir": tmp_path / "data", "sources_dir": tmp_path / "sources"})
    made.data_dir.mkdir()
    migrate(made.database_path)
    db = connect(made.database_path)
    for name in ("kz_court", "kz_polosa"):
        db.execute("insert into outlet (id, name, country, kind) values (?, ?, 'KZ', 'outlet')", (name, name))
    db.execute(
        "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values ('kz_court', 'kz_court', 'KZ', 'court', 1, 1)"
    )
    return made


def row(number: str, by: str, against: str, about: str, when: str = "15.06.2026 09:30") -> str:
    cells = {"number": number, "by": by, "against": against, "about": about, "when": when}
    return f'<div class="case">{"".join(f"<span class={name}>{value}</span>" for name, value in cells.items())}</div>'


def show(config: Config, *rows: str, is_backfill: int = 0) -> Database:
    html = f"<html><head><title>Список дел</title></head><body><h1>Список дел</h1>{''.join(rows)}</body></html>"
    warc = WarcFile(config.archive_dir / "list.warc.gz")
    page = WarcPage(url=LIST, at=NOW, headers=(("Content-Type", "text/html; charset=utf-8"),), body=html.encode())
    place = warc.add(page)
    warc.close()
    db = connect(config.database_path)
    db.execute(
        "insert into capture (id, source_id, role, url, final_url, status, body_sha256, body_bytes, archive_path, archive_offset,"
        " archive_length_bytes, record_id, captured_at, last_seen_at, is_backfill, headers_json) values ('k', 'kz_court', 'court', :url, :url,"
        " 200, 's', 1, 'list.warc.gz', :offset, 1, 'r', :at, :at, :backfill, '[[\"content-type\", \"text/html; charset=utf-8\"]]')",
        {"url": LIST, "offset": place.offset, "at": iso(NOW - timedelta(hours=1)), "backfill": is_backfill},
    )
    return db


OURS = row("7599-26-00-2/12", "АО «Ак Кайнар»", "газета «Алатау Полоса»", "о защите чести и деловой репутации")


def test_a_row_over_reputation_opens_a_case_once(config: Config) -> None:
    others = (
        row("7599-26-00-2/13", "Иванов И.", "Петров П.", "о взыскании долга"),
        row("7599-26-00-2/14", "Арендатор", "газета «Алатау Полоса»", "о взыскании арендной платы"),
        row("7599-26-00-2/15", "газета «Алатау Полоса»", "Иванов И.", "о защите чести"),
    )
    db = show(config, OURS, *others)
    assert watch_courts(config) == ["opened: АО «Ак Кайнар» v. Алатау Полоса (7599-26-00-2/12)"]
    assert watch_courts(config) == []
    assert db.execute("select case_number, court, outlet_id, category, next_hearing_at from court_case").fetchall() == [
        ("7599-26-00-2/12", "Medeu district court", "kz_polosa", "defamation_civil", "2026-06-15T04:30:00Z")
    ]
    assert db.execute(
        "select a.kind, a.is_backfill, e.kind, e.capture_id from alert a join alert_evidence e on e.alert_id = a.id"
    ).fetchall() == [("court_list", 0, "hearing", "k")]
    assert db.execute("select count(*) from party_bucket").fetchone()[0] > 0, "later news finds the case by its parties"


def test_a_case_that_the_news_told_gets_the_number(config: Config) -> None:
    db = show(config, OURS)
    key = key_of("АО «Ак Кайнар»")
    db.execute(
        "insert into court_case (id, country, category, title, outlet_id, first_seen_at, updated_at) values"
        " ('c', 'KZ', 'defamation_civil', 't', 'kz_polosa', '', '')"
    )
    db.execute("insert into party (id, kind, name, name_folded) values ('p', 'unknown', 'Ак Кайнара', ?)", (key,))
    db.execute("insert into party_alias (party_id, alias, alias_folded) values ('p', 'компания Ак Кайнар', ?)", (key,))
    db.execute("insert into case_party (case_id, party_id, role) values ('c', 'p', 'claimant')")
    assert [line.partition(":")[0] for line in watch_courts(config)] == ["joined"]
    assert db.execute("select id, case_number, next_hearing_at from court_case").fetchall() == [
        ("c", "7599-26-00-2/12", "2026-06-15T04:30:00Z")
    ]
    assert watch_courts(config) == []


def test_the_first_look_at_a_list_cannot_alert(config: Config) -> None:
    db = show(config, OURS, is_backfill=1)
    assert len(watch_courts(config)) == 1
    assert db.execute("select is_backfill from alert").fetchall() == [(1,)]
