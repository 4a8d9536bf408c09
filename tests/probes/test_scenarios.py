"""Every scenario of the table over real sockets: a censor, liar resolvers and throw-away authorities on loopback."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from crawler.rehearsal.tls import server_context
from tests.probes.bed import ARTICLE, Act, Bed, Origin, Saying, Served

SITE, ADDRESS, URL = "orda.test", "127.0.2.10", "https://orda.test/"
HTTP = "http://orda.test/"
OTHERS = {"vlast.test": "127.0.4.11", "kaztag.test": "127.0.2.12"}
FINGERPRINTS = {
    "fingerprints_dns.csv": "iran,nat,,dns,full,127.0.3.36,5,IR,own,,\nkazakh,nat,,dns,full,127.0.3.37,5,KZ,own,,\n",
    "fingerprints_http.csv": "mts,isp,,header.location,prefix,http://blocked.mts.ru,5,KZ,own,,\neais,nat,,body,contains,http://eais.rkn.gov.ru/,5,KZ,own,,\n",
}
HEAD = "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp,expected_countries,source,exp_url,notes\n"
PARKED = "<html><title>Domain for sale</title><body>This domain is for sale. {}</body></html>"
SUSPENDED = "<html><title>Account Suspended</title><body>This account has been suspended. Contact your host.</body></html>"
CHALLENGE = "<html><title>Just a moment...</title><body>Verifying you are human<script>window._cf_chl_opt={}</script></body></html>"
LONG = "<html><title>Orda</title><body>" + "<p>длинный текст номер</p>" * 4000 + "</body></html>"

Setup = Callable[[Bed], Awaitable[None]]
SCENARIOS: list[tuple[str, str, tuple[str, ...], str, str, Setup]] = []


def scenario(number: str, expected: str, reason: str = "", urls: tuple[str, ...] = (URL,), rule: str = "") -> Callable[[Setup], Setup]:
    def keep(setup: Setup) -> Setup:
        SCENARIOS.append((number, setup.__name__, urls, expected, reason or f"rule:{rule}", setup))
        return setup

    return keep


def fingerprints(bed: Bed) -> None:
    for name, rows in FINGERPRINTS.items():
        (bed.folder / name).write_text(HEAD + rows, encoding="utf-8")
    bed.settings["fingerprints_dir"] = bed.folder


async def other_server(bed: Bed, leaf: Path, served: Served | None = None) -> tuple[str, int]:
    origin = Origin(server_context(leaf))
    origin.default = served or Served()
    await bed.add_origin(origin)
    return "127.0.0.1", origin.port


async def plain_server(bed: Bed, served: Served) -> tuple[str, int]:
    origin = Origin()
    origin.default = served
    await bed.add_origin(origin)
    return "127.0.0.1", origin.port


def down_from_controls(bed: Bed, act: Act, *names: str) -> None:
    for one in bed.controls:
        one.by_target |= dict.fromkeys(names or (ADDRESS,), act)


@scenario("1", "ok", "")
async def all_fine(bed): ...


@scenario("2", "blocked:tls-sni", "silence")
async def silence_after_hello(bed):
    bed.vantage.by_name[SITE] = Act("silent")


@scenario("3", "blocked:tls-sni", "reset")
async def reset_after_hello(bed):
    bed.vantage.by_name[SITE] = Act("reset")


@scenario("4", "blocked:tls-sni", "any-address")
async def silent_at_another_address_too(bed):
    bed.vantage.by_name[SITE] = Act("silent")
    bed.place("127.0.2.99")
    bed.timers["sni_test_addresses"] = ("127.0.2.99:443",)


@scenario("5", "blocked:tls-sni", "eof")
async def end_after_hello(bed):
    bed.vantage.by_name[SITE] = Act("eof")


@scenario("7", "blocked:tls-mitm", "known-ca")
async def interception_by_isca(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.isca.leaf(SITE)))


@scenario("8", "blocked:tls-mitm", "known-ca")
async def interception_that_validates(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.isca.leaf(SITE)))
    (bed.folder / "roots.pem").write_bytes(bed.root.pem + bed.isca.pem)


@scenario("9", "blocked:tls-mitm", "unknown-ca")
async def interception_copies_the_names(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.stranger.leaf(SITE)))


@scenario("10", "blocked:tls-mitm", "unknown-ca", ("https://orda.test/", "https://vlast.test/"))
async def one_unknown_issuer_on_two_sites(bed):
    for name in (SITE, "vlast.test"):
        bed.vantage.by_name[name] = Act("divert", to=await other_server(bed, bed.stranger.leaf(f"x-{name}")))


@scenario("11", "inconclusive", "tls-ssl-unknown-authority")
async def strange_certificate_on_one_site(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.stranger.leaf("router.lan")))


@scenario("13", "site-tls-error", "invalid-hostname")
async def wrong_name_for_all(bed):
    bed.leaves[SITE] = bed.root.leaf("elsewhere.test")


@scenario("13b", "site-tls-error", "invalid-certificate")
async def expired_for_all(bed):
    bed.leaves[SITE] = bed.root.leaf(SITE, days=(-400, -10))


@scenario("14", "vantage-offline", "clock")
async def clock_of_the_vantage_is_off(bed):
    bed.leaves[SITE] = bed.root.leaf(SITE, days=(-10, 80))
    bed.lines["clock_offset_s"] = 400 * 86400.0


@scenario("15", "blocked:dns", "blockpage-ip")
async def address_of_a_block_page(bed):
    fingerprints(bed)
    bed.lies.script[SITE] = Saying(("127.0.3.37",))


@scenario("16", "blocked:dns", "mismatch")
async def block_page_address_of_another_country(bed):
    fingerprints(bed)
    bed.lies.script[SITE] = Saying(("127.0.3.36",))


@scenario("17", "blocked:dns", "bogon")
async def private_address(bed):
    bed.lies.script[SITE] = Saying(("10.10.34.36",))


@scenario("17b", "blocked:dns", "bogon")
async def loopback_address(bed):
    bed.lies.script[SITE] = Saying(("127.0.0.1",))


@scenario("18", "blocked:dns", "shared-sinkhole", ("https://orda.test/", "https://vlast.test/", "https://kaztag.example/"))
async def one_odd_address_for_three(bed):
    await bed.site("kaztag.example", "127.0.2.13")
    await bed.site("vlast.test", "127.0.4.11")
    for name in (SITE, "vlast.test", "kaztag.example"):
        bed.lies.script[name] = Saying(("127.0.3.80",))


@scenario("19", "blocked:dns", "nxdomain")
async def nxdomain_here(bed):
    bed.lies.script[SITE] = Saying(rcode="NXDOMAIN")


@scenario("20", "domain-expired-or-parked", "nxdomain")
async def nxdomain_everywhere(bed):
    bed.truth.script[SITE] = bed.lies.script[SITE] = Saying(rcode="NXDOMAIN")


@scenario("20b", "domain-expired-or-parked", "expired")
async def nxdomain_and_registry_says_expired(bed):
    bed.truth.script[SITE] = bed.lies.script[SITE] = Saying(rcode="NXDOMAIN")
    facts = '{"status": ["redemption period"], "events": [{"eventAction": "expiration", "eventDate": "2020-01-01T00:00:00Z"}]}'
    host, port = await plain_server(bed, Served(body=facts))
    bed.timers["rdap_url"] = f"http://{host}:{port}/domain/{{domain}}"


@scenario("21", "blocked:dns", "refused")
async def refused_here(bed):
    bed.lies.script[SITE] = Saying(rcode="REFUSED")


@scenario("22", "down-everywhere", "dnssec")
async def broken_signatures(bed):
    bed.truth.script[SITE] = bed.lies.script[SITE] = Saying(rcode="SERVFAIL", unchecked=(ADDRESS,))


@scenario("23", "blocked:dns", "servfail")
async def servfail_here(bed):
    bed.lies.script[SITE] = Saying(rcode="SERVFAIL")


@scenario("24", "blocked:dns", "timeout")
async def silence_for_this_name(bed):
    bed.lies.script[SITE] = Saying(is_silent=True)


@scenario("25", "vantage-offline", "resolver")
async def resolver_is_dead(bed):
    bed.lies.script.clear()
    bed.lies.default = Saying(is_silent=True)


@scenario("26", "blocked:dns", "injected")
async def forged_answer_first(bed):
    bed.lies.script[SITE] = Saying(("127.0.3.80",), after=(ADDRESS,), after_s=0.02)


@scenario("27", "ok", "")
async def other_address_of_the_same_site(bed):
    bed.place("127.0.4.77")
    bed.lies.script[SITE] = Saying(("127.0.4.77",))


@scenario("28", "blocked:tls-sni", "any-address")
async def other_genuine_address_and_silence(bed):
    bed.place("127.0.4.77")
    bed.lies.script[SITE] = Saying(("127.0.4.77",))
    bed.vantage.by_name[SITE] = Act("silent")
    bed.vantage.by_target[ADDRESS] = Act("pass")
    bed.vantage.remembers_s = 0.0


@scenario("29", "inconclusive", "ipv6-only")
async def only_ipv6_here(bed):
    bed.lies.script[SITE] = Saying(("2001:db8::5",))
    bed.timers["networks"] = {"127.0.2.0/24": "AS64500", "127.0.4.0/24": "AS64501", "2001:db8::/32": "AS64500"}
    bed.vantage.by_target["2001:db8::5"] = Act("refuse", reply=3)


@scenario("31", "ok", "ipv6-broken")
async def ipv6_is_broken(bed):
    for resolver in (bed.truth, bed.lies):
        resolver.script[SITE] = Saying((ADDRESS, "2001:db8::5"))
    bed.timers["networks"] = {"127.0.2.0/24": "AS64500", "2001:db8::/32": "AS64500"}
    for one in (bed.vantage, *bed.controls):
        one.by_target["2001:db8::5"] = Act("refuse", reply=4)


@scenario("32", "blocked:tcp", "refused")
async def refused_on_connect(bed):
    bed.vantage.by_target[ADDRESS] = Act("refuse")
    canaries(bed)


def canaries(bed: Bed) -> None:
    bed.lines["foreign_canaries"] = ("127.0.4.50:443",)
    bed.place("127.0.4.50")


@scenario("34", "blocked:tcp", "timeout")
async def silent_address(bed):
    bed.vantage.by_target[ADDRESS] = Act("hang")
    canaries(bed)
    bed.timers["check_neighbours"] = True
    bed.place("127.0.2.11")


@scenario("35", "blocked:tcp", "range")
async def silent_range(bed):
    bed.vantage.by_target |= {one: Act("hang") for one in (ADDRESS, "127.0.2.11", "127.0.2.12", "127.0.2.9")}
    canaries(bed)
    bed.timers["check_neighbours"] = True
    bed.place("127.0.2.11")


@scenario("36", "inconclusive", "line-unproved")
async def silent_address_on_an_unproved_line(bed):
    bed.vantage.by_target[ADDRESS] = Act("hang")


@scenario("37", "blocked:tcp", "port-or-ip")
async def tls_dead_for_any_name(bed):
    bed.vantage.by_name |= {SITE: Act("silent"), "neutral.test": Act("silent"), "": Act("silent")}
    canaries(bed)


@scenario("38", "blocked:http-blockpage", "fingerprint", (HTTP,))
async def redirect_to_a_block_page(bed):
    fingerprints(bed)
    served = Served(302, "", {"Location": "http://blocked.mts.ru/?u=1"})
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, served))


@scenario("39", "blocked:http-blockpage", "fingerprint", (HTTP,))
async def block_page_in_the_body(bed):
    fingerprints(bed)
    served = Served(200, "<html>Доступ ограничен <a href='http://eais.rkn.gov.ru/'>реестр</a></html>")
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, served))


@scenario("40", "ok", "", (HTTP,))
async def article_about_blocking(bed):
    fingerprints(bed)
    bed.both(SITE, Served(body=ARTICLE.replace("города", "http://eais.rkn.gov.ru/")))
    bed.both(SITE, Served(body=ARTICLE + "http://eais.rkn.gov.ru/"))


@scenario("41", "ok", "no-control")
async def valid_answer_without_controls(bed):
    bed.n_controls = 0
    fingerprints(bed)
    bed.both(SITE, Served(body=ARTICLE + "http://eais.rkn.gov.ru/"))


@scenario("42", "inconclusive", "http-diff", (HTTP,))
async def unknown_page_on_one_site(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, Served(200, "<html><title>Hm</title>nothing to see</html>")))


@scenario("43", "blocked:http-blockpage", "candidate", ("http://orda.test/", "http://vlast.example/", "http://kaztag.sample/"))
async def one_unknown_page_on_three_sites(bed):
    place = await plain_server(bed, Served(200, "<html><title>Hm</title>nothing to see</html>"))
    await bed.site("vlast.example", "127.0.4.11")
    await bed.site("kaztag.sample", "127.0.2.12")
    for name in (SITE, "vlast.example", "kaztag.sample"):
        bed.vantage.by_name[name] = Act("divert", to=place)


@scenario("44", "blocked:http-451", "network", (HTTP,))
async def cleartext_451_here(bed):
    served = Served(451, "blocked", {"Link": '<http://isp.example>; rel="blocked-by"'})
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, served))


@scenario("45", "blocked:http-451", "server")
async def server_says_451_here(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], Served(451, "no")))


@scenario("46", "down-everywhere", "451-for-all")
async def server_says_451_to_all(bed):
    bed.both(SITE, Served(451, "no"))


@scenario("47", "blocked:http-reset", "host-header", (HTTP,))
async def reset_after_host(bed):
    bed.vantage.by_name[SITE] = Act("reset")


@scenario("48", "blocked:tls-sni", "injected")
async def injected_into_tls(bed):
    bed.vantage.by_name[SITE] = Act("inject", data=b"Object not found\r\n")


@scenario("49", "blocked:http-blockpage", "injected", (HTTP,))
async def injected_into_http(bed):
    bed.vantage.by_name[SITE] = Act("inject", data=b"Object not found\r\n")


async def neutral_object(bed: Bed) -> None:
    await bed.site("object.test", "127.0.4.60", Served(body="x" * 100_000))
    bed.timers["neutral_object_url"] = "https://object.test/"


@scenario("50", "throttled", "freeze")
async def frozen_after_sixteen_kilobytes(bed):
    bed.both(SITE, Served(body=LONG))
    await neutral_object(bed)
    bed.vantage.by_name[SITE] = Act("freeze", after_bytes=18 * 1024)


@scenario("50b", "throttled", "freeze")
async def frozen_inside_the_first_record(bed):
    bed.both(SITE, Served(body=LONG))
    await neutral_object(bed)
    bed.vantage.by_name[SITE] = Act("freeze", after_bytes=16 * 1024)


@scenario("55", "throttled", "sni")
async def slow_handshake_for_this_name(bed):
    bed.vantage.by_name[SITE] = Act("pass", delay_s=2.1)
    bed.timers["tls_timeout_s"] = 4.0


@scenario("own: silent address, no canaries, the neutral host answers", "blocked:tcp", "timeout")
async def neutral_host_is_a_sign_of_life(bed):
    bed.vantage.by_target[ADDRESS] = Act("hang")
    bed.place("127.0.4.44")
    bed.lies.script["neutral.test"] = Saying(("127.0.4.44",))


@scenario("51", "inconclusive", "truncated")
async def frozen_without_a_neutral_object(bed):
    bed.both(SITE, Served(body=LONG))
    bed.vantage.by_name[SITE] = Act("freeze", after_bytes=18 * 1024)


@scenario("52", "ok", "")
async def wrong_length_for_all(bed):
    bed.both(SITE, Served(announced=len(ARTICLE.encode()) + 500))


@scenario("53", "throttled", "sni")
async def slow_for_this_name(bed):
    bed.both(SITE, Served(body="<title>Orda</title>" + "слово " * 5000))
    await neutral_object(bed)
    bed.vantage.by_name[SITE] = Act("pass", bytes_per_s=20_000)
    bed.timers |= {"body_timeout_s": 9.0, "first_byte_timeout_s": 3.0, "stall_timeout_s": 2.0}
    bed.timers["tls_timeout_s"] = 3.0


@scenario("56", "bot-challenge", "cloudflare")
async def challenge_here(bed):
    served = Served(403, CHALLENGE, {"cf-mitigated": "challenge"})
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], served))


@scenario("57", "bot-challenge", "ddos-guard")
async def ddos_guard_here(bed):
    served = Served(403, "<title>DDoS-Guard</title><a id='link-ddg'>x</a>")
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], served))


@scenario("58", "bot-challenge", "rate-limited")
async def too_many_requests(bed):
    served = Served(429, "later", {"Retry-After": "60"})
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], served))


@scenario("59", "ok", "content-changed")
async def challenge_at_the_controls(bed):
    place = await other_server(bed, bed.leaves[SITE], Served(200, "<title>DDoS-Guard</title><a id='link-ddg'>x</a>"))
    for one in bed.controls:
        one.by_name[SITE] = Act("divert", to=place)


@scenario("60", "geo-blocked", "country")
async def refused_at_two_exits(bed):
    bed.with_second = True
    place = await other_server(bed, bed.leaves[SITE], Served(403, "Access denied"))
    bed.vantage.by_name[SITE] = bed.second.by_name[SITE] = Act("divert", to=place)


@scenario("61", "inconclusive", "maybe-geo")
async def refused_at_one_exit(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], Served(403, "Access denied")))


@scenario("62", "ok", "control-only-failure")
async def foreigners_are_refused(bed):
    place = await other_server(bed, bed.leaves[SITE], Served(403, "foreigners out"))
    for one in bed.controls:
        one.by_name[SITE] = Act("divert", to=place)


@scenario("64", "blocked:tls-mitm", "known-ca")
async def interception_while_the_site_is_down(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.isca.leaf(SITE)))
    down_from_controls(bed, Act("hang"))


@scenario("65", "down-everywhere", "server-error")
async def server_error_for_all(bed):
    bed.both(SITE, Served(500, "oops"))


@scenario("66", "down-everywhere", "tcp")
async def dead_for_all(bed):
    down_from_controls(bed, Act("hang"))
    bed.vantage.by_target[ADDRESS] = Act("hang")


@scenario("67", "domain-expired-or-parked", "parked", (HTTP,))
async def parked_for_all(bed):
    bed.both(SITE, Served(body=PARKED.format("")))
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, Served(body=PARKED.format("more words here " * 20))))


@scenario("68", "hosting-suspended", "host")
async def account_suspended(bed):
    bed.both(SITE, Served(body=SUSPENDED))


@scenario("68b", "hosting-suspended", "host", (HTTP,))
async def account_suspended_by_redirect(bed):
    bed.both(SITE, Served(302, "", {"Location": "/cgi-sys/suspendedpage.cgi"}))


@scenario("70", "ok", "content-changed")
async def redesigned(bed):
    served = Served(body="<title>Новая Орда</title>" + "<p>совсем другие слова повсюду</p>" * 50)
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], served))


@scenario("71", "ok", "moved")
async def moved_to_a_new_domain(bed):
    await bed.site("new-orda.example", "127.0.4.30")
    bed.both(SITE, Served(301, "", {"Location": "https://new-orda.example/"}))


@scenario("73", "vantage-offline", "captive")
async def captive_portal(bed):
    await bed.site("check.test", "127.0.4.40", Served(204, ""))
    bed.timers["captive_urls"] = {"http://check.test/generate_204": "204"}
    bed.vantage.by_name |= {"*": Act("divert", port=80, to=await plain_server(bed, Served(200, "<title>Login</title>")))}


@scenario("74", "vantage-offline", "proxy-unreachable")
async def proxy_is_down(bed):
    await bed.vantage.stop()


@scenario("74b", "vantage-offline", "proxy-auth")
async def proxy_wants_a_password(bed):
    bed.vantage.password = "right"


@scenario("76", "blocked:tcp", "unknown")
async def proxy_says_yes_before_connecting(bed):
    bed.vantage.is_lying = True
    bed.vantage.by_target |= {ADDRESS: Act("refuse"), "127.0.4.98": Act("refuse")}
    bed.timers["closed_port"] = "127.0.4.98:443"
    await bed.site("canary.test", "127.0.4.50")
    bed.lines["foreign_canaries"] = ("https://canary.test/",)


@scenario("77", "inconclusive", "proxy-error")
async def connect_is_answered_with_502(bed):
    bed.lines["kind"] = "http"
    bed.vantage.by_target[ADDRESS] = Act("refuse", reply=502)
    canaries(bed)


@scenario("79", "inconclusive", "control-unavailable")
async def controls_are_offline(bed):
    for one in bed.controls:
        await one.stop()
    bed.vantage.by_target[ADDRESS] = Act("hang")


@scenario("80", "blocked:tls-mitm", "known-ca")
async def controls_are_offline_and_interception_is_seen(bed):
    for one in bed.controls:
        await one.stop()
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.isca.leaf(SITE)))


@scenario("82", "vantage-offline", "proxy-unreachable")
async def everything_is_down(bed):
    for one in (bed.vantage, *bed.controls):
        await one.stop()


@scenario("83", "network-shutdown", "foreign-canaries-dead")
async def country_is_cut_off(bed):
    bed.lines["foreign_canaries"] = ("127.0.4.50:443", "127.0.4.51:443")
    bed.lines["domestic_canaries"] = ("127.0.2.60:443",)
    for address in ("127.0.4.50", "127.0.4.51", "127.0.2.60"):
        bed.place(address)
    bed.vantage.by_target |= {"127.0.4.50": Act("hang"), "127.0.4.51": Act("hang"), ADDRESS: Act("hang")}


@scenario("91", "ok", "")
async def only_cleartext_is_blocked(bed):
    bed.vantage.by_name[SITE] = Act("reset", port=80)


@scenario("92", "blocked:tls-sni", "silence")
async def second_host_is_silent(bed):
    await bed.site("www.orda.test", "127.0.4.31")
    bed.both(SITE, Served(301, "", {"Location": "https://www.orda.test/"}))
    bed.vantage.by_name["www.orda.test"] = Act("silent")


@scenario("94", "blocked:tls-sni", "silence")
async def filter_remembers(bed):
    bed.vantage.by_name[SITE] = Act("silent")
    bed.vantage.remembers_s = 0.9
    bed.timers["tries_at_s"] = (0.0, 0.0, 0.0, 3.6)


@scenario("101", "ok", "", ("https://қазақстан.test/",))
async def name_in_kazakh(bed):
    await bed.site("қазақстан.test".encode("idna").decode(), "127.0.2.70")


@scenario("101b", "blocked:tls-sni", "silence", ("https://қазақстан.test/",))
async def name_in_kazakh_is_filtered(bed):
    name = "қазақстан.test".encode("idna").decode()
    await bed.site(name, "127.0.2.70")
    bed.vantage.by_name[name] = Act("silent")


@scenario("own: names at the proxy", "ok", "")
async def names_at_the_proxy(bed):
    bed.lines |= {"resolver": {"kind": "proxy"}, "names_at_proxy": True}
    bed.vantage.places = {SITE: ADDRESS}


@scenario("own: names at the proxy, filtered", "blocked:tls-sni", "reset")
async def names_at_the_proxy_and_reset(bed):
    bed.lines |= {"resolver": {"kind": "proxy"}, "names_at_proxy": True}
    bed.vantage.places = {SITE: ADDRESS}
    bed.vantage.by_name[SITE] = Act("reset")


@scenario("own: name fails at the proxy, address works", "blocked:dns", "name-at-proxy")
async def name_fails_at_the_proxy(bed):
    bed.lines |= {"resolver": {"kind": "proxy"}, "names_at_proxy": True}
    bed.vantage.by_target[SITE] = Act("refuse", reply=4)


@scenario("own: resolver over TCP through the line", "ok", "")
async def resolver_over_tcp(bed):
    bed.lines["resolver"] = {"kind": "tcp", "address": f"127.0.0.1:{bed.lies.port}"}


@scenario("own: http proxy", "ok", "")
async def http_proxy(bed):
    bed.lines["kind"] = "http"


@scenario("own: http proxy, filtered", "blocked:tls-sni", "silence")
async def http_proxy_with_filter(bed):
    bed.lines["kind"] = "http"
    bed.vantage.by_name[SITE] = Act("silent")


@scenario("own: garbage instead of TLS", "blocked:tls-sni", "broken")
async def garbage_instead_of_tls(bed):
    bed.vantage.by_name[SITE] = Act("inject", data=b"\x00\x01\x02garbage")


@scenario("own: silence after Host", "blocked:http-reset", "host-header", (HTTP,))
async def silence_after_host(bed):
    bed.vantage.by_name[SITE] = Act("silent")


@scenario("own: article that speaks of suspended accounts", "ok", "")
async def article_about_suspension(bed):
    bed.both(SITE, Served(body=ARTICLE + "<p>this account has been suspended</p>" + "<p>слово дня</p>" * 400))


@scenario("own: server closes for everybody", "down-everywhere", "http")
async def server_closes_for_all(bed):
    bed.both(SITE, Served(is_reset=True))


@scenario("own: one control only and the site is down", "inconclusive", "single-control")
async def one_control_says_down(bed):
    bed.n_controls = 1
    down_from_controls(bed, Act("hang"))
    bed.vantage.by_target[ADDRESS] = Act("hang")


@scenario("own: controls disagree", "inconclusive", "control-unsteady")
async def controls_disagree(bed):
    bed.controls[0].by_target[ADDRESS] = Act("hang")
    bed.vantage.by_target[ADDRESS] = Act("hang")


@scenario("own: cleartext challenge", "bot-challenge", "cloudflare", (HTTP,))
async def cleartext_challenge(bed):
    bed.both(SITE, Served(403, CHALLENGE))


@scenario("own: http to https", "ok", "", (HTTP,))
async def http_leads_to_https(bed):
    bed.plain.hosts[SITE] = Served(301, "", {"Location": URL})


@scenario("own: redirect to a block page that has a certificate", "blocked:http-blockpage", "fingerprint", (HTTP,))
async def block_page_with_a_certificate(bed):
    fingerprints(bed)
    await bed.site("blocked.mts.ru", "127.0.4.90")
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, Served(302, "", {"Location": "http://blocked.mts.ru/"})))


@scenario("own: redirect loop", "ok", "")
async def redirect_loop(bed):
    bed.both(SITE, Served(302, "", {"Location": URL}))


@scenario("own: page in windows-1251", "ok", "")
async def old_charset(bed):
    bed.both(SITE, Served(headers={"Content-Type": "text/html; charset=windows-1251"}))


@scenario("own: empty page", "ok", "")
async def empty_page(bed):
    bed.both(SITE, Served(200, ""))


@scenario("own: 404 for all", "down-everywhere", "http-404")
async def not_found_for_all(bed):
    bed.both(SITE, Served(404, "no such page"))


@scenario("own: 503 here only", "inconclusive", "server-answer")
async def server_trouble_here(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], Served(503, "busy")))


@scenario("own: not live and a name for the system", "vantage-offline", "not-live")
async def not_live(bed):
    bed.lines |= {"kind": "direct", "resolver": {"kind": "system"}}


@scenario("own: certificate of yesterday at the controls too", "site-tls-error", "unknown-authority")
async def self_made_certificate_for_all(bed):
    bed.leaves[SITE] = bed.stranger.leaf(SITE)


@scenario("own: interception of the cut-off host's second address", "blocked:tls-mitm", "known-ca")
async def interception_at_a_wrong_address(bed):
    bed.lies.script[SITE] = Saying(("127.0.3.80",))
    bed.places[("127.0.3.80", 443)] = await other_server(bed, bed.isca.leaf(SITE))


@scenario("own: ordinary state authority", "inconclusive", "tls-ssl-unknown-authority")
async def ordinary_state_authority(bed):
    from crawler.rehearsal.tls import ThrowAwayAuthority

    state = ThrowAwayAuthority(bed.folder, {"C": "KZ", "O": "NCA", "CN": "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ"})
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, state.leaf("portal.gov.test")))


@scenario("own: proxy refuses by its rules", "inconclusive", "proxy-error")
async def proxy_ruleset(bed):
    bed.vantage.by_target[ADDRESS] = Act("refuse", reply=2)
    canaries(bed)


@pytest.mark.parametrize(
    ("number", "name", "urls", "expected", "reason", "setup"), SCENARIOS, ids=[f"{one[0]}-{one[1]}" for one in SCENARIOS]
)
async def test_scenario(tmp_path: Path, number, name, urls, expected, reason, setup) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site(SITE, ADDRESS)
        for other, address in OTHERS.items():
            await bed.site(other, address)
        await setup(bed)
        opinions = [one for one in await bed.probe(*urls) if one.line.id == "kz"]
    for opinion in opinions:
        got = opinion.ruling
        assert (got.verdict.value, got.reason) == (expected, reason.removeprefix("rule:")), f"{got} {opinion.explanation}"
        assert opinion.explanation, "every verdict is explained"


@pytest.mark.parametrize(
    ("rows", "words", "confidence"),
    [
        ('[{"urladdress": "https://www.orda.test/", "courtname": "Алматы соты", "courtdate": "2026-02-01"}]', "Алматы соты", 0.99),
        ('[{"urladdress": "not-orda.test", "courtname": "x"}]', "nothing on record", 0.95),
        ("not json", "controlled swap", 0.95),
    ],
)
async def test_a_register_supports_a_verdict_and_never_makes_one(tmp_path: Path, rows: str, words: str, confidence: float) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site(SITE, ADDRESS)
        host, port = await plain_server(bed, Served(body=rows))
        bed.timers["registers"] = {"KZ": f"http://{host}:{port}/banned_sites?url={{domain}}"}
        (fine,) = await bed.probe(URL)
        bed.vantage.by_name[SITE] = Act("silent")
        (opinion,) = await bed.probe(URL)
    assert fine.ruling.verdict.value == "ok"
    assert words in opinion.explanation and opinion.ruling.confidence == pytest.approx(confidence, abs=0.011)
