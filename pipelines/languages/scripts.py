"""Scripts of Kazakh: accented Latin and the Arabic of Kazakhs in China are folded to Cyrillic for matching, with offsets kept.

Round trips are impossible; only matching uses the result (lexicon notes, section 10, read 2026-11-25).
"""

import re
from collections.abc import Callable

from pipelines.text import Folded

_LATIN = {
    pair[0]: pair[1]
    for pair in [
        "aа",
        "bб",
        "cк",
        "dд",
        "eе",
        "fф",
        "gг",
        "hх",
        "iі",
        "jж",
        "kк",
        "lл",
        "mм",
        "nн",
        "oо",
        "pп",
        "qқ",
        "rр",
        "sс",
        "tт",
        "uұ",
        "vв",
        "wу",
        "xх",
        "yы",
        "zз",
        "áә",
        "ǵғ",
        "ıи",
        "ńң",
        "óө",
        "úү",
        "ýу",
        "äә",
        "öө",
        "üү",
        "ğғ",
        "ñң",
        "şш",
        "ūұ",
    ]
}
_LATIN_PAIRS = {"sh": "ш", "ch": "ч", "zh": "ж", "ts": "ц"}
_LATIN_VOWELS = frozenset("aeiouyáóúýäöüū")
_ARABIC_HARD = dict(
    zip(
        "ابۆگعدەجزيكقلمنڭوپرستۋۇفحھچشىءخٵٶٷٸ",
        "абвгғдежзикқлмнңопрстуұфххчшыəхәөүі",
        strict=True,
    )
)
_ARABIC_SOFT = _ARABIC_HARD | {"ا": "ә", "و": "ө", "ۇ": "ү", "ى": "і"}
_ARABIC_WORD = re.compile("[\u0621-\u064a\u0671-\u06d3\u06d5]+")
_SOFT_SIGNS = re.compile("[ەكگ\u0674]")
_LATIN_WORD = re.compile(r"[a-záǵıńóúýäöüğñşū]+")
_VOWELS = frozenset("аәеиоөуұүыі")
_LOAN_ENDINGS = re.compile(r"(?<=[аеиоукпн])с(?=ия)")
_LOANS = {
    "гәзет": "газет",
    "редәктөр": "редактор",
    "журнәлист": "журналист",
    "көмитет": "комитет",
    "телегрәм": "телеграм",
    "әккредит": "аккредит",
    "пөртәл": "портал",
    "блөгер": "блогер",
    "телеәрнә": "телеарна",
}


def fold_kazakh_latin(folded: Folded) -> Folded:
    """The folded text with every Latin word spelt in Cyrillic; a letter pair becomes one letter."""
    return _rewrite(folded, _LATIN_WORD, _latin_word)


def fold_kazakh_arabic(folded: Folded) -> Folded:
    """The folded text with every Arabic word spelt in Cyrillic; a high hamza, ە, ك and گ make the vowels soft."""
    return _rewrite(folded, re.compile("\u0674?" + _ARABIC_WORD.pattern), _arabic_word)


def _rewrite(folded: Folded, words: re.Pattern[str], spell: Callable[[str], list[tuple[str, int]]]) -> Folded:
    """Replace each word by its spelling; `spell` returns letters and, for each, the place inside the word."""
    source = folded.text
    letters: list[str] = []
    places: list[int] = []
    at = 0
    for match in words.finditer(source):
        letters.extend(source[at : match.start()])
        places.extend(range(at, match.start()))
        for letter, place in spell(match[0]):
            letters.append(letter)
            places.append(match.start() + place)
        at = match.end()
    letters.extend(source[at:])
    places.extend(range(at, len(source)))
    outer = folded.offsets
    offsets = tuple(places) if outer is None else tuple(outer[place] for place in places)
    return Folded("".join(letters), folded.original_length, offsets)


def _latin_word(word: str) -> list[tuple[str, int]]:
    out: list[tuple[str, int]] = []
    at = 0
    while at < len(word):
        pair = _LATIN_PAIRS.get(word[at : at + 2])
        if pair:
            out.append((pair, at))
            at += 2
            continue
        out.append((_latin_letter(word, at), at))
        at += 1
    return _mend_loans(out)


def _latin_letter(word: str, at: int) -> str:
    letter = word[at]
    before = word[at - 1] if at else ""
    if letter == "ı" and before in _LATIN_VOWELS and before:
        return "й"
    if letter == "a" and before == "ı":
        return "я"
    return _LATIN.get(letter, letter)


def _arabic_word(word: str) -> list[tuple[str, int]]:
    table = _ARABIC_SOFT if _SOFT_SIGNS.search(word) else _ARABIC_HARD
    out: list[tuple[str, int]] = []
    at = 0
    while at < len(word):
        if word[at] == "\u0674":
            at += 1
        elif word.startswith("تسي", at):
            out.append(("ц", at))
            at += 2
        else:
            out.append((_arabic_letter(word, at, table, out), at))
            at += 1
    return _mend_loans(out)


def _arabic_letter(word: str, at: int, table: dict[str, str], out: list[tuple[str, int]]) -> str:
    letter = table.get(word[at], word[at])
    if letter == "и" and out and out[-1][0] in _VOWELS:
        return "й"
    if letter in "аә" and out and out[-1][0] == "и":
        return "я"
    return letter


def _mend_loans(out: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Loan words as Cyrillic spells them: с before ия is ц, soft vowels of a few known words are hard."""
    word = "".join(letter for letter, _ in out)
    mended = _LOAN_ENDINGS.sub("ц", word)
    for wrong, right in _LOANS.items():
        mended = mended.replace(wrong, right)
    return [(letter, place) for letter, (_, place) in zip(mended, out, strict=True)]
