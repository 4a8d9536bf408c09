"""Headlines without outlet names, markup and double escapes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Hint
from pipelines.reading.extraction import read_page
from pipelines.reading.titles import plain_title, without_outlet
from tests.pipelines.reading.captures import KAZAKH, capture, page

NAMES = ("Новый город", "jangaqala", "Jańa Qala")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Суд оправдал редактора | Новый город", "Суд оправдал редактора"),
        ("Новый город — Суд оправдал редактора", "Суд оправдал редактора"),
        ("Суд оправдал редактора - Новости - Jangaqala.kz", "Суд оправдал редактора - Новости"),
        ("Новый город: как живут люди", "Новый город: как живут люди"),
        ("Суд: дело редактора - начало", "Суд: дело редактора - начало"),
        ("Суд оправдал редактора", "Суд оправдал редактора"),
    ],
)
def test_ex5_outlet_name_is_taken_off(title: str, expected: str) -> None:
    assert without_outlet(title, NAMES) == expected


def test_ex5_title_tag_headline_and_open_graph_agree_on_one_title() -> None:
    plain = read_page(capture(page(title="Суд оправдал редактора")), KAZAKH).title
    shared = page(title="Суд оправдал редактора", head='<meta property="og:title" content="Суд оправдал редактора — Неизвестное имя">')
    assert plain == read_page(capture(shared), KAZAKH).title == "Суд оправдал редактора"


def test_cut_headline_of_structured_data_gives_way_to_the_whole_one() -> None:
    whole = "Специализированный суд по административным правонарушениям города Новоозерска оправдал редактора независимой газеты после года разбирательств"
    head = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{whole[:110]}","datePublished":"2026-11-20"}}</script>'
    assert read_page(capture(page(title=whole, head=head)), KAZAKH).title == whole


@pytest.mark.parametrize("shared", ["Новости Казахстана", "Жаңа қала", "Новый город | Жаңа қала", "Новости"])
def test_site_wide_open_graph_title_is_not_the_headline(shared: str) -> None:
    html = page(head=f'<meta property="og:title" content="{shared}">').replace(
        "<title>Суд оправдал редактора газеты | Жаңа қала</title>", f"<title>{shared}</title>"
    )
    assert read_page(capture(html), KAZAKH).title == "Суд оправдал редактора газеты"


def test_headline_that_the_feed_names_wins_over_a_search_title() -> None:
    html = page(head='<meta property="og:title" content="Приговор редактору: подробности, фото и видео из зала">').replace(
        "| Жаңа қала", ""
    )
    assert read_page(capture(html, hint=Hint(title="Суд оправдал редактора газеты")), KAZAKH).title == "Суд оправдал редактора газеты"


def test_structured_data_of_another_story_is_not_the_title() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Курс валют на сегодня","datePublished":"2026-11-20"}</script>'
    assert read_page(capture(page(head=head)), KAZAKH).title == "Суд оправдал редактора газеты"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("&lt;p&gt;Дело&lt;/p&gt;", "Дело"),
        ("&amp;quot;Иск&amp;quot;", '"Иск"'),
        ("Суд вынес\r\n решение", "Суд вынес решение"),
        ("кле&shy;вета", "кле\u00adвета"),
        ("a < b и b > c", "a < b и b > c"),
        ("\ud83d битый", "\ufffd битый"),
        ("нуль\x00 и\x07 звонок", "нуль и звонок"),
    ],
)
def test_fd9_titles_become_plain_text(raw: str, expected: str) -> None:
    assert plain_title(raw) == expected


def test_no_title_on_the_page_takes_the_feed_entry() -> None:
    html = (
        "<html><body><p>" + "Суд рассмотрел дело редактора и вынес решение, которое вступит в силу через месяц. " * 6 + "</p></body></html>"
    )
    assert read_page(capture(html, hint=Hint(title="&lt;b&gt;Решение&lt;/b&gt; суда")), KAZAKH).title == "Решение суда"


@given(st.text(alphabet=st.characters(exclude_characters="&<"), max_size=300))
def test_a_plain_title_stays_as_it_is(raw: str) -> None:
    once = plain_title(raw)
    assert "\n" not in once and len(once) <= 500
    assert plain_title(once) == once
