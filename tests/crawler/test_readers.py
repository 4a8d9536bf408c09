"""Feeds, sitemaps, listings and channels as the web really serves them (FIELD-TRAPS FD, UR, BL9)."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from crawler.sources import Selectors, Source
from crawler.spiders.feed import read_feed
from crawler.spiders.listing import read_listing
from crawler.spiders.reading import ListPage, clean_url, has_query_loop, read_moment
from crawler.spiders.sitemap import read_sitemap
from db.vocabulary import FetchOutcome

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
URL = "https://outlet.example/rss"


def page(body: str | bytes, url: str = URL, charset: str = "", **source: object) -> ListPage:
    raw = body.encode() if isinstance(body, str) else body
    known = Source(id="kz_outlet", outlet="Outlet", country="KZ", homepage="https://outlet.example/", **source)  # type: ignore[arg-type]
    return ListPage(url=url, asked_url=url, body=raw, source=known, now=NOW, header_charset=charset)


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'


def item(title: str, link: str = "/n/1", extra: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


def test_a_shared_id_is_no_id() -> None:
    read = read_feed(page(rss(*(item(f"t{n}", f"/n/{n}", "<guid>x</guid>") for n in range(3)))))
    assert [(entry.url, entry.hint.guid) for entry in read.entries] == [(f"https://outlet.example/n/{n}", "") for n in range(3)]


@pytest.mark.parametrize(
    "body",
    [
        "\n\n" + '<?xml version="1.0" encoding="utf-8"?>' + rss(item("Суд & право")),
        rss(item("Суд & право\x07"))[:-20],
        '<?xml version="1.0" encoding="utf-8"?>' + rss(item("Суд &amp; право")),
    ],
)
def test_broken_xml_keeps_its_good_items(body: str) -> None:
    read = read_feed(page(body))
    assert read.outcome is FetchOutcome.OK
    assert read.entries[0].hint.title.startswith("Суд & право")


@pytest.mark.parametrize("declared", ["", ' encoding="windows-1251"', ' encoding="utf-8"'])
def test_a_regional_code_page_is_read_whatever_is_declared(declared: str) -> None:
    body = f'<?xml version="1.0"{declared}?>'.encode() + rss(item("Суд над редактором")).encode("cp1251")
    assert read_feed(page(body, charset="iso-8859-1")).entries[0].hint.title == "Суд над редактором"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!doctype html><html><form/></html>", "a web page at the address of a feed"),
        ("", "an empty body at the address of a feed"),
        ('{"items": 1}', "not a feed: JSON without items"),
        ("{" * 50_000, "not a feed: broken JSON"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "the document declares entities: refused"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>'.encode("utf-16"), "the document declares entities: refused"),
    ],
)
def test_what_is_no_feed_is_a_failure_with_a_reason(body: str | bytes, reason: str) -> None:
    read = read_feed(page(body))
    assert (read.outcome, read.reason, read.entries) == (FetchOutcome.PARSE_ERROR, reason, ())


def test_fd6_an_item_of_the_future_is_taken_and_hides_no_other() -> None:
    """A date of 2062 stays on top for years for whoever keeps only what is newer than the newest."""
    far = item("Старый план", "/n/9", "<pubDate>Fri, 24 Nov 2062 10:00:00 +0500</pubDate>")
    near = item("Новость", "/n/1", "<pubDate>Wed, 25 Nov 2026 10:00:00 +0500</pubDate>")
    assert [entry.url.rpartition("/")[2] for entry in read_feed(page(rss(far, near))).entries] == ["9", "1"]


def test_fd10_hostile_feeds_are_read_in_seconds() -> None:
    """Nothing grows and nothing is quadratic: hundreds of kilobytes of brackets, of open elements, of double escapes."""
    began = time.process_time()
    for filling in ("&lt;" * 100_000, "&lt;b&gt;" * 40_000, "&amp;amp;" * 40_000):
        read_feed(page(rss(item("t", extra=f"<description>{filling}</description>"))))
    read_sitemap(page("<urlset>" + "<url>" * 300_000))
    assert time.process_time() - began < 15


def test_an_empty_feed_is_not_a_broken_one() -> None:
    assert read_feed(page(rss())).outcome is FetchOutcome.ZERO_ITEMS


def test_json_feed_and_atom() -> None:
    json_feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a", "title": "Т", "date_published": "2026-11-25T10:00:00+05:00"}]}'
    read = read_feed(page(json_feed)).entries[0]
    assert (read.url, read.hint.published_at) == ("https://outlet.example/a", datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Т</title><link href="/b"/><id>u:1</id><updated>2026-11-25T10:00:00Z</updated></entry></feed>'
    assert read_feed(page(atom)).entries[0].hint.guid == "u:1"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Wed, 25 Nov 2026 10:00:00 +0500", datetime(2026, 11, 25, 5, 0, tzinfo=UTC)),
        ("2026-11-25T10:00:00+05", datetime(2026, 11, 25, 5, 0, tzinfo=UTC)),
        ("2026-11-25 01:00:00", datetime(2026, 11, 24, 20, 0, tzinfo=UTC)),
        ("2024-02-01 12:00:00", datetime(2024, 2, 1, 6, 0, tzinfo=UTC)),
        ("2024-06-01 12:00:00", datetime(2024, 6, 1, 7, 0, tzinfo=UTC)),
        ("Ср, 25 ноя 2026 10:00:00 +0500", None),
        ("Wed, 25 Nov 2026 10:00:00 +06", None),
        ("25.11.2026 10:00", None),
        ("2026-11-25", None),
        ("", None),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_moments_are_read_or_left_alone(raw: str, expected: datetime | None) -> None:
    assert read_moment(raw, "Asia/Almaty") == expected


def test_addresses_are_cleaned_or_refused() -> None:
    base = "https://outlet.example/a/"
    assert clean_url(" ../n/1#top ", base) == "https://outlet.example/n/1"
    assert clean_url("/s?q=&q=&q=", base) == "https://outlet.example/s?q="
    refused = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mailto:a@b.example",
        "http://[bad",
        "http://u:p@outlet.example/",
        "/x" * 40,
        "/" + "a" * 3000,
    ]
    assert [clean_url(url, base) for url in refused] == [""] * len(refused)
    assert has_query_loop("https://outlet.example/?q=1&q=2&q=3&q=4")
    assert not has_query_loop("https://outlet.example/?id=1&from=main")


def urlset(*rows: tuple[str, str]) -> str:
    return "<urlset>" + "".join(f"<url><loc>{loc}</loc><lastmod>{stamp}</lastmod></url>" for loc, stamp in rows) + "</urlset>"


def test_a_sitemap_gives_what_is_fresh_newest_first() -> None:
    read = read_sitemap(page(urlset(("/old", "2020-01-01"), ("/b", "2026-11-24"), ("/a", "2026-11-25T08:00:00Z"))))
    assert [entry.url.rpartition("/")[2] for entry in read.entries] == ["a", "b"]


def test_stamps_that_follow_the_fetch_are_not_believed() -> None:
    stamp = (NOW - timedelta(seconds=5)).isoformat()
    read = read_sitemap(page(urlset(*((f"/n/{n}", stamp) for n in range(20)))))
    assert len(read.entries) == 20
    assert "not believed" in read.reason
    assert read.entries[0].url.endswith("/19")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!DOCTYPE html><html><body>x</body></html>", "not a sitemap but html"),
        ("  ", "an empty body at the address of a sitemap"),
        (b"\x1f\x8b\x00\x00", "not a sitemap but something without elements"),
        ('<!DOCTYPE u [<!ENTITY a "b">]><urlset/>', "the document declares entities: refused"),
        ("<z:", "not a sitemap but something without elements"),
    ],
)
def test_what_is_no_sitemap_is_a_failure_with_a_reason(body: str | bytes, reason: str) -> None:
    read = read_sitemap(page(body))
    assert (read.outcome, read.reason) == (FetchOutcome.PARSE_ERROR, reason)


def test_an_index_names_its_newest_maps_first_and_a_cut_map_keeps_its_beginning() -> None:
    index = "<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2020-01-01</lastmod></sitemap><sitemap><loc>/2.xml</loc><lastmod>2026-11-25</lastmod></sitemap></sitemapindex>"
    assert [url.rpartition("/")[2] for url in read_sitemap(page(index)).maps] == ["2.xml", "1.xml"]
    cut = urlset(("/a", "2026-11-25"), ("/b", "2026-11-25"))[:-70]
    assert [entry.url.rpartition("/")[2] for entry in read_sitemap(page(cut)).entries] == ["a"]


LISTING = """<nav><a href="/n/9">Меню которое выглядит совсем как заголовок новости</a></nav>
<a href="/n/1">Суд в Алматы оправдал редактора газеты по делу</a><a href="/tag/sud">Все новости о судах и о свободе прессы</a>
<a href="https://other.example/n/2">Чужая новость с длинным заголовком о суде</a><a href="/calendar/2031/05/">Новости за май две тысячи тридцать первого</a>
<a href="/n/1">Ещё</a><a href="/f.pdf">Документ суда с очень длинным именем файла</a>"""


def test_a_listing_finds_its_articles_by_itself() -> None:
    read = read_listing(page(LISTING, "https://outlet.example/news/"))
    assert [(entry.url, entry.hint.title) for entry in read.entries] == [
        ("https://outlet.example/n/1", "Суд в Алматы оправдал редактора газеты по делу")
    ]


def test_a_selector_that_finds_nothing_is_zero_items() -> None:
    listing = page(LISTING, "https://outlet.example/news/", selectors=Selectors(links=".news a"))
    assert (read_listing(listing).outcome, read_listing(listing).reason) == (FetchOutcome.ZERO_ITEMS, "the selector found no link")


def test_posts_of_a_channel_are_whole_and_a_landing_page_is_no_empty_channel() -> None:
    post = '<div data-post="vlast/7"><div class="tgme_widget_message_text js-message_text">Суд<br>Подробности</div><time datetime="2026-11-25T05:00:00+00:00"></time></div>'
    read = read_listing(page(post, "https://t.me/s/vlast"))
    assert (read.entries[0].url, read.entries[0].is_whole, read.entries[0].hint.title) == ("https://t.me/vlast/7", True, "Суд")
    landing = read_listing(page("<html>Join</html>", "https://t.me/s/vlast"))
    assert landing.outcome is FetchOutcome.WRONG_TYPE


@pytest.mark.parametrize(
    "stamp", ["Mon, 23 Nov 20000000000000000000000000 10:00:00 +0500", "Mon, 23 Nov 2026 99999999999999999999:00:00 +0500"]
)
def test_a_moment_beyond_all_numbers_is_no_moment(stamp: str) -> None:
    assert read_moment(stamp, "Asia/Almaty") is None
