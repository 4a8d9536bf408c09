"""Long quarrels told step by step in three languages: one case or linked cases, at the right stage, each step told once."""

import json
import random
from pathlib import Path

import pytest

from pipelines.detectors import JudgeInput, judge
from pipelines.languages.outlets import OutletIndex
from tests.pipelines.linking.desk import Desk

CHAINS = {
    chain["id"]: chain for chain in map(json.loads, (Path(__file__).parents[1] / "fixtures/chains.jsonl").read_text("utf-8").splitlines())
}
NOBODY = OutletIndex.build(())


def tell(desk: Desk, articles: list[dict[str, str]]) -> dict[str, str]:
    """Every article through judge, link and store; the titles of the articles with the case that each is in."""
    for article in articles:
        findings = judge(JudgeInput(title=article["title"], text=article["text"], language=article["lang"]), NOBODY).findings
        desk.read(article["title"], article["published"][:19], *findings, text=article["text"])
    query = "select distinct a.title, m.root_id from case_event e join article a on a.id = e.article_id join case_member m using (case_id)"
    ids = {article["title"]: article["id"] for article in articles}
    return {ids[str(title)]: str(case_id) for title, case_id in desk.rows(query) if title in ids}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_chain_is_one_case_or_linked_cases_at_the_right_stage(desk: Desk, name: str, seed: int | None) -> None:
    chain = CHAINS[name]
    articles = list(chain["articles"])
    if seed is not None:
        random.Random(seed).shuffle(articles)
    home = tell(desk, articles)
    groups = {frozenset(article for article in home if home[article] == case_id) for case_id in home.values()}
    assert groups == {frozenset(group) for group in chain["expected"]["cases"]}
    last = home[chain["expected"]["cases"][-1][-1]]
    assert desk.rows(f"select stage from court_case where id = '{last}'") == [(chain["expected"]["stage"],)]
    tied = {frozenset(map(str, row)) for row in desk.rows("select case_id, other_id from case_relation")}
    assert tied == {frozenset({home[one], home[other]}) for one, other in chain["expected"]["related"]}


@pytest.mark.parametrize("name", CHAINS)
def test_each_step_of_a_chain_is_told_once(desk: Desk, name: str) -> None:
    chain = CHAINS[name]
    tell(desk, chain["articles"])
    told = desk.rows(
        "select a.title from alert join alert_article aa on aa.alert_id = alert.id and aa.relation = 'trigger' join article a on a.id = aa.article_id"
    )
    titles = {article["id"]: article["title"] for article in chain["articles"]}
    assert sorted(str(title) for (title,) in told) == sorted(titles[each] for each in chain["expected"]["alerts"])


def test_a_case_that_a_seizure_opened_gets_the_name_of_what_it_turned_out_to_be(desk: Desk) -> None:
    tell(desk, CHAINS["C01"]["articles"][:1])
    assert desk.rows("select category from court_case") == [("confiscation_of_print_run",)]
    tell(desk, CHAINS["C01"]["articles"][1:2])
    assert desk.rows("select category, title like '%Suspension%' from court_case") == [("suspension_or_ban", 1)]
