"""Persons named in a text, in the nominative, with the role that the words around give them. Pure."""

import re
from dataclasses import dataclass, replace

from db.vocabulary import PartyRole
from pipelines.languages.legible import read
from pipelines.languages.name_forms import is_same_word, same_person, stem_key, words_of
from pipelines.languages.person_roles import MEDIA_ROLES, RoleReader, role_words
from pipelines.languages.person_spans import english_names, kazakh_names, russian_names

__all__ = ["FoundPerson", "find_people", "same_person"]
# More mentions than any news has; a bound against texts made to cost time.
_MOST = 300


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

    `title` helps: names and roles said there count; a person of the title alone is placed at the surname in the text,
    at 0 where the text has none. Empty when nobody is named.
    """
    joined = f"{title}\n{text}" if title else text
    shift = len(title) + 1 if title else 0
    reading = read(joined, language)
    finder = {"kk": kazakh_names, "en": english_names, "ky": kazakh_names}.get(reading.language, russian_names)
    candidates = finder(reading, role_words())[:_MOST]
    roles = RoleReader(reading, candidates)
    people: list[FoundPerson] = []
    for index, one in enumerate(candidates):
        role = roles.role(index, one.name)
        _join(people, FoundPerson(one.start - shift, one.end - shift, one.name, role, (joined[one.start : one.end],)))
    people = _with_loose_role(people, roles)
    return tuple(sorted((_placed(one, text) for one in people), key=lambda one: one.start))


def _with_loose_role(people: list[FoundPerson], roles: RoleReader) -> list[FoundPerson]:
    """A text about one person and "the blogger" means the same one."""
    open_ones = [one for one in people if one.role_hint is PartyRole.OTHER]
    if len(open_ones) != 1 or any(one.role_hint in MEDIA_ROLES for one in people):
        return people
    loose = roles.loose_media_role()
    return [replace(one, role_hint=loose) if loose and one is open_ones[0] else one for one in people]


def _join(people: list[FoundPerson], new: FoundPerson) -> None:
    """Add the mention to the person it means, or as a person of its own; a fuller name and a stronger role win."""
    key = stem_key(words_of(new.name)[-1])[:3]
    for index, one in enumerate(people):
        if stem_key(words_of(one.name)[-1])[:3] != key or not same_person(one.name, new.name):
            continue
        start, end = (one.start, one.end) if one.start >= 0 else (new.start, new.end)
        people[index] = FoundPerson(
            start,
            end,
            new.name if _is_fuller(new.name, one.name) else one.name,
            min(one.role_hint, new.role_hint, key=_weakness),
            tuple(dict.fromkeys([*one.forms, *new.forms])),
        )
        return
    people.append(new)


def _weakness(role: PartyRole) -> int:
    """A media role tells most of a person, then going to court, then any other."""
    if role in MEDIA_ROLES:
        return 0
    order = (PartyRole.CLAIMANT, PartyRole.LAWYER, PartyRole.JUDGE, PartyRole.NGO)
    return order.index(role) + 1 if role in order else 8 if role is PartyRole.OTHER else 6


def _is_fuller(new: str, old: str) -> bool:
    """Whether a name says more: a given name instead of an initial."""
    return len(words_of(new)[0]) > 1 >= len(words_of(old)[0])


def _placed(one: FoundPerson, text: str) -> FoundPerson:
    """A person of the title alone is placed at the first mention of the surname in the text."""
    if one.start >= 0:
        return one
    surname = words_of(one.name)[-1]
    for match in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", text[:20_000]):
        if match[0][:1] == surname[:1] and is_same_word(match[0], surname):
            return replace(one, start=match.start(), end=match.end())
    return replace(one, start=0, end=0)
