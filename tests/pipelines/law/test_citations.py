"""Citations: each spelling of the region, the code by word, country, date and topic, and what is no citation."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.law.citations import find_provisions

SPELLINGS = [
    ("ru", "KZ", "2016-05-01", "обвиняется по ст. 130 УК РК", ["kz-cc14-130"]),
    ("kk", "KZ", "2016-05-01", "ҚК-нің 130-бабы бойынша айып тағылды", ["kz-cc14-130"]),
    ("kk", "KZ", "2024-05-01", "ҚК 174-бабы және ҚР ҚК 274-бабының 2-бөлігі", ["kz-cc14-174", "kz-cc14-274:2"]),
    ("ru", "KZ", "2020-05-01", "по статье 274 ч. 4 п. 2 УК", ["kz-cc14-274:4"]),
    ("ru", "KZ", "2020-05-01", "пункту 3 части 2 статьи 274 УК; ч.4 п.2 ст.274", ["kz-cc14-274:2", "kz-cc14-274:4"]),
    ("ru", "KZ", "2022-05-01", "протокол по ст.73-3 КоАП", ["kz-cao14-73-3"]),
    ("en", "KZ", "2016-05-01", "under article 130 of the Criminal Code; art. 158 CC", ["kz-cc14-130", "kz-cc14-158"]),
    ("en", "KZ", "2022-05-01", "Article 73-3 of the Administrative Code", ["kz-cao14-73-3"]),
    ("en", "KZ", "2013-05-01", "Article 342, part 4, of the administrative code", ["kz-cao01-342:4"]),
    ("en", "KZ", "2024-05-01", "Articles 174 and 405 of the Penal Code; Article 274(4)", ["kz-cc14-174", "kz-cc14-405", "kz-cc14-274:4"]),
    ("ru", "RU", "2022-05-01", "дело по 20.3.3 КоАП РФ", ["ru-cao-20-3-3"]),
    ("ru", "KZ", "2022-05-01", "в России составили протокол по статье 20.3.3 КоАП", ["ru-cao-20-3-3"]),
    ("ru", "KZ", "2016-05-01", "статья сто тридцатая, клевета", ["kz-cc14-130"]),
    ("ru", "KZ", "2019-05-01", "часть вторую статьи сто пятьдесят восьмой Уголовного кодекса", ["kz-cc14-158:2"]),
    ("ru", "KZ", "2024-05-01", "статьям 174, 405 и 256 УК РК", ["kz-cc14-174", "kz-cc14-405", "kz-cc14-256"]),
    ("ru", "KZ", "2024-05-01", "по 274-й, за ложную информацию", ["kz-cc14-274"]),
    ("ru", "KZ", "2024-05-01", "частное обвинение по 131-й статье УК", ["kz-cc14-131"]),
    ("kk", "KZ", "2024-05-01", "QK 274-baby, Qylmystyq kodeksiniń 131-babyna sáıkes", ["kz-cc14-274", "kz-cc14-131"]),
    ("kk", "KZ", "2024-05-01", "қылмыстық кодекстің үш жүз жетпіс сегізінші бабы бойынша", ["kz-cc14-378"]),
    ("kk", "KZ", "2024-05-01", "174 және 405-баптары бойынша (ҚК)", ["kz-cc14-174", "kz-cc14-405"]),
    ("kk", "KZ", "2024-05-01", "Азаматтық кодекстің 143-бабына сүйеніп, «Байланыс туралы» заңның 41-1-бабы", ["kz-gk-143", "kz-comm-41-1"]),
    ("ru", "KZ", "2024-05-01", "41-1 статья закона «О связи»", ["kz-comm-41-1"]),
    ("ru", "UZ", "2024-05-01", "по статье 139 Уголовного кодекса («Клевета»), ст. 41 КоАО", ["uz-cc-139", "uz-car-41"]),
    ("ru", "KZ", "2024-05-01", "по статье 188 УК Беларуси и по статье 139 УК Узбекистана", ["by-cc-188", "uz-cc-139"]),
    ("kk", "KZ", "2024-05-01", "Өзбекстан Қылмыстық кодексінің 139-бабы", ["uz-cc-139"]),
    ("en", "KZ", "2024-05-01", "Article 128.1 of the Criminal Code of Russia", ["ru-cc-128-1"]),
    ("ru", "KZ", "2024-05-01", "статья 20 Конституции РК", ["kz-const95-20"]),
    ("ru", "KZ", "2015-06-01", "в новом УК это статья 378 (раньше – 320)", ["kz-cc14-378", "kz-cc97-320"]),
    ("ru", "KZ", "2025-03-01", "статья 73 прим 3 КоАП, статье 73³ КоАП", ["kz-cao14-73-3", "kz-cao14-73-3"]),
    ("ru", "KZ", "2025-03-01", "статья 73-3 часть вторая КоАП; дело по 73-3 ч. 2 КоАП", ["kz-cao14-73-3:2", "kz-cao14-73-3:2"]),
    ("ru", "BY", "2025-03-01", "статья 361-1 УК, ч. 1 ст. 368 УК РБ", ["by-cc-361-1", "by-cc-368:1"]),
    ("ru", "KZ", "2025-03-01", "274 статья УК, 143 статьи в газете", ["kz-cc14-274"]),
    ("uk", "UA", "2025-03-01", "за статтею 171 Кримінального кодексу", ["ua-cc-171"]),
    ("uz", "UZ", "2025-03-01", "Jinoyat kodeksining 139-moddasi", ["uz-cc-139"]),
    ("ky", "KG", "2025-03-01", "Кылмыш-жаза кодексинин 330-беренеси", ["kg-cc-330"]),
    ("kk", "KZ", "2025-03-01", "قىلمىستىق كودەكستىڭ 274-بابى", ["kz-cc14-274"]),
    ("kk", "KZ", "2025-03-01", "ҚР Азаматтық кодексінің 143 және 951-баптарын басшылыққа алып", ["kz-gk-143", "kz-gk-951"]),
    ("ru", "KZ", "2025-04-30", "Статья 273 УК подростку не грозит", ["KZ-CC-2014"]),
]


@pytest.mark.parametrize(("language", "country", "on", "text", "expected"), SPELLINGS, ids=[case[3][:40] for case in SPELLINGS])
def test_each_spelling_is_found(language: str, country: str, on: str, text: str, expected: list[str]) -> None:
    found = find_provisions(text, language, country, date.fromisoformat(on))
    assert [one.ref.id + (f":{one.ref.part}" if one.ref.part else "") for one in found] == expected


@pytest.mark.parametrize(
    ("on", "text", "expected"),
    [
        ("2013-05-01", "обвиняется по статье 130 УК", "kz-cc97-130"),
        ("2016-05-01", "обвиняется по статье 130 УК", "kz-cc14-130"),
        ("2014-02-25", "взыскание по статье 350 КоАП", "kz-cao01-350"),
        ("2015-06-27", "до конца 2014 года такие дела шли по статье 129 УК", "kz-cc97-129"),
    ],
)
def test_one_number_means_what_was_law_on_the_day(on: str, text: str, expected: str) -> None:
    (found,) = find_provisions(text, "ru", "KZ", date.fromisoformat(on))
    assert found.ref.id == expected
    assert not found.ref.is_ambiguous


def test_a_provision_that_was_no_law_on_the_day_is_ambiguous() -> None:
    (found,) = find_provisions("обвиняется по статье 130 УК", "ru", "KZ", date(2022, 5, 1))
    assert found.ref.is_ambiguous


def test_an_article_that_protects_says_so() -> None:
    (found,) = find_provisions("обвиняют по ч. 2 ст. 158 УК", "ru", "KZ", date(2025, 1, 1))
    assert found.is_protective
    assert found.category == "obstruction_of_journalist"
    assert found.name.startswith("Воспрепятствование")


@pytest.mark.parametrize(
    "text",
    [
        "опубликовал 143 статьи и две статьи о паводке",
        "статья 5 правил дорожного движения",
        "издание «Статья 20» сообщает",
        "приговорён к 5 годам, ст. 14 апреля",
        "п. 2 УК",
        "за 2015 статью уволили",
        "",
    ],
)
def test_what_only_looks_like_a_citation_is_none(text: str) -> None:
    assert find_provisions(text, "ru", "KZ", date(2024, 1, 1)) == ()


@pytest.mark.parametrize("text", ["Қылмыстық кодекстің үш бабы бойынша кінәлі деп танылды", "тағы екі конституция өмірге келді"])
def test_a_count_of_articles_in_kazakh_is_no_citation(text: str) -> None:
    assert find_provisions(text, "kk", "KZ", date(2024, 1, 1)) == ()


def test_a_number_of_years_after_an_article_is_no_article() -> None:
    found = find_provisions("приговорён по статье 174, 5 лет колонии", "ru", "KZ", date(2024, 1, 1))
    assert [one.ref.article for one in found] == ["174"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="абвст. 0123456789-–,()«»УКРККоАПҚбап\n\u00ad\u0301", max_size=120), st.sampled_from(["ru", "kk", "en", ""]))
def test_spans_lie_in_the_text_and_hold_the_number(text: str, language: str) -> None:
    for one in find_provisions(text, language, "KZ", date(2024, 1, 1)):
        assert 0 <= one.start < one.end <= len(text)
        assert one.ref.article


@pytest.mark.parametrize("bait", ["а", "ст. 1, ", "1-бап ", "часть 1 ", "1.", "статья ", "сто двадцать "])
def test_bait_is_read_in_bounded_time(bait: str) -> None:
    before = time.perf_counter()
    find_provisions((bait * 60_000)[:60_000], "ru", "KZ", date(2024, 1, 1))
    assert time.perf_counter() - before < 5
