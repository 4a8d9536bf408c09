"""Which country a text places a case in, by the states, cities, money and bodies it names. Pure."""

import re
from functools import cache

from pipelines.languages.lists import alternation, load_list
from pipelines.text import fold_plain

MAX_CHARACTERS = 20_000
_TITLE_WEIGHT = 2


def find_country(title: str, text: str) -> str:
    """ISO code of the country named most often, earlier mentions first when two are even; empty when none is named."""
    counts: dict[str, float] = {}
    for content, weight in ((title, _TITLE_WEIGHT), (text[:MAX_CHARACTERS], 1)):
        for match in _pattern().finditer(f" {fold_plain(content)} "):
            country = str(match.lastgroup)
            counts[country] = counts.get(country, 0) + weight
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
