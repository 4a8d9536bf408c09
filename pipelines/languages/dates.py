"""Dates said in a text, absolute and relative, as precise as said; hearings to come and the day of the event. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from db.vocabulary import DatePrecision
from pipelines.languages.date_patterns import Patterns, Spoken, load_patterns, spoken_dates
from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import load_list
from pipelines.languages.numbers import with_figures

_TIME_REACH = 28
_LONGEST_WAIT = timedelta(days=330)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date: span, ISO day, month or year as precise as said, the moment with offset ("" without a clock time).

    `is_statute`: the date of a law, no event. `is_coming`: after the day of the text.
    """

    start: int
    end: int
    on: str
    precision: DatePrecision
    at: str = ""
    is_statute: bool = False
    is_coming: bool = False


def find_dates(text: str, language: str, published: datetime | date | None, country: str = "KZ") -> tuple[FoundDate, ...]:
    """Every date of the text in order. Without `published` only dates with their own year are found."""
    reading = with_figures(read(text, language))
    patterns = load_patterns(reading.language)
    today = _local_day(published, country)
    found: list[FoundDate] = []
    for spoken in spoken_dates(reading.text, patterns, reading.published, reading):
        one = _resolve(reading, spoken, today, patterns, country, False)
        if one is not None:
            found.append(one)
    return tuple(found)


def find_hearing(text: str, language: str, published: datetime | date | None, country: str = "KZ") -> FoundDate | None:
    """The next session of a court that the text announces, today or later; None when it announces none."""
    reading = with_figures(read(text, language))
    patterns = load_patterns(reading.language)
    today = _local_day(published, country)
    if today is None:
        return None
    best: tuple[int, FoundDate] | None = None
    for start, end in reading.sentences():
        if not patterns.hearing.search(reading.text, start, end):
            continue
        score = _hearing_score(reading.text[start:end], patterns)
        for spoken in spoken_dates(reading.text, patterns, reading.published, reading, start, end):
            one = _resolve(reading, spoken, today, patterns, country, True)
            if one is None or not _is_to_come(one, spoken, today, score) or one.is_statute:
                continue
            rank = score * 4 + bool(one.at) * 2 + bool(spoken.day)
            if best is None or rank > best[0]:
                best = (rank, one)
    return best[1] if best else None


def find_event_date(
    text: str, language: str, published: datetime | date | None, spans: Sequence[tuple[int, int]], country: str = "KZ"
) -> FoundDate | None:
    """The past date nearest to the words of the event: in their sentence, else in the ones around, else said of today.

    `spans` are the places of the event in the text, the most telling first. None when no sentence near says a day.
    """
    dates = [one for one in find_dates(text, language, published, country) if not one.is_statute and not one.is_coming]
    reading = read(text, language)
    sentences = [(reading.span(start, end) if start < end else (0, 0)) for start, end in reading.sentences()]
    for start, end in spans:
        home = next((index for index, (low, high) in enumerate(sentences) if low <= start < high), None)
        found = _near(dates, sentences, home, (start, end)) if home is not None else None
        if found is not None:
            return found
    days = {one.on: one for one in dates if one.precision in _DAYS and _is_recent(one, published, country)}
    return next(iter(days.values())) if len(days) == 1 else None


def _near(dates: list[FoundDate], sentences: list[tuple[int, int]], home: int, event: tuple[int, int]) -> FoundDate | None:
    """The nearest date of the event's own sentence; of the sentences around only a day counts: months there are background."""
    for index in (home, home - 1, home + 1):
        if not 0 <= index < len(sentences):
            continue
        inside = [
            one for one in dates if sentences[index][0] <= one.start < sentences[index][1] and (index == home or one.precision in _DAYS)
        ]
        if inside:
            return min(inside, key=lambda one: (one.precision not in _DAYS, _distance(one, *event)))
    return None


def _is_recent(one: FoundDate, published: datetime | date | None, country: str) -> bool:
    """Whether the day is news on the day of the text: a month old at most."""
    today = _local_day(published, country)
    return today is not None and today - date.fromisoformat(one.on) <= timedelta(days=31)


_DAYS = (DatePrecision.DAY, DatePrecision.MOMENT)


def _distance(one: FoundDate, start: int, end: int) -> int:
    return max(start - one.end, one.start - end, 0)


def _local_day(published: datetime | date | None, country: str) -> date | None:
    """Day of publication where the text was written; a moment in UTC is moved to the country's zone."""
    if not isinstance(published, datetime):
        return published
    if published.tzinfo is not None and not published.utcoffset():
        return published.astimezone(_zone(country)).date()
    return published.date()


@lru_cache(maxsize=32)
def _zone(country: str) -> ZoneInfo:
    zones = load_list("dates")["zones"]
    return ZoneInfo(zones.get(country, zones["KZ"]))


def _resolve(reading: Reading, spoken: Spoken, today: date | None, patterns: Patterns, country: str, is_hearing: bool) -> FoundDate | None:
    is_future = is_hearing or _is_future(reading.text, spoken, patterns)
    said = _day_of(spoken, today, is_future)
    if said is None:
        return None
    on, precision = said
    start, end = reading.span(spoken.start, spoken.end)
    is_statute = bool(
        patterns.statute_before.search(reading.text[max(0, spoken.start - 90) : spoken.start])
        or patterns.statute_after.match(reading.text, spoken.end)
    )
    is_coming = today is not None and on > today.isoformat()[: len(on)]
    found = FoundDate(start, end, on, precision, "", is_statute, is_coming)
    clock = _clock_near(reading.text, spoken, patterns) if precision == DatePrecision.DAY else None
    if clock is None:
        return found
    moment = datetime.fromisoformat(f"{on}T{clock[0]:02d}:{clock[1]:02d}:00").replace(tzinfo=_zone(country))
    return replace(found, at=moment.isoformat(), precision=DatePrecision.MOMENT)


def _is_future(text: str, spoken: Spoken, patterns: Patterns) -> bool:
    """Whether the words around tell of a day to come ("назначено на пятницу")."""
    near = text[max(0, spoken.start - 40) : spoken.start]
    return bool(patterns.coming.search(near)) or spoken.is_next


def _day_of(spoken: Spoken, today: date | None, is_future: bool) -> tuple[str, DatePrecision] | None:
    """ISO text and precision of what was said; None for a day that no calendar has or that needs a day of reference."""
    if spoken.year and spoken.month and spoken.day:
        return _iso(spoken.year, spoken.month, spoken.day)
    if spoken.year and spoken.month:
        return f"{spoken.year:04d}-{spoken.month:02d}", DatePrecision.MONTH
    if spoken.year:
        return f"{spoken.year:04d}", DatePrecision.YEAR
    if today is None:
        return None
    return _relative_day(spoken, today, is_future)


def _relative_day(spoken: Spoken, today: date, is_future: bool) -> tuple[str, DatePrecision] | None:
    if spoken.month and spoken.day:
        return _nearest(spoken.month, spoken.day, today, is_future)
    if spoken.month:
        year = today.year - (1 if spoken.month > today.month and not is_future else 0)
        return f"{year:04d}-{spoken.month:02d}", DatePrecision.MONTH
    if spoken.day:
        return _iso(today.year, today.month, spoken.day)
    if spoken.weekday is not None:
        back = (today.weekday() - spoken.weekday) % 7
        if spoken.is_last and back == 0:
            back = 7
        forward = (spoken.weekday - today.weekday()) % 7 or 7
        return (today + timedelta(days=forward if is_future else -back)).isoformat(), DatePrecision.DAY
    if spoken.days is not None:
        return (today + timedelta(days=spoken.days)).isoformat(), DatePrecision.DAY
    if spoken.months is not None:
        first = today.replace(day=1) - timedelta(days=1)
        return first.isoformat()[:7], DatePrecision.MONTH
    return f"{today.year + (spoken.years or 0):04d}", DatePrecision.YEAR


def _iso(year: int, month: int, day: int) -> tuple[str, DatePrecision] | None:
    try:
        return date(year, month, day).isoformat(), DatePrecision.DAY
    except ValueError:
        return None


def _nearest(month: int, day: int, today: date, is_future: bool) -> tuple[str, DatePrecision] | None:
    """A day without a year: the nearest one to the day of the text; of a hearing, the nearest to come within a year."""
    days = [found for found in (_iso(today.year + shift, month, day) for shift in (-1, 0, 1)) if found]
    if not days:
        return None
    nearest = min(days, key=lambda said: abs(date.fromisoformat(said[0]) - today))
    if is_future and date.fromisoformat(nearest[0]) < today - timedelta(days=90):
        return next((said for said in days if date.fromisoformat(said[0]) >= today), nearest)
    return nearest


def _clock_near(text: str, spoken: Spoken, patterns: Patterns) -> tuple[int, int] | None:
    """Clock time right after the date, or right before it ("до 11:00 12 февраля")."""
    after = patterns.time.search(text, spoken.end, spoken.end + _TIME_REACH)
    if after is not None and not re.search(r"\n|[;!?]|\d", text[spoken.end : after.start()]):
        return _clock(after)
    before = list(patterns.time.finditer(text, max(0, spoken.start - _TIME_REACH), spoken.start))
    if before and len(text[before[-1].end() : spoken.start]) <= 8 and not re.search(r"[.;!?\d]\s", text[before[-1].end() : spoken.start]):
        return _clock(before[-1])
    return None


def _clock(match: re.Match[str]) -> tuple[int, int] | None:
    groups = match.groupdict()
    hour = int(next(value for name, value in groups.items() if name.startswith("hour") and value))
    minute = int(next((value for name, value in groups.items() if name.startswith("minute") and value), "0"))
    half = (groups.get("half") or "").replace(".", "")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _hearing_score(sentence: str, patterns: Patterns) -> int:
    """2 for a session said to come, 1 for a session or a court with a word of the future, 0 for neither."""
    is_strong = bool(patterns.hearing_strong.search(sentence))
    is_coming = bool(patterns.coming.search(sentence))
    return is_strong + is_coming if is_strong or is_coming else 0


def _is_to_come(one: FoundDate, spoken: Spoken, today: date, score: int) -> bool:
    """Whether the day can be a session announced: it names a day, not a past one, and one that is not years away."""
    if one.precision not in _DAYS or not score:
        return False
    day = date.fromisoformat(one.on)
    if day == today:
        return score > 1 and (bool(one.at) or spoken.days == 0)
    return today < day <= today + _LONGEST_WAIT


def dates_in(found: Sequence[FoundDate], start: int, end: int) -> Iterator[FoundDate]:
    """Those of the dates that stand in text[start:end]."""
    return (one for one in found if start <= one.start < end)
