"""Word forms for the search: the stems of a text and of what is asked, cut by the same lists (endings.yaml) for Russian and Kazakh."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_ENDINGS = Path(__file__).parent / "endings.yaml"
_WORD = re.compile(r"[^\W\d_]{3,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cutter:
    """One language's endings, how many letters must stay, and how often an ending may be taken off."""

    endings: frozenset[str]
    least: int
    rounds: int
    before: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    vowels: str = ""
    voiceless: str = ""
    restore: Mapping[str, str] = field(default_factory=dict)

    def cut(self, word: str) -> str:
        """The stem of a word in lower case."""
        word = self._off(word, self.before)
        for _ in range(self.rounds):
            shorter = self._off(word, self.endings)
            if shorter == word:
                break
            word = shorter
        return word

    def _off(self, word: str, endings: frozenset[str]) -> str:
        longest = max(map(len, endings), default=0)
        for length in range(min(longest, len(word) - self.least), 0, -1):
            rest, ending = word[:-length], word[-length:]
            if ending in endings and self._fits(rest, ending):
                return next((rest[: -len(short)] + full for short, full in self.restore.items() if rest.endswith(short)), rest)
        return word

    def _fits(self, rest: str, ending: str) -> bool:
        """Whether the sounds of a language with harmony allow the ending here; others allow everything."""
        if not self.vowels or ending in self.free:
            return True
        last, first = rest[-1], ending[0]
        if first in self.vowels:
            return last not in self.vowels
        if first in "ткқп":
            return last in self.voiceless
        return first not in "дбғг" or last not in self.voiceless


@cache
def _cutters() -> tuple[_Cutter, ...]:
    document = yaml.safe_load(_ENDINGS.read_text(encoding="utf-8"))
    return tuple(_Cutter(**{name: _as_field(value) for name, value in each.items()}) for each in document.values())


def _as_field(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


@lru_cache(maxsize=50_000)
def stems_of_word(word: str) -> tuple[str, ...]:
    """The stems that a folded word may have, one for each language, without doubles; the word itself when no ending fits."""
    return tuple(dict.fromkeys(cutter.cut(word) for cutter in _cutters()))


def stems_of_text(folded: str) -> str:
    """The different stems of a folded text that are not its words themselves, in order of first occurrence, for the text index."""
    words = dict.fromkeys(_WORD.findall(folded))
    return " ".join(dict.fromkeys(stem for word in words for stem in stems_of_word(word) if stem not in words))
