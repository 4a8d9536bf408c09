"""Places and names around an event: capitalised words inside sentences, by their consonants; what two reports of one case share."""

import re
from functools import lru_cache

from pipelines.linking.names import common_words, skeleton
from pipelines.text import fold_plain

MAX_CHARACTERS = 4_000
_LEAST_CONSONANTS = 2
_HEAD = 4
# A capital after a small letter, a figure or a comma and a space: the first word of a sentence says nothing.
_INSIDE = re.compile(r"(?<=[^\W_])[,:;]?[ \u00a0][«\"(]?([^\W\d_][^\W\d_]{2,30})")
_CAPITALS = re.compile(r"\b([^\W\d_]{4,30}),")


def surroundings(text: str) -> frozenset[str]:
    """Heads of the consonants of the proper words of a text."""
    part = text[:MAX_CHARACTERS]
    words = {match[1] for match in _INSIDE.finditer(part) if match[1][0].isupper()}
    words |= {match[1] for match in _CAPITALS.finditer(part) if match[1].isupper()}
    return _heads(frozenset(words))


def around_report(title: str, text: str, court: str) -> frozenset[str]:
    """Those of a report, its court among them."""
    return surroundings(f"{title}\n{text}\nat {court}")


def _heads(words: frozenset[str]) -> frozenset[str]:
    bones = (_bones(word) for word in words)
    return frozenset(bone[:_HEAD] for bone in bones if len(bone) >= _LEAST_CONSONANTS)


@lru_cache(maxsize=20_000)
def _bones(word: str) -> str:
    folded = fold_plain(word)
    return "" if folded in common_words() else skeleton(folded)
