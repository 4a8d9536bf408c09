"""A house with a database and no more: alerts are put in by hand, time stands still until a test moves it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlite_utils import Database

from crawler.config import Config, Person, Subscription
from db.connection import connect
from db.migrations import migrate
from db.queries.times import iso

NOON = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


class Clock:
    """The house's time in tests."""

    def __init__(self) -> None:
        self.at = NOON


class StillConfig(Config):
    """A Config whose time is a test's own."""

    def now(self) -> datetime:
        return CLOCKS[self.data_dir].at


CLOCKS: dict[Path, Clock] = {}


class House:
    """Database, configuration and clock of one test, and a way to put alerts in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = CLOCKS[folder] = Clock()
        self.config = self.configured()
        migrate(self.config.database_path)
        self.db: Database = connect(self.config.database_path)
        self._n = 0
        self.db.execute(
            "insert into outlet (id, name, country, kind) values ('kz_orda', 'Orda.kz', 'KZ', 'outlet'), ('kz_vlast', 'Власть', 'KZ', 'outlet')"
        )
        self.db.execute(
            "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values ('kz_orda', 'kz_orda', 'KZ', 'feed', 600, 86400),"
            "('kz_vlast', 'kz_vlast', 'KZ', 'feed', 600, 86400)"
        )

    def configured(self, **changes: object) -> Config:
        """The same house under other settings; people are anna (ru) and bolat (kk) unless said."""
        values: dict[str, object] = {"data_dir": self.folder, "people": (person("anna", "ru"), person("bolat", "kk"))} | changes
        self.config = StillConfig.model_validate(values)
        return self.config

    def alert(self, **changes: object) -> str:
        """Put one alert with an article, a capture, a finding and a quote into the database; returns its id."""
        self._n += 1
        n = self._n
        text = str(
            changes.pop(
                "text", "В суд Алматы поступил иск. Компания требует взыскать с редакции 5 млн тенге за статью. Заседание 3 декабря."
            )
        )
        quote = str(changes.pop("quote", "требует взыскать с редакции 5 млн тенге"))
        article_title = str(changes.get("title", f"Иск к Orda.kz № {n}"))
        finding = {
            "opponents_json": '["ТОО «Ромашка»"]',
            "provisions_json": '[["kz-cc-143","143",""]]',
            "amounts_json": '[[5000000,"KZT","claimed"]]',
        }
        finding |= changes.pop("finding", {})  # type: ignore[arg-type]
        row: dict[str, object] = {
            "id": f"alert{n}", "number": n, "kind": "defamation_civil", "alert_kind": "at_once", "category": "defamation_civil",
            "stage": "claim_filed", "country": "KZ", "severity": 4, "title": f"Иск к Orda.kz № {n}", "reason": "Первое дело этих сторон за 400 дней.",
            "confidence": 0.92, "outlet_id": "kz_orda", "outlet_name": "Orda.kz", "thread_key": f"case{n}", "event_on": "2026-11-24",
            "event_precision": "day", "rules_version": "1", "created_at": iso(self.clock.at), "updated_at": iso(self.clock.at),
        } | changes  # fmt: skip
        self._article(n, article_title, text)
        self._insert("finding", {
            "id": f"finding{n}", "article_id": f"article{n}", "version_id": f"version{n}", "rule_id": "DEF-CIV-01", "rules_version": "1",
            "category": row["category"], "confidence": 0.92, "alert_kind": "at_once", "reason": "Истец требует денег за публикацию.", "found_at": iso(self.clock.at),
        } | finding)  # fmt: skip
        self._insert("alert", row)
        self._insert(
            "alert_article", {"alert_id": row["id"], "article_id": f"article{n}", "relation": "trigger", "added_at": iso(self.clock.at)}
        )
        start = max(text.find(quote), 0)
        self._insert("alert_evidence", {
            "id": f"evidence{n}", "alert_id": row["id"], "kind": "quote", "finding_id": f"finding{n}", "capture_id": f"capture{n}", "quote": quote,
            "start_offset": start, "end_offset": start + len(quote), "sha256": "ab" * 32, "archive_path": "2026/11/25/run.warc.gz", "archive_offset": 512,
        })  # fmt: skip
        return str(row["id"])

    def _article(self, n: int, title: str, text: str) -> None:
        now, url = iso(self.clock.at), f"https://orda.kz/news/{n}"
        self._insert("capture", {
            "id": f"capture{n}", "source_id": "kz_orda", "role": "article", "url": url, "final_url": url, "status": 200, "body_sha256": "ab" * 32,
            "body_bytes": 10, "archive_path": "2026/11/25/run.warc.gz", "archive_offset": 512, "archive_length_bytes": 10, "record_id": "r",
            "captured_at": now, "last_seen_at": now,
        })  # fmt: skip
        self._insert("article", {
            "id": f"article{n}", "source_id": "kz_orda", "outlet_id": "kz_orda", "canonical_url": url, "title": title, "text": text, "language": "ru",
            "published_at": now, "first_seen_at": now, "last_seen_at": now, "text_fingerprint": str(n),
        })  # fmt: skip
        self._insert("article_version", {
            "id": f"version{n}", "article_id": f"article{n}", "number": 1, "capture_id": f"capture{n}", "title": title, "text": text,
            "text_fingerprint": str(n), "seen_at": now,
        })  # fmt: skip

    def _insert(self, table: str, row: dict[str, object]) -> None:
        self.db.table(table).insert(row)

    def states(self) -> dict[str, int]:
        """Outbox rows per state."""
        return {row["state"]: row["n"] for row in self.db.query("select state, count(*) as n from outbox group by state")}


def person(audience: str, language: str, **changes: object) -> Person:
    values: dict[str, object] = {"audience": audience, "address": SecretStr(f"{audience}@example.org"), "language": language}
    return Person.model_validate(values | {"subscriptions": (Subscription(),)} | changes)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "var")
    yield made
    made.db.close()


@pytest.fixture
def make_person() -> SimpleNamespace:
    return SimpleNamespace(named=person)


@pytest.fixture
def real_now() -> datetime:
    """The machine's own time, for tests with a second process."""
    return datetime.now(UTC)
