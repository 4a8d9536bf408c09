"""Titles say what happened to whom, at which stage; incidents are keyed by their outlet alone."""

import pytest

from crawler.items import Finding, Person
from db.vocabulary import Category, PartyRole, Stage
from pipelines.linking.subjects import subject_of
from pipelines.linking.wording import alert_title, case_title, incident_state_of, severity_of


def finding(category: Category, stage: Stage | None = None, *, people: tuple[str, ...] = (), outlets: tuple[str, ...] = ()) -> Finding:
    named = tuple(Person(name=name, role=PartyRole.EDITOR) for name in people)
    return Finding(rule_id="r", rules_version="1", category=category, stage=stage, people=named, outlets=outlets, opponents=("Ак Кайнар",))


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (finding(Category.BLOCKING, Stage.ENFORCED, outlets=("Полоса 7",)), "Blocking of a site, account or network: Полоса 7 – in force"),
        (finding(Category.BLOCKING, Stage.CLOSED, outlets=("Полоса 7",)), "Blocking of a site, account or network: Полоса 7 – lifted"),
        (finding(Category.DEFAMATION_CIVIL, Stage.CLAIM_FILED, people=("Вера",)), "Civil defamation claim: Вера – claim filed"),
        (finding(Category.PHYSICAL_ATTACK), "Physical attack: unnamed"),
    ],
)
def test_titles_say_what_whom_and_how_far(event: Finding, title: str) -> None:
    assert alert_title(event, subject_of(event, {})) == title


def test_a_case_is_titled_by_its_sides() -> None:
    event = finding(Category.DEFAMATION_CIVIL, Stage.VERDICT, outlets=("Полоса 7",))
    assert case_title(event, subject_of(event, {})) == "Ак Кайнар v. Полоса 7 (Civil defamation claim)"


def test_one_outlet_is_one_subject_whoever_else_is_named() -> None:
    one = finding(Category.BLOCKING, Stage.ENFORCED, outlets=("Тұмар Ньюс",), people=("Самал Жетпісқызы",))
    other = finding(Category.BLOCKING, Stage.ENFORCED, outlets=("Тумар Ньюс",))
    assert subject_of(one, {}).key == subject_of(other, {}).key != ""
    assert subject_of(finding(Category.BLOCKING, people=("Антон Ли",)), {}).key


def test_what_ends_well_is_not_grave() -> None:
    assert severity_of(finding(Category.BLOCKING, Stage.ENFORCED)) == 5
    assert severity_of(finding(Category.BLOCKING, Stage.CLOSED)) == 1
    assert incident_state_of(finding(Category.BLOCKING, Stage.CLOSED)) == "closed"
    assert incident_state_of(finding(Category.BLOCKING, Stage.THREAT)) == "suspected"
