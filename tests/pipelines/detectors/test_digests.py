"""Lists of short news and texts in two languages: every item and every sentence is read for itself."""

from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from crawler.items import Judgement
from crawler.sources import load_sources
from db.vocabulary import Category
from pipelines.detect import outlet_index
from pipelines.detectors import JudgeInput, judge
from pipelines.detectors.digests import items_of
from pipelines.languages.outlets import OutletIndex

SUITS = (
    "• Завод подал иск о защите деловой репутации к газете «Тихая гавань», требует два миллиона тенге.",
    "• Аким района подал иск о защите чести и достоинства к газете «Девятый причал», хочет пять миллионов тенге.",
    "• В музыкальной школе прошёл весенний концерт.",
)


@cache
def outlets() -> OutletIndex:
    return outlet_index(load_sources(Path(__file__).parents[3] / "crawler/sources"))


def judged(title: str, text: str) -> Judgement:
    return judge(JudgeInput(title=title, text=text), outlets())


@pytest.mark.parametrize("order", list(permutations(SUITS)))
def test_two_cases_of_one_kind_are_two_findings_in_any_order(order: tuple[str, ...]) -> None:
    text = "\n".join(order)
    findings = judged("Неделя в судах", text).findings
    assert [finding.category for finding in findings] == [Category.DEFAMATION_CIVIL] * 2
    assert {finding.amounts[0].value for finding in findings} == {2_000_000, 5_000_000}
    assert {name for finding in findings for name in finding.outlets} == {"Тихая гавань", "Девятый причал"}
    for finding in findings:
        assert all(text[each.start : each.end] == each.quote for each in finding.evidence)


def test_lines_of_a_talk_are_no_list() -> None:
    talk = "– Вас закрыли?\n– Суд остановил выпуск газеты на три месяца.\n– Что дальше?\n– Подадим жалобу."
    assert items_of(JudgeInput(title="Разговор", text=talk)) == []


def test_places_before_a_colon_make_a_list() -> None:
    week = "Uzbekistan: blogger Otabek Karimov was detained.\nGeorgia: a newspaper was sued for libel over an essay."
    assert [start for start, _ in items_of(JudgeInput(title="Week", text=week))] == [0, week.index("Georgia")]


@pytest.mark.parametrize(
    "text",
    [
        "«Тынық айлақ» газетінің редакциясы бүгін үндеу жариялады, деп жазды бас редактор.\nМинистерство ограничило доступ к сайту газеты «Тихая гавань».",
        "Редакция газеты «Тихая гавань» сегодня обратилась к читателям и коллегам в области.\n«Тынық айлақ» газетінің сайты бұғатталды, оқырмандар кіре алмай отыр.",
    ],
)
def test_each_sentence_is_read_with_the_words_of_its_language(text: str) -> None:
    assert Category.BLOCKING in {finding.category for finding in judged("", text).findings}
