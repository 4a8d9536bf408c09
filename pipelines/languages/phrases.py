"""Nominatives of names that are phrases: Russian by its morphology, Kazakh by its endings. Pure."""

import re
from functools import lru_cache

from pipelines.languages.russian_words import parses

_KAZAKH_LETTERS = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_RUSSIAN_WORD = re.compile(r"[А-Яа-яЁё]{3,}(?:-\d+)?")
_NUMBERED = re.compile(r"-\d+$")
_KAZAKH_CASE = re.compile(
    r"(?:(?<=[ыі])(?:ның|нің|на|не|нда|нде|нан|нен|мен)|(?<=[аәеиоөуұүыіяю])(?:ның|нің|ны|ні|ға|ге|да|де|дан|ден|мен)|"
    r"(?<=[бвгджзклмнңпрстфхцчшщйғқу])(?:дың|дің|тың|тің|ды|ді|ты|ті|ға|ге|қа|ке|да|де|та|те|дан|ден|тан|тен|бен|пен|мен))$"
)


def kazakh_base(name: str) -> str:
    """A Kazakh name without the ending of case that stands inside the quotes («Ойтаразыдан» -> «Ойтаразы»)."""
    match = _KAZAKH_CASE.search(name)
    if match is None or len(name[: match.start()].rsplit(maxsplit=1)[-1]) < 4:
        return name
    return name[: match.start()]


def kazakh_genitive_base(name: str) -> str:
    """A Kazakh name without the genitive that a word of belonging asks for («Апталығының» тілшісі)."""
    return re.sub(r"(?<=\w{4})(?:[ндт][ыі]ң)$", "", name)


@lru_cache(maxsize=2048)
def is_nominative(name: str) -> bool:
    """Whether a Russian name can stand in the nominative; names whose noun no dictionary has always can."""
    words = name.split()
    head = _head(words)
    if head is None:
        return True
    readings = parses(_NUMBERED.sub("", words[head]))
    return not readings[0].is_known or any("nomn" in parse.tag for parse in readings)


def _head(words: list[str]) -> int | None:
    """Index of the noun that carries the case: the first noun after adjectives; None when no word is Russian."""
    russian = [index for index, word in enumerate(words) if _RUSSIAN_WORD.fullmatch(word)]
    for index in russian:
        best = parses(_NUMBERED.sub("", words[index]))[0]
        if best.tag.POS == "NOUN" and "Fixd" not in best.tag and (best.is_known or index == russian[-1]):
            return index
    return None


@lru_cache(maxsize=2048)
def nominative_phrase(name: str) -> str:
    """A Russian name set in the nominative: adjectives and their noun; what follows the noun stays («Правда Казахстана»)."""
    words = name.split()
    head = _head(words)
    if head is None or _KAZAKH_LETTERS.search(name):
        return name
    noun = _noun(words[head], words[head - 1] if head else "")
    changed = [_adjective(word, words[head]) for word in words[:head]]
    return " ".join([*changed, noun, *words[head + 1 :]])


_UNKNOWN_ENDINGS = (("ого", "а"), ("его", "а"), ("ому", "у"), ("ему", "у"), ("ым", "ом"), ("им", "ом"), ("ом", "е"), ("ем", "е"))


def _noun(word: str, adjective: str) -> str:
    """The noun in the nominative; of a noun that no dictionary has only the ending that its adjective proves is cut."""
    tail = _NUMBERED.search(word)
    plain = word[: tail.start()] if tail else word
    rest = tail[0] if tail else ""
    nouns = [parse for parse in parses(plain) if parse.tag.POS == "NOUN"]
    if not nouns:
        return word
    if not nouns[0].is_known:
        ending = next((noun for end, noun in _UNKNOWN_ENDINGS if adjective.lower().endswith(end) and plain.endswith(noun)), "")
        return (plain[: -len(ending)] if ending else plain) + rest
    if "nomn" in nouns[0].tag or nouns[0].tag.grammemes & {"Name", "Surn"}:
        return word
    number = "plur" if "plur" in nouns[0].tag else "sing"
    inflected = nouns[0].inflect({"nomn", number})
    return _cased(inflected.word if inflected else plain, plain) + rest


def _adjective(word: str, noun: str) -> str:
    """An adjective before the noun, in the nominative of the noun's gender and number; other words stay."""
    parse = next((one for one in parses(word) if one.tag.POS in {"ADJF", "PRTF"} and one.is_known), None)
    if parse is None or "nomn" in parse.tag:
        return word
    head = next((one for one in parses(_NUMBERED.sub("", noun)) if one.tag.POS == "NOUN"), None)
    grammemes = {"nomn", "plur"} if "plur" in parse.tag else {"nomn", "sing"}
    if "sing" in grammemes and parse.tag.gender:
        grammemes |= {parse.tag.gender if head is None or not head.is_known or head.tag.gender is None else head.tag.gender}
    if "masc" in grammemes or "neut" in grammemes:
        grammemes = {"nomn", "sing", "masc"} if head is None or not head.is_known else grammemes
    inflected = parse.inflect(grammemes)
    return _cased(inflected.word if inflected else word, word)


def _cased(word: str, model: str) -> str:
    shown = word if "ё" in model.lower() else word.replace("ё", "е")
    return shown.capitalize() if model[:1].isupper() else shown
