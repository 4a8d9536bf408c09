"""The word-list engine: parts of several words, distances, negation."""

import pytest

from pipelines.languages.lexicon import Negation, compile_lexicon, tokenize
from pipelines.languages.vocabulary import LANGUAGES, load_lexicon

LEXICON = compile_lexicon(
    "ru",
    {
        "sue": ["(журналист*|редактор*) + (подал* в суд|обратил* в суд) /8"],
        "org": ["газет*"],
        "stopped": ["(<org>|журнал*) закрыт*"],
    },
    Negation(before=frozenset({"не"})),
)


def found(text: str) -> set[str]:
    return {concept for concept in LEXICON.find(tokenize(text, 0, len(text))) if ":" not in concept}


@pytest.mark.parametrize("text", ["редактор вчера подал в суд", "подала в суд журналистка", "журналист обратился в городской суд"])
def test_a_part_may_be_several_words_side_by_side(text: str) -> None:
    assert "sue" in found(text)


@pytest.mark.parametrize("text", ["редактор подал статью, в ней описан суд", "в суд подал сосед", "редактор"])
def test_the_words_of_a_part_stand_side_by_side(text: str) -> None:
    assert "sue" not in found(text)


@pytest.mark.parametrize("text", ["газета закрыта", "журнал закрыт"])
def test_a_concept_may_be_one_of_several_choices(text: str) -> None:
    assert "stopped" in found(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_every_phrase_can_be_found(language: str) -> None:
    """A part that no word and no earlier phrase brings about makes its phrase dead."""
    lexicon = load_lexicon(language)
    words = {concept for entries in lexicon.patterns.values() for _, concept in entries}
    known = words | set(lexicon.phrases)
    assert {part for phrase in lexicon.in_order for part in phrase.parts} - known == set()
    assert [part for part in words if part.startswith("w:") and " " in part] == []
