"""Whether a name stands in a text as a name: with its capitals, its quotes, its second word; consonants alone are found in any text."""

import re
from collections.abc import Iterator

from pipelines.linking.names import NameKey, group_of, is_descriptor, skeleton, words_agree
from pipelines.text import fold_plain

_TOKEN = re.compile(r"[^\W_]+(?:[.][A-Za-z]{2,4}\b)?")
_QUOTES = frozenset("«»\"“”„‘’'")
_LEAST_CONSONANTS = 4


def stands(key: NameKey, text: str, *, is_person: bool) -> bool:
    """True when all own words of a name stand in order, the first with a capital letter (a person's all).

    A name that is short without its second word («Орал бүгін») needs that one beside it; a name of one word («Время») needs
    quotes. In a text without any capital letter, capitals are not asked for.
    """
    has_case = any(char.isupper() for char in text)
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
    bones = [skeleton(fold_plain(word)) for word, _ in tokens]
    for places in _runs(key, tokens, bones):
        words = [tokens[place][0] for place in places]
        capitals = words if is_person else words[:1]
        if has_case and not all(word[0].isupper() or word[0].isdigit() for word in capitals):
            continue
        if is_person or _is_whole(key, tokens, places, text):
            return True
    return False


def _runs(key: NameKey, tokens: list[tuple[str, int]], bones: list[str]) -> Iterator[list[int]]:
    """Places of the own words of a name, with nothing but generic words between them."""
    for start, bone in enumerate(bones):
        if not key.words or not words_agree(key.words[0], bone):
            continue
        places, here = [start], start + 1
        while len(places) < len(key.words) and here < len(tokens):
            folded = fold_plain(tokens[here][0])
            if words_agree(key.words[len(places)], bones[here]):
                places.append(here)
            elif not (is_descriptor(folded) or group_of(folded)):
                break
            here += 1
        if len(places) == len(key.words):
            yield places


def _is_whole(key: NameKey, tokens: list[tuple[str, int]], places: list[int], text: str) -> bool:
    before, after = tokens[places[0]][1] - 1, places[-1] + 1
    is_quoted = before >= 0 and text[before] in _QUOTES
    if key.seconds:
        beside = range(max(0, places[0] - 1), min(len(tokens), after + 1))
        has_second = any(group_of(fold_plain(tokens[place][0])) in key.seconds for place in beside)
        if has_second or sum(map(len, key.words)) < _LEAST_CONSONANTS:
            return has_second
        return is_quoted or len(key.words) > 1
    return len(key.words) > 1 or is_quoted or _is_unlike_words(tokens[places[0]][0])


def _is_unlike_words(word: str) -> bool:
    """An address or a name in another script is no common word."""
    return "." in word or any("a" <= char <= "z" for char in word.lower())
