"""Nominative of Russian personal names: every reading of the two words is weighed, no lemma is trusted. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.lists import load_list
from pipelines.text import fold_plain

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


@dataclass(frozen=True, slots=True)
class Form:
    """One reading of a name word: its nominative, gender (m or f), the cases it can stand in, how sure the list is."""

    nominative: str
    gender: str
    cases: frozenset[str]
    weight: float


@lru_cache(maxsize=1)
def given_names() -> dict[str, str]:
    """Given names of the list, folded, and their gender: m, f or mf."""
    raw = load_list("people")
    genders: dict[str, str] = {}
    for gender, key in (("m", "men"), ("f", "women")):
        for name in raw[key].split():
            folded = fold_plain(name)
            genders[folded] = "".join(sorted({*genders.get(folded, ""), gender}, reverse=True))
    return genders


def is_given_name(word: str) -> bool:
    """Whether a word is a given name of the list, in any Russian case."""
    return any(form.weight > 0 for form in given_forms(word))


# Endings of masculine and feminine words, with the cases they mark and what the nominative ends in.
_MASCULINE_HARD = {"": ("nomn",), "а": ("gent", "accs"), "у": ("datv",), "ом": ("ablt",), "ем": ("ablt",), "е": ("loct",)}
_MASCULINE_SOFT = {"я": ("gent", "accs"), "ю": ("datv",), "ем": ("ablt",), "е": ("loct",)}
_FEMININE_HARD = {
    "а": ("nomn",),
    "ы": ("gent",),
    "и": ("gent",),
    "е": ("datv", "loct"),
    "у": ("accs",),
    "ой": ("ablt",),
    "ою": ("ablt",),
    "ей": ("ablt",),
}
_FEMININE_SOFT = {"я": ("nomn",), "и": ("gent", "datv", "loct"), "е": ("datv", "loct"), "ю": ("accs",), "ей": ("ablt",)}
_FEMININE_SIGN = {"ь": ("nomn", "accs"), "и": ("gent", "datv", "loct"), "ью": ("ablt",)}
_MALE_SURNAME = {"": ("nomn",), "а": ("gent", "accs"), "у": ("datv",), "ым": ("ablt",), "е": ("loct",)}
_FEMALE_SURNAME = {"а": ("nomn",), "у": ("accs",), "ой": ("gent", "datv", "ablt", "loct"), "ою": ("ablt",)}
_MALE_ADJECTIVE = {
    "ий": ("nomn",),
    "ый": ("nomn",),
    "ого": ("gent", "accs"),
    "ому": ("datv",),
    "им": ("ablt",),
    "ым": ("ablt",),
    "ом": ("loct",),
}
_FEMALE_ADJECTIVE = {"ая": ("nomn",), "ую": ("accs",), "ой": ("gent", "datv", "ablt", "loct")}
_VOWELS = "аеёиоуыэюяәөүұі"
_ALL = frozenset(CASES)


def _split(word: str, endings: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, frozenset[str]]]:
    for ending, cases in endings.items():
        if word.lower().endswith(ending) and len(word) - len(ending) >= 2:
            yield word[: len(word) - len(ending)], frozenset(cases)


@lru_cache(maxsize=4096)
def given_forms(word: str) -> tuple[Form, ...]:
    """Every reading of a given name; readings that the list knows weigh 3, guesses 0."""
    odd = load_list("people")["odd_forms"].get(fold_plain(word))
    if odd:
        return (Form(odd.capitalize(), "m", frozenset({"gent", "accs", "datv", "ablt", "loct"}), 3.0),)
    forms = [*_as_is(word)]
    for nominative, gender, cases in _guesses(word):
        known = given_names().get(fold_plain(nominative), "")
        forms.append(Form(nominative, gender, cases, 3.0 if gender in known else 0.0))
    return tuple(forms)


def _as_is(word: str) -> Iterator[Form]:
    """The word as it stands: a nominative, or a name that does not decline (Айгерим, Сауле, women with a consonant)."""
    known = given_names().get(fold_plain(word), "")
    last = word[-1].lower()
    for gender in known or "mf":
        stays = (gender == "f" and last not in "аяуюы") or last in "оеэи"
        yield Form(word, gender, _ALL if stays else frozenset({"nomn"}), 3.0 if known else 0.0)


def _guesses(word: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    for stem, cases in _split(word, _MASCULINE_HARD):
        if stem[-1].lower() not in _VOWELS + "йь":
            yield stem, "m", cases
    for stem, cases in _split(word, _MASCULINE_SOFT):
        yield stem + ("й" if stem[-1].lower() in _VOWELS else "ь"), "m", cases
    for endings, tail in ((_FEMININE_HARD, "а"), (_FEMININE_SOFT, "я")):
        for stem, cases in _split(word, endings):
            yield stem + tail, "f", cases
            yield stem + tail, "m", cases
    for stem, cases in _split(word, _FEMININE_SIGN):
        yield stem + "ь", "f", cases


@lru_cache(maxsize=4096)
def surname_forms(word: str) -> tuple[Form, ...]:
    """Every reading of a surname; those with a Russian ending of surnames weigh 2, others 0.5 to 1."""
    forms: list[Form] = []
    for stem, cases in _split(word, _MALE_SURNAME):
        if re.search(r"(?:[оеё]в|[иы]н)$", stem.lower()):
            forms.append(Form(stem, "m", cases, 2.0))
    for stem, cases in _split(word, _FEMALE_SURNAME):
        if re.search(r"(?:[оеё]в|[иы]н)$", stem.lower()):
            forms.append(Form(stem + "а", "f", cases, 2.0))
    for stem, cases in _split(word, _MALE_ADJECTIVE):
        if re.search(r"(?:[сцз]к|[чн])$", stem.lower()):
            forms.append(Form(stem + ("ий" if stem.lower().endswith("к") else "ый"), "m", cases, 2.0))
    for stem, cases in _split(word, _FEMALE_ADJECTIVE):
        if re.search(r"(?:[сцз]к|[чн])$", stem.lower()):
            forms.append(Form(stem + "ая", "f", cases, 2.0))
    return tuple(forms or _other_surnames(word))


def _other_surnames(word: str) -> Iterator[Form]:
    last = word[-1].lower()
    if last not in _VOWELS:
        yield Form(word, "m", frozenset({"nomn"}), 1.0)
        yield Form(word, "f", _ALL, 1.0)
    elif re.search(r"(?:[оэи]|их|ых|улы|ұлы|кызы|қызы|дзе|швили|ли|ги)$", word.lower()):
        yield Form(word, "m", _ALL, 1.0)
        yield Form(word, "f", _ALL, 1.0)
    else:
        yield Form(word, "m", frozenset({"nomn"}), 0.8)
        yield Form(word, "f", frozenset({"nomn"}), 0.8)
    for stem, cases in _split(word, _MASCULINE_HARD):
        if stem[-1].lower() not in _VOWELS + "йь" and stem != word:
            yield Form(stem, "m", cases, 1.0)
    for stem, cases in _split(word, _MASCULINE_SOFT):
        yield Form(stem + ("й" if stem[-1].lower() in _VOWELS else "ь"), "m", cases, 1.0)
    for endings, tail in ((_FEMININE_HARD, "а"), (_FEMININE_SOFT, "я")):
        for stem, cases in _split(word, endings):
            if stem + tail != word:
                yield Form(stem + tail, "m", cases, 0.6)
                yield Form(stem + tail, "f", cases, 0.6)


def nominative(given: str, surname: str, hint: frozenset[str], seen: frozenset[str]) -> tuple[str, float]:
    """The name in the nominative and how sure that is (a known given name makes 3 and more).

    `hint` are the cases that a word before the name can stand in, empty when unknown; `seen` are words of the same
    text, folded: a nominative that the text itself has is the likelier one.
    """
    best, best_score = f"{given} {surname}", -1.0
    for first in given_forms(given):
        for last in surname_forms(surname):
            cases = first.cases & last.cases
            if first.gender != last.gender or not cases:
                continue
            score = first.weight + last.weight + (0.6 if "nomn" in cases else 0.0)
            score += (1.5 if cases & hint else -1.5) if hint else 0.0
            score += 0.7 * ((fold_plain(last.nominative) in seen) + (fold_plain(first.nominative) in seen) * 0.5)
            if score > best_score:
                best, best_score = f"{first.nominative} {last.nominative}", score
    return best, best_score
