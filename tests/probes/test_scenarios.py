"""Every scenario of the table over real sockets; a register supports a verdict; the table itself is whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.probes.bed import Act, Bed, Origin, Served
from tests.probes.table import ADDRESS, SITE, URL, Scenario, got_of, load, play

SCENARIOS = load()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{one.id} {one.says}" for one in SCENARIOS])
async def test_scenario(tmp_path: Path, scenario: Scenario) -> None:
    opinions = await play(scenario, tmp_path)
    crowd = scenario.setup.get("crowd")
    urls = [f"https://site{number}.test/" for number in range(crowd["bad"])] if crowd else scenario.urls
    assert all(one.explanation for one in opinions), "every verdict is explained"
    for url in urls:
        got = got_of(opinions, url)
        wanted = scenario.expect if scenario.expect.alert is not None else replace(scenario.expect, alert=got.alert)
        assert got == wanted, url


def test_the_table_holds_thirty_scenarios_of_our_own_and_more() -> None:
    assert len([one for one in SCENARIOS if one.file == "own.yaml"]) >= 30
    fired = {one.expect.rule for one in SCENARIOS}
    missing = {f"R{number}" for number in range(34)} - fired
    assert missing == {"R6"}, "R6 is the absence of a rule: a strange certificate goes on to the rules of names"
    assert "R30a" in fired


def test_every_rule_has_a_near_miss() -> None:
    rules = {*(f"R{number}" for number in range(34)), "R30a"}
    tempted = {rule for one in SCENARIOS for rule in one.tempts}
    assert tempted == rules, "each rule has a scenario where it is near and must not decide, and no other name is tempted"
    fallen = [(one.id, rule) for one in SCENARIOS for rule in one.tempts if rule == one.expect.rule]
    assert fallen == [], "what decides a scenario is no temptation in it"


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    entry = "- {id: x, says: y, unheard_of: 1, expect: {verdict: ok, rule: R11, confidence: 1, alert: none}}"
    (tmp_path / "bad.yaml").write_text(entry, encoding="utf-8")
    with pytest.raises(ValueError, match="bad.yaml: x: .*unheard_of"):
        load(tmp_path)


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
        origin = Origin()
        origin.default = Served(body=rows)
        await bed.add_origin(origin)
        bed.timers["registers"] = {"KZ": f"http://127.0.0.1:{origin.port}/banned_sites?url={{domain}}"}
        (fine,) = await bed.probe(URL)
        bed.vantage.by_name[SITE] = Act("silent")
        (opinion,) = await bed.probe(URL)
    assert fine.ruling.verdict.value == "ok"
    assert words in opinion.explanation and opinion.ruling.confidence == pytest.approx(confidence, abs=0.011)
