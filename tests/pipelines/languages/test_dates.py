"""Dates, hearings to come and the day of the event."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.vocabulary import DatePrecision
from pipelines.languages.dates import find_dates, find_event_date, find_hearing

THURSDAY = datetime.fromisoformat("2025-06-12T10:00:00+05:00")
DATES = [
    ("ru", "19 июня 2015 года", ["2015-06-19"]),
    ("ru", "19.06.2015 и 2015-06-19", ["2015-06-19", "2015-06-19"]),
    ("ru", "двенадцатого июня", ["2025-06-12"]),
    ("ru", "21–22 ноября", ["2025-11-21"]),
    ("ru", "в июне 2015-го, в 2022-м, в начале марта", ["2015-06", "2022", "2025-03"]),
    ("ru", "вчера, накануне, позавчера, сегодня", ["2025-06-11", "2025-06-11", "2025-06-10", "2025-06-12"]),
    ("ru", "в минувший четверг; в пятницу; неделю назад; три дня назад", ["2025-06-05", "2025-06-06", "2025-06-05", "2025-06-09"]),
    ("ru", "в прошлом году, в прошлом месяце", ["2024", "2025-05"]),
    ("kk", "2015 жылғы 19 маусымда, 2015 жылдың 19 маусымы", ["2015-06-19", "2015-06-19"]),
    ("kk", "қазанның үшінде, 8 наурызда, 31 қаңтар, 2023", ["2025-10-03", "2025-03-08", "2023-01-31"]),
    ("kk", "кеше, бүгін, былтыр, өткен бейсенбіде", ["2025-06-11", "2025-06-12", "2024", "2025-06-05"]),
    ("kk", "15 maýsymda", ["2025-06-15"]),
    ("en", "19 June 2015; June 19, 2015; May 5; in June 2015", ["2015-06-19", "2015-06-19", "2025-05-05", "2015-06"]),
    ("en", "yesterday; last Thursday; on Tuesday; two days ago", ["2025-06-11", "2025-06-05", "2025-06-10", "2025-06-10"]),
    ("uk", "12 червня 2025 року, учора", ["2025-06-12", "2025-06-11"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), DATES, ids=[case[1][:36] for case in DATES])
def test_dates_are_as_precise_as_said(language: str, text: str, expected: list[str]) -> None:
    found = find_dates(text, language, THURSDAY)
    assert [one.on for one in found] == expected
    precisions = {10: DatePrecision.DAY, 7: DatePrecision.MONTH, 4: DatePrecision.YEAR}
    assert all(one.precision is precisions[len(one.on)] for one in found)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", "Наурыз мейрамы өтті, Қазан қаласында қазанға ас салды, театр маусымды ашты"),
        ("en", "Karatosh Today says he may march five miles"),
        ("ru", "31 февраля и 45 мая"),
        ("ru", "понедельник – день тяжёлый"),
    ],
)
def test_traps_are_no_dates(language: str, text: str) -> None:
    assert find_dates(text, language, THURSDAY) == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "закон от 23 июля 1999 года «О СМИ»"),
        ("kk", "2024 жылғы 19 маусымдағы № 93-VIII заң"),
        ("en", "the law of 23 July 1999"),
    ],
)
def test_a_date_of_a_law_is_marked(language: str, text: str) -> None:
    (found,) = find_dates(text, language, THURSDAY)
    assert found.is_statute


def test_a_date_near_new_year_takes_the_nearest_year() -> None:
    assert [one.on for one in find_dates("25 декабря", "ru", date(2025, 1, 5))] == ["2024-12-25"]
    assert [one.on for one in find_dates("3 января", "ru", date(2024, 12, 28))] == ["2025-01-03"]


HEARINGS = [
    ("ru", "Заседание назначено на 18 декабря в 10.30.", "2025-12-18T10:30:00+05:00"),
    ("ru", "Следующее заседание – 21 октября, 15:00.", "2025-10-21T15:00:00+05:00"),
    ("ru", "Судья ходатайство удовлетворил, перерыв – до 11:00 18 июня.", "2025-06-18T11:00:00+05:00"),
    ("ru", "Рассмотрение дела отложено до понедельника.", "2025-06-16"),
    ("ru", "Процесс начнётся завтра в 15:00.", "2025-06-13T15:00:00+05:00"),
    ("ru", "Сегодня в 16:00 состоится заседание суда.", "2025-06-12T16:00:00+05:00"),
    ("ru", "заседание назначено на двадцать пятое июня на десять часов утра", "2025-06-25T10:00:00+05:00"),
    ("kk", "Келесі отырыс 26 маусымда сағат 10:00-де жалғасады.", "2025-06-26T10:00:00+05:00"),
    ("kk", "Сот отырысы ертең сағат 11-де өтеді.", "2025-06-13T11:00:00+05:00"),
    ("kk", "Сот отырысы бейсенбі, 19 маусым, сағат 14:30", "2025-06-19T14:30:00+05:00"),
    ("kk", "Сот ертең болады, сағат он бірде", "2025-06-13T11:00:00+05:00"),
    ("kk", "Үкім 20 маусымда жарияланады.", "2025-06-20"),
    ("en", "The hearing is scheduled for July 3 at 10 a.m.", "2025-07-03T10:00:00+05:00"),
    ("en", "The trial was adjourned until Monday.", "2025-06-16"),
    ("ru", "Суд 2 июня приговорил журналиста.", None),
    ("ru", "Концерт состоится 20 июня.", None),
]


@pytest.mark.parametrize(("language", "text", "expected"), HEARINGS, ids=[case[1][:40] for case in HEARINGS])
def test_the_next_hearing(language: str, text: str, expected: str | None) -> None:
    found = find_hearing(text, language, THURSDAY)
    assert (found.at or found.on if found else None) == expected


@pytest.mark.parametrize(("day", "offset"), [(20, "+06:00"), (29, "+05:00")])
def test_kazakhstan_changed_its_clock_on_the_first_of_march_2024(day: int, offset: str) -> None:
    found = find_hearing("Заседание завтра в 10:00", "ru", datetime(2024, 2, day, 7, tzinfo=UTC), "KZ")
    assert found is not None
    assert found.at.endswith(offset)


def test_the_day_of_the_event_stands_in_its_sentence() -> None:
    text = "Газету основали в 1998 году. Суд 10 июня запретил её. Закон от 9 июня 2024 года суров. Заседание 20 июня."
    at = text.index("запретил")
    found = find_event_date(text, "ru", THURSDAY, [(at, at + 8)])
    assert found is not None
    assert found.on == "2025-06-10"


def test_a_month_of_the_sentence_before_is_background() -> None:
    text = "Редактор сменил номер в январе. Газету закрыли."
    assert find_event_date(text, "ru", THURSDAY, [(text.index("закрыли"), len(text))]) is None


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789 .:-июнямайғсәуркешд\u00a0,\n", max_size=80), st.sampled_from(["ru", "kk", "en", "uk", ""]))
def test_any_text_is_read_without_harm(text: str, language: str) -> None:
    for one in find_dates(text, language, THURSDAY):
        assert 0 <= one.start < one.end <= len(text)
