"""Whom a text is about: the names in its headline, else in its first sentence; the others stand beside the event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.items import Finding
from db.vocabulary import PartyRole
from pipelines.linking.claimants import claimants_among
from pipelines.linking.names import NameKey, common_words, name_key, plain_words, seconds_of, skeletons_of, words_agree
from pipelines.text import sentences

MAX_HEAD_CHARACTERS = 1_000
_LEAST_CONSONANTS = 2
TARGETS = frozenset({PartyRole.JOURNALIST, PartyRole.EDITOR, PartyRole.BLOGGER, PartyRole.CITIZEN_JOURNALIST, PartyRole.PUBLISHER_OR_OWNER})
_PARTS = frozenset({PartyRole.CLAIMANT, PartyRole.OFFICIAL, PartyRole.SUSPECT, PartyRole.JUDGE, PartyRole.COURT, PartyRole.LAWYER})


@dataclass(frozen=True, slots=True)
class Head:
    """The words of headline and first sentence."""

    title: "Words"
    lead: "Words"
    raw: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Words:
    """Skeletons of the words of a text in order, and the second words of brands in it."""

    skeletons: tuple[str, ...]
    seconds: frozenset[str]


def head_of(title: str, text: str) -> Head:
    """The words that say whom a text is about."""
    first = next(iter(sentences(text[:MAX_HEAD_CHARACTERS])), (0, 0))
    return Head(words_of(title[:MAX_HEAD_CHARACTERS]), words_of(text[slice(*first)]), (title, text))


def words_of(text: str) -> Words:
    """The words of a text as names are compared with them."""
    return Words(skeletons_of(text), seconds_of(text))


def buckets_of(words: Words) -> frozenset[str]:
    """Keys under which names that stand in these words are kept; an ending may have made a short word longer."""
    return frozenset(word[:size] for word in words.skeletons for size in (2, 3) if len(word) > 1)


def focused(finding: Finding, head: Head, source_outlet: str = "") -> Finding:
    """The finding with the names beside the event put aside: other outlets and the source left out, other persons without a part."""
    own = name_key(source_outlet).words
    outlets = [name for name in finding.outlets if _is_name(name_key(name)) and (name_key(name).words != own or _in(name, head.title))]
    claimants = claimants_among(outlets, *head.raw)
    claimants = claimants if len(claimants) < len(outlets) or _has_target(finding) else frozenset()
    outlets = [name for name in outlets if name not in claimants]
    front = names_in_front(outlets, head)
    persons = [each.name for each in finding.people if each.role not in _PARTS]
    ahead = names_in_front(persons, head)
    people = tuple(
        each if each.name in ahead or each.role in _PARTS else replace(each, role=PartyRole.OTHER)
        for each in finding.people
        if not _is_among(each.name, finding.outlets)
    )
    opponents = (*finding.opponents, *sorted(claimants - set(finding.opponents)))
    return replace(finding, outlets=tuple(name for name in outlets if name in front), people=people, opponents=opponents)


def _has_target(finding: Finding) -> bool:
    return any(person.role in TARGETS for person in finding.people)


def names_in_front(names: Sequence[str], head: Head) -> frozenset[str]:
    """Names of the headline, else of the first sentence, else all: a whole name there beats one that shares only its surname."""
    for words in (head.title, head.lead):
        shares = {name: _share(name_key(name), words) for name in names}
        if any(shares.values()):
            return frozenset(name for name in names if shares[name] == 1.0 or (shares[name] and not _is_outdone(name, shares)))
    return frozenset(names)


def names_fully(key: NameKey, words: Words) -> bool:
    """True when every own word of a name stands among the words, side by side in its order, and no other brand's second word alone."""
    size, told = len(key.words), words.skeletons
    if not size or (key.seconds and words.seconds and not words.seconds & set(key.seconds)):
        return False
    return any(
        all(words_agree(one, other) for one, other in zip(key.words, told[place : place + size], strict=True))
        for place in range(len(told) - size + 1)
    )


def _in(name: str, words: Words) -> bool:
    return names_fully(name_key(name), words)


def _share(key: NameKey, words: Words) -> float:
    """1 for the whole name, a half for its surname (the last word) alone."""
    if names_fully(key, words):
        return 1.0
    return 0.5 if key.words and not key.seconds and any(words_agree(key.words[-1], word) for word in words.skeletons) else 0.0


def _is_outdone(name: str, shares: dict[str, float]) -> bool:
    """Somebody else of that surname is named in full."""
    mine = name_key(name).words[-1]
    return any(share == 1.0 and words_agree(name_key(other).words[-1], mine) for other, share in shares.items() if other != name)


def _is_name(key: NameKey) -> bool:
    """More than a stray letter."""
    own = set(plain_words(key.text)) - common_words()
    return bool(own) and (sum(map(len, key.words)) >= _LEAST_CONSONANTS or any(word.isdigit() for word in key.words))


def _is_among(name: str, outlets: Sequence[str]) -> bool:
    return name in outlets
