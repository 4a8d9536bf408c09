"""Cases that stay apart but belong together: one quarrel told in several cases, or one target hit again."""

from collections.abc import Iterable
from datetime import date

from crawler.items import CaseTie
from pipelines.linking.facts import EventFacts
from pipelines.linking.match import CaseCard
from pipelines.linking.names import NameKey, same_organisation, same_person_key

MAX_TIES = 5
_MEMORY_DAYS = 730


def ties_of(event: EventFacts, case_id: str, cards: Iterable[CaseCard]) -> tuple[CaseTie, ...]:
    """What a case that this event opens has to do with known ones, the closest and latest first; a shared surname ties nothing."""
    found = [(tie, card) for card in cards if card.id != case_id and (tie := _tie(event, card))]
    found.sort(key=lambda pair: (pair[0].kind == "same_dispute", pair[1].last_on or date.min, pair[1].id), reverse=True)
    return tuple(tie for tie, _ in found[:MAX_TIES])


def _tie(event: EventFacts, card: CaseCard) -> CaseTie | None:
    target = _shared(event.people, card.people) or _shared_outlet(event.outlets, card.outlets)
    if not target or _is_long_ago(event, card):
        return None
    opponent = _shared((*event.opponents, *event.beside), card.opponents) or _shared_outlet(
        (*event.opponents, *event.beside), card.opponents
    )
    if opponent:
        return CaseTie(other_id=card.id, kind="same_dispute", reason=f"the same target ({target}) and the same opponent ({opponent})")
    return CaseTie(other_id=card.id, kind="same_target", reason=f"the same target ({target})")


def _is_long_ago(event: EventFacts, card: CaseCard) -> bool:
    return bool(event.on and card.last_on and abs((event.on - card.last_on).days) > _MEMORY_DAYS)


def _shared(mine: Iterable[NameKey], theirs: tuple[NameKey, ...]) -> str:
    """The first person whose whole name both have."""
    full = (key for key in mine if len(key.words) > 1)
    return next((key.text for key in full if any(len(other.words) > 1 and same_person_key(key, other) for other in theirs)), "")


def _shared_outlet(mine: Iterable[NameKey], theirs: tuple[NameKey, ...]) -> str:
    return next((key.text for key in mine if any(same_organisation(key, other) for other in theirs)), "")
