"""Which provision a cited article number means: by code word, country, date and topic. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from crawler.items import ProvisionRef
from pipelines.law import Law, Provision, load_law, read_yaml

_DOTTED_COUNTRIES = ("RU", "BY")


@dataclass(frozen=True, slots=True)
class Cue:
    """What the words around a number say, "" where they do not. `is_code_said`: the code word stands at the number itself."""

    kind: str
    country: str
    home: str
    topics: frozenset[str]
    years: tuple[str, ...]
    on: date | None
    is_code_said: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """A provision of the house, or only a code where the article is not listed."""

    ref: ProvisionRef
    provision: Provision | None


@lru_cache(maxsize=1)
def kinds_of_codes() -> dict[str, str]:
    """Kind of each code as the code words of citing.yaml name it."""
    special: dict[str, str] = read_yaml("citing.yaml")["kinds"]
    return {code.id: special.get(code.id, code.kind) for code in load_law().codes.values()}


def resolve(number: str, part: str, cue: Cue) -> Resolved | None:
    """The provision meant by `number`, or the code where it is not listed; None when the words name no law we know.

    Ambiguous is said when more than one provision stays possible, or when the one found was no law on the day.
    """
    law = load_law()
    for country in _countries(number, cue):
        for spelling in _spellings(number, country):
            candidates = [one for one in law.by_article.get(spelling, ()) if one.country == country]
            found = _choose(candidates, cue) or (None if cue.is_code_said else _choose(candidates, replace(cue, kind="")))
            if found is not None:
                best, is_ambiguous = found
                return Resolved(ProvisionRef(id=best.id, article=number, part=part, code=best.code, is_ambiguous=is_ambiguous), best)
    return _code_alone(law, number, part, cue)


def _countries(number: str, cue: Cue) -> tuple[str, ...]:
    """Countries to try: the one named; else home, unless the dot in the number tells of Russia or Belarus."""
    if cue.country:
        return (cue.country,)
    home = cue.home or "KZ"
    if "." in number and home not in _DOTTED_COUNTRIES:
        return ("RU", home)
    return (home,)


def _spellings(number: str, country: str) -> tuple[str, ...]:
    """Russian and Belarusian administrative numbers have dots, others hyphens; news mixes them up."""
    other = number.replace("-", ".") if country in _DOTTED_COUNTRIES else number.replace(".", "-")
    return (number, other) if other != number else (number,)


def _choose(candidates: list[Provision], cue: Cue) -> tuple[Provision, bool] | None:
    fitting = [one for one in candidates if not cue.kind or kinds_of_codes()[one.code] == cue.kind]
    if not fitting:
        return None
    dated, is_certain = _by_date(fitting, cue)
    on_topic = [one for one in dated if _topics(one) & cue.topics]
    left = on_topic or dated
    contradicted = not on_topic and any(_topics(one) & cue.topics for one in fitting)
    best = max(left, key=lambda one: one.in_force_from)
    return best, len(left) > 1 or not is_certain or contradicted


def _by_date(candidates: list[Provision], cue: Cue) -> tuple[list[Provision], bool]:
    """Those in force on the day; else in a year the sentence names; else the last that were law before the day."""
    if cue.on is None:
        named = [one for one in candidates if any(one.is_in_force(year) for year in cue.years)]
        still = [one for one in candidates if one.in_force_to is None]
        return named or still or candidates, bool(named) or len(candidates) == 1
    day = cue.on.isoformat()
    in_force = [one for one in candidates if one.is_in_force(day)]
    if in_force:
        return in_force, True
    named = [one for one in candidates if any(year <= day and one.is_in_force(year) for year in cue.years)]
    if named:
        return named, True
    past = [one for one in candidates if one.in_force_to is not None and one.in_force_to < day]
    if not past:
        return candidates, False
    last = max(one.in_force_to or "" for one in past)
    return [one for one in past if one.in_force_to == last], False


@lru_cache(maxsize=1)
def _topics_of_categories() -> dict[str, frozenset[str]]:
    return {category: frozenset(topics) for category, topics in read_yaml("citing.yaml")["topic_of_category"].items()}


def _topics(provision: Provision) -> frozenset[str]:
    return _topics_of_categories().get(provision.category, frozenset())


def _code_alone(law: Law, number: str, part: str, cue: Cue) -> Resolved | None:
    if not cue.is_code_said:
        return None
    country = cue.country or ("RU" if "." in number and cue.home not in _DOTTED_COUNTRIES else cue.home or "KZ")
    codes = [code for code in law.codes.values() if code.country == country and kinds_of_codes()[code.id] == cue.kind]
    if not codes:
        return None
    day = cue.on.isoformat() if cue.on else ""
    in_force = [code for code in codes if code.is_in_force(day)] if day else [code for code in codes if code.in_force_to is None]
    best = max(in_force or codes, key=lambda code: code.in_force_from)
    return Resolved(ProvisionRef(id=best.id, article=number, part=part, code=best.id, is_ambiguous=not in_force), None)
