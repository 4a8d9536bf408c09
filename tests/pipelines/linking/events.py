"""Findings, events and cases in few words, for tests of linking."""

from datetime import UTC, date, datetime

from crawler.items import Amount, Finding, Person, ProvisionRef
from db.vocabulary import AlertKind, AmountRole, Category, PartyRole, Stage
from pipelines.linking.facts import EventFacts, events_of
from pipelines.linking.match import CaseCard
from pipelines.linking.novelty import state_key


def finding(
    category: Category = Category.DEFAMATION_CIVIL,
    stage: Stage | None = Stage.CLAIM_FILED,
    *,
    outlets: str = "",
    people: str = "",
    opponents: str = "",
    claimed: float = 0.0,
    article: str = "",
    court: str = "",
    hearing: str = "",
    number: str = "",
    kind: AlertKind = AlertKind.AT_ONCE,
) -> Finding:
    """A finding; several names are parted by a comma."""
    return Finding(
        rule_id="r",
        rules_version="1",
        category=category,
        stage=stage,
        outlets=_parts(outlets),
        people=tuple(Person(name=name, role=PartyRole.JOURNALIST) for name in _parts(people)),
        opponents=_parts(opponents),
        amounts=(Amount(value=claimed, currency="KZT", role=AmountRole.CLAIMED),) if claimed else (),
        provisions=(ProvisionRef(id=article, article=article),) if article else (),
        court=court,
        hearing_at=hearing,
        case_number=number,
        country="KZ",
        alert_kind=kind,
    )


def event(on: str, *findings: Finding) -> EventFacts:
    """The one event of a text published on a day."""
    (only,) = events_of(findings, datetime.fromisoformat(on).replace(tzinfo=UTC))
    return only


def case_of(*told: EventFacts, id: str = "case") -> CaseCard:  # noqa: A002
    """A case as it stands after these reports."""
    days = [each.on or date.min for each in told]
    stages: dict[str, date] = {}
    for each, on in zip(told, days, strict=True):
        stages[state_key(each)] = max(on, stages.get(state_key(each), date.min))
    return CaseCard(
        id=id,
        family=told[0].family,
        country="KZ",
        case_numbers=frozenset(each.case_number for each in told if each.case_number),
        people=tuple(name for each in told for name in each.people),
        outlets=tuple(name for each in told for name in each.outlets),
        opponents=tuple(name for each in told for name in each.opponents),
        beside=tuple(name for each in told for name in each.beside),
        courts=tuple(each.court for each in told if each.court),
        places=(),
        provisions=frozenset(one for each in told for one in each.provisions),
        amounts=frozenset(one for each in told for one in each.amounts),
        claims=frozenset(one for each in told for one in each.claims),
        hearings_on=frozenset(each.hearing_on for each in told if each.hearing_on),
        stages=stages,
        outcomes=frozenset(one for each in told for one in each.outcomes),
        first_on=min(days),
        last_on=max(days),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
