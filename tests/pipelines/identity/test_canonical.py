"""Addresses: what does not say which page it is goes away, lies of canonical links are not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.identity.canonical import article_number, canonical_url, choose_url, is_section, number_prefix

SITE = "https://site.example/n/1"


@pytest.mark.parametrize("url", ["https://site.example/?q=", "https://site.example/?q=&q=", "https://site.example/?q=&q=&q="])
def test_ur6_query_loops(url: str) -> None:
    assert canonical_url(url) == "https://site.example/"
    assert canonical_url("https://site.example/s?a=1&a=1&a=1") == "https://site.example/s?a=1"
    assert len(canonical_url("https://site.example/?" + "&".join(f"k{i}={i}" for i in range(500)))) < 200
    assert canonical_url("https://site.example/" + "a/b/" * 100).count("/") <= 14


@pytest.mark.parametrize(
    "mark",
    [
        "utm_source=x",
        "_openstat=y",
        "from=main",
        "yclid=1",
        "ysclid=1",
        "fbclid=1",
        "gclid=2",
        "PHPSESSID=abc",
        "sid=4",
        "mc_cid=1",
        "tg_rhash=5",
        "amp=1",
        "utm_campaign=a&utm_medium=b",
        "roistat_visit=1",
    ],
)
def test_ur7_tracking_marks(mark: str) -> None:
    assert canonical_url(f"{SITE}?{mark}") == SITE
    assert canonical_url(f"{SITE}?id=5&{mark}") == f"{SITE}?id=5"


def test_ur7_keep_list_of_a_source() -> None:
    assert canonical_url(f"{SITE}?from=2026&utm_source=x", ("from",)) == f"{SITE}?from=2026"


@pytest.mark.parametrize(
    "url",
    [
        "http://www.site.example/n/1", "https://site.example/n/1/", "HTTPS://SITE.EXAMPLE:443/n/1#comments", "http://m.site.example/n/1", "https://amp.site.example/n/1",
        "https://site.example/n/1/amp/", "https://site.example/amp/n/1", "https://site.example/n//1", "https://site.example/n/1?", "https://site.example/n/1;jsessionid=A1B2",
        "  https://site.example/n/1  ", "https://site.example./n/1", "https://www.m.site.example/n/1/index.html",
    ],
)  # fmt: skip
def test_ur10_host_and_path_variants(url: str) -> None:
    assert canonical_url(url) == SITE


def test_idn_and_escapes_have_one_form() -> None:
    plain = canonical_url("https://сайт.example/сот/үкім")
    assert plain == canonical_url("https://xn--80aswg.example/%D1%81%D0%BE%D1%82/%D2%AF%D0%BA%D1%96%D0%BC") and plain.isascii()


@pytest.mark.parametrize("url", ["", "mailto:a@b", "javascript:1", "//x", "http://", "http://[::1", "http://a:99999/x", "ftp://a/b"])
def test_no_http_address_comes_back_stripped(url: str) -> None:
    assert canonical_url(f" {url} ") == url


@pytest.mark.parametrize(
    "claim",
    [
        "https://site.example/",
        "https://site.example/news",
        "https://site.example/ru/",
        "https://other.example/n/77-sud",
        "https://site.example/n/77-drugoe?r=0.31",
        "javascript:void(0)",
        "http://[::1",
    ],
)
def test_ur8_canonical_links_that_lie(claim: str) -> None:
    own = "https://site.example/n/42-sud-otlozhil-delo"
    assert choose_url(own, claim, ()) == own


@pytest.mark.parametrize(
    ("url", "claim", "expected"),
    [
        ("https://m.site.example/n/42-sud?amp=1", "https://site.example/n/42-sud", "https://site.example/n/42-sud"),
        (
            "https://site.example/?p=4211",
            "https://site.example/2026/11/sud-otlozhil-4211",
            "https://site.example/2026/11/sud-otlozhil-4211",
        ),
        (
            "https://site.example/kz/sud-otlozhil-delo-redaktora",
            "/ru/sud-otlozhil-delo-redaktora",
            "https://site.example/ru/sud-otlozhil-delo-redaktora",
        ),
        ("https://site.example/n/42-sud", "", "https://site.example/n/42-sud"),
    ],
)
def test_ur8_canonical_links_that_tell_the_truth(url: str, claim: str, expected: str) -> None:
    assert choose_url(url, claim, ()) == expected


def test_ur8_another_host_of_the_same_outlet() -> None:
    assert choose_url("https://old.example/n/42-sud", "https://new.example/n/42-sud", ("new.example",)) == "https://new.example/n/42-sud"


def test_fd1_number_that_leads_the_last_part() -> None:
    assert (
        number_prefix("https://site.example/n/77-sud-otlozhil")
        == "https://site.example/n/77-"
        == number_prefix("https://site.example/n/77-sud-perenes")
    )
    assert number_prefix("https://site.example/2026/11/sud") == "" == number_prefix("https://site.example/")
    assert (
        article_number("https://site.example/sud-otlozhil-40127") == "40127"
        and article_number("https://site.example/news/5512.html") == "5512"
    )


def test_sections_are_told_from_articles() -> None:
    assert (
        is_section("https://site.example/") and is_section("https://site.example/ru/news") and not is_section("https://site.example/news/5")
    )


HOSTS = st.sampled_from(["site.example", "www.site.example", "m.сайт.қаз", "amp.news.site.kz", "10.0.0.1", "[2001:db8::1]", "a"])
PATHS = st.text(alphabet="абвabc123/.;-_%?&=#@ ~+amp", max_size=60)


@given(HOSTS, PATHS, st.sampled_from(["http", "https"]))
def test_canonical_of_canonical_is_itself(host: str, path: str, scheme: str) -> None:
    once = canonical_url(f"{scheme}://{host}/{path}")
    assert canonical_url(once) == once


@given(st.text(max_size=200))
def test_canonical_of_any_text_is_stable(text: str) -> None:
    once = canonical_url(text)
    assert canonical_url(once) == once


def test_an_address_that_grows_past_the_limit_is_stable() -> None:
    url = "https://zhelken.example/" + "ж" * 1500
    assert canonical_url(url) == url == canonical_url(canonical_url(url))


def test_a_claimed_path_that_looks_like_a_host_is_judged_as_a_path() -> None:
    """A path may begin with "//[": parsed a second time as an address it would be a broken IPv6 host."""
    own = "https://site.example/news/5512"
    assert choose_url(own, "https://site.example//[x/news/5512-sud", ()) in (own, canonical_url("https://site.example//[x/news/5512-sud"))
    assert choose_url(own, "https://site.example////b]/.", ()) == own


@given(st.text(alphabet="/.[]ab1?#:%", max_size=30))
def test_any_claim_gives_an_address(claim: str) -> None:
    assert choose_url("https://site.example/n/1", f"//site.example/{claim}", ()).startswith("https://site.example")
