"""What a response is: walls, error pages, shells and listings are told from articles before anything is extracted."""

import pytest

from crawler.items import Article
from db.vocabulary import CaptureRole
from pipelines.reading.extraction import read_page
from pipelines.reading.marks import load_marks
from pipelines.reading.rules import PageRules
from tests.pipelines.reading.captures import KAZAKH, PARAGRAPHS, URL, capture, page


def read(body: str | bytes, **more: object) -> Article:
    return read_page(capture(body, **more), KAZAKH)


def short(title: str, text: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p></body></html>"


CHALLENGE = short(
    "Just a moment...", "Verifying you are human. This may take a few seconds.", "<script>window._cf_chl_opt={cvId:'3'}</script>"
)


@pytest.mark.parametrize("status", [200, 403, 503])
def test_bl1_challenge_page_is_no_article(status: int) -> None:
    article = read(CHALLENGE, status=status)
    assert article.page_class == "bot_challenge" and not article.text and not article.title and "cloudflare" in article.reason


def test_bl1_header_mark_alone_is_enough() -> None:
    assert read(short("Проверка", "Подождите."), headers=(("CF-Mitigated", "challenge"),), status=403).page_class == "bot_challenge"


def test_bl1_an_article_about_captchas_is_an_article() -> None:
    text = ("Сайт просит посетителей: «подтвердите, что вы не робот», сообщает редакция. " + PARAGRAPHS[0],) + PARAGRAPHS
    assert read(page(*text)).page_class == "article"


@pytest.mark.parametrize(
    ("title", "text", "page_class"),
    [
        ("Новости", "Ведутся технические работы. Приносим извинения.", "maintenance"),
        ("Жаңалықтар", "Сайтта техникалық жұмыстар жүргізілуде.", "maintenance"),
        ("Ошибка", "Ошибка установки соединения с базой данных", "maintenance"),
        ("Account Suspended", "This account has been suspended. Contact your hosting provider.", "hosting_suspended"),
        ("Сайт отключен", "Услуга хостинга не оплачена.", "hosting_suspended"),
        ("outlet.example", "This domain is for sale. Buy this domain today.", "parked_domain"),
        ("Домен", "Срок регистрации домена истек. Купить этот домен.", "parked_domain"),
        ("Ошибка 404", "Страница не найдена. Перейти на главную.", "soft_404"),
        ("Бет табылмады", "Сұралған бет жоқ немесе жойылған.", "soft_404"),
        ("Новость", "Материал был удален по решению редакции.", "soft_404"),
        ("Доступ ограничен", "Доступ к запрашиваемому ресурсу ограничен по решению уполномоченного органа.", "block_page"),
        ("Уведомление", "Ресурсқа қол жеткізу шектелген.", "block_page"),
        ("Проверка", "Проверка браузера. Подтвердите, что вы не робот.", "bot_challenge"),
        ("Портал", "Включите JavaScript, чтобы продолжить.", "needs_browser"),
    ],
)
def test_bl2_bl3_bl4_short_notices(title: str, text: str, page_class: str) -> None:
    article = read(short(title, text))
    assert article.page_class == page_class and not article.text


def test_bl2_an_article_about_technical_works_is_an_article() -> None:
    text = ("На сайте суда ведутся технические работы, поэтому решение появится позже.", *PARAGRAPHS)
    assert read(page(*text)).page_class == "article"


def test_bl3_parked_after_redirect_by_its_script() -> None:
    html = "<html><body><script src='https://img.sedoparking.com/x.js'></script><div>Related links</div></body></html>"
    article = read(html, final_url="http://ww1.outlet.example/", redirects=(URL,))
    assert article.page_class == "parked_domain"


def test_bl4_missing_page_answers_with_the_front_page() -> None:
    teasers = "".join(f"<h2><a href='/n/{i}'>Большая новость номер {i} о делах города и области</a></h2><p>Коротко.</p>" for i in range(12))
    long = "<p>Редакция рассказывает о жизни города и области, о судах, школах и дорогах каждый день.</p>" * 30
    for html in (f"<html><body>{teasers}</body></html>", f"<html><body>{teasers}{long}</body></html>"):
        article = read(html, final_url="https://jangaqala.example/", redirects=(URL,))
        assert article.page_class == "soft_404" and "front page" in article.reason


def test_bl4_the_front_page_itself_is_a_listing() -> None:
    teasers = "".join(f"<h2><a href='/n/{i}'>Большая новость номер {i} о делах города и области</a></h2>" for i in range(12))
    assert read(f"<html><body>{teasers}</body></html>", url="https://jangaqala.example/", role=CaptureRole.LISTING).page_class == "listing"


def test_bl5_a_captcha_is_its_own_class_and_never_a_block_page() -> None:
    assert all(mark.page_class != "block_page" for mark in load_marks() if "captcha" in mark.id or "challenge" in mark.id)
    assert read(short("Антибот", "Введите символы с картинки"), status=403).page_class == "bot_challenge"


def test_bl9_telegram_channel_without_preview() -> None:
    html = "<html><head><title>Telegram: Contact @jangaqala</title></head><body><div class=tgme_page><a class=tgme_page_action href='tg://resolve'>View in Telegram</a></div></body></html>"
    article = read(
        html,
        url="https://t.me/s/jangaqala",
        final_url="https://t.me/jangaqala",
        redirects=("https://t.me/s/jangaqala",),
        role=CaptureRole.LISTING,
    )
    assert article.page_class == "login_wall" and "telegram_no_preview" in article.reason


def test_ex1_cookie_notice_is_not_the_article() -> None:
    html = (
        '<html><head><title>Новый город</title></head><body><div id="app"></div><div class=notice><p>Мы используем файлы cookie, чтобы сайт работал лучше. '
        "Продолжая пользоваться сайтом, вы соглашаетесь с условиями. Подробнее в политике конфиденциальности.</p></div><script src=/a.js></script></body></html>"
    )
    article = read(html)
    assert article.page_class in ("needs_browser", "cookie_wall") and not article.text


def test_ex1_empty_shell_needs_a_browser() -> None:
    html = '<html><head><title>Новый город</title></head><body><noscript>!</noscript><div id="root"></div><script src=/main.js></script></body></html>'
    assert read(html).page_class == "needs_browser"


def test_ex2_section_page_is_a_listing() -> None:
    teasers = "".join(
        f"<article><h3><a href='/n/{i}'>Новость номер {i} о заседании городского суда</a></h3><time datetime='2026-11-{i + 1:02}'>{i + 1} ноября</time>"
        f"<p>Краткое изложение новости номер {i}: стороны представили доказательства и просили отложить разбирательство.</p></article>"
        for i in range(8)
    )
    article = read(f"<html><body><h1>Политика</h1>{teasers}</body></html>", url="https://jangaqala.example/politika")
    assert article.page_class == "listing" and not article.text and article.published.on is None


def test_ex2_an_article_with_teasers_below_is_an_article() -> None:
    teasers = "".join(
        f"<article><h3><a href='/n/{i}'>Новость номер {i} о заседании суда</a></h3><p>Коротко о деле номер {i}.</p></article>"
        for i in range(8)
    )
    article = read(page(*PARAGRAPHS, *PARAGRAPHS, below=f"<section>{teasers}</section>"))
    assert article.page_class == "article" and "Новость номер" not in article.text


@pytest.mark.parametrize(
    ("status", "page_class"),
    [
        (404, "gone"),
        (410, "gone"),
        (401, "login_wall"),
        (403, "unknown"),
        (451, "block_page"),
        (500, "server_error"),
        (502, "server_error"),
    ],
)
def test_http_errors_have_their_class(status: int, page_class: str) -> None:
    assert read(short("Сервер", "Ответ сервера."), status=status).page_class == page_class


def test_al2_an_error_with_the_real_article_inside_is_the_article() -> None:
    html = page(
        head='<script type="application/ld+json">{"@type":"NewsArticle","headline":"Суд оправдал редактора газеты","datePublished":"2026-11-23"}</script>'
    )
    assert read(html, status=500).page_class == "article"
    assert read(html, status=404).page_class == "gone", "a missing page is missing, whatever it shows"


def test_fd3_web_page_at_the_feed_address() -> None:
    login = '<html><head><title>Вход</title></head><body><form><input name=u><input type="password" name=p></form>Введите логин и пароль</body></html>'
    assert read(login, role=CaptureRole.FEED).page_class == "login_wall"
    plain = read(page(), role=CaptureRole.FEED)
    assert plain.page_class == "unknown" and "feed" in plain.reason
    assert read(CHALLENGE, role=CaptureRole.FEED).page_class == "bot_challenge"


def test_fd5_right_feed_with_the_wrong_label() -> None:
    feed = "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>"
    assert read(feed, role=CaptureRole.FEED, content_type="text/html").page_class == "feed"
    assert read("\n\n<?xml version='1.0'?><rss><channel/></rss>", role=CaptureRole.FEED).page_class == "feed"


def test_ur3_sitemap_that_is_something_else() -> None:
    assert read(page(), role=CaptureRole.SITEMAP).page_class == "unknown"
    assert read("", role=CaptureRole.SITEMAP).page_class == "empty"
    assert read("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", role=CaptureRole.SITEMAP).page_class == "sitemap"


@pytest.mark.parametrize("body", [b"%PDF-1.7 ...", b"\x89PNG\r\n", b"PK\x03\x04abc", b"\x1f\x8b\x08\x00abc", b"GIF89a", b"\x00" * 500])
def test_documents_are_not_text(body: bytes) -> None:
    assert read(body).page_class == "not_text"


@pytest.mark.parametrize("body", ["", "   \n\t", "<html></html>", "<html><body></body></html>"])
def test_nothing_is_empty(body: str) -> None:
    assert read(body).page_class == "empty"


def test_login_wall_and_paywall() -> None:
    login = short("Вход", "Войдите, чтобы читать дальше.") + '<input type="password">'
    assert read(login).page_class == "login_wall"
    wall = read(page("Журналист рассказал о давлении.", "Доступно только подписчикам. Оформите подписку, чтобы читать дальше."))
    assert wall.page_class == "paywall" and wall.title == "Суд оправдал редактора газеты" and not wall.text


def test_ht8_refresh_to_itself_is_content() -> None:
    assert read(page(head=f"<meta http-equiv=refresh content='0; url={URL}'>")).page_class == "article"


def test_every_mark_names_its_source_and_looks_somewhere() -> None:
    for mark in load_marks():
        assert mark.html or mark.texts or mark.titles or mark.headers or mark.status, mark.id
    assert len({mark.id for mark in load_marks()}) == len(load_marks())


def test_rules_without_a_source_read_too() -> None:
    assert read_page(capture(page()), PageRules()).page_class == "article"
