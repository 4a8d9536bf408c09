"""What a site announces is found, hostile lists are refused, an entry is added without touching the rest of its file."""

from pathlib import Path

import pytest

from crawler.config import ConfigError
from crawler.discovery.candidates import announced_feeds, announced_sitemaps, customary_places
from crawler.discovery.entry import append_entry, entry_text, source_id
from crawler.discovery.imports import read_opml, read_test_list
from crawler.sources import Address, Source, read_source_file
from db.vocabulary import SourceKind

HOME = "https://polosa.example/"


def _source(name: str = "kz_polosa") -> Source:
    return Source(id=name, outlet="Полоса 7", country="KZ", urls=(Address(url=f"{HOME}feed", kind=SourceKind.FEED, format="rss"),))


def test_announced_feeds_come_with_their_format_and_without_comments() -> None:
    html = """<head><link rel="alternate" type="application/rss+xml" title="Полоса" href="/feed/">
    <link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://kk.polosa.example/atom.xml">
    <link rel="alternate" type="application/rss+xml" title="Комментарии" href="/comments/feed/">
    <link rel="alternate" type="application/rss+xml" href="https://elsewhere.example/feed"><link rel="alternate" hreflang="kk" href="/kk/"></head>"""
    assert [(each.url, each.format) for each in announced_feeds(html, HOME)] == [
        (f"{HOME}feed/", "rss"),
        ("https://kk.polosa.example/atom.xml", "atom"),
    ]


def test_news_maps_come_first_and_only_from_the_site() -> None:
    robots = "User-agent: *\nSitemap: https://polosa.example/sitemap.xml\nsitemap: /news-sitemap.xml\nSitemap: http://169.254.169.254/x.xml"
    found = announced_sitemaps(robots, HOME)
    assert [each.url for each in found] == [f"{HOME}news-sitemap.xml", f"{HOME}sitemap.xml"]
    assert found[0].format == "news_sitemap"


def test_customary_places_are_asked_only_when_wanted() -> None:
    assert customary_places(HOME, feeds=False, sitemaps=False) == ()
    assert {each.kind for each in customary_places(HOME, feeds=True, sitemaps=False)} == {SourceKind.FEED}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.polosa.example", "kz_polosa"),
        ("kk.polosa.example", "kz_kk_polosa"),
        ("xn--80ak6aa92e.com", "kz_xn_80ak6aa92e"),
        ("-", "kz_source"),
    ],
)
def test_ids_are_made_of_hosts(host: str, expected: str) -> None:
    assert source_id("KZ", host) == expected


def test_an_entry_is_added_and_every_byte_before_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "kz.yaml"
    path.write_text("# by hand\nsources:\n" + entry_text(_source("kz_first")) + "    # a remark\n", encoding="utf-8")
    before = path.read_text(encoding="utf-8").rstrip()
    append_entry(tmp_path, _source())
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert [source.id for source in read_source_file(path)] == ["kz_first", "kz_polosa"]
    assert list(tmp_path.iterdir()) == [path]


def test_an_id_that_is_taken_changes_nothing(tmp_path: Path) -> None:
    append_entry(tmp_path, _source())
    before = (tmp_path / "kz.yaml").read_bytes()
    with pytest.raises(ConfigError, match="kz_polosa.*already"):
        append_entry(tmp_path, _source())
    assert (tmp_path / "kz.yaml").read_bytes() == before


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    hostile = _source().model_copy(update={"outlet": 'x"\n- id: kz_evil\n#*&!!python/object', "notes": "{{ 7*7 }} <script>"})
    append_entry(tmp_path, hostile)
    assert [source.outlet for source in read_source_file(tmp_path / "kz.yaml")] == [hostile.outlet]


def test_opml_gives_feeds_and_counts_what_it_refuses() -> None:
    data = b"""<opml><body><outline text="A"><outline title="Polosa" xmlUrl="https://polosa.example/feed" htmlUrl="https://polosa.example/"/>
    <outline text="bad" xmlUrl="file:///etc/passwd"/><outline text="folder only"/></outline></body></opml>"""
    found = read_opml(data, "list.opml")
    assert [(each.name, each.feed_url) for each in found.entries] == [("Polosa", "https://polosa.example/feed")]
    assert found.refused == [("file:///etc/passwd", "not a http or https address")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><opml><body>&a;</body></opml>', "entities"),
        (b"<html></html>", "not OPML"),
        (b"<opml><body>", "not readable"),
        (b"x" * (5 * 2**20 + 1), "larger"),
    ],
)
def test_a_bad_opml_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_opml(data, "list.opml")
    assert str(caught.value).startswith("list.opml: ")


def test_a_test_list_gives_news_sites() -> None:
    data = "url,category_code,category_description,date_added,source,notes\nhttps://www.polosa.example/,NEWS,News Media,2024-01-01,x,\nhttps://casino.example/,GMB,Gambling,,,\nnot a url,NEWS,,,,\n"
    found = read_test_list(data.encode(), "kz.csv")
    assert [each.name for each in found.entries] == ["polosa.example"]
    assert len(found.refused) == 1


def test_a_test_list_without_its_columns_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"kz\.csv: column category_code"):
        read_test_list(b"url,notes\nhttps://x.example/,\n", "kz.csv")
