"""Charsets: header, page and bytes contradict each other, and the text still comes out right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.charset import declared, decode, header_charset
from pipelines.reading.extraction import read_page
from tests.pipelines.reading.captures import KAZAKH, PARAGRAPHS, capture, page

RUSSIAN = " ".join(PARAGRAPHS)
KAZAKH_TEXT = "Қазақстан Республикасының соты журналистің өтінішін қанағаттандырды, деп хабарлайды үкімет баспасөз қызметі. Ғалым Әбілов."


def test_cs1_header_contradicts_bytes() -> None:
    html = page(head="<meta charset=windows-1251>").encode("windows-1251", "xmlcharrefreplace")
    article = read_page(capture(html, content_type="text/html; charset=utf-8"), KAZAKH)
    assert article.text.startswith("Суд города") and "\ufffd" not in article.text
    assert (article.charset, article.charset_basis) == ("windows-1251", "meta")


def test_cs1_a_text_with_many_lost_characters_is_no_article() -> None:
    for html in (page().replace("о", "\ufffd").encode(), page().encode().replace("о".encode(), b"\x98\xa0")):
        article = read_page(capture(html), KAZAKH)
        assert article.page_class == "unknown" and not article.text


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "cp866", "iso-8859-5"])
@pytest.mark.parametrize("label", ["", "utf-8", "windows-1251", "koi8-r", "iso-8859-1"])
def test_cs1_mislabelled_either_way(charset: str, label: str) -> None:
    assert decode(RUSSIAN.encode(charset), header=label, is_regional=True).text == RUSSIAN


def test_cs2_malformed_declaration_behind_five_kilobytes() -> None:
    head = f'<html><head><!-- {"x" * 5000} --><meta httpequiv="ContentType" content="text/html; charset=windows-1251"></head><body>'
    body = (head + RUSSIAN).encode("windows-1251")
    assert declared(body) == ("windows-1251",)
    decoded = decode(body, is_regional=True)
    assert RUSSIAN in decoded.text and decoded.basis == "meta"


def test_cs2_no_declaration_at_all_is_detected_in_the_region() -> None:
    decoded = decode(RUSSIAN.encode("windows-1251"), is_regional=True)
    assert decoded.text == RUSSIAN and decoded.basis == "detected"


def test_cs3_old_kazakh_code_page() -> None:
    body = KAZAKH_TEXT.encode("kz1048")
    assert "Ќазаќстан" in body.decode("windows-1251")
    decoded = decode(body, header="windows-1251", is_regional=True, is_kazakh=True)
    assert decoded.text == KAZAKH_TEXT and decoded.charset == "kz1048"


def test_cs3_source_fixes_a_charset() -> None:
    assert decode(KAZAKH_TEXT.encode("kz1048"), header="utf-8", fixed="kz1048").basis == "source"


def test_cs3_plain_russian_stays_windows_1251_on_a_kazakh_source() -> None:
    assert decode(RUSSIAN.encode("windows-1251"), is_regional=True, is_kazakh=True).charset == "windows-1251"


def test_cs4_header_values_that_are_no_text_do_not_lose_the_body() -> None:
    bad = (("Content-Disposition", b'attachment; filename="\xe8\xf1\xea.pdf"'.decode("latin-1")), ("X-Odd", "\udcff"))
    assert read_page(capture(page(), headers=bad), KAZAKH).page_class == "article"


@pytest.mark.parametrize("label", ["ISO-8859-1", "windows-1252", "latin1"])
def test_cs5_default_latin_label_is_no_label(label: str) -> None:
    body = f"<meta charset=windows-1251>{RUSSIAN}".encode("windows-1251")
    decoded = decode(body, header=label, is_regional=True)
    assert RUSSIAN in decoded.text and decoded.basis == "meta"


def test_cs5_latin_label_counts_outside_the_region() -> None:
    decoded = decode("Übergänge und Brüche".encode("latin-1"), header="iso-8859-1")
    assert decoded.text == "Übergänge und Brüche" and decoded.basis == "header"


@pytest.mark.parametrize("wrong", ["windows-1251", "latin-1"])
def test_mojibake_stored_by_the_site_is_put_right(wrong: str) -> None:
    spoilt = RUSSIAN.replace("И", "и").encode().decode(wrong, "replace")
    decoded = decode(spoilt.encode(), is_regional=True)
    assert decoded.basis.endswith("+mojibake")
    assert "бывший чиновник" in decoded.text


def test_utf8_with_a_few_broken_bytes_stays_utf8() -> None:
    body = (RUSSIAN * 20).encode() + b"\xd0"
    decoded = decode(body, is_regional=True)
    assert decoded.charset == "utf-8" and decoded.n_bad == 1 and not decoded.is_bad


def test_utf16_by_its_mark() -> None:
    assert decode(b"\xff\xfe" + RUSSIAN.encode("utf-16-le"), is_regional=True).text == RUSSIAN


def test_control_characters_and_lone_surrogates_are_cleaned() -> None:
    assert decode(b"a\x00b\x08c\td\xed\xa0\xbde", is_regional=True).text.startswith("abc\td")


def test_header_charset_is_read_leniently() -> None:
    assert header_charset("text/html;charset = 'Windows-1251'") == "Windows-1251"
    assert header_charset("text/html") == ""


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "windows-1251", "hex", "rot13", "no-such"]), st.booleans())
def test_no_bytes_break_the_gate(body: bytes, label: str, is_regional: bool) -> None:
    text = decode(body, header=label, fixed=label, is_regional=is_regional, is_kazakh=is_regional).text
    assert not any(0xD800 <= ord(char) <= 0xDFFF or (ord(char) < 32 and char not in "\t\n") for char in text)
