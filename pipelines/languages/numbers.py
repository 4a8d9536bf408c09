"""Number words of Russian, Kazakh and English as figures, with the way back to the words. No meaning of the number."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import load_list

_WORD = re.compile(r"[^\W\d_]+")
_NUMERAL = re.compile(r"\d{1,3}(?:[ .,]\d{3})+(?![\d])|\d{1,15}(?:[.,]\d{1,3})?")
_GAP = re.compile(r"[ \t\-]{1,3}")


@dataclass(frozen=True, slots=True)
class _Words:
    exact: dict[str, tuple[str, float]]
    starts: re.Pattern[str] | None
    start_values: dict[str, tuple[str, float]]
    half_after: tuple[str, ...]
    joins: frozenset[str]
    ordinal_mark: str

    def look_up(self, word: str) -> tuple[str, float] | None:
        """What a word is (cardinal, ordinal, multiplier, whole) and its value; None when it is no number word."""
        if word in self.exact:
            return self.exact[word]
        match = self.starts.fullmatch(word) if self.starts else None
        if match is None:
            return None
        kind, value = self.start_values[next(stem for stem in match.groups() if stem)]
        return (kind, value)


@lru_cache(maxsize=4)
def _words(language: str) -> _Words | None:
    raw = load_list("numbers").get(language)
    if raw is None:
        return None
    exact = {form: ("cardinal", float(value)) for value, forms in raw["cardinals"].items() for form in forms}
    exact |= dict.fromkeys(raw["one_and_half"], ("half", 1.5))
    exact |= dict.fromkeys(raw["half_multiplier"], ("half", 0.5))
    exact |= {word: ("alone", float(value)) for value, forms in raw["alone"].items() for word in forms}
    stems = {stem: ("ordinal", float(value)) for value, stem in raw["ordinals"].items()}
    heads = {stem: ("multiplier", float(value)) for value, stem in raw["multipliers"].items()}
    heads |= {stem: ("whole", float(value)) for stem, value in raw["half_before"].items()}
    ordinal = "|".join(sorted(stems, key=len, reverse=True))
    head = "|".join(sorted(heads, key=len, reverse=True))
    pattern = re.compile(rf"(?:({ordinal}){raw['ordinal_endings']}|({head})[^\W\d_]{{0,6}})")
    return _Words(exact, pattern, stems | heads, tuple(raw["half_after"]), frozenset(raw["joins"]), raw["ordinal_mark"])


class _Run:
    """Number words that follow one another, added up as they come."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.total = 0.0
        self.group = 0.0
        self.least = 1e15
        self.least_multiplier = 1e15
        self.has_group = False
        self.is_over = False
        self.is_ordinal = False

    def takes(self, kind: str, value: float) -> bool:
        """Add the word when the number goes on with it; False when it starts another number."""
        if self.is_over:
            return False
        if kind == "alone" and not self.has_group and not self.total:
            self.group, self.has_group = 1.0, True
        if kind in {"alone", "multiplier", "whole"}:
            return self._multiply(kind, value)
        if kind == "half":
            if self.has_group:
                return False
            self.group, self.has_group, self.least = value, True, 0
            return True
        if value == 100 and 1 <= self.group < 10 and self.least < 10:
            self.group, self.least = self.group * 100, 100
        elif value < self._room():
            self.group, self.least = self.group + value, value
        else:
            return False
        self.has_group = True
        self.is_over = self.is_ordinal = kind == "ordinal"
        return True

    def _room(self) -> float:
        """Values that can still be added are smaller: after 200 below 100, after 20 below 10, after 5 or 15 none."""
        if not self.has_group:
            return 1e15
        return self.least if self.least in {100, 200, 300, 400, 500, 600, 700, 800, 900} and self.least >= 100 else self._tens_room()

    def _tens_room(self) -> float:
        return 10.0 if self.least >= 10 and self.least % 10 == 0 else 0.0

    def _multiply(self, kind: str, value: float) -> bool:
        if kind == "whole":
            if self.has_group or self.total:
                return False
            self.total, self.is_over = value, True
            return True
        if value >= self.least_multiplier or not self.has_group:
            return False
        self.total += self.group * value
        self.group, self.has_group, self.least, self.least_multiplier = 0.0, False, 1e15, value
        return True

    def add_half(self) -> None:
        """ "с половиной": a half of the last unit."""
        self.group += 0.5
        self.least = 0

    @property
    def figure(self) -> str:
        """The number in figures, with a dot before decimals."""
        return f"{self.total + self.group:.10g}" if self.total + self.group < 1e9 else str(int(self.total + self.group))


def with_figures(reading: Reading) -> Reading:
    """The reading with number words put in figures ("сто тридцатая" -> "130-й", "двести тысяч" -> "200000")."""
    return _with_figures(reading)


@lru_cache(maxsize=8)
def _with_figures(reading: Reading) -> Reading:
    words = _words(reading.language)
    if words is None:
        return reading
    return reading.replaced([(run.start, run.end, run.figure + words.ordinal_mark * run.is_ordinal) for run in _runs(reading.text, words)])


def _runs(text: str, words: _Words) -> list[_Run]:
    runs: list[_Run] = []
    current: _Run | None = None
    for match in _WORD.finditer(text):
        if current is not None and match.start() < current.end:
            continue
        found = words.look_up(match[0])
        if found is None:
            if current is not None and match[0] in words.joins:
                continue
            current = None
            continue
        if _follows_figures(text, match.start()):
            current = None
            continue
        if current is None or not _is_next(text, current, match, words) or not current.takes(*found):
            current = _open(runs, match, found)
        if current is not None:
            current.end = match.end()
            current = _halve(text, words, current)
    return runs


def _open(runs: list[_Run], match: re.Match[str], found: tuple[str, float]) -> _Run | None:
    run = _Run(match.start())
    if not run.takes(*found):
        return None
    run.end = match.end()
    runs.append(run)
    return run


def _halve(text: str, words: _Words, run: _Run) -> _Run:
    for half in words.half_after:
        if text.startswith(" " + half, run.end) and run.has_group and not run.is_over:
            run.add_half()
            run.end += len(half) + 1
    return run


def _is_next(text: str, run: _Run, match: re.Match[str], words: _Words) -> bool:
    gap = text[run.end : match.start()]
    return bool(_GAP.fullmatch(gap)) or (gap.strip() in words.joins and "\n" not in gap and len(gap) < 8)


def _follows_figures(text: str, start: int) -> bool:
    """Whether figures stand before the word ("7 тысяч"): then the reader of amounts multiplies."""
    before = text[max(0, start - 2) : start].rstrip()
    return before[-1:].isdigit()


def parse_figure(raw: str) -> float:
    """Value of a figure as news writes it: blanks, dots or commas before exactly three digits are thousands marks."""
    compact = raw.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", compact):
        return float(re.sub("[.,]", "", compact))
    return float(compact.replace(",", "."))


def find_numbers(text: str, language: str) -> tuple[tuple[int, int, float], ...]:
    """Spans in the text and values of all numbers, in figures or in words."""
    reading = with_figures(read(text, language))
    return tuple((*reading.span(match.start(), match.end()), parse_figure(match[0])) for match in _NUMERAL.finditer(reading.text))
