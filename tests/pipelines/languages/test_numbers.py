"""Number words as figures, with the way back to the words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.legible import read
from pipelines.languages.numbers import find_numbers, parse_figure, with_figures


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "статья сто тридцатая", "статья 130-й"),
        ("ru", "двести семьдесят четвёртой", "274-й"),
        ("ru", "семь миллионов", "7000000"),
        ("ru", "четыре с половиной миллиона тенге", "4500000 тенге"),
        ("ru", "полтора миллиона, полмиллиона", "1500000, 500000"),
        ("ru", "двадцать пять тысяч триста", "25300"),
        ("ru", "получил миллион тенге", "получил 1000000 тенге"),
        ("ru", "7 миллионов", "7 миллионов"),
        ("ru", "два-три дня", "2-3 дня"),
        ("ru", "тысяча девятьсот девяносто девятый", "1999-й"),
        ("kk", "екі жүз жетпіс төртінші бап", "274-ші бап"),
        ("kk", "екі жүз миллион теңге, жарты миллион, бір жарым миллион", "200000000 теңге, 500000, 1500000"),
        ("kk", "он бес мың бес жүз", "15500"),
        ("en", "twenty-five thousand and one hundred and thirty", "25130"),
        ("en", "half a million, one and a half million", "500000, 1500000"),
        ("en", "three and four", "3 and 4"),
        ("ru", "он был один", "он был 1"),
    ],
)
def test_words_become_figures(language: str, text: str, expected: str) -> None:
    assert with_figures(read(text, language)).text == expected


@pytest.mark.parametrize(
    ("raw", "value"),
    [("78 640", 78640), ("78.640", 78640), ("3,500", 3500), ("3,5", 3.5), ("1.25", 1.25), ("1 200 000", 1200000), ("1,234,567", 1234567)],
)
def test_three_figures_after_a_mark_are_thousands(raw: str, value: float) -> None:
    assert parse_figure(raw) == value


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("ٴۇش ايعا توقتاتىلدى", "kk", "үш айға тоқтатылды"),
        ("باس رەداكتور", "kk", "бас редактор"),
        ("20 AEK aıyppul, Oıtarazy", "kk", "20 аек айыппұл, ойтаразы"),
    ],
)
def test_kazakh_of_other_scripts_is_read_as_cyrillic(text: str, language: str, expected: str) -> None:
    assert read(text, language).text == expected


def test_spans_cut_the_words_out_of_the_published_text() -> None:
    text = "Требует\u00a0два\u00adдцать пять тысяч, не ТРИСТА."
    assert [(text[start:end], value) for start, end, value in find_numbers(text, "ru")] == [
        ("два\u00adдцать пять тысяч", 25000.0),
        ("ТРИСТА", 300.0),
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["сто", "двести", "пять", "тысяч", "миллион", "и", "половиной", "7", "второй", "\u00ad", "ё", "полтора"]),
        max_size=12,
    )
)
def test_every_span_of_a_reading_lies_in_the_text(words: list[str]) -> None:
    text = " ".join(words)
    reading = with_figures(read(text, "ru"))
    for at in range(len(reading.text)):
        start, end = reading.span(at, at + 1)
        assert 0 <= start < end <= len(text)
