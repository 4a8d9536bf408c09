"""The facts of a finding as judged from whole texts: opponents that are bodies, outcomes told by sums."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.items import Finding
from crawler.sources import load_sources
from pipelines.detect import outlet_index
from pipelines.detectors import JudgeInput, judge

PUBLISHED = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def first(title: str, text: str) -> Finding:
    """The first finding of a text."""
    return judge(JudgeInput(title=title, text=text, published=PUBLISHED), outlet_index(load_sources(Path("crawler/sources")))).findings[0]


@pytest.mark.parametrize(
    ("title", "text", "opponent"),
    [
        (
            "Сайт «Белая вежа» заблокировали",
            "Сайт издания «Белая вежа» заблокирован по предписанию Комитета информации. Редакция узнала об этом сегодня.",
            "Комитет информации",
        ),
        (
            "Компания подала в суд на газету",
            "Компания «Тас Жол» подала иск о защите деловой репутации к газете «Степной листок» и требует 5 млн тенге.",
            "Тас Жол",
        ),
    ],
)
def test_opponent_without_a_person(title: str, text: str, opponent: str) -> None:
    assert first(title, text).opponents == (opponent,)


def test_person_who_sues_comes_before_any_body() -> None:
    text = "Депутат Асхат Мырзабеков подал иск о защите чести и достоинства к газете «Степной листок». Министерство в деле не участвует."
    assert first("Депутат судится с газетой", text).opponents == ("Асхат Мырзабеков",)


def test_costs_of_the_court_are_an_outcome_of_a_judgment() -> None:
    text = (
        "Суд удовлетворил иск о защите чести и достоинства к газете «Степной листок»: с редакции взыскали 300 тысяч тенге "
        "морального вреда. Также газета оплатит судебные расходы - 40 тысяч тенге."
    )
    assert {"damages", "court_costs"} <= set(first("Суд взыскал с газеты 300 тысяч тенге", text).outcomes)


def test_sums_asked_for_are_no_outcome() -> None:
    text = "Директор рынка подал иск о защите чести и достоинства к газете «Степной листок» и требует взыскать 5 млн тенге."
    assert first("Директор рынка судится с газетой", text).outcomes == ()
