"""Where names of persons stand in Russian, Kazakh and English texts, and their nominatives. Roles are read elsewhere. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.legible import Reading
from pipelines.languages.lists import load_list
from pipelines.languages.name_forms import skeleton
from pipelines.languages.nominatives import given_names, is_given_name, nominative
from pipelines.languages.russian_words import is_dictionary_name, is_ordinary, is_place, is_unknown, normal_forms
from pipelines.text import fold_plain

_CYRILLIC_WORD = r"(?:[А-ЯЁӘҒҚҢӨҰҮҺІЇЄ][а-яёәғқңөұүһіїє'’]+(?:-[А-ЯЁӘҒҚҢӨҰҮҺІ]?[а-яёәғқңөұүһі]+)?|[А-ЯЁӘҒҚҢӨҰҮҺІ]{3,}(?:-[А-ЯЁ]{2,})?)"
_LATIN_WORD = r"(?:[A-ZÁÄÇǴĞÍIÓÖŞÚÜÝ][a-záäçǵğıíńñóöşúüūý'’]+(?:-[A-Z]?[a-záäǵıńóúý]+)?)"
_RU_INITIALS = re.compile(r"(?<![\w«])((?:[А-ЯЁӘҒҚҢӨҰҮҺІ]\.\s?){1,2})(" + _CYRILLIC_WORD + r")(?!\w)")
_RU_RUN = re.compile(rf"(?<![\w-]){_CYRILLIC_WORD}(?:[ \u00a0]{_CYRILLIC_WORD}){{1,3}}(?![\w-])")
_RU_LETTER = re.compile(r"(?<!\w)гр\.\s([А-ЯЁ]\.)")
_KK_RUN = re.compile(rf"(?<![\w-])(?:{_CYRILLIC_WORD}|{_LATIN_WORD})(?:[ \u00a0](?:{_CYRILLIC_WORD}|{_LATIN_WORD})){{1,3}}(?![\w-])")
_EN_RUN = re.compile(rf"(?<![\w-])(?:{_LATIN_WORD}|[A-Z]\.)(?:[ \u00a0](?:{_LATIN_WORD}|[A-Z]\.)){{1,3}}(?![\w-])")
_KK_CASE = re.compile(
    r"(?:(?<=[аәеиоөуұүыіэяю])(?:ның|нің|ны|ні|ға|ге|да|де|дан|ден|мен)|(?<=[бвгджзклмнңпрстуфхцчшщйғқ])(?:дың|дің|тың|тің|ды|ді|ты|ті|ға|ге|қа|ке|да|де|та|те|дан|ден|тан|тен|нан|нен|мен|бен|пен))$"
)
_PATRONYMIC = re.compile(r"(?:ович|евич|ьич|овн|евн|иничн)(?:а|у|ем|е|ы|ой)?$")
# Given names that Kazakh makes of known parts (Арыстанбек, Төреғали); a capital must open them.
_KAZAKH_GIVEN = re.compile("^[А-ЯӘҒҚҢӨҰҮҺІ][а-яәғқңөұүһі]{2,}(?:бек|хан|жан|гүл|ғали|сұлтан|болат|мұрат|гелді|сәуле|нұр|бай)$")
_QUOTE_OPEN = '«“„"'


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention of a person: span in the published text and the name in the nominative."""

    start: int
    end: int
    name: str


@lru_cache(maxsize=4)
def _not_names(language: str) -> frozenset[str]:
    return frozenset(load_list("people")["not_names"][language])


@lru_cache(maxsize=2)
def _surname_end(script: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(load_list('people')['surname_ends'][script])})$")


@lru_cache(maxsize=1)
def _given_skeletons() -> frozenset[str]:
    return frozenset(skeleton(name) for name in given_names())


def _words_in(published: str, match: re.Match[str]) -> list[tuple[int, int]]:
    return [(match.start() + word.start(), match.start() + word.end()) for word in re.finditer(r"[^\s\u00a0]+", match[0])]


def _is_quoted(published: str, start: int, end: int) -> bool:
    """Whether the words are all that stands in quotes: then they are a title or an outlet."""
    return start > 0 and published[start - 1] in _QUOTE_OPEN


def _seen(reading: Reading) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", reading.text))


def russian_names(reading: Reading, roles: re.Pattern[str]) -> list[Candidate]:
    """Names of a Russian text: given name and surname in any case, initials and surname, "гр. К."."""
    text, seen = reading.published, _seen(reading)
    found: list[Candidate] = []
    for match in _RU_RUN.finditer(text):
        if not _is_quoted(text, match.start(), match.end()):
            found += _russian_run(reading, _words_in(text, match), roles, seen)
    for match in _RU_INITIALS.finditer(text):
        if not _is_sentence_before(text, match):
            initials = " ".join(re.findall(r"\w\.", match[1]))
            cases = _cases_before(reading, match.start(), roles)
            found.append(Candidate(match.start(), match.end(), f"{initials} {_alone(match[2], cases, seen)}"))
    found += [Candidate(match.start(1), match.end(1), match[1]) for match in _RU_LETTER.finditer(text)]
    return sorted(found, key=lambda one: one.start)


def _is_sentence_before(text: str, match: re.Match[str]) -> bool:
    """ "в 2020 г. Иванов" is no initial: one small-letter abbreviation; "ст. К. Иванов" is."""
    return text[max(0, match.start() - 1) : match.start()].isalnum()


def _alone(surname: str, cases: frozenset[str], seen: frozenset[str]) -> str:
    """Nominative of a surname after initials: by the case of the word before, or by a shorter form in the same text."""
    shown = surname.capitalize() if surname.isupper() else surname
    base = re.sub(r"(?<=[оеё]в|[иы]н)(?:а|у|ым|е)$", "", shown)
    is_oblique = bool(cases) and "nomn" not in cases
    return base if base != shown and (is_oblique or fold_plain(base) in seen) else shown


def _russian_run(reading: Reading, words: list[tuple[int, int]], roles: re.Pattern[str], seen: frozenset[str]) -> list[Candidate]:
    """The names in a run of words with capitals; words before a known given name are places or titles."""
    text = reading.published
    words = [span for index, span in enumerate(words) if not _is_plain(text[slice(*span)], roles, "ru", index == 0)]
    found: list[Candidate] = []
    at = 0
    while at + 1 < len(words):
        first, last = words[at], words[at + 1]
        if last[0] - first[1] > 1:
            at += 1
            continue
        step = _take(reading, words, at, roles, seen)
        if step is None:
            at += 1
            continue
        found.append(step[0])
        at += step[1]
    return found


def _take(
    reading: Reading, words: list[tuple[int, int]], at: int, roles: re.Pattern[str], seen: frozenset[str]
) -> tuple[Candidate, int] | None:
    text = reading.published
    given, surname = text[slice(*words[at])], text[slice(*words[at + 1])]
    third = words[at + 2] if at + 2 < len(words) and words[at + 2][0] - words[at + 1][1] <= 1 else None
    if third is not None and not _can_be_given(given) and _can_be_given(surname):
        return None
    if third is None and is_dictionary_name(surname, "Patr") and not is_dictionary_name(surname, "Surn"):
        return None
    if third is not None and _PATRONYMIC.search(surname.lower()):
        return _named(reading, given, text[slice(*third)], (words[at][0], third[1]), roles, seen), 3
    if is_given_name(surname) and not is_given_name(given) and _surname_end("cyrillic").search(given.lower()):
        given, surname = surname, given
    elif not (is_given_name(given) or _is_person(given, surname) or _has_role_near(reading, words[at][0], words[at + 1][1], roles)):
        return None
    return _named(reading, given, surname, (words[at][0], words[at + 1][1]), roles, seen), 2


def _named(reading: Reading, given: str, surname: str, span: tuple[int, int], roles: re.Pattern[str], seen: frozenset[str]) -> Candidate:
    given, surname = (word.capitalize() if word.isupper() else word for word in (given, surname))
    name, _ = nominative(given, surname, _cases_before(reading, span[0], roles), seen)
    return Candidate(*span, name)


def _is_plain(word: str, roles: re.Pattern[str], language: str, is_first: bool) -> bool:
    folded = fold_plain(word)
    if folded in _not_names(language) or roles.fullmatch(folded) is not None:
        return True
    return language == "ru" and not is_given_name(word) and not _not_names(language).isdisjoint(normal_forms(word))


def _has_role_near(reading: Reading, start: int, end: int, roles: re.Pattern[str]) -> bool:
    low, high = reading.at(start), reading.at(end)
    before = re.sub(r"[«\"“„][^»\"”“\n]{1,40}[»\"”“]\s?", "", reading.text[max(0, low - 60) : low]).rstrip()
    tail = list(roles.finditer(before))
    if tail and len(before) - tail[-1].end() <= 1:
        return True
    return (
        re.match(r",\s(?:\w+\s)?", reading.text[high : high + 24]) is not None and roles.search(reading.text[high : high + 30]) is not None
    )


def _can_be_given(word: str) -> bool:
    return is_given_name(word) or is_dictionary_name(word, "Name")


def _is_person(given: str, surname: str) -> bool:
    """Whether the dictionary or the shape of the surname tells a person: Барак Обама, Леван Гачечиладзе, not "Чёрное Море"."""
    if is_ordinary(given) or is_place(given):
        return False
    if is_dictionary_name(given, "Name") or is_dictionary_name(surname, "Surn"):
        return not is_ordinary(surname)
    return _looks_like_surname(surname, given) or (is_unknown(given) and is_unknown(surname) and not surname.isupper())


def _looks_like_surname(surname: str, given: str) -> bool:
    """A Russian ending of surnames after a word that is no place or thing in -ский."""
    low = surname.lower()
    return re.search(
        r"(?:[оеё]в|[оеё]в[ауе]|[оеё]вым|[оеё]вой|[сц]кий|[сц]к(?:ого|ому)|енко|баев\w*|улы|ұлы|кызы|қызы)$", low
    ) is not None and not re.search(r"(?:ск|ый|ий|ая|ое|ые|ие|ого|ому|ой|ым|ом)\w{0,2}$", given.lower())


def _cases_before(reading: Reading, start: int, roles: re.Pattern[str]) -> frozenset[str]:
    """Cases of the role word right before the name: "журналиста X" stands in the genitive or accusative."""
    low = reading.at(start)
    before = re.sub(r"[«\"“„][^»\"”“\n]{1,40}[»\"”“]\s?", "", reading.text[max(0, low - 90) : low])
    said = list(roles.finditer(before))
    if not said or len(before) - said[-1].end() > 40 or re.search(r"[.,;:!?\n]", before[said[-1].end() :]):
        return frozenset()
    return _cases_of(said[-1][0].split()[-1] if said[-1].lastgroup != "editor" else said[-1][0])


_ROLE_CASES = (
    (re.compile(r"(?:(?:ист|ер|ор|ел|ик|ат|тр|им|ц|лог|граф)(?:е|ё)?(?:ом|ем|ым)|ем)$"), {"ablt"}),
    (re.compile(r"(?:исту|еру|ору|елю|ику|ату|тру|иму|цу|кору|логу|графу)$"), {"datv"}),
    (re.compile(r"(?:иста|ера|ора|еля|ика|ата|тра|има|ца|кора|лога|графа)$"), {"gent", "accs"}),
    (re.compile(r"(?:ист|ер|ор|ель|ик|ат|тр|им|ец|кор|лог|граф|судья)$"), {"nomn"}),
    (re.compile(r"(?:ка|ица)$"), {"nomn"}),
    (re.compile(r"(?:ки|ицы|судьи)$"), {"gent"}),
    (re.compile(r"(?:ке|ице|судье)$"), {"datv", "loct"}),
    (re.compile(r"(?:ку|ицу|судью)$"), {"accs"}),
    (re.compile(r"(?:кой|ицей|судьей)$"), {"ablt"}),
)


def _cases_of(role: str) -> frozenset[str]:
    return frozenset(next((cases for pattern, cases in _ROLE_CASES if pattern.search(role)), set()))


def kazakh_names(reading: Reading, roles: re.Pattern[str]) -> list[Candidate]:
    """Names of a Kazakh text in any script; the ending of case stands on the last word only."""
    text = reading.published
    found: list[Candidate] = []
    for match in _KK_RUN.finditer(text):
        if not _is_quoted(text, match.start(), match.end()):
            found += _kazakh_run(reading, _words_in(text, match), roles)
    for match in _RU_INITIALS.finditer(text):
        found.append(Candidate(match.start(), match.end(), f"{match[1].strip()} {_without_case(match[2], reading)}"))
    if not found and reading.is_without_capitals:
        found = _kazakh_without_capitals(reading, roles)
    surnames = {skeleton(one.name.split()[-1]) for one in found}
    found = [one for one in found if not (skeleton(one.name.split()[0]) in surnames and not is_known_given(one.name.split()[0]))]
    return sorted(found, key=lambda one: one.start)


def _kazakh_run(reading: Reading, words: list[tuple[int, int]], roles: re.Pattern[str]) -> list[Candidate]:
    text = reading.published
    words = [span for span in words if not _is_plain_kazakh(reading, span, roles)]
    found: list[Candidate] = []
    at = 0
    while at + 1 < len(words):
        first, last = words[at], words[at + 1]
        given, surname = text[slice(*first)], text[slice(*last)]
        follows_name = at + 2 < len(words) and not is_known_given(given) and is_known_given(surname)
        if last[0] - first[1] > 1 or follows_name or (_is_place(reading, last[1]) and not _is_sure_given(given)):
            at += 1
            continue
        if is_known_given(given) or _has_role_near(reading, first[0], last[1], roles) or _is_kazakh_surname(surname):
            if is_known_given(given) or not any(skeleton(one.name.split()[-1]) == skeleton(given) for one in found):
                found.append(Candidate(first[0], last[1], f"{given} {_without_case(surname, reading)}"))
            at += 1
        at += 1
    return found


def _is_plain_kazakh(reading: Reading, span: tuple[int, int], roles: re.Pattern[str]) -> bool:
    if fold_plain(reading.published[slice(*span)]) in _not_names("en"):
        return True
    word = reading.text[reading.at(span[0]) : reading.at(span[1])]
    return word in _not_names("kk") or roles.fullmatch(word) is not None or re.search(r"(?:дағы|дегі|тағы|тегі)$", word) is not None


def is_known_given(word: str) -> bool:
    """Whether a word sounds like a given name of the list, in any script."""
    return skeleton(word) in _given_skeletons() or _KAZAKH_GIVEN.search(word) is not None


def _is_sure_given(word: str) -> bool:
    return skeleton(word) in _given_skeletons()


def _is_kazakh_surname(surname: str) -> bool:
    return re.search(r"(?:ов|ова|ев|ева|ұлы|қызы|бай|бек|жан|ғали|қожа|құл|хан)(?:\w{2,4})?$", fold_plain(surname)) is not None


def _is_place(reading: Reading, end: int) -> bool:
    """Whether a word of places or bodies follows: then the capitals are theirs ("Қызыл Жар ауданы")."""
    after = reading.text[reading.at(end) : reading.at(end) + 24]
    return (
        re.match(
            r"[»\"]?\s(?:ауданы|аудандық|қаласы|қалалық|облыс|ауылы|көшесі|өзені|компания|газет|сайт|портал|журнал|арна|радио|басылым|агенттіг|қоры|партия|банк)",
            after,
        )
        is not None
    )


def _without_case(surname: str, reading: Reading) -> str:
    """The surname without its Kazakh ending; a shorter form that the text itself has is trusted first."""
    word = surname.capitalize() if surname.isupper() else surname
    if re.search("[a-z]", word.lower()):
        return _latin_without_case(word)
    match = _KK_CASE.search(word)
    if match is None or match.start() < 3:
        return word
    return word[: match.start()]


_LATIN_CASE = re.compile(r"(?<=\w{3})(?:nyń|niń|dyń|diń|tyń|tiń|ǵa|ge|qa|ke|ny|ni|dy|di|ty|ti|da|de|dan|den|tan|ten|nan|nen|men|ben|pen)$")


def _latin_without_case(word: str) -> str:
    match = _LATIN_CASE.search(word)
    return word[: match.start()] if match else word


def _kazakh_without_capitals(reading: Reading, roles: re.Pattern[str]) -> list[Candidate]:
    """Transcripts and Arabic script have no capitals: a role word, a known given name and one word more."""
    found: list[Candidate] = []
    for role in roles.finditer(reading.text):
        match = re.compile(r"\s(?P<given>[^\W\d_]{3,})\s(?P<surname>[^\W\d_]{3,})").match(reading.text, role.end())
        if match is None or not is_known_given(match["given"]):
            continue
        surname = _KK_CASE.sub("", match["surname"]) if len(match["surname"]) > 5 else match["surname"]
        start, _ = reading.span(*match.span("given"))
        _, given_end = reading.span(*match.span("given"))
        low, high = reading.span(match.start("surname"), match.start("surname") + len(surname))
        name = f"{reading.published[start:given_end]} {reading.published[low:high]}"
        found.append(Candidate(start, high, name if not name.islower() else name.title()))
    return found


def english_names(reading: Reading, roles: re.Pattern[str]) -> list[Candidate]:
    """Names of an English text; titles in capitals and names of bodies are told apart by given names, surnames and roles."""
    text = reading.published
    found: list[Candidate] = []
    for match in _EN_RUN.finditer(text):
        if _is_quoted(text, match.start(), match.end()):
            continue
        words = [(start, _without_possessive(text, start, end)) for start, end in _words_in(text, match)]
        words = _trimmed(text, words, roles)
        if 2 <= len(words) <= 3 and _is_english_person(reading, words, roles):
            found.append(Candidate(words[0][0], words[-1][1], " ".join(text[slice(*span)] for span in words)))
    return found


def _without_possessive(text: str, start: int, end: int) -> int:
    return start + len(re.sub(r"['’]s?$", "", text[start:end]))


def _trimmed(text: str, words: list[tuple[int, int]], roles: re.Pattern[str]) -> list[tuple[int, int]]:
    """Words that begin a sentence or name a role, cut off the start of the run."""
    while words and _is_plain(text[slice(*words[0])], roles, "en", True):
        words = words[1:]
    while words and _is_plain(text[slice(*words[-1])], roles, "en", False):
        words = words[:-1]
    while len(words) > 2 and not is_known_given(text[slice(*words[0])]) and is_known_given(text[slice(*words[1])]):
        words = words[1:]
    return words


def _is_english_person(reading: Reading, words: list[tuple[int, int]], roles: re.Pattern[str]) -> bool:
    text = reading.published
    if any(_is_plain(text[slice(*span)], roles, "en", False) for span in words):
        return False
    given, surname = text[slice(*words[0])], text[slice(*words[-1])]
    if given.endswith(".") or is_known_given(given):
        return True
    is_surname = _surname_end("latin").search(surname.lower()) is not None
    return _has_role_near(reading, words[0][0], words[-1][1], roles) or (is_surname and len(words) == 2 and not given.isupper())
