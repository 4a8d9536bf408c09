"""Rows of cases and findings in plain values, as `db.queries` reads them and `pipelines/linking` compares them; needs only the stdlib."""

from dataclasses import dataclass
from datetime import date


@dataclass(kw_only=True, slots=True, frozen=True)
class FoundFacts:
    """What the rules read in a text. `people` are (name, role), `provisions` (id, article, part), `amounts` (value, currency, role);
    days and times as the database keeps them, empty when unknown."""

    outcomes: tuple[str, ...]
    outlets: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    opponents: tuple[str, ...]
    provisions: tuple[tuple[str, str, str], ...]
    amounts: tuple[tuple[float, str, str], ...]
    court: str
    case_number: str
    hearing_at: str
    event_on: str
    place: str


@dataclass(kw_only=True, slots=True, frozen=True)
class FindingRow(FoundFacts):
    """A finding with its article. `case_id` is the case that it is shown in, `own_id` the one that it was written to before any merge."""

    case_id: str
    own_id: str
    is_locked: bool
    is_told: bool
    article_id: str
    title: str
    text: str
    at: str
    finding_id: str
    rule_id: str
    category: str
    stage: str
    country: str
    is_negated: bool
    alert_kind: str


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseRow:
    """One case with all that tells it from others; `events` are (stage, kind, day, outcome, article id)."""

    id: str
    category: str
    told_categories: tuple[str, ...]
    is_locked: bool
    country: str
    case_number: str
    parties: tuple[tuple[str, str, str], ...]
    events: tuple[tuple[str, str, str, str, str], ...]
    provisions: tuple[str, ...]
    amounts: tuple[tuple[float, str, str], ...]
    hearings: tuple[str, ...]
    courts: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def event_days(self) -> tuple[date, ...]:
        """Days of the events, in their order; months and years count as their first day."""
        return tuple(_day(event[2]) for event in self.events)


def _day(text: str) -> date:
    padded = f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]
    return date.fromisoformat(padded)
