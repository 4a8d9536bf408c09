"""The rules as data: every id once, every word known, every concept there in each language."""

from collections import Counter

import pytest

from db.vocabulary import Category, Stage
from pipelines.detectors.rules import Rule, load_rules
from pipelines.languages.vocabulary import LANGUAGES, load_lexicon
from pipelines.taxonomy import load_taxonomy

TARGETS = {"media", "scene", "person", "none"}
SPLIT_LATER = "defamation"  # criminal, administrative or civil: the judgement decides by the law that is named
FROM_OUTLETS = {"named_outlet"}  # found by the index of known outlets, not by a word list


def concepts_of(rule: Rule) -> set[str]:
    groups = (rule.any, rule.without, rule.nearer, rule.overlap, *rule.all, *rule.text)
    return {concept for group in groups for concept in group}


def test_every_id_stands_once() -> None:
    counts = Counter(rule.id for rule in load_rules())
    assert counts and [name for name, n in counts.items() if n > 1] == []


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_a_rule_names_what_there_is(rule: Rule) -> None:
    assert rule.category == SPLIT_LATER or Category(rule.category) in load_taxonomy().categories
    assert rule.stage == "" or Stage(rule.stage)
    assert rule.target in TARGETS
    assert rule.any and all(rule.all) and all(rule.text)
    assert rule.reason and rule.reason == rule.reason.strip()
    assert not set(rule.any) & set(rule.without)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_of_a_rule_has_words(language: str) -> None:
    lexicon = load_lexicon(language)
    known = {concept for entries in lexicon.patterns.values() for _, concept in entries} | {
        phrase.concept for phrases in lexicon.phrases.values() for phrase in phrases
    }
    missing = {rule.id: sorted(concepts_of(rule) - known - FROM_OUTLETS) for rule in load_rules()}
    assert {name: concepts for name, concepts in missing.items() if concepts} == {}
