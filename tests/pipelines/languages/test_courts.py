"""Courts in the nominative, and case numbers."""

import pytest

from pipelines.languages.case_numbers import find_case_numbers
from pipelines.languages.courts import find_courts

CASES = [
    ("ru", "В Ауэзовском районном суде г. Алматы прошло заседание.", ["Ауэзовский районный суд Алматы"]),
    ("ru", "Суд № 2 города Костаная отложил дело.", ["Суд № 2 Костаная"]),
    ("ru", "Решением Сарыаркинского районного суда № 2 города Астаны", ["Сарыаркинский районный суд № 2 Астаны"]),
    ("ru", "Межрайонный суд по уголовным делам Мангистауской области", ["Межрайонный суд по уголовным делам Мангистауской области"]),
    ("ru", "В специализированном межрайонном административном суде Астаны", ["специализированный межрайонный административный суд Астаны"]),
    (
        "ru",
        "Коллегия Костанайского облсуда отказала, затем Алматинский городской суд",
        ["Костанайский облсуд", "Алматинский городской суд"],
    ),
    ("ru", "ночь в суде: Басманный суд Москвы", ["Басманный суд Москвы"]),
    ("ru", "Мировой судья Заречного района оправдал", ["Мировой судья Заречного района"]),
    ("kk", "Алматы қаласының Бостандық аудандық сотында сот өтті.", ["Алматы қаласының Бостандық аудандық соты"]),
    ("kk", "Тараз қаласының №2 сотында", ["Тараз қаласының №2 соты"]),
    ("kk", "Жамбыл облыстық сотының апелляциялық алқасы", ["Жамбыл облыстық соты"]),
    ("kk", "Қостанай соты газетті тоқтатты", ["Қостанай соты"]),
    ("kk", "Ол облыстық сотқа шағымданбақ.", ["облыстық сот"]),
    ("kk", "Almatynyń Medeý aýdandyq soty sheshim shyǵardy", ["Almatynyń Medeý aýdandyq soty"]),
    ("kk", "алматының медеу аудандық соты бүгін шешім шығарды деп хабарлады тілшіміз", ["алматының медеу аудандық соты"]),
    ("en", "The Specialised Interdistrict Economic Court of Almaty ruled.", ["Specialised Interdistrict Economic Court of Almaty"]),
    ("en", "Medeu District Court in Almaty on 25 December banned it", ["Medeu District Court in Almaty"]),
    ("en", "The Court of Cassation has upheld", ["Court of Cassation"]),
    ("en", "Moscow's Basmanny District Court fined", ["Moscow Basmanny District Court"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[case[1][:40] for case in CASES])
def test_courts_are_named_in_the_nominative(language: str, text: str, expected: list[str]) -> None:
    assert [one.name for one in find_courts(text, language)] == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Суд оштрафовал журналиста, государство и посуда"),
        ("ru", "Суд Иванова не услышал"),
        ("kk", "сотқа дейінгі тергеп-тексеру басталды, осы іс бойынша сот отырысы"),
        ("en", "A court in Gomel ruled. No court was involved."),
    ],
)
def test_a_bare_court_is_no_name(language: str, text: str) -> None:
    assert find_courts(text, language) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("дело № 7585-24-00-2/101", "7585-24-00-2/101"),
        ("жалоба 3599-24-00 -2а/2151", "3599-24-00-2а/2151"),
        ("решение № 2-919/15 суда", "2-919/15"),
        ("предписание №23-01-2-23/2071", "23-01-2-23/2071"),
        ("дело 2-3551/13", "2-3551/13"),
        ("дело А40-12345/2024", "А40-12345/2024"),
        ("уид 77RS0001-01-2024-000001-11", "77RS0001-01-2024-000001-11"),
        ("справа № 757/12345/24-ц", "757/12345/24-ц"),
        ("ЕРДР № 241975031000123", "241975031000123"),
        ("іс № 5142-26-00-3/731", "5142-26-00-3/731"),
    ],
)
def test_case_numbers(text: str, expected: str) -> None:
    assert [one.name for one in find_case_numbers(text)] == [expected]


@pytest.mark.parametrize("text", ["тел. 8-701-123-45-67", "в 2024-25 годах", "12-1) мессенджер", "Ту-154"])
def test_other_numbers_are_no_case_numbers(text: str) -> None:
    assert find_case_numbers(text) == ()
