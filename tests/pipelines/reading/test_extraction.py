"""The gate as a whole: entries, languages, bylines, and hostile bytes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.items import Hint
from db.vocabulary import CaptureRole, PageClass
from pipelines.reading.extraction import read_page
from tests.pipelines.reading.captures import KAZAKH, PARAGRAPHS, capture, page

KAZAKH_PARAGRAPHS = (
    "Жаңа қала сотының судьясы газет редакторын ақтады, деп хабарлады сот залынан тілшіміз сейсенбі күні.",
    "Талапкер, бұрынғы әкімдік қызметкері, бес миллион теңге өндіріп беруді және мақаланы жоққа шығаруды талап еткен еді.",
    "Судья талап арыздан толық бас тартты және жарияланған мәліметтер құжаттармен расталғанын атап өтті.",
)


def test_entry_alone_makes_an_article() -> None:
    hint = Hint(
        title="Суд &laquo;закрыл&raquo; издание",
        summary="<p>Сайт издания заблокирован.</p><p>Редакция обжалует решение.</p>",
        published_raw="23.11.2026 18:00",
        author="А. Серік",
    )
    article = read_page(capture("<item/>", role=CaptureRole.ENTRY, hint=hint), KAZAKH)
    assert (article.page_class, article.extractor, article.title) == ("article", "entry", "Суд «закрыл» издание")
    assert "заблокирован" in article.text and str(article.published.on) == "2026-11-23" and article.byline == "А. Серік"


def test_entry_without_words_is_empty() -> None:
    assert read_page(capture("<item/>", role=CaptureRole.ENTRY), KAZAKH).page_class == "empty"


def test_tx4_language_is_judged_over_title_and_text() -> None:
    assert read_page(capture(page()), KAZAKH).language == "ru"
    assert read_page(capture(page(*KAZAKH_PARAGRAPHS, title="Сот газет редакторын ақтады")), KAZAKH).language == "kk"
    quoted = (PARAGRAPHS[0] + " Газета «Жаңа қала» выходит с 2009 года.", *PARAGRAPHS[1:])
    assert read_page(capture(page(*quoted)), KAZAKH).language == "ru"


@pytest.mark.parametrize(
    ("head", "inside", "expected"),
    [
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Суд оправдал редактора газеты","author":[{"name":"Асель Серік"},{"name":"Иван Ким"}]}</script>',
            "",
            "Асель Серік, Иван Ким",
        ),
        ('<meta name="author" content="Асель Серік">', "", "Асель Серік"),
        ("", "<span class=author>Автор: Асель Серік</span>", "Асель Серік"),
        ('<meta name="author" content="admin">', "", ""),
        ('<meta name="author" content="https://facebook.example/x">', "", ""),
    ],
)
def test_byline(head: str, inside: str, expected: str) -> None:
    assert read_page(capture(page(head=head, inside=inside)), KAZAKH).byline == expected


def test_canonical_claim_and_site_name_are_kept_as_claims() -> None:
    article = read_page(
        capture(page(head='<link rel="canonical" href="https://jangaqala.example/"><meta property="og:site_name" content="Новый город">')),
        KAZAKH,
    )
    assert (article.canonical_claim, article.site_name) == ("https://jangaqala.example/", "Новый город")


def test_fd10_entity_bombs_in_pages_stay_small() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><html><body><p>&c;</p></body></html>"
    assert len(read_page(capture(bomb), KAZAKH).text) < 10_000


@pytest.mark.parametrize(
    "data",
    [
        '{"@type":"NewsArticle","headline":["a",{"b":1}],"datePublished":{"x":[]},"author":7}',
        "[" * 5000,
        '{"@type":["NewsArticle",3,null],"headline":null}',
        '{"a":' * 2000,
        '//<![CDATA[\n{"@type":"Article","headline":"Суд",}\n//]]>',
        '{"@type":"NewsArticle","datePublished":1e400}',
        '{"@type":"NewsArticle","headline":' + "9" * 6000 + "}",
    ],
)
def test_hostile_structured_data(data: str) -> None:
    html = page(head=f'<script type="application/ld+json">{data}</script>')
    assert read_page(capture(html), KAZAKH).page_class == "article"


MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<div class=date>",
            "</div>",
            "<h1>",
            "</h1>",
            "<a href='//[x'>",
            "</a>",
            "<time datetime='9999-99-99'>",
            "<!--",
            "-->",
            "<table><tr><td>",
            "<script type='application/ld+json'>{",
            "}</script>",
            "суд ",
            "24.11.2026 ",
            "&#xD800;",
            "\x00",
            "<![CDATA[",
            "<title>",
            "<meta charset=utf-16>",
            "<link rel=canonical href='http://[::1'>",
            "<li>",
            "<article>",
            "�",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MARKUP, st.sampled_from(list(CaptureRole)), st.sampled_from([200, 403, 404, 500]))
def test_no_markup_breaks_the_gate(markup: str, role: CaptureRole, status: int) -> None:
    article = read_page(capture(markup, role=role, status=status), KAZAKH)
    assert article.page_class in set(PageClass)
    assert article.page_class == "article" or not article.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600), st.sampled_from(["text/html", "text/html; charset=koi8-r", "", "\udcff;charset=\x00"]))
def test_no_bytes_break_the_gate(body: bytes, content_type: str) -> None:
    assert read_page(capture(body, content_type=content_type), KAZAKH).page_class in set(PageClass)


@pytest.mark.parametrize(
    "part",
    [
        "<ul>" + "<li><a href='/n/1'>Новость о деле редактора газеты в суде</a></li>" * 40_000 + "</ul>",
        "<div class='related'><p>текст</p></div>" * 40_000,
        "<p>Читайте также: <a href=x>y</a></p>" * 30_000,
        "<p>" + "Суд рассмотрел дело. " * 100_000,
        "<table><tr><td>" * 2_000,
        "<title>" + "a | " * 100_000,
        "<" * 1_000_000,
    ],
    ids=["link list", "related", "read also", "one paragraph", "tables", "title", "brackets"],
)
@pytest.mark.timeout(30)
def test_huge_hostile_pages_are_read_in_time(part: str) -> None:
    """Each takes a second or two; before, the first took minutes."""
    assert read_page(capture(f"<html><body><h1>Суд</h1>{part}</body></html>"), KAZAKH).page_class in set(PageClass)
