"""Names compared across scripts, inflection and spelling by what survives all three: the consonants, in order.

The Latin values follow the customary romanisations of Russian and Kazakh names in the press (lexicon notes, section 10);
vowels are dropped because they differ most between spellings (Әбенов, Абенов, Abenov; Жетпісқызы, Zhetpiskyzy).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from pipelines.text import fold_plain

_CYRILLIC = dict(zip("абвгґғджзийклмнңопрстуұүўфхһцчшщыіїэєөәюяеқќ", "abvgggd6ziiklmnnoprstuuuufhhc455yiieeoauaekk", strict=True))
_PAIRS = (
    ("shch", "5"), ("sch", "5"), ("dzh", "6"), ("zh", "6"), ("kh", "h"), ("sh", "5"), ("ch", "4"), ("ts", "c"),
    ("gh", "g"), ("ph", "f"), ("ck", "k"), ("dj", "6"), ("ya", "a"), ("yu", "u"), ("yo", "o"), ("ye", "e"), ("x", "ks"),
)  # fmt: skip
_LATIN = str.maketrans("jqwğǵńñşáäóöúüýıū", "6kvggnn5aaoouuuiu")
_VOWELS = re.compile(r"[aeiouy]")
_DOUBLES = re.compile(r"(.)\1+")
_WORD = re.compile(r"[^\W_]+(?:[.][a-z]{2,4}\b)?")
_HEAD = 3
_LISTS = Path(__file__).with_name("names.yaml")


@cache
def _descriptors() -> frozenset[str]:
    return frozenset(fold_plain(word) for word in yaml.safe_load(_LISTS.read_text(encoding="utf-8"))["descriptors"])


@cache
def _seconds() -> dict[str, str]:
    groups = yaml.safe_load(_LISTS.read_text(encoding="utf-8"))["seconds"]
    return {fold_plain(word): name for name, words in groups.items() for word in words}


@cache
def word_list(name: str) -> tuple[str, ...]:
    """One list of names.yaml, folded."""
    return tuple(fold_plain(word) for word in yaml.safe_load(_LISTS.read_text(encoding="utf-8"))[name])


@cache
def common_words() -> frozenset[str]:
    """Proper words that say nothing of which case is meant."""
    return frozenset(word_list("common"))


@cache
def _towns() -> dict[str, str]:
    """Heads of the names of towns that have two, to the head of the first of them."""
    rows = yaml.safe_load(_LISTS.read_text(encoding="utf-8"))["one_place"]
    return {skeleton(fold_plain(name))[:_HEAD]: skeleton(fold_plain(row[0]))[:_HEAD] for row in rows for name in row}


def place_head(word: str) -> str:
    """What of a word of a place or court survives languages and endings; towns with two names have one."""
    head = skeleton(fold_plain(word))[:_HEAD]
    return _towns().get(head, head)


@dataclass(frozen=True, slots=True)
class NameKey:
    """A name as written and the consonant skeletons of its words; `bucket` finds candidates, `words` decide."""

    text: str
    words: tuple[str, ...]
    seconds: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()

    @property
    def buckets(self) -> frozenset[str]:
        """First three consonants of each word that is not generic: what the database is asked for."""
        own = [word for word in self.words if len(word) >= 2]
        return frozenset(word[:3] for word in own) or frozenset(self.words)


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Consonants of one word in a script-neutral spelling; a word of vowels and one consonant keeps its vowels."""
    latin = _latin(word)
    bones = _DOUBLES.sub(r"\1", _VOWELS.sub("", latin).replace("h", "k"))  # қ is written к or х in Russian
    return bones if len(bones) >= 2 else latin


def _latin(word: str) -> str:
    latin = "".join(_CYRILLIC.get(char, char) for char in word.lower() if char not in "ьъ'")
    for pair, value in _PAIRS:
        latin = latin.replace(pair, value)
    return re.sub(r"[^a-z0-9]", "", latin.translate(_LATIN))


@lru_cache(maxsize=50_000)
def name_key(text: str) -> NameKey:
    """The key of a person's, outlet's or company's name; generic words count only when nothing else is left."""
    words = _WORD.findall(fold_plain(text))
    full = [word for word in words if len(word) > 1 and word not in _descriptors()] or [word for word in words if len(word) > 1]
    own = [word for word in full if word not in _seconds()] or full
    return NameKey(
        text=text,
        words=tuple(skeleton(word) for word in own),
        seconds=tuple(_seconds()[word] for word in full if word not in own),
        heads=tuple(_latin(word)[:1] for word in own),
        initials=tuple(_latin(word)[:1] for word in words if len(word) == 1),
    )


def is_descriptor(word: str) -> bool:
    """True for a folded word that says what a thing is."""
    return word in _descriptors()


def group_of(word: str) -> str:
    """Which second word of brands a folded word is; empty for others."""
    return _seconds().get(word, "")


def is_second(word: str) -> bool:
    """True for a folded word that is the second word of many brands."""
    return word in _seconds()


def plain_words(text: str) -> tuple[str, ...]:
    """The words of running text, folded, in order."""
    return tuple(_WORD.findall(fold_plain(text)))


def skeletons_of(text: str) -> tuple[str, ...]:
    """Skeletons of the words of running text, generic words left out as in names."""
    words = (word for word in _WORD.findall(fold_plain(text)) if len(word) > 1 and word not in _descriptors() and word not in _seconds())
    return tuple(skeleton(word) for word in words)


def seconds_of(text: str) -> frozenset[str]:
    """Which second words of brands stand in running text."""
    return frozenset(_seconds()[word] for word in _WORD.findall(fold_plain(text)) if word in _seconds())


@lru_cache(maxsize=200_000)
def words_agree(one: str, other: str) -> bool:
    """True when two skeletons are one word with different endings: a shared head, little left over on either side."""
    short, long = sorted((one, other), key=len)
    if not short:
        return False
    if len(short) < 3:
        return one == other or (len(short) == 2 and long.startswith(short) and len(long) == 3)
    return (long.startswith(short) and len(long) - len(short) <= 2) or (
        len(short) >= 5 and long[:-1].startswith(short[:-1]) and len(long) - len(short) <= 1
    )


def same_order_of_words(one: NameKey, other: NameKey) -> bool:
    """True when all words agree in order: «Правда Степи» is not «Степная правда»."""
    if not one.words or len(one.words) != len(other.words):
        return False
    return all(words_agree(a, b) for a, b in zip(one.words, other.words, strict=True))


def same_person_key(one: NameKey, other: NameKey) -> bool | None:
    """Whether two keys are one person: None when only a surname is shared (an initial may still tell them apart)."""
    if not one.words or not other.words:
        return None
    if len(one.words) == 1 or len(other.words) == 1:
        return _surname_only(one, other)
    shared = sum(any(words_agree(a, b) for b in other.words) for a in one.words)
    return shared >= min(len(one.words), len(other.words))


def _surname_only(one: NameKey, other: NameKey) -> bool | None:
    """One side gives a surname (perhaps with an initial); the other may hold more words."""
    single, full = (one, other) if len(one.words) == 1 else (other, one)
    hits = [word for word in full.words if words_agree(single.words[0], word)]
    if not hits:
        return False
    rest = [word for word in full.words if word not in hits]
    heads = [head for word, head in zip(full.words, full.heads, strict=True) if word in rest]
    if single.initials and heads and single.initials[0] not in heads:
        return False
    return None


def same_organisation(one: NameKey, other: NameKey) -> bool:
    """Whether two outlets or companies are one: all own words agree in order, or the shorter name is a part in order."""
    if one.seconds and other.seconds and not set(one.seconds) & set(other.seconds):
        return False
    if same_order_of_words(one, other):
        return True
    short, long = (one.words, other.words) if len(one.words) < len(other.words) else (other.words, one.words)
    if not short or len(short) == len(long):
        return False
    heads = long[: len(short)]
    if len(short) == 1 and short[0] != heads[0]:  # «Правдивая газета» is no part of «Правда Казахстана»
        return False
    if one.seconds and other.seconds and sum(map(len, short)) >= 2:
        return all(words_agree(a, b) for a, b in zip(short, heads, strict=True))
    return sum(map(len, short)) >= 4 and all(words_agree(a, b) for a, b in zip(short, heads, strict=True))
