"""Cases as the comparison wants them: made of what the database keeps, or of events put together again."""

from collections.abc import Iterable
from datetime import date

from db.rows import CaseRow
from db.vocabulary import AmountRole, PartyRole
from pipelines.linking.facts import ACTS, BESIDE_ROLES, UNNAMED, EventFacts, family_of_case
from pipelines.linking.match import CaseCard
from pipelines.linking.names import NameKey, name_key
from pipelines.linking.novelty import state_key
from pipelines.linking.subjects import OPPOSING_ROLES

_LATER_NAMED = ACTS | {UNNAMED, "positive_development"}
_SERVING_ROLES = frozenset({PartyRole.JUDGE, PartyRole.COURT, PartyRole.LAWYER})


def card_of(row: CaseRow) -> CaseCard:
    """A case as the comparison wants it; a later report of a state moves its day forward."""
    names: dict[str, list[NameKey]] = {"people": [], "outlets": [], "opponents": [], "beside": []}
    for name, kind, role in row.parties:
        if side := _side_of(kind, role):
            names[side].append(name_key(name))
    stages: dict[str, date] = {}
    for (_, kind, _, _, _), on in zip(row.events, row.event_days, strict=True):
        stages[kind] = max(on, stages.get(kind, date.min))
    return CaseCard(
        id=row.id,
        family=family_of_case(row.category, row.told_categories),
        is_locked=row.is_locked,
        country=row.country,
        case_numbers=frozenset({row.case_number} - {""}),
        people=tuple(names["people"]),
        outlets=tuple(names["outlets"]),
        opponents=tuple(names["opponents"]),
        beside=tuple(names["beside"]),
        courts=row.courts,
        places=row.places,
        provisions=frozenset(row.provisions),
        amounts=frozenset((value, currency) for value, currency, _ in row.amounts),
        claims=frozenset((value, currency) for value, currency, role in row.amounts if role == AmountRole.CLAIMED),
        hearings_on=frozenset(row.hearings),
        stages=stages,
        outcomes=frozenset(outcome for event in row.events for outcome in event[3].split(", ") if outcome),
        first_on=min(row.event_days, default=None),
        last_on=max(row.event_days, default=None),
    )


def _side_of(kind: str, role: str) -> str:
    """Where a party of a case stands; empty for those who only serve it."""
    if role in OPPOSING_ROLES:
        return "opponents"
    if kind == "outlet":
        return "outlets"
    if role in _SERVING_ROLES:
        return ""
    return "beside" if role in BESIDE_ROLES else "people"


def card_of_events(told: Iterable[EventFacts], case_id: str, *, is_locked: bool = False) -> CaseCard:
    """A case as it stands after these reports, in the order of their days."""
    events = tuple(told)
    days = [each.on or date.min for each in events]
    stages: dict[str, date] = {}
    for each, on in zip(events, days, strict=True):
        stages[state_key(each)] = max(on, stages.get(state_key(each), date.min))
    return CaseCard(
        id=case_id,
        family=next((each.family for each in events if each.family not in _LATER_NAMED), events[0].family),
        is_locked=is_locked,
        country=next((each.country for each in events if each.country), ""),
        case_numbers=frozenset(each.case_number for each in events if each.case_number),
        people=tuple(name for each in events for name in each.people),
        outlets=tuple(name for each in events for name in each.outlets),
        opponents=tuple(name for each in events for name in each.opponents),
        beside=tuple(name for each in events for name in each.beside),
        courts=tuple(each.court for each in events if each.court),
        places=tuple(each.place for each in events if each.place),
        provisions=frozenset(one for each in events for one in each.provisions),
        amounts=frozenset(one for each in events for one in each.amounts),
        claims=frozenset(one for each in events for one in each.claims),
        hearings_on=frozenset(each.hearing_on for each in events if each.hearing_on),
        stages=stages,
        outcomes=frozenset(one for each in events for one in each.outcomes),
        first_on=min(days),
        last_on=max(days),
    )
