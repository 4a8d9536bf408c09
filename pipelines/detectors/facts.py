"""The facts of a finding: parties, law, sums, court, case number, hearing, day and country, read from the text as published."""

from dataclasses import replace

from crawler.items import Amount, Finding, Person
from db.vocabulary import PartyRole
from pipelines.detectors.scene import JudgeInput
from pipelines.languages.amounts import find_amounts
from pipelines.languages.case_numbers import find_case_numbers
from pipelines.languages.courts import find_courts
from pipelines.languages.dates import find_event_date, find_hearing
from pipelines.languages.outlets import OutletIndex
from pipelines.languages.people import find_people
from pipelines.law.citations import find_provisions

MAX_FACT_CHARACTERS = 20_000
_OPPOSING = frozenset({PartyRole.CLAIMANT, PartyRole.OFFICIAL})


def with_facts(finding: Finding, given: JudgeInput, language: str, outlets: OutletIndex) -> Finding:
    """The finding with what title and text state of it; unknown stays empty."""
    text = given.text[:MAX_FACT_CHARACTERS]
    on = given.published.date() if given.published else None
    country = given.country or "KZ"
    people = find_people(text, language, given.title)
    spans = [(each.start, each.end) for each in finding.evidence if each.field == "text"]
    event = find_event_date(text, language, given.published, spans, country)
    hearing = find_hearing(text, language, given.published, country)
    courts = find_courts(text, language)
    numbers = find_case_numbers(text)
    return replace(
        finding,
        outlets=tuple(each.name for each in outlets.find(f"{given.title}\n{text}", language) if each.is_sure),
        people=tuple(Person(name=each.name, role=each.role_hint) for each in people),
        opponents=tuple(each.name for each in people if each.role_hint in _OPPOSING),
        provisions=tuple(dict.fromkeys(each.ref for each in find_provisions(text, language, country, on))),
        amounts=tuple(
            dict.fromkeys(
                Amount(value=each.value, currency=each.currency, role=each.role_hint)
                for each in find_amounts(text, language, on)
                if each.is_of_case
            )
        ),
        court=courts[0].name if courts else "",
        case_number=numbers[0].name if numbers else "",
        hearing_at=(hearing.at or hearing.on) if hearing else "",
        event_on=event.on if event else "",
        country=country,
    )
