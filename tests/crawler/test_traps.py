"""Whole crawls through the traps of FIELD-TRAPS that need a network: TLS, waits, loops of maps, dead hosts, kills, full disks."""

import json
import signal
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from warcio.archiveiterator import ArchiveIterator

from tests.conftest import ROOT, Crawl, House
from tests.crawler.test_crawl import HTML, article, feed
from tests.local_site import Answer, LocalSite

READ = "select url from fetch_state where last_outcome = 'ok'"
Build = Callable[..., House]
# Made with `openssl dhparam 1024`: too small for OpenSSL's level 2, the least that level 0 takes.
SMALL_KEY = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAO3kgMBysGwSov4BP0nBvfSSGxwe2hNkgXzKnktfggIhjbKk2fqCN4OZ
jqNEBCJsPN0ahCrBCukUgJBl8GZ1JBr6qnh5nzxrQdYESxlOA541ZrdF8e6ZKQk3
ovhiWsBzR9XhWPviXvnySiA2kqEikHouun3xDBC0JyFcek8Zu1uXAgEC
-----END DH PARAMETERS-----
"""


def story(number: int) -> str:
    """An article that is like no other one."""
    words = [f"слово{number}{position * 7919 % 97}" for position in range(160)]
    paragraphs = "".join(f"<p>{' '.join(words[start : start + 20]).capitalize()}.</p>" for start in range(0, 160, 20))
    title = f"Новость номер {number} о суде и прессе"
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite() as one:
        one.put("/robots.txt", "")
        yield one


@pytest.fixture
def other() -> Iterator[LocalSite]:
    with LocalSite() as one:
        one.put("/robots.txt", "")
        yield one


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """An authority and the bundle that trusts it."""
    made, path = trustme.CA(), tmp_path_factory.mktemp("ca") / "roots.pem"
    made.cert_pem.write_to_path(path)
    return made, path


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", key_type=trustme.KeyType.RSA).configure_cert(context)
    return context


def old_context(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """A server as court sites run them: nothing but a key exchange of 1024 bits."""
    context = server_context(authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA256:@SECLEVEL=0")
    (folder / "dh.pem").write_text(SMALL_KEY)
    context.load_dh_params(str(folder / "dh.pem"))
    return context


def issues(crawl: Crawl) -> dict[str, str]:
    """Kind and message of what maintainers are shown."""
    return {row["kind"]: row["message"] for row in crawl.rows("select kind, message from issue where fixed_at is null")}


def run_of(crawl: Crawl) -> tuple[str, str]:
    row = crawl.rows("select state, cause from crawl_run order by rowid desc")[0]
    return row["state"], row["cause"]


def test_ht1_an_old_server_is_read_only_where_the_source_names_its_host(
    house: Build, authority: tuple[trustme.CA, Path], tmp_path: Path
) -> None:
    ca, bundle = authority
    with LocalSite(old_context(ca, tmp_path)) as court:
        court.put("/robots.txt", "")
        court.put("/rss", feed())
        named, unnamed = court.url("/rss").replace("127.0.0.1", "localhost"), court.url("/rss")
        allowed = json.dumps([court.address, court.address.replace("127.0.0.1", "localhost")])
        it = house(MFM_TRUST_BUNDLE=str(bundle), MFM_ALLOW_INSIDE=allowed, MFM_LINE_CANARIES=json.dumps([court.address]))
        it.write_source("kz_old", ("feed", named), ("feed", unnamed), tls_legacy_hosts=["localhost"])
        crawl = it.crawl("kz_old")
        assert crawl.outcomes() == {named: "zero_items", unnamed: "tls_error"}
        errors = {row["url"]: row["error"] for row in crawl.rows("select url, error from fetch")}
        assert errors[unnamed].startswith("tls_legacy: ") and "dh key too small" in errors[unnamed]
        it.write_source("kz_older", ("feed", unnamed))
        crawl = it.crawl("kz_older")
        assert run_of(crawl) == ("failed", "network"), "an old server is no blocking"
        assert "tls_legacy" in issues(crawl)["network"]
        assert not crawl.rows("select 1 from incident union all select 1 from alert")


def test_ht2_a_certificate_is_believed_only_from_the_trusted_roots(house: Build, authority: tuple[trustme.CA, Path]) -> None:
    ca, bundle = authority
    with LocalSite(server_context(ca)) as secure:
        secure.put("/robots.txt", "")
        secure.put("/rss", feed())
        it = house(secure)
        it.write_source("kz_tls", ("feed", secure.url("/rss")), tls_legacy_hosts=["127.0.0.1"])
        refused = it.crawl("kz_tls")
        assert refused.outcomes() == {secure.url("/rss"): "tls_error"}, "also the weaker handshake verifies"
        assert secure.asked["/rss"] == 0
        trusted = it.crawl("kz_tls", MFM_TRUST_BUNDLE=str(bundle))
        assert trusted.rows("select outcome from fetch order by rowid desc")[0]["outcome"] == "zero_items"


def test_ht3_a_short_wait_is_held_for_the_whole_host_and_for_no_other(site: LocalSite, other: LocalSite, house: Build) -> None:
    site.put("/busy", story(1), headers=HTML, first=Answer(status=429, headers={"Retry-After": "1"}))
    site.put("/next", story(2), headers=HTML)
    other.put("/free", story(3), headers=HTML)
    free = other.url("/free").replace("127.0.0.1", "localhost")  # another host is another name: ports do not count
    site.put("/rss", feed(free, site.url("/next"), site.url("/busy")))
    it = house(site, MFM_ALLOW_INSIDE=json.dumps([site.address, other.address.replace("127.0.0.1", "localhost")]))
    it.write_source("kz_wait", ("feed", site.url("/rss")))
    crawl = it.crawl("kz_wait")
    assert set(crawl.outcomes().values()) == {"ok"}
    when = dict(site.asked_at)
    first = next(at for path, at in site.asked_at if path == "/busy")
    assert site.asked["/busy"] == 2
    assert min(when["/busy"], when["/next"]) - first >= 0.95, "the host is left alone for the time it asked for"
    assert dict(other.asked_at)["/free"] - first < 0.9, "another host does not wait"
    assert json.loads(crawl.rows("select stats_json from crawl_run")[0][0])["downloader/response_status_count/429"] == 1


def test_a_crawl_delay_of_robots_txt_is_kept(site: LocalSite, house: Build) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.6")
    links = [site.put(f"/n/{number}", story(number), headers=HTML) for number in range(2)]
    site.put("/rss", feed(*links))
    it = house(site)
    it.write_source("kz_slowly", ("feed", site.url("/rss")))
    assert set(it.crawl("kz_slowly").outcomes().values()) == {"ok"}
    moments = [at for path, at in site.asked_at if path != "/robots.txt"]
    assert len(moments) == 4, "feed, two articles, and the random path of the week"
    assert all(later - earlier > 0.5 for earlier, later in zip(moments, moments[1:], strict=False))


def test_ur1_ur2_maps_that_name_themselves_and_each_other_end(site: LocalSite, house: Build) -> None:
    def index(*paths: str) -> str:
        return "<sitemapindex>" + "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in paths) + "</sitemapindex>"

    site.put("/index.xml", index("/index.xml?t=1732", "/robots.txt", "/deep1.xml", *(f"/m{number}.xml" for number in range(40))))
    for depth in range(1, 9):
        site.put(f"/deep{depth}.xml", index(f"/deep{depth + 1}.xml", "/index.xml?t=9"))
    for number in range(40):
        site.put(f"/m{number}.xml", "<urlset><url><loc>/n/1</loc></url></urlset>")
    site.put("/n/1", story(1), headers=HTML)
    it = house(site)
    it.write_source("kz_maps", ("sitemap", site.url("/index.xml")))
    crawl = it.crawl("kz_maps")
    maps = [path for path, _ in site.asked_at if path.endswith(".xml") or "?" in path]
    assert len(maps) == len(set(maps)) <= 11
    assert not [path for path in maps if "?" in path]
    assert site.asked["/n/1"] == 1
    assert run_of(crawl)[0] == "ok"
    stats = json.loads(crawl.rows("select stats_json from crawl_run")[0][0])
    assert stats["mfm/spider/maps_left_out"] > 0


def test_ur3_fd3_a_bad_map_is_a_warning_and_feed_and_listing_go_on(site: LocalSite, house: Build) -> None:
    site.put("/sitemap.xml", "<!doctype html><html><body>404</body></html>", headers=HTML)
    site.put("/n/1", article("Суд в Алматы оправдал редактора газеты"), headers=HTML)
    site.put("/news", f'<a href="{site.url("/n/1")}">Суд в Алматы оправдал редактора газеты</a>', headers=HTML)
    site.put("/rss", feed(site.url("/n/1")), headers=HTML)
    it = house(site)
    it.write_source("kz_three", ("sitemap", site.url("/sitemap.xml")), ("feed", site.url("/rss")), ("listing", site.url("/news")))
    crawl = it.crawl("kz_three")
    outcomes = {url.removeprefix(site.url("")): outcome for url, outcome in crawl.outcomes().items()}
    assert outcomes == {"/sitemap.xml": "parse_error", "/rss": "ok", "/news": "ok", "/n/1": "ok"}
    assert run_of(crawl)[0] == "ok"
    assert "parse_error" in issues(crawl)["parse"]
    assert "labelled text/html" in issues(crawl)["feed"], "FD5: the wrong label is a warning"


def test_ur4_fd4_lying_stamps_and_broken_xml_stand_in_health(site: LocalSite, house: Build) -> None:
    rows = "".join(f"<url><loc>{site.url(f'/n/{number}')}</loc><lastmod>2099-01-01</lastmod></url>" for number in range(6))
    site.put("/map.xml", f"<urlset>{rows}</urlset>")
    site.put("/rss", feed(site.url("/n/0")).replace("Новость", "Суд & право"))
    for number in range(6):
        site.put(f"/n/{number}", story(number), headers=HTML)
    it = house(site)
    it.write_source("kz_stamps", ("sitemap", site.url("/map.xml")), ("feed", site.url("/rss")))
    crawl = it.crawl("kz_stamps")
    assert run_of(crawl)[0] == "ok"
    assert "not believed" in issues(crawl)["sitemap"]
    assert "not well-formed" in issues(crawl)["feed"]
    assert " ERROR" not in crawl.errors and " WARNING" not in crawl.errors


def test_ur5_a_robots_txt_without_an_answer_closes_the_host_for_this_run_only(site: LocalSite, house: Build) -> None:
    site.put("/robots.txt", mode="reset")
    site.put("/rss", feed(site.url("/n/1")))
    site.put("/n/1", story(1), headers=HTML)
    it = house(site)
    it.write_source("kz_mute", ("feed", site.url("/rss")))
    assert it.crawl("kz_mute").outcomes() == {site.url("/rss"): "connection_error"}
    assert site.asked["/rss"] == 0
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret")
    assert run_of(it.crawl("kz_mute")) == ("ok", "none")
    site.put("/robots.txt", status=503)
    assert run_of(it.crawl("kz_mute")) == ("ok", "none"), "the last good copy is kept for a day"


def test_bl1_a_challenge_is_no_article_and_stands_in_health(site: LocalSite, house: Build) -> None:
    wall = "<html><head><title>Just a moment...</title></head><body>Verifying you are human<script>window._cf_chl_opt={}</script></body></html>"
    site.put("/n/1", article("Суд в Алматы оправдал редактора газеты"), headers=HTML, first=Answer(body=wall.encode(), headers=HTML))
    site.put("/rss", feed(site.url("/n/1")))
    it = house(site)
    it.write_source("kz_wall", ("feed", site.url("/rss")))
    crawl = it.crawl("kz_wall")
    assert crawl.outcomes()[site.url("/n/1")] == "bot_challenge"
    assert "challenge" in issues(crawl)
    assert not crawl.rows("select 1 from article where text like '%human%' or title like 'Just%'")
    assert not crawl.rows("select 1 from verdict union all select 1 from incident")
    assert [row["page_class"] for row in crawl.rows("select page_class from capture where role = 'article'")] == ["bot_challenge"], "WA3"


def test_cr2_a_dead_host_is_parked_and_delays_nobody(site: LocalSite, other: LocalSite, house: Build) -> None:
    dead = [other.put(f"/n/{number}", mode="reset") for number in range(8)]
    alive = [site.put(f"/n/{number}", story(number), headers=HTML) for number in range(3)]
    site.put("/rss", feed(*dead, *alive))
    it = house(site, other, MFM_HOST_FAILURE_BUDGET="3")
    it.write_source("kz_dead", ("feed", site.url("/rss")))
    outcomes = it.crawl("kz_dead").outcomes()
    assert {outcomes[url] for url in alive} == {"ok"}
    assert {outcomes[url] for url in dead} == {"connection_error"}
    assert sum(other.asked[f"/n/{number}"] for number in range(8)) <= 6, "after three failures the host is left alone"


def test_cr1_a_run_killed_in_the_middle_is_taken_up_from_the_database(site: LocalSite, house: Build) -> None:
    """Kill -9 while an article is being read: the list comes again in full, what was read is not asked again, no record is lost."""
    links = [site.put(f"/n/{number}", story(number), headers=HTML) for number in range(3)]
    hung = site.put("/n/hung", mode="silent")
    site.put("/rss", feed(hung, *links), etag='"v1"')
    it = house(site)
    it.write_source("kz_killed", ("feed", site.url("/rss")))
    running = subprocess.Popen(it.command("kz_killed"), cwd=ROOT, env=it.environment(), stderr=subprocess.DEVNULL)
    left = Crawl(status=0, errors="", data_dir=it.folder / "data")
    assert site.is_silent.wait(60)
    while not left.rows(READ):
        assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.wait(20)
    assert [row["state"] for row in left.rows("select state from crawl_run")] == ["running"]
    assert not left.rows("select 1 from fetch_state where etag <> '' and url like '%/rss'"), "validators move only after a clean run"
    known = [row["url"].removeprefix(site.url("")) for row in left.rows(READ)]
    site.put("/n/hung", story(9), headers=HTML)
    crawl = it.crawl("kz_killed")
    assert "if-none-match" not in site.headers["/rss"]
    assert crawl.outcomes()[hung] == "ok"
    assert known and all(site.asked[path] == 1 for path in known), "what was written down is not asked again"
    assert len(crawl.rows("select 1 from article")) == 4
    files = [file for file in (crawl.data_dir / "archive").rglob("*") if file.is_file()]
    assert files and not [file for file in files if file.name.endswith(".open")]
    for file in files:
        with file.open("rb") as stream:
            assert all(record.raw_stream.read() is not None for record in ArchiveIterator(stream, check_digests="raise"))


def test_db4_a_full_disk_stops_fetching_cleanly_and_the_next_run_goes_on(site: LocalSite, house: Build) -> None:
    links = [site.put(f"/n/{number}", story(number), headers=HTML) for number in range(4)]
    site.put("/rss", feed(*links), etag='"v1"')
    it = house(site)
    it.write_source("kz_full", ("feed", site.url("/rss")))
    crawl = it.crawl("kz_full", MFM_RESERVE_BYTES=str(2**60))
    assert run_of(crawl) == ("failed", "disk")
    assert "disk" in issues(crawl)
    assert sum(site.asked[f"/n/{number}"] for number in range(4)) <= 1
    crawl = it.crawl("kz_full")
    assert run_of(crawl) == ("ok", "none")
    assert len(crawl.rows("select 1 from article")) == 4
    assert issues(crawl) == {}


def test_a_dead_line_is_offline_and_nobodys_fault(site: LocalSite, house: Build) -> None:
    """BL7: when no canary answers either, it is our own network: no issue, no verdict, no failed source."""
    site.put("/rss", mode="reset")
    it = house(site, MFM_LINE_CANARIES='["127.0.0.1:1"]')
    it.settings["MFM_ALLOW_INSIDE"] = json.dumps([site.address, "127.0.0.1:1"])
    it.write_source("kz_line", ("feed", site.url("/rss")))
    crawl = it.crawl("kz_line")
    assert run_of(crawl) == ("offline", "offline")
    assert not crawl.rows("select 1 from issue union all select 1 from verdict union all select 1 from alert")


def test_a_name_that_leads_inside_is_not_connected_to(site: LocalSite, house: Build) -> None:
    """DNS rebinding: the name looks harmless, its address is this machine."""
    site.put("/rss", feed(site.url("/n/1")))
    port = site.address.rpartition(":")[2]
    url = f"http://rebind.example:{port}/rss"
    it = house(MFM_IS_LIVE="true", MFM_CONTACT_URL="https://monitor.example/", MFM_LINE_CANARIES=json.dumps([site.address]))
    it.write_source("kz_rebind", ("feed", url))
    crawl = it.crawl("kz_rebind", "-s", "TWISTED_DNS_RESOLVER=tests.crawler.lying_resolver.LyingResolver")
    assert crawl.outcomes() == {url: "inside_address"}
    assert not site.asked


def test_fd8_validators_that_lie_are_found_out_once_a_day(site: LocalSite, house: Build) -> None:
    """A constant ETag: within a day nothing is asked without it; then the page is fetched whole, compared and the server told on."""
    old, new = (site.put(f"/n/{number}", story(number), headers=HTML) for number in range(2))
    site.put("/rss", feed(old), etag='"const"')
    it = house(site)
    it.write_source("kz_const", ("feed", site.url("/rss")))
    it.crawl("kz_const")
    site.put("/rss", feed(new, old), etag='"const"')
    crawl = it.crawl("kz_const")
    assert site.headers["/rss"]["if-none-match"] == '"const"' and new not in crawl.outcomes()
    with sqlite3.connect(crawl.data_dir / "mfm.db") as db:
        db.execute("update fetch_state set n_not_modified = 3 where url like '%/rss'")
    crawl = it.crawl("kz_const", MFM_CLOCK_OFFSET_S="90000")
    assert "if-none-match" not in site.headers["/rss"]
    assert crawl.outcomes()[new] == "ok"
    assert "validators lie" in issues(crawl)["validator"]


def test_bl4_what_reads_like_an_address_that_does_not_exist_is_no_article(house: Build) -> None:
    """A site that answers every unknown address with the same page and 200: asked for a random path once a week, then known again."""
    page = (
        "<html><head><title>Новости дня</title></head><body><p>Сейчас {n} читателей. Адрес {path}.</p><p>"
        + "Все новости. " * 60
        + "</p></body></html>"
    )
    with LocalSite(missing=lambda path, n: Answer(body=page.format(n=n, path=path).encode(), headers=HTML)) as site:
        site.put("/robots.txt", "")
        good = site.put("/n/1", story(1), headers=HTML)
        gone = site.url("/n/abcdef-propala")
        site.put("/rss", feed(gone, good))
        it = house(site)
        it.write_source("kz_soft", ("feed", site.url("/rss")))
        crawl = it.crawl("kz_soft")
        assert crawl.outcomes() == {site.url("/rss"): "ok", good: "ok", gone: "http_4xx"}
        random = set(site.asked) - {"/robots.txt", "/rss", "/n/1", "/n/abcdef-propala"}
        assert len(random) == 1
        assert not crawl.rows("select 1 from article where title = 'Новости дня'")
        error = crawl.rows("select error from fetch where outcome = 'http_4xx'")[0]["error"]
        assert "soft 404" in error
        site.put("/rss", feed(site.url("/n/another"), good))
        crawl = it.crawl("kz_soft")
        assert crawl.outcomes()[site.url("/n/another")] == "http_4xx"
        assert set(site.asked) - {"/robots.txt", "/rss", "/n/1", "/n/abcdef-propala", "/n/another"} == random, "once a week"
