"""The decision of the link stage for one text: each event joins the case it fits best or opens one, and is news or is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from db.vocabulary import NoveltyBasis
from pipelines.linking.facts import EventFacts
from pipelines.linking.match import JOIN_AT, CaseCard, Match, match
from pipelines.linking.novelty import Novelty, judge_novelty

_NEVER = date.min
Fits = tuple[tuple[Match, CaseCard], ...]


@dataclass(kw_only=True, slots=True, frozen=True)
class Decision:
    """Where an event goes. `case` is None for a new case; `predecessor_id` names the ended case that it refiles."""

    event: EventFacts
    case: CaseCard | None
    match: Match
    novelty: Novelty
    predecessor_id: str = ""


IN_DOUBT_AT = 0.3


def compare(event: EventFacts, cards: Iterable[CaseCard]) -> Fits:
    """How well an event fits each case; comparing is what linking costs, so it is done once and handed on."""
    return tuple((match(event, card), card) for card in cards)


def in_doubt(fits: Fits) -> tuple[str, ...]:
    """Cases that an event may belong to when nothing more is known, none when one fits."""
    if any(found.score >= JOIN_AT for found, _ in fits):
        return ()
    return tuple(card.id for found, card in fits if found.score >= IN_DOUBT_AT)


def decide(event: EventFacts, fits: Fits) -> Decision:
    """Among all candidates the best fit at or over JOIN_AT wins, the latest heard of among equals."""
    good = [(found, card) for found, card in fits if found.score >= JOIN_AT]
    if good:
        found, card = max(good, key=lambda pair: (pair[0].score, pair[1].last_on or _NEVER, pair[1].id))
        return Decision(event=event, case=card, match=found, novelty=judge_novelty(event, card))
    refiled = next((found for found, _ in fits if found.refiles), None)
    found = refiled or Match(case_id="", score=0.0, reason="no known case fits")
    novelty = judge_novelty(event, None, refiles=refiled is not None)
    return Decision(event=event, case=None, match=found, novelty=novelty, predecessor_id=refiled.case_id if refiled else "")


def as_copy(event: EventFacts, card: CaseCard) -> Decision:
    """A copy goes where its original went, and is no news."""
    found = Match(case_id=card.id, score=1.0, reason="a copy of an article of this case")
    return Decision(event=event, case=card, match=found, novelty=Novelty(should_alert=False, basis=NoveltyBasis.COPY, reason="a copy"))
