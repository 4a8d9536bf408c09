"""The patterns by which texts say dates, built from data/dates.yaml, and the finding of them. No day is worked out here."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.languages.legible import Reading
from pipelines.languages.lists import alternation, load_list

_YEAR = r"(?:19|20)\d\d"
_KAZAKH_DAY_ENDING = re.compile(r"(?:інші|ыншы|нші|ншы)?(?:інде|ында|сінде|сында|іне|ына|сіне|сына|і|ы|сі|сы)?(?:\sкүні)?$")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A date as said: parts of the calendar, or a distance from the day of the text."""

    start: int
    end: int
    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int | None = None
    days: int | None = None
    months: int | None = None
    years: int | None = None
    is_next: bool = False
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled patterns of one language; none repeats a group over the same characters."""

    calendar: re.Pattern[str]
    months: dict[int, re.Pattern[str]]
    relative: re.Pattern[str]
    weekdays: dict[int, re.Pattern[str]]
    days: dict[int, re.Pattern[str]]
    cardinals: dict[str, int]
    next_words: re.Pattern[str]
    last_words: re.Pattern[str]
    time: re.Pattern[str]
    statute_before: re.Pattern[str]
    statute_after: re.Pattern[str]
    hearing: re.Pattern[str]
    hearing_strong: re.Pattern[str]
    coming: re.Pattern[str]


@lru_cache(maxsize=8)
def load_patterns(language: str) -> Patterns:
    """The patterns of a language; languages without a list are read like Russian."""
    raw = load_list("dates")
    spoken = language if language in raw["months"] else "ru"
    months, weekdays, days = (raw[name][spoken] for name in ("months", "weekdays", "days"))
    hearing = raw["hearing"]
    strong, weak = alternation(hearing["strong"]), alternation(hearing["weak"])
    cardinals = load_list("numbers").get(spoken, {}).get("cardinals", {})
    return Patterns(
        calendar=re.compile(_calendar(raw, spoken, "|".join(months.values()))),
        months={number: re.compile(rf"(?:{form})$") for number, form in months.items()},
        relative=re.compile(_relative(raw, spoken)),
        weekdays={number: re.compile(rf"(?:{form})$") for number, form in weekdays.items()},
        days={shift: re.compile("|".join(form for form, value in days.items() if value == shift)) for shift in set(days.values())},
        cardinals={form: value for value, forms in cardinals.items() for form in forms},
        next_words=re.compile(raw["next_words"]),
        last_words=re.compile(r"прошл|минувш|прошедш|last|past|өткен|минул"),
        time=re.compile(raw["time"][spoken]),
        statute_before=re.compile(raw["statute_before"]),
        statute_after=re.compile(raw["statute_after"]),
        hearing=re.compile(rf"(?<!\w)(?:{strong}|{weak})(?!\w)"),
        hearing_strong=re.compile(rf"(?<!\w)(?:{strong})(?!\w)"),
        coming=re.compile(rf"(?<!\w)(?:{alternation(hearing['coming'])})(?!\w)"),
    )


def _calendar(raw: dict[str, Any], language: str, month: str) -> str:
    """Dates of the calendar: figures alone, day and month, month and year, year alone."""
    year_word = raw["year_word"][language]
    year = rf"(?P<{{}}>{_YEAR})(?!\d)(?:\s?(?:{year_word}))?" if year_word else rf"(?P<{{}}>{_YEAR})(?!\d)"
    figures = r"(?<![\d.])(?P<d1>\d{1,2})[./](?P<m1>\d{1,2})[./](?P<y1>(?:19|20)\d\d)(?![\d.]\d)|(?<![\d-])(?P<y2>(?:19|20)\d\d)-(?P<m2>\d\d)-(?P<d2>\d\d)(?!\d)"
    day = r"(?<![\d.,:№-])(?P<d3>\d{1,2})(?:\s?-\s?\d{1,2}|\s(?:и|мен|пен|and)\s\d{1,2})?(?:-?(?:го|е|й|ші|шы|st|nd|rd|th))?"
    dot = r"\.?" if language == "en" else ""
    parts = [figures]
    if language == "kk":
        parts.append(rf"(?<!\d)(?P<y4>{_YEAR})\s?(?:{year_word})?,?\s(?P<d4>\d{{1,2}})\s?-?(?P<n4>{month})(?!\w)")
        parts.append(rf"(?<!\w)(?P<n5>{month})\s(?P<w5>\d{{1,2}}-?\w{{0,8}}|\w{{2,14}})(?:\sкүні)?(?!\w)")
        parts.append(r"(?<!\w)осы\sайдың\s(?P<d6>\d{1,2})-?\w{0,5}(?!\w)")
        parts.append(rf"(?<!\d)(?P<y7>{_YEAR})\s?(?:{year_word})\s(?P<n7>{month})(?!\w)")
    parts.append(rf"{day}\s(?:of\s)?(?P<n3>{month})(?!\w){dot}(?:,?\s{year.format('y3')})?")
    if language == "en":
        parts.append(rf"(?<!\w)(?P<n8>{month})\.?\s(?P<d8>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,.]\d|\w)(?:,?\s(?P<y8>{_YEAR})(?!\d))?")
    before = raw["in_month"][language]
    lead = rf"(?<!\w){before}[\s-]" if before else r"(?<!\w)"
    parts.append(rf"{lead}(?:[^\W\d]{{2,8}}\s)?(?P<n9>{month})(?!\w)\s{year.format('y9')}")
    parts.append(rf"{lead}(?P<n10>{month})(?!\w)" if before else rf"(?<!\w)(?P<n10>{month})(?:\sайы\w*)(?!\w)")
    parts.append(
        rf"(?<![\d.,-])(?P<y11>{_YEAR})\s?(?:{year_word})"
        if year_word
        else rf"(?<!\w)(?:in|since|of|until|from|by)\s(?P<y11>{_YEAR})(?![\d.,-]\d|\d)"
    )
    return "|".join(f"(?:{part})" for part in parts)


def _relative(raw: dict[str, Any], language: str) -> str:
    days = "|".join(raw["days"][language])
    weekdays = "|".join(raw["weekdays"][language].values())
    parts = [
        rf"(?<!\w)(?P<day>{days})(?!\w)",
        rf"(?<!\w)(?P<lead>{raw['weekday_before'][language]})(?:\w{{4,12}}\s)?(?P<weekday>{weekdays})(?!\w)",
        rf"(?<!\w)(?:{raw['ago'][language]})(?!\w)",
        rf"(?<!\w)(?P<week>{raw['week_ago'][language]})(?!\w)",
        rf"(?<!\w)(?P<last_month>{raw['last_month'][language]})(?!\w)",
        rf"(?<!\w)(?P<last_year>{raw['last_year'][language]})(?!\w)",
        rf"(?<!\w)(?P<this_year>{raw['this_year'][language]})(?!\w)",
    ]
    return "|".join(parts)


def spoken_dates(text: str, patterns: Patterns, published: str, reading: Reading, start: int = 0, end: int | None = None) -> list[Spoken]:
    """Dates as said in text[start:end], in order; where two readings overlap the first of the calendar wins."""
    stop = len(text) if end is None else end
    found = [one for match in patterns.calendar.finditer(text, start, stop) if (one := _from_calendar(match, patterns, published, reading))]
    taken = [(one.start, one.end) for one in found]
    for match in patterns.relative.finditer(text, start, stop):
        if not any(low < match.end() and match.start() < high for low, high in taken) and not _is_name(match, published, reading):
            found.append(_from_words(match, patterns))
    return sorted(found, key=lambda one: one.start)


def _is_name(match: re.Match[str], published: str, reading: Reading) -> bool:
    """English "Today" with a capital inside a sentence is a name ("Karatosh Today")."""
    if match["day"] not in {"today", "tomorrow"}:
        return False
    start, _ = reading.span(match.start(), match.end())
    return (
        published[start : start + 1].isupper()
        and published[max(0, start - 1) : start] == " "
        and published[max(0, start - 2) : start - 1] not in ".!?"
    )


def _from_calendar(match: re.Match[str], patterns: Patterns, published: str, reading: Reading) -> Spoken | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    by_letter = {name[0]: value for name, value in parts.items()}
    month = int(by_letter["m"]) if "m" in by_letter else _month(by_letter.get("n", ""), patterns)
    day = int(by_letter["d"]) if "d" in by_letter else _day_word(by_letter.get("w", ""), patterns)
    if "w" in by_letter and not day:
        return None
    if "n" in by_letter and not _is_month_name(match, by_letter["n"], published, reading):
        return None
    if day > 31 or month > 12 or ("m" in by_letter and not month):
        return None
    return Spoken(match.start(), match.end(), int(by_letter.get("y", 0)), month, day)


def _month(word: str, patterns: Patterns) -> int:
    return next((number for number, pattern in patterns.months.items() if word and pattern.match(word)), 0)


def _day_word(word: str, patterns: Patterns) -> int:
    """Day of "қазанның үшінде" or "8-інде"; 0 when the word is no number."""
    if not word:
        return 0
    figure = re.match(r"\d{1,2}", word)
    if figure:
        return int(figure[0])
    stem = _KAZAKH_DAY_ENDING.sub("", word)
    return patterns.cardinals.get(stem) or patterns.cardinals.get(word) or 0


def _is_month_name(match: re.Match[str], word: str, published: str, reading: Reading) -> bool:
    """English "may" and "march" are months only with a capital."""
    if word not in {"may", "march", "mar"}:
        return True
    at = match.start() + match[0].find(word)
    start, _ = reading.span(at, at + 1)
    return published[start : start + 1].isupper()


def _from_words(match: re.Match[str], patterns: Patterns) -> Spoken:
    groups = match.groupdict()
    start, end = match.span()
    if groups["day"]:
        shift = next(value for value, pattern in patterns.days.items() if pattern.fullmatch(groups["day"]))
        return Spoken(start, end, days=shift)
    if groups["weekday"]:
        number = next(value for value, pattern in patterns.weekdays.items() if pattern.match(groups["weekday"]))
        is_next, is_last = bool(patterns.next_words.search(match[0])), bool(patterns.last_words.search(match[0]))
        return Spoken(start, end, weekday=number, is_next=is_next, is_last=is_last)
    if groups["count"]:
        n_days = int(groups["count"]) * (7 if groups["unit"].startswith(("недел", "тиж", "апта", "week")) else 1)
        return Spoken(start, end, days=-n_days)
    if groups["week"]:
        return Spoken(start, end, days=-7)
    if groups["last_month"]:
        return Spoken(start, end, months=-1)
    return Spoken(start, end, years=-1 if groups["last_year"] else 0)
