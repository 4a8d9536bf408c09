"""What holds for every text: quotes are cut by their offsets, judgements repeat, padding hides nothing, hostile input ends soon."""

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Evidence, Judgement
from crawler.sources import load_sources
from pipelines.detect import outlet_index
from pipelines.detectors import JudgeInput, judge
from pipelines.languages.outlets import OutletIndex

SOURCES = Path(__file__).parents[3] / "crawler/sources"
PUBLISHED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOUND_S = 5.0
# One event in one sentence by language, with the category that must be found.
EVENTS = (
    ("ru", "blocking", "Комитет информации ограничил доступ к сайту газеты «Тихая гавань»."),
    ("ru", "suspension_or_ban", "Суд приостановил выпуск газеты «Тихая гавань» на три месяца."),
    ("ru", "defamation_administrative", "Суд оштрафовал редактора газеты «Тихая гавань» за клевету по статье 73-3 КоАП."),
    ("ru", "defamation_civil", "Завод подал иск о защите деловой репутации к газете «Тихая гавань»."),
    ("kk", "blocking", "«Тынық айлақ» газетінің сайты бұғатталды."),
    ("kk", "suspension_or_ban", "Сот «Тынық айлақ» газетінің шығарылуын үш айға тоқтатты."),
    ("en", "defamation_criminal", "Journalist Alina Serova was sentenced to two years for criminal libel in Minsk."),
    ("en", "defamation_civil", "A bank sued the newspaper Quiet Harbour over an article that harmed its business reputation."),
)
# In the language of the event: a text is read with the words of the language that most of it is written in.
UNRELATED = {
    "ru": (
        "Завтра в области ожидается снег, ветер слабый.",
        "В музыкальной школе прошёл весенний концерт, пришли двести человек.",
        "Рецепт: два стакана муки, яйцо, щепотка соли.",
    ),
    "kk": (
        "Ертең ауа райы ашық, жел баяу болады.",
        "Мектепте көктемгі мереке өтті, екі жүз адам жиналды.",
        "Наурыз көжеге жеті түрлі дәм қосылады.",
    ),
    "en": (
        "Bread prices have not changed since the autumn.",
        "The spring concert at the music school drew two hundred people.",
        "Snow is expected tomorrow, with a light wind.",
    ),
}
PIECES = st.sampled_from(
    [event for _, _, event in EVENTS]
    + [sentence for sentences in UNRELATED.values() for sentence in sentences]
    + [
        "«",
        "»",
        "\n",
        "\u00ad",
        "\ufeff",
        "e\u0301",
        "\U0001f4f0",
        "ё",
        "ﬁ",
        "\u200b",
        "İ",
        "73-3",
        "№ 12/5",
        "Напомним,",
        "…",
        "\t",
        "\x00",
    ]
)
MESSY = st.lists(st.one_of(PIECES, st.text(max_size=40)), min_size=1, max_size=12).map(" ".join)


@cache
def outlets() -> OutletIndex:
    return outlet_index(load_sources(SOURCES))


def judged(title: str, text: str) -> Judgement:
    return judge(JudgeInput(title=title, text=text, published=PUBLISHED), outlets())


def evidence_of(judgement: Judgement) -> list[Evidence]:
    near = [miss.evidence for miss in judgement.near_misses if miss.evidence]
    return [each for finding in judgement.findings for each in finding.evidence] + near


@settings(max_examples=120, deadline=None, derandomize=True)
@given(title=MESSY, text=MESSY)
def test_offsets_cut_the_quote_out_of_the_named_field(title: str, text: str) -> None:
    fields = {"title": title, "text": text}
    for each in evidence_of(judged(title, text)):
        assert 0 <= each.start < each.end <= len(fields[each.field])
        assert fields[each.field][each.start : each.end] == each.quote


@settings(max_examples=60, deadline=None, derandomize=True)
@given(title=MESSY, text=MESSY)
def test_the_same_text_gives_the_same_judgement(title: str, text: str) -> None:
    assert judged(title, text) == judged(title, text)


@pytest.mark.parametrize(("language", "category", "event"), EVENTS)
def test_the_events_of_this_file_are_found(language: str, category: str, event: str) -> None:
    assert judged(event, event).language == language
    assert category in {finding.category.value for finding in judged(event, event).findings}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(event=st.sampled_from(EVENTS), chosen=st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_unrelated_paragraphs_below_hide_no_category(event: tuple[str, str, str], chosen: list[int]) -> None:
    language, _, sentence = event
    more = [UNRELATED[language][number] for number in chosen]
    bare = {finding.category for finding in judged(sentence, sentence).findings}
    padded = {finding.category for finding in judged(sentence, "\n".join([sentence, *more])).findings}
    assert bare and bare <= padded


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=st.text(st.characters(), max_size=300))
def test_any_characters_are_judged(text: str) -> None:
    assert judged(text[:80], text).alert_kind.value in {"none", "record", "digest", "at_once"}


EVENT = EVENTS[0][2]
HOSTILE = {
    "a megabyte of one letter": "а" * 1_000_000,
    "a megabyte of one word": "суд " * 250_000,
    "nested quotes": "«" * 50_000 + "газета" + "»" * 50_000,
    "quotes of all kinds": "«“„\"'" * 40_000,
    "bait for regular expressions": "(a+)+$" * 20_000 + "!" + "1-" * 50_000 + "ст. " * 20_000,
    "digits and dots": "1.1 000 " * 60_000,
    "names without end": "Аян Серов " * 50_000,
    "lone surrogates": "\ud800\udfff\udc00" * 20_000 + EVENT,
    "newlines": "\n" * 100_000 + EVENT,
    "spaces": " " * 1_000_000 + EVENT,
    "one event ten thousand times": (EVENT + " ") * 10_000,
    "combining marks": "е" + "\u0301" * 200_000,
    "null bytes": "\x00" * 300_000 + EVENT,
    "a sentence without an end": "журналист и суд, " * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("where", ["title", "text"])
def test_hostile_input_is_judged_in_bounded_time(name: str, where: str) -> None:
    outlets()  # read before the watch starts
    fields = {"title": "Суд и газета", "text": "Суд и газета"} | {where: HOSTILE[name]}
    judged("warm", EVENT)
    start = time.process_time()
    judgement = judged(fields["title"], fields["text"])
    assert time.process_time() - start < BOUND_S
    for each in evidence_of(judgement):
        assert fields[each.field][each.start : each.end] == each.quote


def test_a_german_text_is_judged_in_no_language() -> None:
    text = "Die Zeitung in der Stadt wurde für drei Monate verboten, und die Redaktion zog vor das Gericht. " * 12
    given = judge(JudgeInput(title="", text=text), OutletIndex.build([]))
    assert (given.language, given.is_alert) == ("unknown", False)


def test_a_denied_blocking_has_no_stage() -> None:
    title = "Министерство: сайт «Тенек Инфо» не блокировали, слухи опровергли"
    text = "Ведомство опровергло информацию о блокировке сайта «Тенек Инфо»: доступ к порталу не ограничивали."
    given = judge(JudgeInput(title=title, text=text), OutletIndex.build([]))
    assert not given.is_alert
    assert all(finding.stage is None and finding.is_negated for finding in given.findings)


def test_a_headline_that_tells_a_hearing_is_not_drowned_by_the_old_cut() -> None:
    title = "Суд начал рассматривать иск газеты «Тенек» о блокировке сайта"
    text = "Операторы закрыли доступ к сайту газеты «Тенек» по предписанию министерства. Редакция считает предписание незаконным."
    given = judge(JudgeInput(title=title, text=text), OutletIndex.build([]))
    assert [finding.stage for finding in given.findings if finding.category == "blocking"] == ["hearing"]
