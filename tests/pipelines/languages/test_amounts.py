"""Sums of money: values, currencies, roles, and what is not of the case."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.amounts import currency_of, find_amounts

ON = date(2025, 1, 20)
CASES = [
    (
        "ru",
        "Суд взыскал с редакции 3,5 млн тенге морального вреда и 12 тыс. тенге госпошлины, истец требовал 10 млн.",
        ["3500000 KZT awarded", "12000 KZT fee", "10000000 KZT claimed"],
    ),
    ("ru", "Иск на 15 миллионов тенге подал аким.", ["15000000 KZT claimed"]),
    ("ru", "Цена иска – 78.640 тг.", ["78640 KZT claimed"]),
    ("ru", "Блогера оштрафовали на 160 МРП (692 000 тенге).", ["160 MCI fine", "692000 KZT fine"]),
    ("ru", "Прокурор запросил для журналиста штраф в 2000 МРП.", ["2000 MCI claimed"]),
    ("ru", "Чиновник оценил свои страдания в полтора миллиона тенге", ["1500000 KZT claimed"]),
    ("ru", "Редакция должна выплатить $20 000 и €1,500 судебных издержек", ["20000 USD awarded", "1500 EUR fee"]),
    ("ru", "Стоматолог требовала пять миллионов, суд взыскал один – за отзыв.", ["5000000 KZT claimed", "1000000 KZT awarded"]),
    ("ru", "Оштрафован на сумму 1 млн 200 тысяч тенге", ["1200000 KZT fine"]),
    ("ru", "назначен штраф в размере двухсот тысяч рублей", ["200000 RUB fine"]),
    ("ru", "Вместо запрошенных 10 миллионов суд присудил 1 миллион тенге", ["10000000 KZT claimed", "1000000 KZT awarded"]),
    ("ru", "Суд взыскал с ответчика 150 000 (сто пятьдесят тысяч) тенге и госпошлину 1 965 тенге", ["150000 KZT awarded", "1965 KZT fee"]),
    ("ru", "Истец требует 5 млн тенге. В 2019 году с газеты взыскали 2 млн тенге.", ["5000000 KZT claimed"]),
    ("ru", "В 2015 году с газеты взыскали 2 млн тенге. Вспоминаем.", ["2000000 KZT awarded"]),
    ("kk", "Оған 180 АЕК көлемінде айыппұл салынды. Мемлекеттік баж – 12 мың теңге.", ["180 MCI fine", "12000 KZT fee"]),
    ("kk", "Депутат моральдық зиян үшін екі жүз миллион теңге өндіріп беруді сұрайды.", ["200000000 KZT claimed"]),
    ("kk", "елу айлық есептік көрсеткіш көлемінде айыппұл салды", ["50 MCI fine"]),
    ("kk", "gazet ıesine 20 AEK aıyppul salyndy", ["20 MCI fine"]),
    ("en", "He was ordered to pay 1,200 lari in costs.", ["1200 GEL fee"]),
    (
        "en",
        "The court ordered the paper to pay 1.5 million tenge in damages; he had asked for KZT 20 million.",
        ["1500000 KZT awarded", "20000000 KZT claimed"],
    ),
    ("en", "fined 10 monthly calculation indices, about 17,000 tenge", ["10 MCI fine", "17000 KZT fine"]),
    ("en", "The minister is suing for 50 million tenge.", ["50000000 KZT claimed"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[case[1][:36] for case in CASES])
def test_value_currency_and_role(language: str, text: str, expected: list[str]) -> None:
    found = [one for one in find_amounts(text, language, ON) if one.is_of_case]
    assert [f"{one.value:.10g} {one.currency} {one.role_hint}" for one in found] == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "За клевету грозит штраф от 160 до 500 МРП."),
        ("ru", "Водоканал получил из бюджета 1,2 миллиарда тенге."),
        ("ru", "За клевету предусмотрен штраф до 500 МРП."),
        ("kk", "Жала жапқаны үшін 160-тан 500 АЕК-ке дейін айыппұл көзделген."),
        ("en", "The law provides for a fine of up to 500 MCI."),
    ],
)
def test_sums_of_other_matters_are_not_of_the_case(language: str, text: str) -> None:
    assert not [one for one in find_amounts(text, language, ON) if one.is_of_case]


@pytest.mark.parametrize(
    "text", ["Сайт упал от двух миллионов запросов в минуту", "1 200 покупателей", "выпустили 7 000 экземпляров", "17 сомнений", ""]
)
def test_numbers_without_money_are_no_sums(text: str) -> None:
    assert find_amounts(text, "ru", ON) == ()


def test_a_sum_without_a_currency_takes_that_of_the_country() -> None:
    (found,) = find_amounts("Истец требует семь миллионов.", "ru", ON, currency_of("KG"))
    assert found.currency == "KGS"


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[case[1][:36] for case in CASES])
def test_spans_cut_the_sum_out_of_the_text(language: str, text: str, expected: list[str]) -> None:
    for one in find_amounts(text, language, ON):
        cut = text[one.start : one.end]
        assert cut == cut.strip() != ""
        assert one.sentence[0] <= one.start < one.end <= one.sentence[1]
    assert expected


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789 .,–-млнтысуктегМРПвзыкал$€\u00a0\n", max_size=100))
def test_any_text_is_read_without_harm(text: str) -> None:
    for one in find_amounts(text, "ru", ON):
        assert 0 <= one.start < one.end <= len(text)
        assert one.value >= 0


@pytest.mark.parametrize(
    ("text", "language", "role"),
    [
        ("В пользу чиновника присуждено полмиллиона тенге.", "ru", "awarded"),
        ("Газета заплатит истцу 700 тысяч тенге.", "ru", "awarded"),
        ("The sum was cut to 1 million tenge on appeal.", "en", "awarded"),
    ],
)
def test_awards_in_other_words(text: str, language: str, role: str) -> None:
    assert [str(one.role_hint) for one in find_amounts(text, language, date(2026, 3, 1))] == [role]
