"""More scenarios of our own over real sockets: crowds that fail at once, stale edges, flaky tries, lines that see nothing."""

from pathlib import Path

import pytest

from tests.probes.bed import Act, Bed, Saying, Served
from tests.probes.test_scenarios import ADDRESS, SITE, URL, canaries, neutral_object, other_server, plain_server

SCENARIOS = []


def scenario(title: str, expected: str, reason: str = "", urls: tuple[str, ...] = (URL,)):
    def keep(setup):
        SCENARIOS.append(pytest.param(urls, expected, reason, setup, id=title))
        return setup

    return keep


@scenario("100 first try reset, second a success", "ok", "flaky")
async def flaky(bed):
    bed.vantage.by_name[SITE] = Act("reset")
    bed.timers["tries_at_s"] = (0.0, 0.0, 1.0)
    bed.free_after(SITE, 0.5)


@scenario("103 attack at the origin: dead for all, other names too", "down-everywhere", "tls")
async def attacked(bed):
    names = {SITE: Act("silent"), "neutral.test": Act("silent"), "": Act("silent")}
    for one in (bed.vantage, *bed.controls):
        one.by_name |= names


@scenario("103b attack at the origin: controls get through at times", "inconclusive", "control-unsteady")
async def attacked_now_and_then(bed):
    bed.vantage.by_name |= {SITE: Act("silent"), "neutral.test": Act("silent"), "": Act("silent")}
    bed.controls[0].by_name[SITE] = Act("silent")


@scenario("85 a line that sees no filter, site silent", "blocked:tcp", "timeout")
async def datacentre_and_silence(bed):
    bed.lines |= {"line": "datacentre", "sees_censorship": "no"}
    bed.vantage.by_target[ADDRESS] = Act("hang")
    canaries(bed)


@scenario("86 a line that sees no filter, site fine", "ok")
async def datacentre_and_fine(bed):
    bed.lines |= {"line": "datacentre", "sees_censorship": "no"}


@scenario("an edge here shows the site's own expired certificate", "inconclusive", "tls-ssl-invalid-certificate")
async def stale_edge(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.root.leaf(SITE, days=(-400, -10))))


@scenario(
    "two sites at one edge with certificates for other names", "inconclusive", "tls-ssl-invalid-hostname", (URL, "https://vlast.test/")
)
async def wrong_edge_for_two(bed):
    for name in (SITE, "vlast.test"):
        bed.vantage.by_name[name] = Act("divert", to=await other_server(bed, bed.root.leaf(f"x-{name}")))


@scenario(
    "two sites with expired certificates of one good authority", "inconclusive", "tls-ssl-invalid-certificate", (URL, "https://vlast.test/")
)
async def stale_edges(bed):
    for name in (SITE, "vlast.test"):
        bed.vantage.by_name[name] = Act("divert", to=await other_server(bed, bed.root.leaf(name, days=(-400, -10))))


@scenario("404 here only", "inconclusive", "server-answer")
async def not_found_here(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], Served(404, "no")))


@scenario("another good certificate with another key here", "ok")
async def other_key(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.root.leaf(SITE)))


@scenario("the line is slow for everything", "ok", "slow-vantage")
async def slow_for_all(bed):
    bed.both(SITE, Served(body="<title>Orda</title>" + "слово " * 8000))
    await neutral_object(bed)
    for name in (SITE, "object.test"):
        bed.vantage.by_name[name] = Act("freeze", after_bytes=18 * 1024)


@scenario("cleartext login page on one site", "inconclusive", "http-diff", ("http://orda.test/",))
async def login_page(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await plain_server(bed, Served(200, "<title>Login</title>please log in")))


@scenario("reset at the address and silence for the name at another", "blocked:tls-sni", "reset")
async def reset_by_name_at_one_of_two(bed):
    bed.vantage.by_name[SITE] = Act("reset")


@scenario("no answer of the resolver here, the address is silent too", "blocked:dns", "nxdomain")
async def two_layers(bed):
    bed.lies.script[SITE] = Saying(rcode="NXDOMAIN")
    bed.vantage.by_name[SITE] = Act("silent")


@scenario("451 over TLS here and a block page elsewhere", "blocked:http-451", "server")
async def legal_notice(bed):
    place = await other_server(bed, bed.leaves[SITE], Served(451, "by order", {"Link": '<https://x.example>; rel="blocked-by"'}))
    bed.vantage.by_name[SITE] = Act("divert", to=place)


@scenario("503 with a challenge", "bot-challenge", "cloudflare")
async def challenge_503(bed):
    served = Served(503, "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.leaves[SITE], served))


@scenario("interception shows at the second try only", "blocked:tls-mitm", "known-ca")
async def silence_and_interception(bed):
    bed.vantage.by_name[SITE] = Act("divert", to=await other_server(bed, bed.isca.leaf("other.test")))


CROWD = tuple(f"https://site{number}.test/" for number in range(12))


async def crowd(bed: Bed, act: Act, n_bad: int) -> None:
    canaries(bed)
    for number in range(12):
        await bed.site(f"site{number}.test", f"127.0.2.{number + 100}")
    for number in range(n_bad):
        bed.vantage.by_target[f"127.0.2.{number + 100}"] = act


async def verdicts(tmp_path: Path, n_bad: int, act: Act, by_name: str = "") -> list[tuple[str, str, str]]:
    async with Bed(tmp_path) as bed:
        await crowd(bed, act if not by_name else Act("pass"), n_bad)
        for number in range(n_bad if by_name else 0):
            name = f"site{number}.test"
            to = await other_server(bed, bed.isca.leaf(name)) if by_name == "divert" else ("", 0)
            bed.vantage.by_name[name] = Act(by_name, to=to)
        found = await bed.probe(*CROWD)
    return [(one.ruling.rule_id, one.ruling.verdict.value, one.ruling.reason) for one in found if one.line.id == "kz"][:n_bad]


async def test_r3_many_silent_at_once_are_one_event_and_no_block(tmp_path: Path) -> None:
    assert await verdicts(tmp_path, 6, Act("hang")) == [("R3", "inconclusive", "mass-failure")] * 6


async def test_r3_four_of_twelve_are_judged_one_by_one(tmp_path: Path) -> None:
    assert {verdict for _, verdict, _ in await verdicts(tmp_path, 4, Act("hang"))} == {"blocked:tcp"}


@pytest.mark.parametrize(("act", "expected"), [("divert", ("R4", "blocked:tls-mitm")), ("silent", ("R24", "blocked:tls-sni"))])
async def test_r3_leaves_artefacts_and_swaps_alone(tmp_path: Path, act: str, expected: tuple[str, str]) -> None:
    assert {found[:2] for found in await verdicts(tmp_path, 6, Act("pass"), act)} == {expected}


@pytest.mark.parametrize(("urls", "expected", "reason", "setup"), SCENARIOS)
async def test_scenario(tmp_path: Path, urls, expected: str, reason: str, setup) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site(SITE, ADDRESS)
        await bed.site("vlast.test", "127.0.2.11")
        await setup(bed)
        opinions = [one for one in await bed.probe(*urls) if one.line.id == "kz"]
    for opinion in opinions:
        got = opinion.ruling
        assert (got.verdict.value, got.reason) == (expected, reason), f"{got} {opinion.explanation}"
