"""Cleaning, folding with its map, sentences."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text import clean, fold, fold_plain, sentences

LETTERS = st.text(alphabet="абвгдеёжийқңөұүһіaceopxyk \u00ad\u200b\u0301\u0306\u0308.,!?«»—\n\tIİЁЙ1😀", max_size=120)


def test_tx1_soft_hyphens_are_gone_from_the_copy_and_the_quote_keeps_them() -> None:
    published = "Его обвинили в клевете: кле\u00adвета не доказана."
    folded = fold(published)
    start = folded.text.index("клевета")
    begin, end = folded.span(start, start + len("клевета"))
    assert published[begin:end] == "кле\u00adвета"


@pytest.mark.parametrize("char", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u0301"])
def test_zero_width_and_stress_marks(char: str) -> None:
    assert fold(f"при{char}говор").text == "приговор"


@pytest.mark.parametrize(
    ("published", "folded"),
    [
        ("сoбытие", "событие"),
        ("CОVID", "covid"),
        ("Meta", "meta"),
        ("жуpнaлист", "журналист"),
        ("IT-компания", "it-компания"),
        ("Қaзaқстaн", "қазақстан"),
        ("COVID и Meta", "covid и meta"),
    ],
)
def test_tx2_look_alikes_only_inside_mixed_words(published: str, folded: str) -> None:
    assert fold(published).text == folded


def test_tx3_yo_is_ye_on_both_sides() -> None:
    assert fold("Актёр").text == fold("актер").text == "актер"


def test_tx6_case_is_folded_for_every_script() -> None:
    assert fold_plain("ҚАЗ") == "қаз"


def test_letters_apart_from_their_accents_are_composed() -> None:
    published = unicodedata.normalize("NFD", "Майский ёж")
    folded = fold(published)
    assert folded.text == "майский еж"
    begin, end = folded.span(0, 3)
    assert unicodedata.normalize("NFC", published[begin:end]) == "Май"


def test_db6_clean_drops_what_cannot_be_stored() -> None:
    assert clean("а\x00б\x07в\ud83dг\r\nд\tе") == "абв\ufffdг\nд\tе"


@given(LETTERS)
def test_words_found_in_the_copy_cut_the_published_text(published: str) -> None:
    folded = fold(published)
    for word in re.finditer(r"\w+", folded.text):
        begin, end = folded.span(word.start(), word.end())
        assert fold(published[begin:end]).text == word[0]


@given(LETTERS)
def test_offsets_rise_and_cover_the_copy(published: str) -> None:
    folded = fold(published)
    if folded.offsets is not None:
        assert len(folded.offsets) == len(folded.text) and list(folded.offsets) == sorted(folded.offsets)
    else:
        assert len(folded.text) == len(published)


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_plain(fold_plain(text)) == fold_plain(text)


@given(st.text(max_size=200))
def test_clean_text_can_be_stored_and_sent(text: str) -> None:
    assert clean(text).encode("utf-8").decode("utf-8") == clean(text) == clean(clean(text))


def test_sentences_end_at_stops_and_not_at_abbreviations() -> None:
    text = "Суд г. Алматы взыскал 5 млн. тенге с А. Серіка. Решение вынесла судья Ким.\nНовая строка! «Да», — сказал он."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Суд г. Алматы взыскал 5 млн. тенге с А. Серіка.",
        "Решение вынесла судья Ким.",
        "Новая строка!",
        "«Да», — сказал он.",
    ]


@given(LETTERS)
def test_sentences_cover_all_letters_in_order(text: str) -> None:
    spans = sentences(text)
    assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:], strict=False))
    assert sum(sum(map(str.isalnum, text[start:end])) for start, end in spans) == sum(map(str.isalnum, text))
