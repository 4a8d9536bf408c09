"""Whether an event belongs to a known case: signs for and against, a score between 0 and 1, and the reason in words."""

from dataclasses import dataclass, replace
from datetime import date

from db.vocabulary import AlertKind, Stage
from pipelines.linking.facts import ACTS, PROSECUTIONS, SLANDER, STEPLESS, UNNAMED, EventFacts
from pipelines.linking.names import NameKey, place_head, same_organisation, same_person_key, words_agree

JOIN_AT = 0.5
MEMORY_DAYS = 800
ENDED = frozenset({Stage.CLOSED.value, Stage.ACQUITTED_OR_WITHDRAWN.value})
_FIRST_STEPS = frozenset({Stage.THREAT, Stage.CLAIM_FILED})
_NEAR_DAYS = 120
_ONE_ACT_DAYS = 60
_AFTER_END_DAYS = 30
_BLOCKED_AGAIN_DAYS = 150
_SAME = 0.4
_REFILED_DAYS = 14
_PENALTY = "administrative_penalty"
_GOOD = "positive_development"
_KEPT_OUT = frozenset({"accreditation_denial", "attack"})
_SUITS = frozenset({"civil", "suspension"})
_HEAD = 4


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
    beside: tuple[NameKey, ...] = ()
    claims: frozenset[tuple[float, str]] = frozenset()
    is_locked: bool = False
    surroundings: frozenset[str] = frozenset()

    @property
    def is_over(self) -> bool:
        """The case has been told to be closed, withdrawn or won."""
        return bool(ENDED & self.stages.keys())


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
    if _countries_differ(event, case):
        return Match(case_id=case.id, score=0.0, reason="the law of another country")
    event, case = _sides_cleared(event, case)
    kind = _kinds(event, case)
    if kind is None:
        return Match(case_id=case.id, score=0.0, reason="another kind of procedure")
    target = _targets(event, case)
    if _is_refiled(event, case):
        return Match(case_id=case.id, score=0.0, reason="the earlier case had ended; this is a new filing", refiles=target[0] >= _SAME)
    signs = [
        (kind, ""),
        _countries(event, case),
        target,
        _opponents(event, case),
        _places(event, case),
        _law(event, case),
        _money(event, case),
        _filed_again(event, case),
        _time(event, case),
        _end(event, case),
        _surroundings(event, case),
    ]
    score = sum(points for points, _ in signs)
    words = [text for points, text in signs if text and points > 0]
    return Match(case_id=case.id, score=max(0.0, min(1.0, round(score, 3))), reason=", ".join(words) or "nothing in common")


def _kinds(event: EventFacts, case: CaseCard) -> float | None:
    """0 for one kind of case; a little less where a vague report could mean the other kind; None where it cannot."""
    families = {event.family, case.family}
    if len(families) == 1:
        return 0.0
    if families <= PROSECUTIONS | ACTS and families & ACTS:
        return 0.0
    if families <= SLANDER and _may_be_mistaken(event, case):
        return -0.1
    if families <= PROSECUTIONS and not (event.provisions and case.provisions):
        return -0.15
    if UNNAMED in families and families <= PROSECUTIONS | SLANDER | ACTS | {UNNAMED, _PENALTY, "suspension"}:
        return -0.05
    if event.is_good_news and event.stage is None and (event.alert_kind == AlertKind.NONE or event.family == _GOOD):
        return -0.05
    if families == _KEPT_OUT:
        return -0.05
    if families == _SUITS and _shares_opponent(event, case):
        return -0.2
    return None


def _may_be_mistaken(event: EventFacts, case: CaseCard) -> bool:
    """A report of slander that names no article and nothing else of its procedure may have mistaken it."""
    if "civil" in (event.family, case.family):
        return _is_vague(event) or _is_vague(case)
    return not (event.provisions and case.provisions)


def _is_vague(told: EventFacts | CaseCard) -> bool:
    """No article; of a civil suit no sum, of a prosecution no fine."""
    if told.provisions:
        return False
    if told.family == "civil":
        return not told.amounts
    return "fine" not in told.outcomes and not any(currency == "MCI" for _, currency in told.amounts)


def _countries_differ(event: EventFacts, case: CaseCard) -> bool:
    """Only the cited laws say it for sure: a text that names no country is taken for one of ours."""
    mine, theirs = ({provision.partition("-")[0] for provision in told.provisions} for told in (event, case))
    return bool(mine and theirs and not mine & theirs)


def _countries(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if not event.country or not case.country or event.country == case.country:
        return 0.0, ""
    named = [key for key in event.people if len(key.words) > 1]
    return (0.0 if any(same_person_key(mine, theirs) for mine in named for theirs in case.people) else -0.2), ""


def _sides_cleared(event: EventFacts, case: CaseCard) -> tuple[EventFacts, CaseCard]:
    """An outlet that the other side knows as claimant is the claimant: readers of names take companies for outlets."""
    suing = [key for key in event.outlets if _is_among(key, case.opponents)]
    sued_for = [key for key in case.outlets if _is_among(key, event.opponents)]
    if suing and len(suing) < len(event.outlets) + len(event.people):
        kept = tuple(key for key in event.outlets if key not in suing)
        event = replace(event, outlets=kept, opponents=(*event.opponents, *suing))
    if sued_for and len(sued_for) < len(case.outlets) + len(case.people):
        kept = tuple(key for key in case.outlets if key not in sued_for)
        case = replace(case, outlets=kept, opponents=(*case.opponents, *sued_for))
    return event, case


def _is_among(key: NameKey, others: tuple[NameKey, ...]) -> bool:
    return any(same_organisation(key, other) for other in others)


def _shares_opponent(event: EventFacts, case: CaseCard) -> bool:
    return any(_is_among(key, case.opponents) for key in event.opponents)


def _is_refiled(event: EventFacts, case: CaseCard) -> bool:
    """A first step dated after the end of the case, while the case's own end was not an appeal's."""
    if event.family == "blocking":
        return _is_blocked_again(event, case)
    ended_on = max((on for stage, on in case.stages.items() if stage in ENDED), default=None)
    if _ended_before(event, case):
        return True
    if ended_on is None or event.on is None or (event.on - ended_on).days < 14:
        return False
    if event.stage in _FIRST_STEPS:
        return True
    return event.stage != Stage.APPEAL and bool(event.amounts) and bool(case.amounts) and not event.amounts & case.amounts


def _ended_before(event: EventFacts, case: CaseCard) -> bool:
    """A late report of the end of a suit, weeks before this case was filed: the case is the later one."""
    filed = [case.stages[step.value] for step in _FIRST_STEPS if step.value in case.stages]
    if event.stage is None or event.stage.value not in ENDED or event.on is None or not filed:
        return False
    return (min(filed) - event.on).days >= 14


def _is_blocked_again(event: EventFacts, case: CaseCard) -> bool:
    """Cut off anew after access was back, or after so long a silence that the old blocking cannot be meant as news."""
    if event.stage in {None, Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN} or event.alert_kind == AlertKind.NONE or event.on is None:
        return False
    back_on = case.stages.get(Stage.CLOSED.value)
    if back_on and event.stage in {Stage.ENFORCED, *_FIRST_STEPS} and (event.on - back_on).days >= 1:
        return True
    is_told = event.stage.value in case.stages
    return bool(is_told and case.last_on and (event.on - case.last_on).days > _BLOCKED_AGAIN_DAYS)


def _targets(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    """Same journalist or outlet is the strongest sign; a different one the strongest against."""
    persons = [same_person_key(mine, theirs) for mine in event.people for theirs in case.people]
    outlets = [same_organisation(mine, theirs) for mine in event.outlets for theirs in case.outlets]
    if any(persons) or any(outlets):
        if _n_shared(event.outlets, case.outlets) > 1:
            return 0.85, f"the same two parties ({', '.join(key.text for key in event.outlets[:2])})"
        return _shared_target(event, case, persons, outlets)
    if any(known is None for known in persons):
        return 0.25, f"same surname ({event.people[0].text})"
    if persons or outlets:
        return -0.6, ""
    if name := _named_beside(event, case):
        return _SAME, f"the same person is named ({name})"
    return 0.0, ""


def _shared_target(event: EventFacts, case: CaseCard, persons: list[bool | None], outlets: list[bool]) -> tuple[float, str]:
    """One of two shared, the other different: an outlet's other journalist, or a journalist's other outlet."""
    reason = f"same target ({_first_shared(event, case)})"
    if any(persons) and any(outlets):
        return 0.6, reason
    if any(persons):
        return 0.5 - (0.15 if outlets else 0.0), reason
    differs = bool(persons) and not any(known is None for known in persons)
    return 0.5 - (0.1 if differs else 0.0), reason


def _n_shared(mine: tuple[NameKey, ...], theirs: tuple[NameKey, ...]) -> int:
    """How many names both have; spellings of one name count once."""
    return min(sum(_is_among(key, theirs) for key in mine), sum(_is_among(key, mine) for key in theirs))


def _named_beside(event: EventFacts, case: CaseCard) -> str:
    """A whole name that one side knows with another part or none: texts tell roles less surely than names."""
    mine, theirs = (*event.people, *event.beside), (*case.people, *case.beside)
    pairs = [(one, other) for one in mine for other in theirs] + [(one, other) for one in event.opponents for other in case.people]
    return next((one.text for one, other in pairs if min(len(one.words), len(other.words)) > 1 and same_person_key(one, other)), "")


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
    return (-0.25, "") if pairs and event.family == "civil" else (0.0, "")


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
    mine, theirs = _heads(one), _heads(other)
    return len(mine & theirs) * 2 >= min(len(mine), len(theirs)) > 0


def _heads(text: str) -> frozenset[str]:
    return frozenset(place_head(word) for word in text.split() if len(word) > 3)


def _law(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if event.provisions & case.provisions:
        return 0.1, "same article of the law"
    if event.provisions and case.provisions and event.family in PROSECUTIONS:
        return -0.2, ""
    return 0.0, ""


def _money(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    if event.claims and case.claims and not event.claims & case.amounts and not case.claims & event.amounts:
        return -0.5 if event.stage in _FIRST_STEPS else -0.1, ""  # sums of a judgment are often read as claimed
    shared = event.amounts & case.amounts
    if shared:
        value, currency = max(shared)
        return 0.2, f"same sum ({value:,.0f} {currency})"
    return 0.0, ""


def _filed_again(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    """A suit said to be filed, weeks after this one was, and neither claimant nor sum nor court in common, is another suit."""
    told_on = case.stages.get(Stage.CLAIM_FILED.value)
    if event.family != "civil" or event.stage != Stage.CLAIM_FILED or not (event.opponents and told_on and event.on):
        return 0.0, ""
    is_alike = _opponents(event, case)[0] > 0 or bool(event.amounts & case.amounts) or _places(event, case)[0] > 0
    return (0.0 if is_alike or (event.on - told_on).days < _REFILED_DAYS else -0.25), ""


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
    if event.family in STEPLESS and days > _ONE_ACT_DAYS:
        return (-0.1, "") if event.people else (-0.3, "")
    return (0.1, f"{days} days from the last report") if days <= _NEAR_DAYS else (0.0, "")


def _surroundings(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    """Proper words that both tell, the names of the parties left out; only looked at for reports in doubt."""
    names = (*event.people, *event.outlets, *event.opponents, *event.beside)
    parties = {word[:_HEAD] for name in names for word in name.words}
    shared = {word for word in event.surroundings & case.surroundings if not any(words_agree(word, party) for party in parties)}
    return (0.15, "the same places or names around it") if shared else (0.0, "")


def _end(event: EventFacts, case: CaseCard) -> tuple[float, str]:
    """News that comes well after the end of a case is rather of another one, unless it is an appeal."""
    ended_on = max((on for stage, on in case.stages.items() if stage in ENDED), default=None)
    if ended_on is None or event.on is None or event.stage in {None, Stage.APPEAL}:
        return 0.0, ""
    return (-0.15, "") if (event.on - ended_on).days > _AFTER_END_DAYS else (0.0, "")
