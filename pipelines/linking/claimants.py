"""Companies that a reader of names took for outlets: told by the word beside the name, or by what the name does."""

from collections.abc import Sequence

from pipelines.linking.names import NameKey, is_second, name_key, plain_words, skeleton, word_list, words_agree

MAX_CHARACTERS = 3_000
_BEFORE = 2
_AFTER = 2


def claimants_among(names: Sequence[str], title: str, text: str) -> frozenset[str]:
    """Names that sue, or that are called a company, bank or university where they stand."""
    words = [*plain_words(title[:MAX_CHARACTERS]), "|", *plain_words(text[:MAX_CHARACTERS])]
    own = [place for place, word in enumerate(words) if not is_second(word)]
    bones = [skeleton(words[place]) for place in own]
    return frozenset(name for name in names if any(_acts(words, place, size) for place, size in _places(name_key(name), bones, own)))


def _places(key: NameKey, bones: Sequence[str], own: Sequence[int]) -> list[tuple[int, int]]:
    """Where a name stands and over how many words; second words of brands, which keys leave out, may stand inside it."""
    size = len(key.words)
    starts = range(len(bones) - size + 1) if size else ()
    return [
        (own[start], own[start + size - 1] - own[start] + 1)
        for start in starts
        if all(words_agree(one, other) for one, other in zip(key.words, bones[start : start + size], strict=True))
    ]


def _acts(words: Sequence[str], place: int, size: int) -> bool:
    before = words[max(0, place - _BEFORE) : place]
    after = words[place + size : place + size + _AFTER]
    if (before and before[-1] in word_list("companies")) or (after and after[0] in word_list("companies")):
        return True
    return any(word.startswith(word_list("suing")) for word in after) and not any(word.startswith(word_list("media")) for word in before)
