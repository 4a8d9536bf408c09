"""Names of people and outlets across scripts and cases: keys for comparison, nominatives, who is the same. Pure."""

import re
from functools import lru_cache

from pipelines.languages.legible import latin_to_cyrillic
from pipelines.languages.lists import load_list
from pipelines.text import fold_plain

# Sounds that Russian, Kazakh and Latin spellings of one name share; the longest spelling first.
_CYRILLIC = {
    "щ": "sh", "ш": "sh", "ч": "c", "ж": "j", "ю": "iu", "я": "ia", "ё": "e", "э": "e", "є": "e", "ї": "i", "ц": "s", "х": "h", "һ": "h",
    "қ": "k", "к": "k", "ғ": "g", "г": "g", "ґ": "g", "ң": "n", "н": "n", "ә": "a", "а": "a", "ө": "o", "о": "o", "ү": "u", "ұ": "u", "у": "u",
    "ў": "u", "ы": "i", "и": "i", "і": "i", "й": "i", "ь": "", "ъ": "", "б": "b", "в": "v", "д": "d", "е": "e", "з": "z", "л": "l", "м": "m",
    "п": "p", "р": "r", "с": "s", "т": "t", "ф": "f",
}  # fmt: skip
_LATIN = {
    "shch": "sh", "shh": "sh", "sh": "sh", "ch": "c", "zh": "j", "kh": "h", "gh": "g", "ts": "s", "yu": "iu", "ya": "ia", "yo": "e", "ye": "e",
    "ee": "i", "oo": "u", "ck": "k", "q": "k", "x": "ks", "w": "u", "y": "i", "á": "a", "ä": "a", "ǵ": "g", "ğ": "g", "ı": "i", "ń": "n", "ñ": "n",
    "ó": "o", "ö": "o", "ú": "u", "ü": "u", "ū": "u", "ý": "u", "ş": "sh", "ç": "c", "c": "k", "'": "",
}  # fmt: skip
_LATIN_PATTERN = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_LONGEST_NAME = 3
_GUTTURALS = str.maketrans("gh", "kk")
_TWICE = re.compile(r"(.)\1+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*|\d+")
_ARABIC = re.compile("[\u0600-\u06ff]")
# Endings of case in the skeleton that `skeleton` makes: adjectives in -ский, Kazakh, Russian; the longest first.
_ADJECTIVE_END = re.compile(r"(?<=[sc]k)(?:ii?|ogo|omu|im|om|aia|oi|uiu)$")
_KAZAKH_END = r"ga|ge|ka|ke|ni|di|ti|dan|den|tan|ten|nan|nen|men|ben|pen|da|de|ta|te"
_RUSSIAN_END = r"oiu|oi|ei|iei|iem|iom|om|em|im|iu|ii|ie|ia|a|u|e|i|o"
_CASE_END = re.compile(rf"(?:{_KAZAKH_END}|{_RUSSIAN_END})$")
_ANY_END = re.compile(rf"(?:nin|din|tin|{_KAZAKH_END}|{_RUSSIAN_END})")
# The genitive is cut before the letters are evened: afterwards -тың would look like the end of Ишутин.
_KAZAKH_GENITIVE = re.compile("(?<=..)(?:ның|нің|дың|дің|тың|тің)$")


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """The sounds of a word in Latin letters, the same for Калыбай, Қалыбай and Kalybai."""
    folded = _in_one_script(fold_plain(word))
    latin = "".join(_CYRILLIC.get(char, char) for char in folded)
    latin = _LATIN_PATTERN.sub(lambda match: _LATIN[match[0]], latin) if re.search("[a-z]", folded) else latin
    return _TWICE.sub(r"\1", latin)


def _in_one_script(folded: str) -> str:
    """Kazakh Latin and Arabic as Cyrillic; plain Latin stays."""
    if _ARABIC.search(folded):
        return _arabic_to_cyrillic(folded)
    return latin_to_cyrillic(folded) if re.search("[áǵıńóúýäğñş]", folded) else folded


def _arabic_to_cyrillic(word: str) -> str:
    table = load_list("kazakh_scripts")["kazakh_arabic"]
    letters = table["hard"] | (table["soft"] if any(char in table["soft_marks"] for char in word) else {})
    return "".join(letters.get(char, char) for char in word)


@lru_cache(maxsize=8192)
def stem_key(word: str) -> str:
    """Skeleton without an ending of case and without final vowels, for comparing inflected words; three sounds at least."""
    bones = _evened(skeleton(_KAZAKH_GENITIVE.sub("", _in_one_script(fold_plain(word)))))
    for shorter in (_ADJECTIVE_END.sub("", bones), _CASE_END.sub("", bones)):
        if shorter != bones and len(shorter) >= 3:
            bones = shorter
            break
    bare = bones.rstrip("aeiou")
    return bare if len(bare) >= 3 else bones


def _evened(bones: str) -> str:
    """Soft and hard vowels as one: Гюзяль and Гузал."""
    return bones.replace("ia", "a").replace("iu", "u").replace("ie", "e")


def words_of(name: str) -> list[str]:
    """The words of a name; initials without their dots."""
    return _WORD.findall(name)


@lru_cache(maxsize=8192)
def is_same_word(a: str, b: str) -> bool:
    """Whether two words can be forms or spellings of one name word: their stems agree, or one is the other and an ending."""
    first, second = _evened(skeleton(a)), _evened(skeleton(b))
    if not first or not second or first[0] != second[0]:
        return first == second != ""
    if first == second or stem_key(a) == stem_key(b):
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= 3 and long.startswith(short) and bool(_ANY_END.fullmatch(long[len(short) :]))


def same_person(a: str, b: str) -> bool:
    """Whether two names can be one person across scripts, inflection, initials and a missing given name.

    The given names must agree where both have one; a patronymic counts only where both have one. A surname alone is
    the same as a full name with it, unless one is plainly a woman's and the other a man's in the nominative.
    """
    left, right = _parts(a), _parts(b)
    if not left or not right or max(len(left), len(right)) > _LONGEST_NAME:
        return fold_plain(a) == fold_plain(b) != ""
    if len(left) == 1 or len(right) == 1:
        return _is_surname_of(left, right) if len(left) == 1 else _is_surname_of(right, left)
    return _agree(left, right) or _agree(left, right[::-1])


def _parts(name: str) -> list[str]:
    """Given name and surname; a patronymic in the middle or at the end is dropped when a surname is left without it."""
    words = words_of(name)
    if len(words) >= 3:
        kept = [word for word in words if not _is_patronymic(word)]
        words = kept if len(kept) >= 2 else words
    return words


def _is_patronymic(word: str) -> bool:
    return re.search(r"(?:ovic|evic|ovna|evna|ovn|evn|uli|kizi|ogli)", skeleton(word)[3:]) is not None


def _agree(left: list[str], right: list[str]) -> bool:
    if not _is_same_given(left[0], right[0]):
        return False
    surnames = left[-1], right[-1]
    return is_same_word(*surnames) or _same_consonants(*surnames, 5) or _is_russified(*surnames)


def _is_russified(a: str, b: str) -> bool:
    """Whether one surname is the other with a Russian ending, as people of the region drop or add it (Есенжол, Есенжолов)."""
    short, long = sorted((skeleton(a), skeleton(b)), key=len)
    return len(short) >= 4 and re.fullmatch(r"(?:ov|ev|ova|eva)(?:a|u|im|e|oi)?", long[len(short) :]) is not None and long.startswith(short)


def _is_same_given(a: str, b: str) -> bool:
    if min(len(a), len(b)) == 1:
        return skeleton(a)[:1] == skeleton(b)[:1]
    if _even(a) != a or _even(b) != b:
        return is_same_word(_even(a), _even(b))
    return is_same_word(a, b) or _same_consonants(_even(a), _even(b), 3)


def _even(given: str) -> str:
    """The nominative of the few given names that decline with another stem (Льва)."""
    odd: str = load_list("people")["odd_forms"].get(fold_plain(given), given)
    return odd


def _same_consonants(a: str, b: str, at_least: int) -> bool:
    """Spellings that differ in vowels or in k, g, h alone (Жарылқап, Zharylgap; Бақыт, Бахыт; Тұрсынқожа, Турсункожа)."""
    first, second = (re.sub("[aeiou]", "", stem_key(word)).translate(_GUTTURALS) for word in (a, b))
    return len(first) >= at_least and first == second and skeleton(a)[:1] == skeleton(b)[:1]


def _is_surname_of(alone: list[str], full: list[str]) -> bool:
    if len(full) == 1:
        return is_same_word(alone[0], full[0]) and not _is_pair(alone[0], full[0])
    return is_same_word(alone[0], full[-1]) or (len(alone[0]) > 2 and skeleton(alone[0]) == skeleton(full[0]))


def _is_pair(a: str, b: str) -> bool:
    """Садыков and Садыкова: a man and a woman of one surname."""
    return skeleton(a) + "a" == skeleton(b) or skeleton(b) + "a" == skeleton(a)
