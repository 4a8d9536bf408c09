"""Texts as the readers of names and facts see them: folded, Kazakh of all scripts as Cyrillic, with the way back. No meaning."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.languages.lists import load_list
from pipelines.text import Folded, fold
from pipelines.text import sentences as split_sentences

_KAZAKH = re.compile("[әғқңөұүһі]")
_KAZAKH_ONLY = re.compile("[әғқңөұүһ]")
_KAZAKH_LATIN = re.compile("[áǵıńóúýäğñşū]")
_UKRAINIAN = re.compile("[їєґ]|\\b(?:що|та|від|про|був|справи|суду)\\b")
_CYRILLIC = re.compile("[а-яәғқңөұүһі]")
_LATIN = re.compile("[a-záǵıńóúýäğñşū]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_WORD = re.compile("[\u0600-\u06ff]+")
_VOWELS = frozenset("aeiouyáóúýäöüūıاوۇىە")
_HEAD = 2_000
Piece = tuple[int, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Text for matching. `starts[i]`, `ends[i]`: the place in the folded text of character i; None where it is the same.

    Two readings are equal only when they are the same object, so that caches need not look at the text.
    """

    text: str = field(repr=False)
    language: str
    folded: Folded = field(repr=False)
    published: str = field(repr=False)
    starts: tuple[int, ...] | None = field(default=None, repr=False)
    ends: tuple[int, ...] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the published text of text[start:end], end exclusive."""
        if self.starts is None or self.ends is None or start >= end:
            return self.folded.span(start, end)
        return self.folded.span(self.starts[start], self.ends[end - 1])

    def replaced(self, pieces: list[Piece]) -> "Reading":
        """A copy with each (start, end, new text) put in place; every new character points at the whole old span."""
        if not pieces:
            return self
        starts = self.starts or tuple(range(len(self.text)))
        ends = self.ends or tuple(range(1, len(self.text) + 1))
        chunks: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        at = 0
        for start, end, new in pieces:
            chunks += [self.text[at:start], new]
            new_starts += [*starts[at:start], *([starts[start]] * len(new))]
            new_ends += [*ends[at:start], *([ends[end - 1]] * len(new))]
            at = end
        text = "".join([*chunks, self.text[at:]])
        return Reading(text, self.language, self.folded, self.published, (*new_starts, *starts[at:]), (*new_ends, *ends[at:]))

    @property
    def is_without_capitals(self) -> bool:
        """Whether the text is a transcript in small letters or in a script without capitals: then capitals tell nothing."""
        return _has_few_capitals(self.published[:_HEAD])

    def at(self, place: int) -> int:
        """Place in this reading of the first character that stands at or after `place` in the published text."""
        offsets = self.folded.offsets
        folded = place if offsets is None else bisect_left(offsets, place)
        return folded if self.starts is None else bisect_left(self.starts, folded)

    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans of the sentences in this reading; they are cut in the published text, where capitals still tell."""
        return _sentences(self)


@lru_cache(maxsize=16)
def _has_few_capitals(head: str) -> bool:
    n_capitals = sum(char.isupper() for char in head)
    return n_capitals == 0 or n_capitals * 200 < len(head)


@lru_cache(maxsize=16)
def _sentences(reading: Reading) -> tuple[tuple[int, int], ...]:
    return tuple((reading.at(start), reading.at(end)) for start, end in split_sentences(reading.published))


@lru_cache(maxsize=8)
def read(text: str, language: str = "") -> Reading:
    """The text folded for matching. An unknown language is guessed from the letters: kk, ru, uk or en."""
    folded = fold(text)
    spoken = language if language in {"ru", "kk", "en", "uk", "ky", "uz"} else guess_language(folded.text)
    reading = Reading(folded.text, spoken, folded, text)
    if spoken != "kk":
        return reading
    head = folded.text[:_HEAD]
    n_cyrillic = len(_CYRILLIC.findall(head))
    if len(_ARABIC.findall(head)) > n_cyrillic:
        return reading.replaced(_from_arabic(folded.text))
    if len(_LATIN.findall(head)) > 2 * n_cyrillic:
        return reading.replaced(_from_latin(folded.text))
    return reading


def guess_language(folded: str) -> str:
    """Language by letters alone, for readers that were not told: kk, uk, ru or en."""
    head = folded[:_HEAD]
    if _ARABIC.search(head) or _KAZAKH.search(head) or (not _CYRILLIC.search(head) and _KAZAKH_LATIN.search(head)):
        return "uk" if _UKRAINIAN.search(head) and not _KAZAKH_ONLY.search(head) else "kk"
    return "ru" if _CYRILLIC.search(head) else "en"


@lru_cache(maxsize=1)
def _latin() -> tuple[re.Pattern[str], dict[str, str]]:
    table: dict[str, str] = load_list("kazakh_scripts")["kazakh_latin"]
    return re.compile("|".join(sorted(table, key=len, reverse=True))), table


def latin_to_cyrillic(folded: str) -> str:
    """Kazakh Latin as Cyrillic, roughly, for comparison."""
    return "".join(new for _, _, new in _from_latin(folded)) if folded.isalpha() else _rebuilt(folded)


def _rebuilt(folded: str) -> str:
    reading = Reading(folded, "kk", Folded(folded, len(folded)), folded)
    return reading.replaced(_from_latin(folded)).text


def _from_latin(folded: str) -> list[Piece]:
    pattern, table = _latin()
    return [
        (match.start(), match.end(), _or_short_i(folded, match.start(), table[match[0]]) if len(match[0]) == 1 else table[match[0]])
        for match in pattern.finditer(folded)
    ]


def _or_short_i(folded: str, at: int, letter: str) -> str:
    """й for an и that follows a vowel ("oı", "aı")."""
    return "й" if letter == "и" and at and folded[at - 1] in _VOWELS else letter


def _from_arabic(folded: str) -> list[Piece]:
    table = load_list("kazakh_scripts")["kazakh_arabic"]
    pieces: list[Piece] = []
    for word in _ARABIC_WORD.finditer(folded):
        is_soft = any(char in table["soft_marks"] for char in word[0])
        letters = table["hard"] | (table["soft"] if is_soft else {})
        spelt = [_or_short_i(folded, at, letters.get(char, char)) for at, char in enumerate(word[0], start=word.start())]
        spelt = _with_loans(spelt, table["loans"])
        pieces += [(at, at + 1, letter) for at, letter in enumerate(spelt, start=word.start())]
    return pieces


def _with_loans(spelt: list[str], loans: dict[str, str]) -> list[str]:
    """Loan words put right; both spellings are equally long, so that the places stay."""
    if "" in spelt:
        return spelt
    word = "".join(spelt)
    for wrong, right in loans.items():
        word = word.replace(wrong, right)
    return list(word)
