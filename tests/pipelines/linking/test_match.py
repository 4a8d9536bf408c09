"""Which case a report belongs to: the same in each order of arrival, and confusable cases stay apart."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.vocabulary import AlertKind, Category, NoveltyBasis, Stage
from pipelines.linking.decide import as_copy, compare, decide, in_doubt
from pipelines.linking.facts import EventFacts, events_of
from pipelines.linking.match import JOIN_AT, match
from tests.pipelines.linking.events import case_of, event, finding

CIVIL, CRIMINAL, ADMINISTRATIVE = Category.DEFAMATION_CIVIL, Category.DEFAMATION_CRIMINAL, Category.DEFAMATION_ADMINISTRATIVE
SUIT = event(
    "2026-03-30", finding(outlets="Алатау Обзор", opponents="Ак Кайнар Девелопмент", claimed=20e6, court="Жетысуский районный суд")
)


def fits(report: EventFacts, *told: EventFacts) -> bool:
    return match(report, case_of(*told)).score >= JOIN_AT


@pytest.mark.parametrize(
    "report",
    [
        event("2026-03-31", finding(outlets="Alatau Obzor", opponents="Ak Kainar Development")),
        event("2026-05-22", finding(stage=Stage.VERDICT, outlets="газета «Алатау Обзор»")),
        event("2026-05-22", finding(ADMINISTRATIVE, Stage.VERDICT, outlets="Alatau Obzor", opponents="Ak Kainar Development")),
        event("2027-02-01", finding(stage=Stage.APPEAL, outlets="Алатау Обзор", opponents="Ақ Қайнар Девелопмент")),
    ],
)
def test_one_case_in_other_words_scripts_and_months(report: EventFacts) -> None:
    assert fits(report, SUIT)


@pytest.mark.parametrize(
    "report",
    [
        event(
            "2026-03-31",
            finding(outlets="Семиречье Лайв", opponents="Ак Кайнар Девелопмент", claimed=20e6, court="Жетысуский районный суд"),
        ),
        event("2026-03-31", finding(outlets="Алатау Обзор", opponents="Талшын Банк", claimed=5e6)),
        event("2026-03-31", finding(Category.BLOCKING, Stage.ENFORCED, outlets="Алатау Обзор")),
        event("2026-03-31", finding(CRIMINAL, Stage.CHARGED, outlets="Алатау Обзор", article="kz-cc14-411", claimed=1.0)),
    ],
)
def test_confusable_cases_stay_apart(report: EventFacts) -> None:
    assert not fits(report, SUIT)


def test_two_of_one_surname_are_told_apart_by_the_places_around() -> None:
    held = event("2025-11-17", finding(Category.FALSE_INFORMATION, people="Е. Абенов", article="kz-cc14-274"))
    card = case_of(held)
    other = event("2025-11-24", finding(Category.FALSE_INFORMATION, Stage.VERDICT, people="Еркин Абенов"))
    assert in_doubt(compare(other, [card])) == ("case",)
    assert decide(other, compare(other, [card])).case is None


def test_a_suit_after_a_withdrawal_is_a_new_case_with_its_predecessor() -> None:
    first = event("2025-04-07", finding(outlets="Пятый Этаж", opponents="Талшын Банк", claimed=60e6))
    withdrawn = event("2025-05-06", finding(stage=Stage.ACQUITTED_OR_WITHDRAWN, outlets="Пятый Этаж", opponents="Талшын Банк"))
    again = event("2026-02-18", finding(outlets="Пятый Этаж", opponents="Talshyn Bank", claimed=100e6))
    decision = decide(again, compare(again, [case_of(first, withdrawn)]))
    assert decision.case is None
    assert decision.predecessor_id == "case"
    assert decision.novelty.basis == NoveltyBasis.REFILED_AFTER_WITHDRAWAL


def test_a_late_report_of_an_earlier_end_is_not_of_the_later_case() -> None:
    second = event("2026-02-18", finding(outlets="Пятый Этаж", opponents="Талшын Банк", claimed=100e6))
    withdrawn = event("2025-05-06", finding(stage=Stage.ACQUITTED_OR_WITHDRAWN, outlets="Пятый Этаж", opponents="Талшын Банк"))
    assert not fits(withdrawn, second)


def test_a_site_blocked_anew_is_a_new_case_and_a_retelling_is_not() -> None:
    cut = event("2026-01-12", finding(Category.BLOCKING, Stage.ENFORCED, outlets="Кара таспа"))
    back = event("2026-02-02", finding(Category.BLOCKING, Stage.CLOSED, outlets="Кара таспа"))
    again = event("2026-02-20", finding(Category.BLOCKING, Stage.ENFORCED, outlets="Қара таспа"))
    told = event("2026-02-20", finding(Category.BLOCKING, Stage.ENFORCED, outlets="Қара таспа", kind=AlertKind.NONE))
    assert not fits(again, cut, back)
    assert fits(again, cut)
    assert fits(told, cut, back)


def test_search_arrest_and_charge_of_one_journalist_are_one_case() -> None:
    search = event("2025-09-01", finding(Category.SEARCH_OR_SEIZURE, None, people="Марат Толыбай"))
    charge = event("2025-09-12", finding(Category.EXTORTION_OR_OTHER_CRIMINAL, Stage.CHARGED, people="Marat Tolybay"))
    assert fits(charge, search)
    assert fits(search, charge)


def test_a_case_number_wins_over_names() -> None:
    told = event("2026-01-10", finding(outlets="Жеті жол", number="7514-26-00-2/123"))
    assert match(event("2026-02-10", finding(outlets="Жас дауыс", number="7514-26-00-2/123")), case_of(told)).score == 1.0


def test_a_copy_goes_where_its_original_went_and_is_no_news() -> None:
    decision = as_copy(SUIT, case_of(SUIT))
    assert decision.case is not None
    assert not decision.novelty.should_alert


def test_a_second_judgment_with_another_outcome_is_news() -> None:
    arrested = event("2025-05-28", finding(Category.INCITEMENT_OR_EXTREMISM, Stage.VERDICT, people="Юрий Стрепетов"))
    jailed = event(
        "2025-10-30", replace(finding(Category.INCITEMENT_OR_EXTREMISM, Stage.VERDICT, people="Юрий Стрепетов"), outcomes=("imprisonment",))
    )
    assert decide(jailed, compare(jailed, [case_of(arrested)])).novelty.should_alert
    assert not decide(arrested, compare(arrested, [case_of(arrested)])).novelty.should_alert


LIVES = (
    ("Алатау Обзор", "Ак Кайнар", 20e6, "2026-01-05"),
    ("Семиречье Лайв", "Ак Кайнар", 8e6, "2026-01-07"),
    ("Жеті жол", "Сары Бел", 30e6, "2026-01-10"),
    ("Орал бүгін", "Номад Депозит", 50e6, "2026-01-11"),
)
STEPS = ((Stage.THREAT, 0), (Stage.CLAIM_FILED, 9), (Stage.HEARING, 25), (Stage.VERDICT, 50), (Stage.APPEAL, 90))


def reports() -> list[tuple[str, EventFacts]]:
    """Five steps of each of four suits, every second one in other words."""
    return [
        (
            outlet,
            event(
                str(date.fromisoformat(begin) + timedelta(days)),
                finding(stage=stage, outlets=outlet, opponents=who, claimed=sum_ * (days == 9)),
            ),
        )
        for outlet, who, sum_, begin in LIVES
        for stage, days in STEPS
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_any_order_of_arrival_gives_the_same_cases(seed: int) -> None:
    told: dict[str, list[EventFacts]] = {}
    owner: dict[str, str] = {}
    shuffled = reports()
    random.Random(seed).shuffle(shuffled)
    for outlet, report in shuffled:
        decision = decide(report, compare(report, [case_of(*events, id=case_id) for case_id, events in told.items()]))
        case_id = decision.case.id if decision.case else f"case {len(told)}"
        told.setdefault(case_id, []).append(report)
        assert owner.setdefault(case_id, outlet) == outlet
    assert len(told) == len(LIVES)


def test_a_vague_claim_beside_a_ban_is_no_second_event() -> None:
    ban = finding(Category.SUSPENSION_OR_BAN, Stage.CLAIM_FILED, outlets="Правда Степи", article="kz-cao14-456")
    claim = finding(CIVIL, Stage.THREAT, outlets="Правда Степи", article="kz-cao14-456")
    both = event("2025-09-12", claim, ban)
    assert (both.family, both.finding_indices) == ("suspension", (1, 0))
    assert len(events_of((replace(claim, opponents=("Ак Кайнар",)), ban), None)) == 2
