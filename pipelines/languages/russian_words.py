"""What the Russian dictionary says of a word: read late, a tenth of a second, only where names need it. Pure."""

from functools import lru_cache
from typing import Any

from pipelines.text import fold_plain

_NAMES = frozenset({"Name", "Surn", "Patr"})


@lru_cache(maxsize=1)
def _morph() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415 - a tenth of a second, needed only for names in Russian texts

    return MorphAnalyzer()


@lru_cache(maxsize=8192)
def parses(word: str) -> tuple[Any, ...]:
    """Readings of a word, the likeliest first."""
    return tuple(_morph().parse(word))


@lru_cache(maxsize=8192)
def normal_forms(word: str) -> frozenset[str]:
    """Dictionary forms of a word that the dictionary has, folded."""
    return frozenset(fold_plain(parse.normal_form) for parse in parses(word) if parse.is_known)


@lru_cache(maxsize=8192)
def is_dictionary_name(word: str, kind: str) -> bool:
    """Whether the dictionary knows the word as a name of that kind: Name (given) or Surn."""
    return any(parse.is_known and kind in parse.tag for parse in parses(word))


@lru_cache(maxsize=8192)
def is_ordinary(word: str) -> bool:
    """Whether the dictionary knows the word as something else than a person's name: a thing, a place, an adjective, a verb."""
    known = [parse for parse in parses(word) if parse.is_known]
    return bool(known) and not any(parse.tag.grammemes & _NAMES for parse in known)


@lru_cache(maxsize=8192)
def is_unknown(word: str) -> bool:
    """Whether the dictionary has no reading of the word: most names of the region."""
    return len(word) > 2 and not any(parse.is_known for parse in parses(word))


@lru_cache(maxsize=8192)
def is_place(word: str) -> bool:
    """Whether the likeliest reading is a place or an abbreviation of a body."""
    best = parses(word)[0]
    return best.is_known and bool(best.tag.grammemes & {"Geox", "Orgn", "Abbr"})
