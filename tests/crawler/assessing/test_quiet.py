"""The silence desk from rows to one incident: told once, closed when the outlet publishes again, absorbed by what explains it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.assessing.holidays import holidays_of
from crawler.assessing.quiet import QuietDesk
from crawler.config import Config
from db.connection import connect
from db.migrations import migrate
from db.queries.times import iso

LAST = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)  # a Wednesday without holidays around it
DAY = timedelta(days=1)
CLOCK: dict[Path, datetime] = {}


class MovedConfig(Config):
    """Settings whose time a test sets."""

    def now(self) -> datetime:
        return CLOCK[self.data_dir]


class Office:
    """A database with some outlets and the runs that read them."""

    def __init__(self, folder: Path, outlets: int = 1) -> None:
        self.config = MovedConfig.model_validate({"data_dir": folder})
        self.folder = folder
        migrate(self.config.database_path)
        self.db: Database = connect(self.config.database_path)
        self.names = [f"kz_paper{number}" for number in range(outlets)]
        for name in self.names:
            self.db.execute("insert into outlet (id, name, country, kind) values (?, ?, 'KZ', 'outlet')", (name, name.title()))
            self.db.execute(
                "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s) values (?, ?, 'KZ', 'feed', 21600, 604800)",
                (name, name),
            )
            for number in range(60):
                self.publish(LAST - DAY * number, name)
            self.run(LAST - 60 * DAY, LAST, name)

    def publish(self, at: datetime, name: str = "kz_paper0") -> None:
        self.db.execute(
            "insert into article (id, source_id, outlet_id, canonical_url, title, text, published_at, published_precision, first_seen_at,"
            " last_seen_at, text_fingerprint) values (:key, :name, :name, :key, 't', 't', :at, 'moment', :at, :at, :key)",
            {"key": f"{name}{iso(at)}", "name": name, "at": iso(at)},
        )

    def run(self, start: datetime, end: datetime, name: str = "kz_paper0", *, state: str = "ok", cause: str = "none") -> None:
        for number in range(int((end - start) / (DAY / 4)) + 1):
            at = iso(start + DAY / 4 * number)
            self.db.execute(
                "insert or replace into crawl_run (id, source_id, spider, started_at, state, cause) values (?, ?, 'feed', ?, ?, ?)",
                (f"{name}{at}", name, at, state, cause),
            )

    def assess(self, at: datetime) -> list[tuple[str, str]]:
        CLOCK[self.folder] = at
        desk = QuietDesk(self.config)
        desk.judge()
        return [(change, words) for _, change, words in desk.events]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return list(self.db.execute(query).fetchall())


def test_a_silence_is_told_once_and_closed_when_it_publishes_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(LAST, LAST + DAY)
    assert office.assess(LAST + DAY) == []
    office.run(LAST + DAY, LAST + 4 * DAY, state="failed", cause="quiet")
    assert office.assess(LAST + 4 * DAY) == [("opened", "usually 1 a day, nothing for 4 days")]
    assert office.assess(LAST + 4 * DAY) == []
    assert office.rows("select kind, alert_kind, title from alert") == [
        ("silence", "digest", "Kz_Paper0: usually 1 a day, nothing for 4 days")
    ]
    assert office.rows("select kind, note from alert_evidence") == [("silence", "usually 1 a day, nothing for 4 days")]
    office.publish(LAST + 5 * DAY)
    office.run(LAST + 4 * DAY, LAST + 6 * DAY)
    assert office.assess(LAST + 6 * DAY) == [("closed", "publishes again after 5 days")]
    assert office.assess(LAST + 6 * DAY) == []
    assert office.rows("select kind, state, started_at, closed_at from incident") == [("silence", "closed", iso(LAST), iso(LAST + 5 * DAY))]
    assert office.rows("select count(*) from alert where alert_kind = 'record'") == [(1,)]


@pytest.mark.parametrize("cause", ["network", "challenged", "robots", "layout", "offline"])
def test_runs_that_could_not_read_the_source_are_no_silence(tmp_path: Path, cause: str) -> None:
    office = Office(tmp_path)
    office.run(LAST, LAST + 9 * DAY, state="failed", cause=cause)
    assert office.assess(LAST + 9 * DAY) == []


def test_what_explains_it_absorbs_it(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(LAST, LAST + 4 * DAY)
    assert [change for change, _ in office.assess(LAST + 4 * DAY)] == ["opened"]
    office.db.execute(
        "insert into incident (id, outlet_id, country, kind, state, title, started_at, last_evidence_at, updated_at)"
        " values ('s', 'kz_paper0', 'KZ', 'suspension', 'open', 's', :at, :at, :at)",
        {"at": iso(LAST + 4 * DAY)},
    )
    assert [change for change, _ in office.assess(LAST + 4 * DAY)] == ["absorbed"]
    assert office.assess(LAST + 4 * DAY) == []
    assert office.rows("select state, merged_into from incident where kind = 'silence'") == [("closed", "s")]
    assert office.rows("select kind, note from incident_event where incident_id = 's'") == [
        ("silence", "usually 1 a day, nothing for 4 days")
    ]
    assert office.rows("select count(*) from alert") == [(1,)]


def test_a_person_who_closed_it_is_not_overruled(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(LAST, LAST + 4 * DAY)
    office.assess(LAST + 4 * DAY)
    office.db.execute("update incident set is_locked = 1, state = 'rejected'")
    office.run(LAST + 4 * DAY, LAST + 5 * DAY)
    assert office.assess(LAST + 5 * DAY) == []
    assert office.rows("select state from incident") == [("rejected",)]


def test_all_at_once_is_ours_and_an_issue(tmp_path: Path) -> None:
    office = Office(tmp_path, outlets=6)
    for name in office.names:
        office.run(LAST, LAST + 4 * DAY, name)
    assert office.assess(LAST + 4 * DAY) == []
    assert office.rows("select kind, substr(message, 1, 39) from issue") == [("too_quiet", "6 of 6 outlets fell silent at once: a h")]


def test_holidays_bridge_and_unknown_countries_rest_at_new_year() -> None:
    kz = holidays_of("KZ", (2026,))
    assert {datetime(2026, 3, 22).date(), datetime(2026, 12, 16).date()} <= kz
    assert datetime(2026, 6, 3).date() not in kz
    assert datetime(2026, 1, 5).date() in holidays_of("ZZ", (2026,))
