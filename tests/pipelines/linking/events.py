"""Findings, events and cases in few words, for tests of linking."""

from datetime import UTC, datetime

from crawler.items import Amount, Finding, Person, ProvisionRef
from db.vocabulary import AlertKind, AmountRole, Category, PartyRole, Stage
from pipelines.linking.cards import card_of_events
from pipelines.linking.facts import EventFacts, events_of
from pipelines.linking.match import CaseCard


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
    return card_of_events(told, id)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
