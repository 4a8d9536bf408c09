"""Dates as sites of the region write them, and those that must not be believed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Hint
from db.vocabulary import DateBasis, DatePrecision
from pipelines.reading.dates import DateRules, hint_claim, month_number, read_date

RULES = DateRules(now=datetime(2026, 11, 24, 12, tzinfo=UTC))


def moment(raw: str, rules: DateRules = RULES) -> str:
    claim = read_date(raw, rules, DateBasis.META)
    return claim.at.strftime("%Y-%m-%d %H:%M") if claim and claim.at else ""


def day(raw: str, rules: DateRules = RULES) -> str:
    claim = read_date(raw, rules, DateBasis.META)
    return str(claim.on) if claim else ""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("19 июня 2015 года", "2015-06-19"),
        ("19.06.2015", "2015-06-19"),
        ("19 июня 2015 г.", "2015-06-19"),
        ("Пятница, 04 Июл 2025, 12:00", "2025-07-04"),
        ("2015 жылғы 19 маусым", "2015-06-19"),
        ("2015 жылдың 19 маусымында", "2015-06-19"),
        ("31 Қаңтар, 2023", "2023-01-31"),
        ("4 желтоқсан 2025 18:01", "2025-12-04"),
        ("31 Qańtar, 2023", "2023-01-31"),
        ("24 maý. 2025 18:00", "2025-06-24"),
        ("June 19, 2015", "2015-06-19"),
        ("19th of nothing, 19 June 2015", "2015-06-19"),
        ("12:30, 24 ноября 2026", "2026-11-24"),
        ("24/11/26", "2026-11-24"),
        ("20261124T101500Z", "2026-11-24"),
        ("1 мамыр 2024", "2024-05-01"),
        ("8 наурыз 2024 ж.", "2024-03-08"),
        ("Опубликовано: 3 сентября 2026 в 09:15", "2026-09-03"),
    ],
)
def test_forms_of_the_region(raw: str, expected: str) -> None:
    assert day(raw) == expected


def test_dt3_expiry_and_future_dates_are_refused() -> None:
    assert day("2026-11-30") == "" and day("24 Nov 2062") == ""
    assert day("2026-11-25") == "2026-11-25", "a day ahead is allowed: zones"


@pytest.mark.parametrize(
    "raw", ["01.01.1970", "0001-01-01T00:00:00Z", "1 января 1980", "32.01.2020", "31.02.2020", "сегодняшний", "закон", "", "№ 451-I"]
)
def test_impossible_dates_are_none(raw: str) -> None:
    assert day(raw) == ""


def test_dt4_day_first_unless_the_source_says_otherwise() -> None:
    assert day("05.11.2026") == "2026-11-05"
    assert day("05/11/2026", DateRules(now=RULES.now, day_first=False)) == "2026-05-11"
    assert day("25/11/2025", DateRules(now=RULES.now, day_first=False)) == "2025-11-25", "only one reading is possible"
    assert day("2026-05-11") == "2026-05-11", "ISO is never turned round"


def test_dt5_kazakhstan_moved_on_1_march_2024() -> None:
    assert moment("2024-02-01 12:00") == "2024-02-01 06:00"
    assert moment("2024-06-01 12:00") == "2024-06-01 07:00"
    assert moment("2024-02-29 23:30") == "2024-02-29 17:30"
    assert moment("2024-03-01 00:30") == "2024-02-29 19:30"
    qyzylorda = DateRules(now=RULES.now, zone="Asia/Qyzylorda")
    assert moment("2024-02-01 12:00", qyzylorda) == "2024-02-01 07:00", "the west was on +05 before"


def test_dt6_a_clock_that_is_off_keeps_its_claim() -> None:
    rules = DateRules(now=datetime(2026, 11, 24, 5, 30, tzinfo=UTC))
    assert moment("2026-11-24T11:25:00+05:00", rules) == "2026-11-24 06:25"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("24.11.2026 10:00", "2026-11-24 05:00"),
        ("Вт, 24 ноя 2026 10:00:00 +0500", "2026-11-24 05:00"),
        ("Tue, 24 Nov 2026 10:00:00 +06", "2026-11-24 04:00"),
        ("Tue, 24 Nov 2026 10:00:00 GMT", "2026-11-24 10:00"),
        ("24 Nov 2026 10:00 MSK", "2026-11-24 07:00"),
        ("Apr 24, 2024 10:09 PM", "2024-04-24 17:09"),
    ],
)
def test_dt7_feed_formats(raw: str, expected: str) -> None:
    assert moment(raw) == expected
    claim = hint_claim(Hint(published_raw=raw), RULES)
    assert claim.basis is DateBasis.FEED and claim.raw == raw


def test_dt7_unreadable_feed_date_stays_empty_and_is_never_now() -> None:
    claim = hint_claim(Hint(published_raw="на прошлой неделе"), RULES)
    assert claim.on is None and claim.at is None and claim.basis is DateBasis.NONE


def test_dt8_naive_time_belongs_to_the_source_and_a_day_stays_a_day() -> None:
    claim = read_date("2026-11-24 01:00:00", RULES, DateBasis.META)
    assert claim and claim.at == datetime(2026, 11, 23, 20, tzinfo=UTC) and claim.on == date(2026, 11, 24)
    only_day = read_date("24.11.2026", RULES, DateBasis.META)
    assert only_day and only_day.at is None and only_day.precision is DatePrecision.DAY


def test_utc_stamp_gets_the_day_of_the_source() -> None:
    assert day("2026-11-23T20:30:00Z") == "2026-11-24"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("вчера в 10:00", "2026-11-23 05:00"),
        ("Сегодня, 11:30", "2026-11-24 06:30"),
        ("Кеше, 18:20", "2026-11-23 13:20"),
        ("бүгін 09:05", "2026-11-24 04:05"),
        ("2 сағат бұрын", "2026-11-24 10:00"),
        ("5 минут назад", "2026-11-24 11:55"),
        ("20 ноября, 10:00", "2026-11-20 05:00"),
        ("20 желтоқсан, 10:00", "2025-12-20 05:00"),
    ],
)
def test_relative_dates_count_from_the_fetch(raw: str, expected: str) -> None:
    assert moment(raw) == expected


def test_relative_days_have_day_precision() -> None:
    claim = read_date("3 күн бұрын", RULES, DateBasis.TEXT)
    assert claim and claim.precision is DatePrecision.DAY and claim.on == date(2026, 11, 21)


def test_fd6_future_feed_date_is_not_believed() -> None:
    assert hint_claim(Hint(published_at=datetime(2062, 11, 24, tzinfo=UTC), published_raw="24 Nov 2062"), RULES).on is None


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("марта", 3),
        ("июня", 6),
        ("июль", 7),
        ("маусымында", 6),
        ("қазан", 10),
        ("сент", 9),
        ("sept", 9),
        ("казан", 0),
        ("сентиментальный", 0),
        ("деканат", 0),
    ],
)
def test_month_names(word: str, number: int) -> None:
    assert month_number(word) == number


@given(st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2026, 11, 23)))
def test_every_iso_moment_is_read_back(stated: datetime) -> None:
    claim = read_date(stated.replace(tzinfo=UTC).isoformat(), RULES, DateBasis.META)
    assert claim and claim.at == stated.replace(tzinfo=UTC, microsecond=0)


@given(st.text(max_size=120))
def test_no_text_breaks_the_reader_or_gives_a_future(raw: str) -> None:
    claim = read_date(raw, RULES, DateBasis.TEXT)
    assert claim is None or (claim.on is not None and date(1995, 1, 1) <= claim.on <= RULES.today + timedelta(days=1))
