"""The doctor's checks: what is well, what to watch, what must be fixed, each in one line."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from crawler.care import checks
from crawler.care.checks import Check, Level, check_house
from crawler.config import Config, Vantage
from db.connection import connect
from db.migrations import migrate
from db.queries.times import iso


@pytest.fixture
def config(tmp_path: Path) -> Config:
    migrate(tmp_path / "mfm.db")
    return Config(data_dir=tmp_path)


def _of(found: tuple[Check, ...], subject: str) -> list[Check]:
    return [check for check in found if check.subject == subject]


def _add_source(config: Config, *, last_run: datetime, new_item: datetime, state: str = "ok") -> None:
    db = connect(config.database_path)
    moment = f"{last_run:%Y-%m-%dT%H:%M:%SZ}"
    db["outlet"].insert({"id": "kz_x", "name": "X", "country": "KZ", "kind": "outlet"})
    db["source"].insert(
        {
            "id": "kz_x",
            "outlet_id": "kz_x",
            "country": "KZ",
            "kind": "feed",
            "cadence_s": 3600,
            "max_silence_s": 7 * 86400,
            "last_run_at": moment,
            "last_ok_at": moment,
            "last_new_item_at": f"{new_item:%Y-%m-%dT%H:%M:%SZ}",
        }
    )
    row = {
        "id": "r1",
        "source_id": "kz_x",
        "spider": "source",
        "started_at": moment,
        "state": state,
        "cause": "layout",
        "reason": "no link found",
    }
    db["crawl_run"].insert(row)
    db.close()


def test_a_fresh_house_is_well_but_not_live(config: Config) -> None:
    checks = check_house(config, ())
    assert not [check for check in checks if check.level is Level.FIX]
    assert "not live" in _of(checks, "settings")[0].text


def test_a_house_without_a_database_says_what_to_run(tmp_path: Path) -> None:
    found = check_house(Config(data_dir=tmp_path), ())
    assert found[-1].level is Level.FIX
    assert "scrapy migrate" in found[-1].text


def test_a_silent_source_is_watched(config: Config) -> None:
    now = config.now()
    _add_source(config, last_run=now, new_item=now - timedelta(days=9))
    found = _of(check_house(config, ()), "kz_x")
    assert [check.level for check in found] == [Level.WATCH]
    assert "nothing new for 9 days" in found[0].text


def test_a_failing_source_must_be_fixed_and_says_why(config: Config) -> None:
    _add_source(config, last_run=config.now(), new_item=config.now(), state="failed")
    assert _of(check_house(config, ()), "kz_x") == [Check("kz_x", Level.FIX, "last run failed (layout): no link found")]


def test_a_source_that_is_overdue_points_at_the_daemon(config: Config) -> None:
    """SC3: no finished run in twice its interval."""
    _add_source(config, last_run=config.now() - timedelta(hours=2, minutes=5), new_item=config.now())
    assert "daemon" in _of(check_house(config, ()), "kz_x")[0].text


def test_a_clock_that_was_set_back_is_noticed(config: Config) -> None:
    _add_source(config, last_run=datetime.now(UTC) + timedelta(hours=2), new_item=config.now())
    assert _of(check_house(config, ()), "clock")[0].level is Level.FIX


def test_db3_a_damaged_text_index_is_noticed_and_built_anew(config: Config) -> None:
    db = connect(config.database_path)
    db.conn.execute("insert into article_fts (rowid, title, search_text) values (7, 'ghost', 'ghost')")
    db.conn.commit()
    db.close()
    assert "text index" in _of(check_house(config, ()), "database")[0].text
    assert [check.level for check in _of(check_house(config, ()), "database")] == [Level.WELL]


def test_db2_a_write_ahead_file_that_grows_is_noticed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    db = connect(config.database_path)
    db.conn.execute("insert into outlet (id, name, country, kind) values ('kz_y', 'Y', 'KZ', 'outlet')")
    db.conn.commit()
    monkeypatch.setattr(checks, "MAX_WAL_BYTES", 100)
    assert "some reader never closes" in _of(check_house(config, ()), "database")[-1].text
    db.close()


def test_dt5_a_zone_table_older_than_2024_is_noticed(config: Config, tmp_path: Path) -> None:
    """A table that still has Almaty six hours ahead: Omsk's, which is so today."""
    folder = tmp_path / "zones" / "Asia"
    folder.mkdir(parents=True)
    old = resources.files("tzdata.zoneinfo.Asia").joinpath("Omsk").read_bytes()
    (folder / "Almaty").write_bytes(old)
    zoneinfo.reset_tzpath([tmp_path / "zones"])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        found = _of(check_house(config, ()), "time zones")[0]
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
    assert found.level is Level.FIX and "older than 2024a" in found.text
    assert _of(check_house(config, ()), "time zones")[0].level is Level.WELL


def test_cr4_pages_can_be_read_at_start(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _of(check_house(config, ()), "reading pages")[0].level is Level.WELL

    def fails(*given: object) -> None:
        raise ImportError("lxml.html.clean")

    monkeypatch.setattr(checks, "extract", fails)
    found = _of(check_house(config, ()), "reading pages")[0]
    assert found.level is Level.FIX and "lxml.html.clean" in found.text


def test_a_line_without_consent_must_not_be_used(config: Config) -> None:
    lent = config.model_copy(update={"vantages": (Vantage(id="home", country="KZ"),)})
    assert [check.level for check in _of(check_house(lent, ()), "vantages")] == [Level.WATCH, Level.FIX]


def test_a_login_without_password_is_said(config: Config) -> None:
    mail = config.model_copy(update={"smtp_host": "mail.example", "smtp_username": "duty"})
    assert "MFM_SMTP_PASSWORD" in _of(check_house(mail, ()), "mail")[1].text


@pytest.mark.parametrize(
    ("lags_min", "told"),
    [
        ([-60, -58, -55, -61, -3, -60, -59, -60], "7 of 8 articles are dated after we saw them, by 59 min"),
        ([301, 310, 330, 320, 302, 305, 318, 340], "sooner than 301 min after its date"),
        ([2, 9, 14, 45, 60, 300, 7, 20], ""),
        ([-3, 1, 12, -5, 4, 8, 9, 10], ""),
        ([-60] * 7, ""),
    ],
    ids=["an hour ahead", "five hours behind", "a usual site", "some minutes off", "too few to tell"],
)
def test_dt6_a_site_whose_clock_is_off_by_a_constant_is_watched(config: Config, lags_min: list[int], told: str) -> None:
    now = config.now()
    _add_source(config, last_run=now, new_item=now)
    db = connect(config.database_path)
    for number, lag in enumerate(lags_min):
        seen = now - timedelta(hours=number)
        db.conn.execute(
            "insert into article (id, source_id, outlet_id, canonical_url, title, text, published_at, published_precision, first_seen_at,"
            " last_seen_at, text_fingerprint) select :id, s.id, s.outlet_id, :id, 't', 't', :on, 'moment', :seen, :seen, :id from source s",
            {"id": f"a{number}", "on": iso(seen - timedelta(minutes=lag)), "seen": iso(seen)},
        )
    db.conn.commit()
    db.close()
    texts = [check.text for check in _of(check_house(config, ()), "kz_x") if "time zone" in check.text]
    assert len(texts) == bool(told) and all(told in text for text in texts)
