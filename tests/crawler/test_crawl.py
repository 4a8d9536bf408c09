"""Whole crawls against a site that misbehaves: each address ends in exactly one outcome, and nothing stops a run."""

import gzip
from collections.abc import Callable

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.conftest import Crawl, House
from tests.local_site import LocalSite, bomb

BODY = "Суд в Алматы рассмотрел дело по иску о защите чести и достоинства к редакции газеты. " * 20
HTML = {"Content-Type": "text/html; charset=utf-8"}


def article(title: str) -> str:
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body><article><h1>{title}</h1><p>{BODY}</p></article></body></html>"
    )


def feed(*links: str) -> str:
    items = "".join(
        f"<item><title>Новость номер {number} о суде и прессе</title><link>{link}</link></item>" for number, link in enumerate(links)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


@pytest.fixture
def misbehaving(local_site: LocalSite, house: Callable[..., House]) -> tuple[LocalSite, Crawl]:
    """One crawl over a feed whose articles fail in every way."""
    site = local_site
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/")
    page = article("Суд рассмотрел иск к газете").encode()
    paths = [
        site.put("/good", page, headers=HTML),
        site.put("/gzip", gzip.compress(page), headers=HTML | {"Content-Encoding": "gzip"}),
        site.put("/twice", gzip.compress(gzip.compress(page)), headers=HTML),
        site.put("/bomb", bomb(), headers=HTML | {"Content-Encoding": "gzip"}),
        site.put("/halfgzip", gzip.compress(page)[:-20], headers=HTML | {"Content-Encoding": "gzip"}),
        site.put("/coding", page, headers=HTML | {"Content-Encoding": "zz"}),
        site.put("/cut", page, headers=HTML, mode="cut"),
        site.put("/gone", "nothing here", status=410, headers=HTML),
        site.put("/empty", b"", headers=HTML),
        site.put("/self", page.replace(b"<head>", b'<head><meta http-equiv="refresh" content="0; url=/self">'), headers=HTML),
        site.put("/loop", status=302, headers={"Location": "/loop2"}),
        site.put("/private/1", page, headers=HTML),
        site.put("/inside", status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        site.put("/badheader", page, headers=HTML | {"Content-Disposition": "attachment; filename=\xcf\xf0\xe8"}),
        site.put("/huge", b"x" * 300_000, headers=HTML),
        site.put("/reset", mode="reset"),
    ]
    site.put("/loop2", status=302, headers={"Location": "/loop"})
    site.put("/rss", feed(*paths), headers={"Content-Type": "text/html"})
    it = house(site, MFM_HOST_FAILURE_BUDGET="50", MFM_MAX_PAGE_BYTES="200000", MFM_RESPONSE_DEADLINE_S="5")
    it.write_source("kz_bad", ("feed", site.url("/rss")))
    return site, it.crawl("kz_bad")


def test_each_address_ends_in_exactly_one_outcome(misbehaving: tuple[LocalSite, Crawl]) -> None:
    site, crawl = misbehaving
    expected = {
        "/rss": "ok", "/good": "ok", "/gzip": "ok", "/twice": "ok", "/bomb": "too_large", "/halfgzip": "truncated",
        "/coding": "wrong_type", "/cut": "truncated", "/gone": "http_4xx", "/empty": "empty", "/self": "ok",
        "/loop": "redirect_loop", "/private/1": "robots_denied", "/inside": "inside_address", "/badheader": "ok",
        "/huge": "too_large", "/reset": "connection_error",
    }  # fmt: skip
    assert {url.removeprefix(site.url("")): outcome for url, outcome in crawl.outcomes().items()} == expected
    assert len(crawl.rows("select 1 from fetch")) == len(expected)
    assert site.asked["/private/1"] == 0
    run = crawl.rows("select state, reason, n_failed, received_bytes from crawl_run")[0]
    assert (run["state"], run["reason"]) == ("ok", "")
    assert run["n_failed"] == sum(outcome != "ok" for outcome in expected.values())
    entries = {row["url"] for row in crawl.rows("select url from capture where role = 'entry'")}
    assert site.url("/private/1") in entries and site.url("/reset") in entries
    assert site.url("/good") not in entries
    _check_archive(crawl)


def _check_archive(crawl: Crawl) -> None:
    """Every record's digests hold, the packed body lies packed in the archive, and no file stays open."""
    files = list((crawl.data_dir / "archive").rglob("*"))
    assert not [file for file in files if file.name.endswith(".open")]
    bodies: dict[str, bytes] = {}
    for file in (each for each in files if each.is_file()):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                body = record.raw_stream.read()
                if record.rec_type == "response":
                    bodies[record.rec_headers.get_header("WARC-Target-URI").rpartition("/")[2]] = body
    assert bodies["gzip"].startswith(b"\x1f\x8b") and gzip.decompress(bodies["gzip"]) == bodies["good"]


def test_a_quiet_run_costs_one_small_request(local_site: LocalSite, house: Callable[..., House]) -> None:
    site = local_site
    site.put("/robots.txt", "")
    site.put("/q1", article("Первая новость о суде"), headers=HTML)
    site.put("/quiet", feed(site.url("/q1")), etag='"v1"')
    it = house(site)
    it.write_source("kz_quiet", ("feed", site.url("/quiet")))
    it.crawl("kz_quiet")
    before = dict(site.asked)
    crawl = it.crawl("kz_quiet")
    assert site.asked["/quiet"] == before["/quiet"] + 1
    assert (site.asked["/q1"], site.asked["/robots.txt"]) == (before["/q1"], before["/robots.txt"])
    run = crawl.rows("select state, n_not_modified, received_bytes from crawl_run order by rowid desc")[0]
    assert (run["state"], run["n_not_modified"]) == ("ok", 1)
    assert run["received_bytes"] < 500


@pytest.mark.parametrize(
    ("status", "body", "outcome", "cause"),
    [
        (503, "<html>down</html>", "robots_unavailable", "robots"),
        (429, "", "robots_unavailable", "robots"),
    ],
)
def test_robots_that_fail_close_the_host(
    local_site: LocalSite, house: Callable[..., House], status: int, body: str, outcome: str, cause: str
) -> None:
    local_site.put("/robots.txt", body, status=status, headers={"Retry-After": "900"} if status == 429 else {})
    local_site.put("/r", feed(local_site.url("/good")))
    it = house(local_site)
    it.write_source("kz_robots", ("feed", local_site.url("/r")))
    crawl = it.crawl("kz_robots")
    assert crawl.outcomes() == {local_site.url("/r"): outcome}
    assert local_site.asked["/r"] == 0
    assert [tuple(row) for row in crawl.rows("select state, cause from crawl_run")] == [("failed", cause)]
    local_site.put("/robots.txt", "")


def test_a_web_page_at_the_feed_address_is_a_failure_with_a_reason(local_site: LocalSite, house: Callable[..., House]) -> None:
    local_site.put("/robots.txt", "")
    local_site.put("/login", "<!doctype html><html><form>login</form></html>", headers=HTML)
    it = house(local_site)
    it.write_source("kz_html", ("feed", local_site.url("/login")))
    crawl = it.crawl("kz_html")
    assert crawl.outcomes() == {local_site.url("/login"): "parse_error"}
    row = crawl.rows("select state, cause from crawl_run")[0]
    assert tuple(row) == ("failed", "parse")
    assert [row["kind"] for row in crawl.rows("select kind from issue")] == ["parse"]


def test_nothing_leaves_the_machine_while_not_live(house: Callable[..., House]) -> None:
    it = house()
    it.write_source(
        "kz_away", ("feed", "https://outlet.example/rss"), ("listing", "http://127.0.0.1:9/x"), ("feed", "http://2130706433/rss")
    )
    crawl = it.crawl("kz_away")
    assert crawl.outcomes() == {
        "https://outlet.example/rss": "offline",
        "http://127.0.0.1:9/x": "inside_address",
        "http://2130706433/rss": "inside_address",
    }


def test_the_run_deadline_closes_cleanly_and_names_what_was_cut(local_site: LocalSite, house: Callable[..., House]) -> None:
    local_site.put("/robots.txt", "")
    slow = [local_site.put(f"/slow{number}", mode="trickle", headers=HTML) for number in range(4)]
    local_site.put("/slowfeed", feed(*slow))
    it = house(local_site, MFM_RUN_DEADLINE_S="3", MFM_RESPONSE_DEADLINE_S="2", MFM_DOWNLOAD_TIMEOUT_S="2", MFM_HOST_FAILURE_BUDGET="50")
    it.write_source("kz_slow", ("feed", local_site.url("/slowfeed")))
    crawl = it.crawl("kz_slow")
    outcomes = crawl.outcomes()
    assert outcomes[local_site.url("/slowfeed")] == "ok"
    assert set(outcomes) == {*slow, local_site.url("/slowfeed")}
    assert set(outcomes.values()) == {"ok", "read_timeout", "deadline"}
    assert "deadline was reached" in crawl.rows("select reason from crawl_run")[0]["reason"]


def test_bad_arguments_are_one_line(house: Callable[..., House]) -> None:
    it = house()
    it.write_source("kz_any", ("feed", "https://outlet.example/rss"))
    crawl = it.crawl("kz_nobody")
    assert crawl.status == 1
    assert crawl.errors.strip().splitlines()[-1].startswith("mfm: no source kz_nobody")
    assert "Traceback" not in crawl.errors
