"""Courts named in a text, in the nominative as the text calls them. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import alternation, load_list

_RU_COURT = re.compile(r"(?<![\w-])(?P<head>суд)(?:а|у|ом|е)?(?![\w-])")
_KK_COURT = re.compile(r"(?<![\w-])сот(?P<own>ы)?(?!қа\sдейін)(?P<case>ның|на|нда|ндағы|нан|ымен|мен|тың|қа|та|тан|пен|тағы|тық)?(?![\w-])")
_EN_COURT = re.compile(r"(?<![\w-])court(?:'s)?(?![\w-])")
_WORD_BEFORE = re.compile(r"(?P<word>[\w'№-]+)(?P<gap>[ \t]{1,2})$")
_RU_ENDING = re.compile(r"(?:ого|его|ому|ему|ым|им|ом|ем|ый|ий|ой)$")
_RU_PLACE = re.compile(r"\w{3,}-?\w*ск(?:ого|ому|им|ом|ий|ой)$")
_PLAIN_WORD = re.compile(
    r"(?:the|a|an|in|at|on|by|from|before|when|after|as|and|no|any|this|that|another|one|every|but|if|his|her|their|its|our|to|under|last|first|second|new)$"
)
_KK_PLAIN_WORD = re.compile(
    r"(?:ол|бұл|осы|сол|олар|мен|біз|бірақ|ал|енді|кеше|бүгін|арыз|іс|істі|ісін|шағым|кейін|сондай|тек|қазір|жергілікті)$"
)
_KK_LINK = re.compile(r"(?:бойынша|жөніндегі|істер|істері|құқық|бұзушылықтар|құқықбұзушылық|қылмыстық|азаматтық)$")
_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the text: its span, and the name in the nominative in the language and script of the text."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class _Words:
    ru_kind: re.Pattern[str]
    ru_short: re.Pattern[str]
    ru_tail: re.Pattern[str]
    ru_oi: tuple[str, ...]
    ru_peace: re.Pattern[str]
    kk_kinds: frozenset[str]
    kk_places: frozenset[str]
    kk_cities: frozenset[str]
    en_kinds: frozenset[str]
    en_tail: re.Pattern[str]


def find_courts(text: str, language: str) -> tuple[Named, ...]:
    """Courts by their own names ("Медеуский районный суд", "Медеу аудандық соты", "Medeu District Court"), in order.

    A bare "суд", "сот" or "court" is no name. Each name is told once, at its first place.
    """
    reading = read(text, language)
    if not re.search("суд|сот|court|смэс|смас", reading.text):
        return ()
    words = _words()
    finder = {"kk": _kazakh, "en": _english}.get(reading.language, _russian)
    found: dict[str, Named] = {}
    for one in finder(reading, words):
        found.setdefault(one.name.lower(), one)
    return tuple(found.values())


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = load_list("courts")
    ru, cities = raw["ru"], "|".join(raw["cities"])
    place = r"(?:\w+[оеи]го)\s(?:района|округа)|(?:\w+ской|\w+кой|\w+ого)\s(?:области|края)|района\s\w+|области\s\w+"
    city = rf"(?:г\.?\s?|города\s|городе\s)?(?:{cities})(?![\w-])|(?:г\.\s?|города\s)\w[\w-]+"
    tail = rf"(?:\s?№\s?\d{{1,2}})?(?:\s(?:{alternation(ru['matters'])}))?(?:\s(?:{place}))?(?:\s\(?(?:{city})\)?)?(?:\s(?:{place}))?"
    return _Words(
        ru_kind=re.compile(rf"(?:{'|'.join(ru['kinds'])})(?:ого|его|ому|ему|ым|им|ом|ем|ый|ий|ой)"),
        ru_short=re.compile(rf"(?<![\w-])(?:{'|'.join(ru['short'])})(?:а|у|ом|е)?(?![\w-])"),
        ru_tail=re.compile(tail),
        ru_oi=tuple(ru["oi"]),
        ru_peace=re.compile(
            rf"(?<!\w)миров(?:ой|ого|ому|ым|ом)\sсудь(?:я|и|е|ю|ей|ею)(?:\sсудебного\sучастка(?:\s№\s?\d{{1,3}})?)?(?:\s(?:{place}))?(?:\s(?:{city}))?"
        ),
        kk_kinds=frozenset(raw["kk"]["kinds"]),
        kk_places=frozenset(raw["kk"]["places"]),
        kk_cities=frozenset(raw["kk"]["cities"]),
        en_kinds=frozenset(raw["en"]["kinds"]),
        en_tail=re.compile(
            rf"(?:\sno\.?\s?\d{{1,2}})?(?:\sof\s(?P<of_kind>{alternation(raw['en']['of_kinds'])})(?!\w))?(?:\s(?:in|of|for)\s(?:the\s)?(?P<place>\w[\w'-]+(?:\s\w[\w'-]+)?))?"
        ),
    )


def _before(text: str, at: int) -> re.Match[str] | None:
    return _WORD_BEFORE.search(text, max(0, at - 40), at)


def _is_capital(reading: Reading, at: int) -> bool:
    start, _ = reading.span(at, at + 1)
    letter = reading.published[start : start + 1]
    return letter.isupper() or reading.is_without_capitals or "\u0600" <= letter <= "\u06ff"


def _russian(reading: Reading, words: _Words) -> list[Named]:
    found: list[Named] = []
    for match in _RU_COURT.finditer(reading.text):
        start, has_kind = match.start(), False
        for _ in range(_MAX_WORDS):
            before = _before(reading.text, start)
            if before is None or not (_is_of_court(reading, before, words) or _is_proper(reading, before)):
                break
            start, has_kind = before.start(), True
        tail = words.ru_tail.match(reading.text, match.end())
        end = tail.end() if tail else match.end()
        if has_kind or end > match.end():
            found.append(_nominative_ru(reading, start, match.start(), end, words))
    for match in words.ru_short.finditer(reading.text):
        before = _before(reading.text, match.start())
        start = before.start() if before and _RU_PLACE.search(before["word"]) else match.start()
        city = words.ru_tail.match(reading.text, match.end())
        found.append(_nominative_ru(reading, start, match.start(), city.end() if city else match.end(), words))
    for match in words.ru_peace.finditer(reading.text):
        first, last = reading.span(match.start(), match.end())
        found.append(Named(first, last, _peace(reading.published[first:last])))
    return sorted(found, key=lambda one: one.start)


def _is_of_court(reading: Reading, before: re.Match[str], words: _Words) -> bool:
    word = before["word"]
    return (
        bool(words.ru_kind.fullmatch(word))
        or bool(_RU_PLACE.fullmatch(word))
        or (word.isdigit() and reading.text[before.start() - 1 : before.start()] == "№")
    )


def _is_proper(reading: Reading, before: re.Match[str]) -> bool:
    """A capital adjective inside a sentence ("Басманный суд"); at its start the capital says nothing."""
    if re.search(r"(?:ный|ного|ному|ным|ном|ской|ого)$", before["word"]) is None or not _is_capital(reading, before.start()):
        return False
    lead = reading.text[max(0, before.start() - 4) : before.start()]
    return re.search(r"[^\s«\"(.!?-]\s$", lead) is not None


def _nominative_ru(reading: Reading, start: int, head: int, end: int, words: _Words) -> Named:
    first, last = reading.span(start, end)
    middle, _ = reading.span(head, head + 1)
    adjectives = [_nominative_adjective(word, words) for word in reading.published[first:middle].split()]
    rest = reading.published[middle:last]
    rest = re.sub(r"^(\w*суд)(?:а|у|ом|е)\b", r"\1", rest, flags=re.IGNORECASE)
    rest = re.sub(r"\s\(?(?:г\.|города|городе)\s?(?=[А-ЯЁ])", " ", rest).rstrip(")")
    name = " ".join([*adjectives, *rest.split()])
    return Named(first, last, name)


def _nominative_adjective(word: str, words: _Words) -> str:
    """ "районного" -> "районный", "городского" -> "городской", "Медеуском" -> "Медеуский"."""
    match = _RU_ENDING.search(word.lower())
    if match is None:
        return word
    stem = word[: match.start()]
    low = stem.lower()
    if low.endswith(words.ru_oi):
        return stem + "ой"
    return stem + ("ий" if low.endswith(("к", "г", "х", "ш", "щ", "ж", "ч")) else "ый")


def _peace(raw: str) -> str:
    name = re.sub(r"^([Мм]иров)\w+\s[Сс]удь\w+", r"\1ой судья", raw)
    return " ".join(name.split())


def _kazakh(reading: Reading, words: _Words) -> list[Named]:
    found: list[Named] = []
    for match in _KK_COURT.finditer(reading.text):
        start, has_kind = match.start(), False
        for _ in range(_MAX_WORDS):
            before = _before(reading.text, start)
            if before is None or not _is_of_kazakh_court(reading, before, words, has_kind):
                break
            has_kind = has_kind or before["word"] in words.kk_kinds or before["word"] in words.kk_places
            start = before.start()
        city = _before(reading.text, match.start())
        if not has_kind and match["own"] and city is not None and city["word"] in words.kk_cities:
            start, has_kind = city.start(), True
        start = _without_links(reading.text, start, match.start())
        if has_kind and start < match.start():
            stem = match.start() + (4 if match["own"] else 3)
            first, last = reading.span(start, stem)
            _, end = reading.span(match.start(), match.end())
            found.append(Named(first, end, " ".join(reading.published[first:last].split())))
    return found


def _without_links(text: str, start: int, end: int) -> int:
    """The start moved past words that only join a name to the sentence ("осы іс бойынша сот", "Астанадағы ... сот")."""
    words = text[start:end].split()
    n_real = sum(not _KK_LINK.match(word) for word in words)
    while words and ((n_real == 0) or re.match(r"бойынша$|жөніндегі$", words[0]) or re.search(r"(?:дағы|дегі|тағы|тегі)$", words[0])):
        start = text.index(words[0], start) + len(words[0])
        start += len(text[start:end]) - len(text[start:end].lstrip())
        words = words[1:]
    return start


def _is_of_kazakh_court(reading: Reading, before: re.Match[str], words: _Words, has_kind: bool) -> bool:
    word = before["word"]
    if word in words.kk_kinds or word in words.kk_places or re.fullmatch(r"№\d{1,2}|\d{1,2}", word):
        return True
    if not has_kind or not _is_capital(reading, before.start()) or _KK_PLAIN_WORD.match(word):
        return False
    follows = reading.text[before.end() :]
    is_place = re.match(r"(?:аудандық|қалалық|облыстық|қаласы|ауданы|облысы|гарнизоны)", follows) is not None
    return is_place or re.search(r"(?:ның|нің|дың|дің|тың|тің|дағы|дегі|тағы|тегі)$", word) is not None


def _english(reading: Reading, words: _Words) -> list[Named]:
    found: list[Named] = []
    for match in _EN_COURT.finditer(reading.text):
        start, has_kind = match.start(), False
        for _ in range(_MAX_WORDS):
            before = _before(reading.text, start)
            if before is None or not _is_of_english_court(reading, before, words):
                break
            start, has_kind = before.start(), True
        tail = words.en_tail.match(reading.text, match.end())
        end = match.end()
        if tail:
            end = tail.end() if not tail["place"] or _is_capital(reading, tail.start("place")) else tail.start("place")
            end = _place_end(reading, tail, end)
        is_of_kind = bool(tail and tail["of_kind"])
        if has_kind or is_of_kind:
            first, last = reading.span(start, end)
            name = re.sub(r"['’]s\b", "", reading.published[first:last]).strip()
            found.append(Named(first, last, re.sub(r"\s(?:in|of|for|the)$", "", name)))
    return found


def _place_end(reading: Reading, tail: re.Match[str], end: int) -> int:
    """A second word of the place counts only with a capital ("of Almaty on" is Almaty)."""
    if not tail["place"] or end != tail.end():
        return end
    second = tail["place"].find(" ")
    if second > 0 and not _is_capital(reading, tail.start("place") + second + 1):
        return tail.start("place") + second
    return end


def _is_of_english_court(reading: Reading, before: re.Match[str], words: _Words) -> bool:
    word = before["word"]
    if word in words.en_kinds:
        return True
    return _is_capital(reading, before.start()) and not _PLAIN_WORD.match(word)
