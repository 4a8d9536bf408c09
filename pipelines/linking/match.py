"""Whether an event belongs to a known case: signs for and against, a score between 0 and 1, and the reason in words."""

from dataclasses import dataclass
from datetime import date

from db.vocabulary import Stage
from pipelines.linking.facts import ACTS, PROSECUTIONS, EventFacts
from pipelines.linking.names import NameKey, same_organisation, same_person_key, skeleton

JOIN_AT = 0.5
MEMORY_DAYS = 800
ENDED = frozenset({Stage.CLOSED.value, Stage.ACQUITTED_OR_WITHDRAWN.value})
_FIRST_STEPS = frozenset({Stage.THREAT, Stage.CLAIM_FILED})


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseCard:
    """What is known of a case, in the same terms as an event. `stages` maps each told stage to the day it was told."""

    id: str
    family: str
    country: str
    case_numbers: frozenset[str]
    people: tuple[NameKey, ...]
    outlets: tuple[NameKey, ...]
    opponents: tuple[NameKey, ...]
    courts: tuple[str, ...]
    places: tuple[str, ...]
    provisions: frozenset[str]
    amounts: frozenset[tuple[float, str]]
    hearings_on: frozenset[str]
    stages: dict[str, date]
    outcomes: frozenset[str]
    first_on: date | None
    last_on: date | None


@dataclass(kw_only=True, slots=True, frozen=True)
class Match:
    """How well an event fits a case; `refiles` when it is a new suit after that case had ended."""

    case_id: str
    score: float
    reason: str
    refiles: bool = False


def match(event: EventFacts, case: CaseCard) -> Match:
    """Compare; a score of JOIN_AT or more joins. Case numbers win over everything else."""
    if event.case_number and event.case_number in case.case_numbers:
        return Match(case_id=case.id, score=1.0, reason=f"same case number {event.case_number}")
    if not _families_fit(event, case) or _countries_differ(event, case):
        return Match(case_id=case.id, score=0.0, reason="another kind of procedure")
    if _is_refiled(event, case):
        return Match(
            case_id=case.id, score=0.0, reason="the earlier case had ended; this is a new filing", refiles=_targets(event, case)[0] > 0
        )
    signs = [
        _targets(event, case),
        _opponents(event, case),
        _places(event, case),
        _law(event, case),
        _money(event, case),
        _time(event, case),
    ]
    score = sum(points for points, _ in signs)
    words = [text for points, text in signs if text and points > 0]
    return Match(case_id=case.id, score=max(0.0, min(1.0, round(score, 3))), reason=", ".join(words) or "nothing in common")


def _families_fit(event: EventFacts, case: CaseCard) -> bool:
    if event.family == case.family:
        return True
    return (event.family in ACTS and case.family in PROSECUTIONS | ACTS) or (event.family in PROSECUTIONS and case.family in ACTS)


def _countries_differ(event: EventFacts, case: CaseCard) -> bool:
    return bool(event.country and case.country and event.country != case.country)


def _is_refiled(event: EventFacts, case: CaseCard) -> bool:
    """A first step dated after the end of the case, while the case's own end was not an appeal's."""
    ended_on = max((on for stage, on in case.stages.items() if stage in ENDED), default=None)
    if ended_on is None or event.on is None or (event.on - ended_on).days < 14:
        return False
    if event.stage in _FIRST_STEPS:
        return True
    return event.stage in {Stage.HEARING, Stage.VERDICT} and bool(event.amounts) and not event.amounts & case.amounts


def _targets(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    """Same journalist or outlet is the strongest sign; a different one the strongest against."""
    persons = [same_person_key(mine, theirs) for mine in event.people for theirs in case.people]
    outlets = [same_organisation(mine, theirs) for mine in event.outlets for theirs in case.outlets]
    if any(persons) or any(outlets):
        both = any(persons) and any(outlets)
        name = _first_shared(event, case)
        clash = 0.15 if any(persons) and outlets and not any(outlets) else 0.0
        return (0.6 if both else 0.5) - clash, f"same target ({name})"
    if any(known is None for known in persons):
        return 0.3, f"same surname ({event.people[0].text})"
    if persons or outlets:
        return -0.6, ""
    return 0.0, ""


def _first_shared(event: EventFacts, case: CaseCard) -> str:
    for mine in event.outlets:
        if any(same_organisation(mine, theirs) for theirs in case.outlets):
            return mine.text
    return next(mine.text for mine in event.people if any(same_person_key(mine, theirs) for theirs in case.people))


def _opponents(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    pairs = [(mine, theirs) for mine in event.opponents for theirs in case.opponents]
    for mine, theirs in pairs:
        if same_organisation(mine, theirs) or same_person_key(mine, theirs):
            return 0.35, f"same claimant or acting body ({mine.text})"
    if any(same_person_key(mine, theirs) is None for mine, theirs in pairs):
        return 0.2, "claimant of the same surname"
    return (-0.15, "") if pairs and event.family == "civil" else (0.0, "")


def _places(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if event.court and any(_same_words(event.court, court) for court in case.courts):
        return 0.2, f"same court ({event.court})"
    if event.place and case.places:
        if any(_same_words(event.place, place) for place in case.places):
            return 0.1, f"same place ({event.place})"
        return -0.25, ""
    return 0.0, ""


def _same_words(one: str, other: str) -> bool:
    """Courts and places of one name in two languages share the skeletons of their proper words."""
    mine = {skeleton(word)[:3] for word in one.split() if len(word) > 3}
    theirs = {skeleton(word)[:3] for word in other.split() if len(word) > 3}
    return len(mine & theirs) * 2 >= min(len(mine), len(theirs)) > 0


def _law(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if event.provisions & case.provisions:
        return 0.1, "same article of the law"
    if event.provisions and case.provisions and event.family in PROSECUTIONS:
        return -0.2, ""
    return 0.0, ""


def _money(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    shared = event.amounts & case.amounts
    if shared:
        value, currency = max(shared)
        return 0.2, f"same sum ({value:,.0f} {currency})"
    return 0.0, ""


def _time(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if event.hearing_on and event.hearing_on in case.hearings_on:
        return 0.15, f"same hearing date ({event.hearing_on})"
    if event.on is None or case.last_on is None or case.first_on is None:
        return 0.0, ""
    days = min(abs((event.on - case.last_on).days), abs((event.on - case.first_on).days))
    if case.first_on <= event.on <= case.last_on:
        days = 0
    if days > MEMORY_DAYS:
        return -0.4, ""
    return (0.1, f"{days} days from the last report") if days <= 120 else (0.0, "")
