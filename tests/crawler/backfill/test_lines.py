"""Given articles: what a line may be, whose article it is, and that the line itself is the evidence."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.backfill.lines import BadLine, GivenLine, as_page, outlet_names, read_lines, source_id_of
from crawler.sources import Source
from db.vocabulary import DateBasis, DatePrecision, PageClass
from pipelines.extract import extract

NOW = datetime(2026, 9, 28, 12, 0, tzinfo=UTC)


def line(**fields: object) -> bytes:
    return json.dumps({"title": "Заголовок", "text": "Текст."} | fields, ensure_ascii=False).encode()


def one(raw: bytes) -> GivenLine | BadLine:
    (found,) = read_lines([raw])
    return found


def test_a_line_becomes_a_page_fetched_when_it_was_published() -> None:
    raw = line(url="https://a.example/1", published="2026-02-11T09:14:00+05:00", source_outlet="Полоса", lang="ru", labels=["x"])
    found = one(raw)
    assert isinstance(found, GivenLine)
    page = as_page(found, "zz_polosa", NOW, is_live=True)
    assert page.capture.fetched_at == datetime(2026, 2, 11, 4, 14, tzinfo=UTC)
    assert page.capture.body == raw, "the line is the evidence"
    assert page.capture.status == 0, "nobody's server said it"
    assert not page.capture.is_backfill
    article = extract(page.capture, None)
    assert (article.page_class, article.title, article.text, article.language) == (PageClass.ARTICLE, "Заголовок", "Текст.", "ru")
    assert article.published.at == page.capture.fetched_at
    assert article.published.basis is DateBasis.STATED


def test_without_as_live_it_is_backfill() -> None:
    found = one(line())
    assert isinstance(found, GivenLine)
    assert as_page(found, "zz_given", NOW, is_live=False).capture.is_backfill


def test_an_unknown_date_stays_unknown_and_a_day_stays_a_day() -> None:
    unknown, day = one(line(published=None)), one(line(published="2026-02-11"))
    assert isinstance(unknown, GivenLine)
    assert isinstance(day, GivenLine)
    page = as_page(unknown, "zz_given", NOW, is_live=True)
    assert page.capture.fetched_at == NOW
    assert extract(page.capture, None).published.precision is DatePrecision.UNKNOWN
    claim = extract(as_page(day, "zz_given", NOW, is_live=True).capture, None).published
    assert (claim.at, str(claim.on), claim.precision) == (None, "2026-02-11", DatePrecision.DAY)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"not json", "not JSON"),
        (b"[1]", "valid dictionary"),
        (b"{}", "neither title nor text"),
        (b'{"title": null, "text": "  "}', "neither title nor text"),
        (line(published="yesterday"), "published"),
        (line(url="javascript:alert(1)"), "url"),
        (line(text=5), "text"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_stops_nothing(raw: bytes, reason: str) -> None:
    bad, good = read_lines([raw, line()])
    assert isinstance(bad, BadLine)
    assert bad.number == 1
    assert reason in bad.reason
    assert isinstance(good, GivenLine)


def test_blank_lines_and_a_byte_order_mark_are_nothing() -> None:
    assert len(list(read_lines([b"\n", b"\xef\xbb\xbf" + line(), b"   \n"]))) == 1


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    for found in read_lines(raw.split(b"\n")):
        assert isinstance(found, BadLine | GivenLine)


def test_a_known_outlet_is_found_by_any_of_its_names_and_an_unknown_one_gets_a_stable_id() -> None:
    source = Source.model_validate({"id": "kz_vlast", "outlet": "Vlast", "outlet_ru": "Власть", "country": "KZ"})
    known = outlet_names([source])
    names = {"«Власть»": "kz_vlast", "VLAST": "kz_vlast", "Қыран  көз": "zz_qyran_koz", "Щит и меч": "zz_schit_i_mech", "": "zz_given"}
    for name, wanted in names.items():
        found = one(line(source_outlet=name))
        assert isinstance(found, GivenLine)
        assert source_id_of(found.article, known) == wanted


def test_a_name_of_two_outlets_is_nobodys() -> None:
    sources = [Source.model_validate({"id": f"kz_{name}", "outlet": "Время", "country": "KZ"}) for name in ("one", "two")]
    assert outlet_names(sources) == {}


def test_a_page_from_the_web_is_never_read_as_a_given_line() -> None:
    found = one(line())
    assert isinstance(found, GivenLine)
    page = as_page(found, "zz_given", NOW, is_live=True)
    from dataclasses import replace

    assert extract(replace(page.capture, status=200), None).extractor != "given"
