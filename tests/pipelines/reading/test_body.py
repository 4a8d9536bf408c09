"""The text of an article: complete, and without what stands around it."""

from crawler.items import Article
from pipelines.reading.extraction import read_page
from pipelines.reading.pruning import is_read_also
from pipelines.reading.rules import PageRules
from tests.pipelines.reading.captures import KAZAKH, PARAGRAPHS, capture, page


def read(html: str, rules: PageRules = KAZAKH) -> Article:
    return read_page(capture(html), rules)


def test_text_is_the_paragraphs_in_order() -> None:
    assert read(page()).text == "\n".join(PARAGRAPHS)


def test_headline_is_not_repeated_in_the_text() -> None:
    assert not read(page("Суд оправдал редактора газеты", *PARAGRAPHS)).text.startswith("Суд оправдал редактора газеты")


def test_ex3_read_also_lines_and_link_lists() -> None:
    also = "<a href='/n/1'>Министр подал в суд на блогера</a>"
    text = read(
        page(
            PARAGRAPHS[0],
            f"Читайте также: {also}",
            PARAGRAPHS[1],
            f"<strong>Тағы оқыңыз:</strong> {also}",
            f"{PARAGRAPHS[2]}</p><p>По теме:</p><ul><li>{also}</li><li>{also}</li></ul><p>",
            PARAGRAPHS[3],
            below=f"<div class='related-news'><h3>Другие новости</h3><p>{also}</p></div>",
        )
    ).text
    assert "Министр" not in text and "Читайте" not in text and "Тағы" not in text and "По теме" not in text
    assert all(paragraph in text for paragraph in PARAGRAPHS)


def test_ex3_rows_of_teasers_that_are_wholly_links() -> None:
    cards = "".join(
        f"<li><a href='/n/{i}'><h4>Министр подал в суд номер {i}</h4><p>Подробности иска министра к журналистам номер {i}.</p></a></li>"
        for i in range(4)
    )
    text = read(
        page(*PARAGRAPHS, f"</p><ul>{cards}</ul><p>", "Заключительный абзац статьи о решении суда и его последствиях для редакции.")
    ).text
    assert "Министр" not in text and "Заключительный абзац" in text


def test_ex3_prune_selectors_of_the_source() -> None:
    html = page(
        PARAGRAPHS[0],
        "</p><div class=x1><p>Министр подал в суд на другую редакцию, сообщили источники в правительстве.</p></div><p>",
        *PARAGRAPHS[1:],
    )
    assert "Министр" in read(html).text
    assert "Министр" not in read(html, PageRules(prune=(".x1",), languages=("ru",))).text
    assert "Министр" not in read(html, PageRules(prune=("//div[@class='x1']",), languages=("ru",))).text


def test_text_selector_of_the_source() -> None:
    article = read(
        "<html><body><h1>Суд</h1><div class=odd>Первая строка решения суда по делу редактора.<br>Вторая строка того же решения.</div></body></html>",
        PageRules(text=".odd"),
    )
    assert article.extractor == "selector" and article.text.startswith("Первая строка")


def test_ex4_same_bytes_same_result_in_any_order() -> None:
    pages = [page(), page(*PARAGRAPHS[:3]), page(title="Другой заголовок статьи")]
    first = [read(html) for html in pages]
    again = [read(html) for html in (*reversed(pages), *pages, *pages)]
    assert again[-3:] == first and again[:3] == first[::-1]


def test_comments_share_boxes_and_requests_are_cut_off() -> None:
    below = (
        "<div class=comments><p>Аноним: министр подал в суд, я знаю об этом точно, поверьте мне, дорогие друзья.</p></div>"
        "<div class='subscribe-box'><p>Подпишитесь на наш Telegram-канал, чтобы первыми узнавать новости.</p></div>"
    )
    text = read(
        page(
            *PARAGRAPHS,
            "Нашли ошибку? Выделите ее и нажмите Ctrl+Enter.",
            "При использовании материалов активная ссылка на сайт обязательна.",
            below=below,
        )
    ).text
    assert text == "\n".join(PARAGRAPHS)


def test_sentences_that_only_look_like_requests_stay() -> None:
    assert not is_read_also("Telegram-канал издания заблокирован по решению суда, сообщила редакция во вторник.", 0.0)
    assert not is_read_also("По теме доклада выступил председатель союза журналистов.", 0.0)
    assert not is_read_also("Реклама на сайте стала причиной проверки, заявил редактор.", 0.0)
    assert is_read_also("Реклама", 0.0) and is_read_also("ЧИТАЙТЕ ТАКЖЕ: Министр подал в суд", 0.0)


def test_lead_above_the_text_is_kept() -> None:
    lead = "Журналист независимой газеты год доказывал в суде, что его статья о закупках акимата правдива."
    html = page(head=f'<meta property="og:description" content="{lead}">', inside=f"<div class=anons>{lead}</div>")
    assert read(html).text.startswith(lead)
    assert read(html).text.count(lead) == 1


def test_subheadings_and_passed_over_paragraphs_are_put_back() -> None:
    text = read(page(PARAGRAPHS[0], f"{PARAGRAPHS[1]}</p><h3>Что было раньше</h3><p>{PARAGRAPHS[2]}", PARAGRAPHS[3])).text
    assert "\nЧто было раньше\n" in text


def test_full_text_of_structured_data_when_the_page_shows_none() -> None:
    body = " ".join(PARAGRAPHS)
    head = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Суд оправдал редактора газеты","datePublished":"2026-11-20","articleBody":"{body}"}}</script>'
    article = read(page("Загрузка текста статьи, подождите немного, пожалуйста.", head=head))
    assert article.text == body


def test_tx1_soft_hyphens_stay_in_the_published_text() -> None:
    article = read(page("Его обвинили в том, что это кле&shy;вета, и потребовали опровержения в газете.", *PARAGRAPHS))
    assert "вета" in article.text


def test_db6_control_characters_never_reach_the_text() -> None:
    text = read(page(PARAGRAPHS[0] + "&#0;&#8;&#55357;", *PARAGRAPHS[1:])).text
    assert not any(ord(char) < 32 and char != "\n" or 0xD800 <= ord(char) < 0xE000 for char in text)


def test_deeply_nested_markup_does_not_stop_the_reader() -> None:
    html = "<div>" * 5000 + page() + "</div>" * 5000
    assert read(html).page_class in ("article", "empty", "unknown", "listing", "needs_browser")
