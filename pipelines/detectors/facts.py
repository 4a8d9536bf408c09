"""The facts of a finding: parties, law, sums, court, case number, hearing, day and country, read from the text as published."""

from dataclasses import dataclass, replace

from crawler.items import Amount, Finding, Person, ProvisionRef
from db.vocabulary import Category, PartyRole
from pipelines.detectors.outcomes import with_sums
from pipelines.detectors.scene import JudgeInput
from pipelines.languages.amounts import find_amounts
from pipelines.languages.case_numbers import find_case_numbers
from pipelines.languages.courts import find_courts
from pipelines.languages.dates import find_event_date, find_hearing
from pipelines.languages.opponents import FoundOpponent, find_bodies, find_companies, find_offices
from pipelines.languages.outlets import OutletIndex
from pipelines.languages.people import find_people
from pipelines.languages.places import find_country, find_town
from pipelines.law.citations import find_provisions

MAX_FACT_CHARACTERS = 20_000
_OPPOSING = frozenset({PartyRole.CLAIMANT, PartyRole.OFFICIAL})
_OF_SUITS = frozenset(
    {
        Category.DEFAMATION_CIVIL, Category.DEFAMATION_CRIMINAL, Category.DEFAMATION_ADMINISTRATIVE, Category.INSULT,
        Category.INSULT_OF_OFFICIAL, Category.EXTORTION_OR_OTHER_CRIMINAL,
    }
)  # fmt: skip
_OF_BODIES = frozenset(
    {
        Category.BLOCKING, Category.SUSPENSION_OR_BAN, Category.CONTENT_REMOVAL, Category.ACCREDITATION_DENIAL,
        Category.TRAVEL_BAN_OR_EXPULSION,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What title and text state, read once for all findings of a text."""

    outlets: tuple[str, ...]
    people: tuple[Person, ...]
    provisions: tuple[ProvisionRef, ...]
    amounts: tuple[Amount, ...]
    court: str
    case_number: str
    hearing_at: str
    country: str


def read_facts(given: JudgeInput, language: str, outlets: OutletIndex) -> Facts:
    """All facts of a text; unknown stays empty."""
    text = given.text[:MAX_FACT_CHARACTERS]
    on = given.published.date() if given.published else None
    country = find_country(given.title, text) or given.country or "KZ"
    hearing = find_hearing(text, language, given.published, country)
    courts = find_courts(text, language)
    numbers = find_case_numbers(text)
    amounts = (each for each in find_amounts(text, language, on) if each.is_of_case)
    return Facts(
        outlets=tuple(each.name for each in outlets.find(f"{given.title}\n{text}", language) if each.is_sure and not each.is_work),
        people=tuple(Person(name=each.name, role=each.role_hint) for each in find_people(text, language, given.title)),
        provisions=tuple(dict.fromkeys(each.ref for each in find_provisions(text, language, country, on))),
        amounts=tuple(dict.fromkeys(Amount(value=each.value, currency=each.currency, role=each.role_hint) for each in amounts)),
        court=courts[0].name if courts else "",
        case_number=numbers[0].name if numbers else "",
        hearing_at=(hearing.at or hearing.on) if hearing else "",
        country=country,
    )


def with_facts(finding: Finding, facts: Facts, given: JudgeInput, language: str) -> Finding:
    """The finding with the facts of its text, and the day that its own words speak of."""
    spans = [(each.start, each.end) for each in finding.evidence if each.field == "text"]
    event = find_event_date(given.text[:MAX_FACT_CHARACTERS], language, given.published, spans, facts.country)
    told = replace(
        finding,
        outlets=facts.outlets,
        people=facts.people,
        opponents=_opponents(finding, facts, given, language),
        provisions=facts.provisions,
        amounts=facts.amounts,
        court=facts.court,
        case_number=facts.case_number,
        hearing_at=facts.hearing_at,
        event_on=event.on if event else "",
        place=find_town(given.text[:MAX_FACT_CHARACTERS], language, spans) or find_town(given.title, language),
        country=facts.country,
    )
    return with_sums(told)


def _opponents(finding: Finding, facts: Facts, given: JudgeInput, language: str) -> tuple[str, ...]:
    """Persons who sue or hold office; where the text names none, the company, office or body that acts."""
    claimants = tuple(person.name for person in facts.people if person.role is PartyRole.CLAIMANT)
    if claimants:
        return claimants
    text = f"{given.title}\n{given.text[:MAX_FACT_CHARACTERS]}"
    found: tuple[FoundOpponent, ...] = ()
    if finding.category in _OF_SUITS:
        found = find_companies(text, language) or find_offices(text, language)
    if finding.category in _OF_BODIES or (finding.category is Category.DEFAMATION_CIVIL and not found):
        found = find_bodies(text, language)
    named = tuple(person.name for person in facts.people if person.role in _OPPOSING)
    return named or tuple(one.name for one in found[:1])
