"""Persons named in a text, in the nominative, with the role that the words around give them. Pure."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from db.vocabulary import PartyRole
from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import alternation, load_list
from pipelines.languages.name_forms import is_same_word, same_person, words_of
from pipelines.languages.person_spans import Candidate, english_names, kazakh_names, russian_names

__all__ = ["FoundPerson", "find_people", "same_person"]
_REACH = 64
_STOP = re.compile(r"[.;:!?\n](?=\s|$)|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person: span of the first full mention, nominative in the script of the text, role, and the forms met."""

    start: int
    end: int
    name: str
    role_hint: PartyRole
    forms: tuple[str, ...]


def find_people(text: str, language: str, title: str = "") -> tuple[FoundPerson, ...]:
    """Persons with given name and surname (or initial), each once, in the order of the text.

    `title` helps: forms and roles said there count, its spans do not. Empty when the text names nobody.
    """
    joined = f"{title}\n{text}" if title else text
    shift = len(title) + 1 if title else 0
    reading = read(joined, language)
    finder = {"kk": kazakh_names, "en": english_names, "ky": kazakh_names}.get(reading.language, russian_names)
    candidates = finder(reading, _role_words())
    people: list[FoundPerson] = []
    for one in candidates:
        found = FoundPerson(one.start - shift, one.end - shift, one.name, _role(reading, one, candidates), (joined[one.start : one.end],))
        _join(people, found)
    placed = [_placed(one, joined, shift) for one in people]
    return tuple(sorted((one for one in placed if one is not None), key=lambda one: one.start))


def _join(people: list[FoundPerson], new: FoundPerson) -> None:
    """Add the mention to the person it means, or as a person of its own; a fuller name and a said role win."""
    for index, one in enumerate(people):
        if not same_person(one.name, new.name):
            continue
        is_fuller = len(words_of(new.name)[0]) > len(words_of(one.name)[0]) == 1 or len(words_of(new.name)) > len(words_of(one.name)) == 1
        role = one.role_hint if one.role_hint not in _WEAK or new.role_hint is PartyRole.OTHER else new.role_hint
        start, end = (one.start, one.end) if one.start >= 0 else (new.start, new.end)
        forms = tuple(dict.fromkeys([*one.forms, *new.forms]))
        people[index] = replace(one, name=new.name if is_fuller else one.name, role_hint=role, start=start, end=end, forms=forms)
        return
    people.append(new)


_WEAK = (PartyRole.OTHER, PartyRole.CLAIMANT, PartyRole.ACTIVIST_FOR_PUBLICATION)


def _placed(one: FoundPerson, joined: str, shift: int) -> FoundPerson | None:
    """A person of the title alone is placed at the first later mention of the surname; left out where there is none."""
    if one.start >= 0:
        return one
    surname = words_of(one.name)[-1]
    for match in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", joined[shift:]):
        if match[0][:1] == surname[:1] and is_same_word(match[0], surname):
            return replace(one, start=match.start(), end=match.end())
    return replace(one, start=0, end=0)


@dataclass(frozen=True, slots=True)
class RoleWords:
    """Role words of all languages, compiled once."""

    roles: re.Pattern[str]
    suing: re.Pattern[str]


@lru_cache(maxsize=1)
def _role_words() -> re.Pattern[str]:
    roles = load_list("people")["roles"]
    named = "|".join(f"(?P<{role}>{alternation(words)})" for role, words in roles.items())
    return re.compile(rf"(?<![\w-])(?:{named})(?![\w-])")


@lru_cache(maxsize=1)
def _suing() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternation(load_list('people')['suing'])})(?!\w)")


def _role(reading: Reading, one: Candidate, others: list[Candidate]) -> PartyRole:
    """The role said right before the name ("главный редактор X"), right after it ("X, редактор"), or by going to court."""
    start, end = reading.at(one.start), reading.at(one.end)
    low = max([reading.at(other.end) for other in others if other.end <= one.start] + [start - _REACH, 0])
    before = _cut_left(reading.text[low:start])
    said = list(_role_words().finditer(before))
    if said and _is_apposition(before[said[-1].end() :]):
        return _best(said, before)
    after = reading.text[end : end + 48]
    late = _role_words().search(after)
    if (
        late is not None
        and re.fullmatch(r"\)?\s?(?:,|-|\()\s(?:\w+\s){0,3}", after[: late.start()])
        and not _before_name(reading, one, others, end + late.end())
    ):
        return PartyRole(late.lastgroup or "other")
    if late is not None and late.start() <= 1 and reading.language == "kk":
        return PartyRole(late.lastgroup or "other")
    sentence_end = re.search(r"[.!?\n]", reading.text[end : end + 140])
    clause = reading.text[end : end + (sentence_end.start() if sentence_end else 140)]
    return PartyRole.CLAIMANT if _suing().search(clause) else PartyRole.OTHER


def _before_name(reading: Reading, one: Candidate, others: list[Candidate], at: int) -> bool:
    """Whether the word after the name belongs to the next person ("X, адвокат Y")."""
    return any(other.start > one.end and 0 <= reading.at(other.start) - at <= 2 for other in others)


def _best(said: list[re.Match[str]], before: str) -> PartyRole:
    """Of role words in one row the first that is not weak: "журналист и правозащитник", "директор сайта"."""
    last = said[-1]
    roles = [match.lastgroup or "other" for match in said if len(before) - match.end() <= 48]
    if "citizen_journalist" in roles:
        return PartyRole.CITIZEN_JOURNALIST
    if last.lastgroup == "other" and len(roles) > 1 and last.start() - said[-2].end() <= 3:
        return PartyRole(roles[-2])
    return PartyRole(last.lastgroup or "other")


def _cut_left(before: str) -> str:
    stops = list(_STOP.finditer(before))
    return before[stops[-1].end() :] if stops else before


def _is_apposition(gap: str) -> bool:
    """Whether nothing but the complement of the role stands between it and the name ("газеты «X»", "of the daily X")."""
    plain = re.sub(r"[«\"“„][^»\"”“]{1,40}[»\"”“]", "", gap)
    return len(gap) <= 56 and "," not in plain.strip(" ,") and len(plain.split()) <= 4
