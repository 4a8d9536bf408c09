"""Has an outlet fallen silent? Pure judgement of its publishing times against its own rhythm; no clock, no database, no network.

Three tests, each against the outlet's own past of at most twelve weeks. Any one is enough:
- usual days: weekdays on which it nearly always publishes; the chance that so many of them in a row stay empty;
- days: the same over all its days, by weekday, for outlets that publish in bursts;
- flow: the expected number of articles since the last one (by weekday and hour), as a Poisson tail made wider by the outlet's bursts.
In all, the present gap must also be as long as any gap of its past: a rhythm with holes is not silence.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MAX_BASELINE = timedelta(weeks=12)
MIN_BASELINE = timedelta(weeks=3)
MIN_SILENCE = DAY  # a newsroom system that fails for some hours is site trouble
MIN_POSTS = 4  # fewer tell no rhythm
MIN_LOOKS = 3  # good runs since the last article; one look may meet a stale cache
# Limits found with benchmarks/silence.py: at most one false alarm per outlet and year, a daily outlet noticed within two usual days.
MAX_CHANCE = 6e-4
MAX_CHANCE_USUAL = 2.5e-3  # two empty usual days of an outlet that left out one in twenty
USUAL_SHARE = 0.8  # a weekday is usual when it had an article on four of five
FREQUENT_A_DAY = 5.0  # from here on the hours of the day are known well enough
GAP_MARGIN = 1.25  # the gap must exceed the longest one before by a quarter
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is known of one source: `posts` are moments of publication, `looks` moments of runs that could have seen an article.

    `since` is when it was first read; `quiet_days` are holidays; `blind` are spans that say nothing of the rhythm (earlier silences).
    """

    posts: Sequence[datetime]
    looks: Sequence[datetime]
    since: datetime
    zone: str
    cadence: timedelta
    quiet_days: Collection[date] = frozenset()
    blind: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The judgement. `words` is the statement with its expectation; `why_not` says why there is none."""

    is_silent: bool
    words: str = ""
    why_not: str = ""
    last_at: datetime | None = None
    looked_at: datetime | None = None
    n_a_day: float = 0.0
    expected: float = 0.0
    chance: float = 1.0
    n_empty_usual_days: int = 0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Expected articles per weekday and share per hour, how bursty, which weekdays are usual; learned from `days`."""

    days: tuple[date, ...]
    counts: Counter[date]
    by_weekday: tuple[float, ...]
    by_hour: tuple[float, ...]
    burst: float
    usual: frozenset[int]
    quiet_days: frozenset[date]

    def of_day(self, day: date) -> float:
        """Expected articles of a day; a holiday expects none, so that it can never speak for silence."""
        return 0.0 if day in self.quiet_days else self.by_weekday[day.weekday()]

    def expected(self, start: datetime, end: datetime) -> float:
        """Expected articles between two local moments."""
        total, day = 0.0, start.date()
        while day <= end.date():
            first = start.hour + start.minute / 60 if day == start.date() else 0.0
            last = end.hour + end.minute / 60 if day == end.date() else 24.0
            total += self.of_day(day) * self._share(first, last)
            day += DAY
        return total

    def _share(self, first: float, last: float) -> float:
        if (first, last) == (0.0, 24.0):
            return 1.0
        return sum(share * max(0.0, min(last, hour + 1) - max(first, hour)) for hour, share in enumerate(self.by_hour))

    def is_usual(self, day: date) -> bool:
        """True when an article is nearly certain on that day."""
        return day.weekday() in self.usual and day not in self.quiet_days


def judge_silence(watch: Watch, now: datetime) -> Silence:
    """Silent or not, at `now`. Without enough past, looks or a working line the answer is no, with the reason in `why_not`."""
    zone = ZoneInfo(watch.zone)
    posts = sorted(at for at in watch.posts if watch.since <= at <= now)
    looks = sorted(at for at in watch.looks if at <= now)
    if not posts or len(posts) < MIN_POSTS:
        return Silence(is_silent=False, why_not="too few articles to know its rhythm")
    last = posts[-1]
    if why_not := _unfit(watch, last, looks, now):
        return Silence(is_silent=False, why_not=why_not, last_at=last)
    seen = looks[-1].astimezone(zone).replace(tzinfo=None)
    local = [at.astimezone(zone).replace(tzinfo=None) for at in posts if last - at <= MAX_BASELINE]
    begin = max(watch.since, last - MAX_BASELINE).astimezone(zone).replace(tzinfo=None)
    blind = _blind_days(watch, zone)
    rhythm = learn(local, begin.date(), frozenset(watch.quiet_days), blind)
    if len(rhythm.days) < MIN_BASELINE / DAY - 1:
        return Silence(is_silent=False, why_not="too few days that speak for its rhythm", last_at=last)
    return _weigh(rhythm, local, seen, looks[-1], last)


def _unfit(watch: Watch, last: datetime, looks: Sequence[datetime], now: datetime) -> str:
    if last - watch.since < MIN_BASELINE:
        return "new: less than three weeks of its rhythm are known"
    if not looks or now - looks[-1] > max(3 * watch.cadence, timedelta(hours=6)):
        return "not read of late: our line, or the source's own trouble"
    if looks[-1] - last < MIN_SILENCE:
        return "publishing"
    if sum(look > last for look in looks) < MIN_LOOKS:
        return "not looked at often enough since its last article"
    return ""


def _blind_days(watch: Watch, zone: ZoneInfo) -> frozenset[date]:
    """Days of earlier silences, and days on which nothing was read."""
    days = {day for start, end in watch.blind for day in _days(start.astimezone(zone).date(), end.astimezone(zone).date())}
    looked = {look.astimezone(zone).date() for look in watch.looks}
    holes = [(a, b) for a, b in pairwise(sorted(looked)) if b - a > DAY]
    return frozenset(days | {day for a, b in holes for day in _days(a + DAY, b - DAY)})


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def learn(posts: Sequence[datetime], first: date, quiet_days: frozenset[date], blind: frozenset[date]) -> Rhythm:
    """The rhythm of local publishing times, from the day after `first` to the day of the last article."""
    counts = Counter(at.date() for at in posts)
    days = tuple(
        day for day in _days(first + DAY, posts[-1].date()) if day not in quiet_days and (counts[day] > 0 or day not in blind)
    )  # a day without a look and without an article says nothing
    overall = sum(counts[day] for day in days) / max(len(days), 1)
    of_weekday = [[counts[day] for day in days if day.weekday() == number] for number in range(7)]
    by_weekday = tuple((sum(part) + overall / 2) / (len(part) + 0.5) for part in of_weekday)
    usual = frozenset(
        number for number, part in enumerate(of_weekday) if len(part) >= 3 and sum(n > 0 for n in part) >= USUAL_SHARE * len(part)
    )
    spread = sum((counts[day] - by_weekday[day.weekday()]) ** 2 / max(by_weekday[day.weekday()], 0.1) for day in days)
    burst = max(1.0, spread / max(len(days) - 7, 1))
    return Rhythm(days, counts, by_weekday, _hours(posts, overall), burst, usual, quiet_days)


def _hours(posts: Sequence[datetime], overall: float) -> tuple[float, ...]:
    """Share of the day's articles per hour; even when there are too few to tell."""
    if overall < FREQUENT_A_DAY:
        return (1 / 24,) * 24
    hours = Counter(at.hour for at in posts)
    return tuple((hours[hour] + 1) / (len(posts) + 24) for hour in range(24))


def _weigh(rhythm: Rhythm, posts: Sequence[datetime], seen: datetime, looked_at: datetime, last: datetime) -> Silence:
    expected = rhythm.expected(posts[-1], seen)
    longest = max((rhythm.expected(a, b) for a, b in pairwise(posts) if b - a > MIN_SILENCE / 2), default=0.0)
    flow = math.exp(-expected / rhythm.burst) if expected > longest * GAP_MARGIN else 1.0
    empty = [day for day in _days(posts[-1].date() + DAY, seen.date() - DAY) if day not in rhythm.quiet_days]
    usual = [day for day in empty if rhythm.is_usual(day)]
    by_usual, by_day = _chance_of_usual_days(rhythm, len(usual)), _chance_of_days(rhythm, empty)
    overall = sum(rhythm.counts[day] for day in rhythm.days) / len(rhythm.days)
    is_silent = min(flow, by_day) <= MAX_CHANCE or by_usual <= MAX_CHANCE_USUAL
    return Silence(
        is_silent=is_silent,
        words=_words(rhythm, overall, seen - posts[-1]),
        why_not="" if is_silent else "within its rhythm",
        last_at=last,
        looked_at=looked_at,
        n_a_day=overall,
        expected=expected,
        chance=min(flow, by_usual, by_day),
        n_empty_usual_days=len(usual),
    )


def _chance_of_usual_days(rhythm: Rhythm, n_empty: int) -> float:
    """Chance of that many empty usual days in a row; 1 when its past has a longer row. Jeffreys' estimate of one empty day."""
    full = [rhythm.counts[day] > 0 for day in rhythm.days if rhythm.is_usual(day)]
    if not full or n_empty < _longest_empty(full):
        return 1.0
    chance: float = ((full.count(False) + 0.5) / (len(full) + 1)) ** n_empty
    return chance


def _chance_of_days(rhythm: Rhythm, empty: Sequence[date]) -> float:
    """Chance of these empty days in a row, each by its weekday; 1 when the row is not clearly longer than any of its past."""
    if len(empty) <= _longest_empty([rhythm.counts[day] > 0 for day in rhythm.days]) * GAP_MARGIN:
        return 1.0
    of_weekday = [[rhythm.counts[day] for day in rhythm.days if day.weekday() == number] for number in range(7)]
    return math.prod((of_weekday[day.weekday()].count(0) + 0.5) / (len(of_weekday[day.weekday()]) + 1) for day in empty)


def _longest_empty(full: Sequence[bool]) -> int:
    return max((len(list(row)) for is_full, row in groupby(full) if not is_full), default=0)


def _words(rhythm: Rhythm, overall: float, gap: timedelta) -> str:
    """Such as "usually 41 a day, nothing for 3 days"."""
    usual = [day for day in rhythm.days if rhythm.is_usual(day)]
    a_day = sum(rhythm.counts[day] for day in usual) / len(usual) if usual else overall
    names = "" if len(rhythm.usual) in (0, 7) else f" ({', '.join(DAY_NAMES[number] for number in sorted(rhythm.usual))})"
    usually = f"{a_day:.0f} a day{names}" if len(rhythm.usual) >= 4 or overall >= 1 else f"{max(overall * 7, 0.1):.2g} a week{names}"
    length = f"{gap // DAY} days" if gap >= 2 * DAY else f"{gap // timedelta(hours=1)} hours"
    return f"usually {usually}, nothing for {length}"
