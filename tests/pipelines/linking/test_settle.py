"""Cases put together anew: the order of arrival changes nothing, a bridge joins, staff's word stands."""

import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from db.vocabulary import Category, Stage
from pipelines.linking.cards import card_of_events
from pipelines.linking.decide import compare
from pipelines.linking.facts import EventFacts
from pipelines.linking.settle import Told, is_unsettled, near, settle
from tests.pipelines.linking.events import event, finding

LIVES = (
    ("Алатау Обзор", "Ак Кайнар", 20e6, "2026-01-05"),
    ("Семиречье Лайв", "Ак Кайнар", 8e6, "2026-01-07"),
    ("Жеті жол", "Сары Бел", 30e6, "2026-01-10"),
    ("Жеті жол", "Номад Депозит", 50e6, "2026-01-11"),
)
STEPS = ((Stage.THREAT, 0), (Stage.CLAIM_FILED, 9), (Stage.HEARING, 25), (Stage.VERDICT, 50), (Stage.APPEAL, 90))


def told() -> list[Told]:
    """Five steps of each of four suits, and a suit filed anew after it was withdrawn."""
    lives = [
        Told(
            article_id=f"{number}-{stage}",
            event=event(
                str(date.fromisoformat(begin) + timedelta(days)),
                finding(stage=stage, outlets=outlet, opponents=who, claimed=sum_ * (days < 10)),
            ),
        )
        for number, (outlet, who, sum_, begin) in enumerate(LIVES)
        for stage, days in STEPS
    ]
    withdrawn = (
        ("2025-03-01", Stage.CLAIM_FILED, 6e6),
        ("2025-04-01", Stage.ACQUITTED_OR_WITHDRAWN, 0.0),
        ("2025-09-01", Stage.CLAIM_FILED, 9e6),
    )
    refiled = [
        Told(article_id=f"r-{on}", event=event(on, finding(stage=stage, outlets="Пятый этаж", opponents="Талшын", claimed=sum_)))
        for on, stage, sum_ in withdrawn
    ]
    return lives + refiled


def parts(events: list[Told]) -> set[frozenset[str]]:
    return {frozenset(each.article_id for each in cluster.told) for cluster in settle(events)}


WANTED = {frozenset(f"{number}-{stage}" for stage, _ in STEPS) for number in range(len(LIVES))} | {
    frozenset({"r-2025-03-01", "r-2025-04-01"}),
    frozenset({"r-2025-09-01"}),
}


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_any_order_and_any_earlier_guess_give_the_same_cases(seed: int) -> None:
    chance = random.Random(seed)
    events = [Told(article_id=each.article_id, event=each.event, case_id=chance.choice("abc")) for each in told()]
    chance.shuffle(events)
    assert parts(events) == WANTED


def test_each_case_keeps_the_name_of_its_oldest_event_and_no_two_share_one() -> None:
    clusters = settle([Told(article_id=each.article_id, event=each.event, case_id="a") for each in told()])
    names = [cluster.case_id for cluster in clusters]
    assert names.count("a") == 1
    assert set(names) == {"a", ""}


def bridge() -> tuple[Told, Told, Told]:
    """The journalist's suit, her outlet's suit, and a report that names both."""
    one = event("2026-02-01", finding(people="Ольга Дерюгина", claimed=18e6))
    other = event("2026-02-20", finding(stage=Stage.HEARING, outlets="Каспий Шолпаны", opponents="Тенгри Ойл"))
    both = event(
        "2026-03-15", finding(stage=Stage.VERDICT, people="Ольга Дерюгина", outlets="Каспий Шолпаны", opponents="Тенгри Ойл", claimed=18e6)
    )
    return Told(article_id="1", event=one, case_id="a"), Told(article_id="2", event=other, case_id="b"), Told(article_id="3", event=both)


def test_a_report_that_names_both_joins_two_open_cases() -> None:
    assert [(cluster.case_id, len(cluster.told)) for cluster in settle(bridge())] == [("a", 3)]


def test_staff_who_keep_two_cases_apart_are_obeyed() -> None:
    one, other, both = bridge()
    fixed = Told(article_id=other.article_id, event=other.event, case_id="b", is_fixed=True)
    clusters = settle((one, fixed, both))
    assert {cluster.case_id for cluster in clusters} == {"a", "b"}


def test_another_sum_or_another_journalist_is_no_bridge() -> None:
    one, other, both = bridge()
    events = (one, Told(article_id="2", event=event("2026-02-20", finding(people="Иван Саблин", opponents="Тенгри Ойл"))), both)
    assert len(settle(events)) == 2


def test_only_a_late_or_a_double_fit_is_unsettled() -> None:
    first: EventFacts = told()[0].event
    card = card_of_events([each.event for each in told()[:3]], "a")
    assert is_unsettled(first, near(compare(first, [card])))
    later = event("2026-06-01", finding(stage=Stage.APPEAL, outlets="Алатау Обзор", opponents="Ак Кайнар"))
    assert not is_unsettled(later, near(compare(later, [card])))
    other = event("2026-06-01", finding(Category.BLOCKING, Stage.ENFORCED, outlets="Тумар"))
    assert near(compare(other, [card])) == ()
