"""Which of the dates on a page is the article's: structured data first, banners, statutes and scripts never."""

import pytest

from crawler.items import DateClaim, Hint
from pipelines.reading.extraction import read_page
from pipelines.reading.rules import PageRules
from tests.pipelines.reading.captures import KAZAKH, NOW, PARAGRAPHS, capture, page

LD = '<script type="application/ld+json">{%s}</script>'
NEWS = '"@type":"NewsArticle","headline":"Суд оправдал редактора газеты"'


def published(html: str, rules: PageRules = KAZAKH, **more: object) -> DateClaim:
    return read_page(capture(html, **more), rules).published


def test_order_of_trust() -> None:
    head = (
        LD % f'{NEWS},"datePublished":"2026-11-20T10:00:00+05:00"'
        + '<meta property="article:published_time" content="2026-11-21T09:00:00+05:00">'
    )
    claim = published(page(head=head, inside="<time datetime='2026-11-22'>22 ноября 2026</time>"))
    assert (str(claim.on), claim.basis) == ("2026-11-20", "json_ld")
    assert published(page(head='<meta property="article:published_time" content="2026-11-21T09:00:00+05:00">')).basis == "meta"
    assert published(page(inside="<time datetime='2026-11-22'>22 ноября 2026</time>")).basis == "time_element"
    assert published(page(inside="<div class=date>19 ноября 2026, 18:40</div>")).basis == "text"
    assert published(page(), hint=Hint(published_raw="Tue, 17 Nov 2026 10:00:00 +0500")).basis == "feed"
    assert published(page(), url="https://jangaqala.example/2026/11/16/sud").basis == "url"
    assert published(page()).basis == "none"


def test_source_selector_comes_first() -> None:
    rules = PageRules(published=".when", languages=("ru",))
    claim = published(page(head=LD % f'{NEWS},"datePublished":"2026-11-20"', inside="<span class=when>5 ноября 2026</span>"), rules)
    assert (str(claim.on), claim.basis) == ("2026-11-05", "selector")


def test_dt1_banner_with_the_day_of_the_visit() -> None:
    html = page(
        above="<div class='date'>24.11.2026</div><div class=rates>USD 24.11.2026: 480</div>",
        inside="<div class='news-date'>03.02.2021</div>",
    )
    assert str(published(html).on) == "2021-02-03"
    assert published(page(above="<div class='date'>24.11.2026</div>")).on is None, "a banner alone is no date"


def test_dt1_an_article_of_today_keeps_its_date() -> None:
    assert str(published(page(inside="<div class='news-date'>24.11.2026 09:10</div>")).on) == "2026-11-24"


def test_dt2_date_of_a_statute_in_the_text() -> None:
    text = ("Согласно закону от 23 июля 1999 года № 451-I, редакция обязана хранить тайну.", *PARAGRAPHS)
    assert published(page(*text)).on is None
    html = page(*text, inside="<div class=info>Закон от 23 июля 1999 года № 451-I</div><div class=info>12 октября 2026</div>")
    assert str(published(html).on) == "2026-10-12"


def test_dt3_scripts_and_expiry_fields() -> None:
    html = page(below='<script>var s={"expires":"2026-11-30","cache":"2026-11-01","ts":"2026-11-02"}</script>')
    assert published(html).on is None
    later = page(head='<meta property="article:published_time" content="2027-01-01T00:00:00+05:00">')
    assert published(later).on is None


def test_dt3_embedded_data_counts_when_it_names_one_first_publication() -> None:
    one = '<script>var page={"publishedAt":"2026-11-18T10:00:00+05:00","expires":"2026-12-30"}</script>'
    assert str(published(page(below=one)).on) == "2026-11-18"
    assert published(page(below=one + one.replace("11-18", "11-11"))).on is None, "two days: a list of other stories"


def test_dt4_day_first() -> None:
    assert str(published(page(inside="<div class=date>05.11.2026</div>")).on) == "2026-11-05"
    american = PageRules(day_first=False, languages=("en",))
    assert str(published(page(inside="<div class=date>11/05/2026</div>"), american).on) == "2026-11-05"


def test_dt5_zone_of_the_source() -> None:
    html = page(head='<meta property="article:published_time" content="2024-02-01T12:00:00">')
    claim = published(html)
    assert claim.at and claim.at.hour == 6 and claim.raw == "2024-02-01T12:00:00"


def test_dt7_unreadable_date_is_none_and_never_the_fetch() -> None:
    claim = published(page(inside="<div class=date>на днях</div>"), hint=Hint(published_raw="когда-то"))
    assert claim.on is None and claim.at is None


def test_dt9_modified_is_not_published() -> None:
    head = LD % f'{NEWS},"datePublished":"2026-10-01T08:00:00+05:00","dateModified":"2026-11-20T08:00:00+05:00"'
    article = read_page(capture(page(head=head)), KAZAKH)
    assert (str(article.published.on), str(article.modified.on)) == ("2026-10-01", "2026-11-20")
    line = page(inside="<div class=date>Обновлено: 20 ноября 2026</div><div class=date>1 октября 2026</div>")
    assert str(published(line).on) == "2026-10-01"


def test_dates_of_pictures_and_other_stories_do_not_count() -> None:
    inside = "<figure><figcaption>Акция, 2 января 2026</figcaption></figure><aside><time datetime='2026-03-03'>3 марта</time></aside>"
    assert published(page(inside=inside)).on is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<span class=time>Бүгін, 10:15</span>", "2026-11-24"),
        ("<span class=time>вчера, 22:40</span>", "2026-11-23"),
        ("<p>23 қараша 2026, 18:00</p>", "2026-11-23"),
        ("<p>2026 жылғы 3 қыркүйек</p>", "2026-09-03"),
        ("<div class=meta>Автор: А. Серік | 14 тамыз 2026</div>", "2026-08-14"),
        ("<small>Пятница, 04 Июл 2025, 12:00</small>", "2025-07-04"),
    ],
)
def test_lines_of_the_region(line: str, expected: str) -> None:
    assert str(published(page(inside=line)).on) == expected


def test_the_same_bytes_give_the_same_date_whenever_they_are_read_again() -> None:
    html = page(inside="<span class=time>вчера, 22:40</span>")
    assert published(html) == published(html, fetched_at=NOW)
