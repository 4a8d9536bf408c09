"""Which language and script a text is in, by letters and everyday words; "unknown" is an answer. Pure."""

import re
from collections import Counter

UNKNOWN = "unknown"
_SAMPLE = 6_000
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)?")
_MARKS = {
    "ru": [
        "и",
        "в",
        "на",
        "не",
        "что",
        "по",
        "с",
        "о",
        "за",
        "для",
        "из",
        "от",
        "это",
        "как",
        "его",
        "к",
        "у",
        "был",
        "была",
        "суд",
        "также",
        "при",
        "будет",
        "он",
        "она",
        "они",
        "же",
    ],
    "kk": [
        "және",
        "бойынша",
        "деп",
        "үшін",
        "мен",
        "пен",
        "бен",
        "бар",
        "болды",
        "болған",
        "екен",
        "еді",
        "туралы",
        "ол",
        "бұл",
        "осы",
        "сот",
        "кейін",
        "дейін",
        "қарсы",
        "жылы",
        "жоқ",
        "емес",
        "жылғы",
        "деген",
        "оның",
        "та",
        "те",
        "да",
        "де",
        "күні",
        "енді",
        "бір",
        "мың",
        "теңге",
        "блогер",
        "іс",
        "ісі",
        "қатысты",
        "жұмыс",
        "айтты",
        "дейді",
        "тілші",
    ],
    "uk": [
        "і",
        "в",
        "на",
        "не",
        "що",
        "та",
        "про",
        "за",
        "для",
        "із",
        "від",
        "це",
        "як",
        "його",
        "до",
        "був",
        "була",
        "суд",
        "також",
        "при",
        "буде",
        "він",
        "вона",
        "вони",
        "й",
        "або",
    ],
    "ky": [
        "жана",
        "боюнча",
        "деп",
        "үчүн",
        "менен",
        "бар",
        "болду",
        "болгон",
        "экен",
        "эле",
        "тууралуу",
        "ал",
        "бул",
        "ушул",
        "сот",
        "кийин",
        "чейин",
        "каршы",
        "жок",
        "эмес",
    ],
    "uz": [
        "ва",
        "билан",
        "учун",
        "деб",
        "бу",
        "бўйича",
        "эди",
        "эмас",
        "ҳам",
        "va",
        "bilan",
        "uchun",
        "deb",
        "bu",
        "bo'yicha",
        "haqida",
        "edi",
        "emas",
        "ham",
        "sud",
    ],
    "en": [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "was",
        "for",
        "on",
        "that",
        "with",
        "by",
        "has",
        "have",
        "it",
        "from",
        "at",
        "said",
        "be",
        "as",
        "were",
    ],
    "kk-latn": [
        "jáne",
        "boıynsha",
        "dep",
        "úshin",
        "men",
        "bar",
        "boldy",
        "týraly",
        "ol",
        "bul",
        "osy",
        "sot",
        "keıin",
        "deıin",
        "qarsy",
        "joq",
        "emes",
        "jylǵy",
        "degen",
    ],
}
_WORDS: dict[str, tuple[str, ...]] = {}
for _language, _words in _MARKS.items():
    for _word in _words:
        _WORDS[_word] = (*_WORDS.get(_word, ()), _language)
_LETTERS = {
    "kk": frozenset("әқңғүұһө"),
    "uk": frozenset("їєґ"),
    "uz": frozenset("ўҳ"),
    "ru": frozenset("ыэъ"),
    "kk-latn": frozenset("ǵıńşğ"),
}
# Kazakh in Latin letters is full of q, which French has before u alone and German hardly at all; ä, ö, ü, ý are letters of many languages.
_LEAST_LATIN = 3.0
# A quarter of the words of English news are among the marks; "in" and "was" make some three per cent of German ones.
_LONG, _ENGLISH_SHARE = 40, 0.1
# Kazakh has ы as often as Russian, and і as Ukrainian: beside a letter of its own they speak for it too.
# What stands in quotes is the name of an outlet, which Russian texts leave in Kazakh.
_KAZAKH_WORD, _LEAST_KAZAKH = re.compile(r"\w*[әқғұһі]\w*"), 2
_QUOTED = re.compile('«[^»]*»|"[^"]*"')
_KYRGYZ_FREE = frozenset("әқғұһі")
_ARABIC = re.compile("[\u0621-\u06d5]")


def identify(folded: str) -> tuple[str, str]:
    """Language (ISO 639-1 or "unknown") and script (cyrl, latn, arab) of a folded text; short texts may be unknown."""
    sample = folded[:_SAMPLE]
    letters = Counter(sample)
    if sum(n for char, n in letters.items() if _ARABIC.match(char)) * 3 > len(sample.replace(" ", "")):
        return "kk", "arab"
    scores = _scores(sample, letters)
    best, score = max(scores.items(), key=lambda pair: pair[1])
    if score < 2.0:
        return UNKNOWN, "latn" if _is_latin(letters) else "cyrl"
    if best == "kk-latn":
        return "kk", "latn"
    return best, "latn" if best == "en" or (best == "uz" and _is_latin(letters)) else "cyrl"


def _is_latin(letters: Counter[str]) -> bool:
    latin = sum(n for char, n in letters.items() if "a" <= char <= "z")
    cyrillic = sum(n for char, n in letters.items() if "а" <= char <= "я")
    return latin > cyrillic


def _scores(sample: str, letters: Counter[str]) -> dict[str, float]:
    words = _WORD.findall(sample)
    scores: dict[str, float] = dict.fromkeys(_MARKS, 0.0)
    for word in words:
        for language in _WORDS.get(word, ()):
            scores[language] += 1.0
    for language, own in _LETTERS.items():
        scores[language] += sum(letters[char] for char in own) * (0.25 if language == "ru" else 0.5)
    if len(_KAZAKH_WORD.findall(_QUOTED.sub(" ", sample))) >= _LEAST_KAZAKH:
        scores["kk"] += letters["ы"] * 0.25 + letters["і"] * 0.5
    scores["uz"] += len(re.findall(r"[og]'", sample)) * 0.5
    if sum(letters[char] for char in _KYRGYZ_FREE) == 0 and any(letters[char] for char in "ңөү"):
        scores["ky"] += scores["kk"]
        scores["kk"] = 0.0
    else:
        scores["ky"] = 0.0
    return _without_foreign_script(scores, letters, words)


def _without_foreign_script(scores: dict[str, float], letters: Counter[str], words: list[str]) -> dict[str, float]:
    """Letters of one script never speak for a language of the other."""
    latin = _is_latin(letters)
    for language in ("en", "kk-latn"):
        if not latin:
            scores[language] = 0.0
    for language in ("ru", "kk", "uk", "ky"):
        if latin:
            scores[language] = 0.0
    if latin and (scores["kk-latn"] < _LEAST_LATIN or not (letters["q"] or letters["ǵ"])):
        scores["kk-latn"] = 0.0
    if len(words) > _LONG and scores["en"] < len(words) * _ENGLISH_SHARE:
        scores["en"] = 0.0
    return scores
