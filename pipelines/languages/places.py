"""Where a case is: its country by the states, cities, money and bodies that a text names, its town by name. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from pipelines.languages.legible import read
from pipelines.languages.lists import alternation, load_list
from pipelines.text import fold_plain

MAX_CHARACTERS = 20_000
_TITLE_WEIGHT = 2
_MONEY_WEIGHT = 0.01  # more than nothing, less than any place


def find_country(title: str, text: str) -> str:
    """ISO code of the country named most often, earlier mentions first when two are even; empty when none is named.

    Money that several states share decides only where no place does.
    """
    counts: dict[str, float] = {}
    for content, weight in ((title, _TITLE_WEIGHT), (text[:MAX_CHARACTERS], 1)):
        for match in _pattern().finditer(f" {fold_plain(content)} "):
            country, _, kind = str(match.lastgroup).partition("_")
            counts[country] = counts.get(country, 0) + (weight * _MONEY_WEIGHT if kind else weight)
    return max(counts, key=lambda country: counts[country], default="")


@cache
def _pattern() -> re.Pattern[str]:
    groups = []
    for country, words in load_list("places").items():
        whole = [word.strip() for word in words if word.endswith(" ")]
        begun = [word.strip() for word in words if not word.endswith(" ")]
        parts = [alternation(begun), *([f"(?:{alternation(whole)})(?!\\w)"] if whole else [])]
        groups.append(f"(?P<{country}>{'|'.join(parts)})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})")


def find_town(text: str, language: str, spans: Sequence[tuple[int, int]] = ()) -> str:
    """The town of the event in the nominative: one in `spans`, else that of the dateline; without spans the first of the text.

    Empty when no such town is named: towns told of elsewhere in the text place nothing, nor does a title in quotes.
    """
    reading = read(text[:MAX_CHARACTERS], language)
    spoken = reading.language if reading.language in ("kk", "en") else "ru"
    towns = load_list("towns")[spoken]
    found = [(*reading.span(match.start(), match.end()), towns[match["town"]]) for match in _towns(spoken).finditer(reading.text)]
    named = [one for one in found if text[one[0] : one[0] + 1].isupper() and text[max(0, one[0] - 1) : one[0]] not in _OPENING]
    places = [*spans, (0, _DATELINE)] if spans else [(0, len(text))]
    return next((name for low, high in places for start, _, name in named if low <= start < high), "")


_DATELINE = 24
_OPENING = ("«", "“", "„", '"', "'")


@cache
def _towns(language: str) -> re.Pattern[str]:
    raw = load_list("towns")
    return re.compile(rf"(?<![\w-])(?P<town>{alternation(list(raw[language]))}){raw['endings'][language]}(?![\w-])")
