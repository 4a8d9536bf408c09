"""How soon is a silent outlet noticed, and how often is one called silent that is not? Made-up years of many rhythms, judged twice a day.

    .venv/bin/python benchmarks/silence.py [--outlets 20] [--seed 7]

Each outlet lives 365 days after a first quarter, then stops. False alarms are counted over the year, the delay from the last article.
"""

import argparse
import random
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from crawler.assessing.holidays import holidays_of
from pipelines.detectors.silence import MAX_BASELINE, Watch, judge_silence

BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
BEFORE = timedelta(days=84)
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
LOOK_EVERY = timedelta(hours=12)
GIVE_UP = timedelta(days=90)


@dataclass
class Life:
    """Articles of an outlet, and spans in which its feed could not be read."""

    posts: list[datetime]
    unread: list[tuple[datetime, datetime]] = field(default_factory=list)
    usual: Callable[[date], bool] = lambda day: True


def _at(day: datetime, chance: random.Random, first: int = 3, last: int = 16) -> datetime:
    return day + timedelta(hours=chance.uniform(first, last))


def _poisson(mean: float, chance: random.Random) -> int:
    n, left = 0, chance.expovariate(1)
    while left < mean:
        n, left = n + 1, left + chance.expovariate(1)
    return n


def _live(chance: random.Random, count: Callable[[datetime], int]) -> list[datetime]:
    days = [BEGIN + DAY * number for number in range((BEFORE + YEAR).days)]
    return sorted(_at(day, chance) for day in days for _ in range(count(day)))


def steady(chance: random.Random) -> Life:
    """41 a day, fewer at weekends."""
    return Life(_live(chance, lambda day: _poisson(41 if day.weekday() < 5 else 15, chance)))


def daily(chance: random.Random) -> Life:
    """One to three a day, a day missed now and then."""
    return Life(_live(chance, lambda day: 0 if chance.random() < 0.02 else chance.randint(1, 3)))


def weekdays(chance: random.Random) -> Life:
    """Six a day from Monday to Friday, nothing on holidays."""
    free = holidays_of("KZ", range(2025, 2027))
    life = Life(_live(chance, lambda day: 0 if day.weekday() > 4 or day.date() in free else max(1, _poisson(6, chance))))
    life.usual = lambda day: day.weekday() < 5 and day not in free
    return life


def weekly(chance: random.Random) -> Life:
    """A paper that comes on Thursdays, late or left out twice a year."""
    life = Life(_live(chance, lambda day: 4 if day.weekday() == 3 and chance.random() > 0.04 else 0))
    life.usual = lambda day: day.weekday() == 3
    return life


def bursts(chance: random.Random) -> Life:
    """Some days thirty, many days none."""
    return Life(_live(chance, lambda day: _poisson(chance.choice((0, 0, 1, 3, 30)), chance)))


def sparse(chance: random.Random) -> Life:
    """Three a week, on any day."""
    return Life(_live(chance, lambda day: _poisson(3 / 7, chance)))


def holidays(chance: random.Random) -> Life:
    """Twelve a day; a fifth of it on holidays, and nothing from 1 to 8 January."""
    free = holidays_of("KZ", range(2025, 2027))

    def count(day: datetime) -> int:
        if day.month == 1 and day.day <= 8:
            return 0
        return _poisson(2 if day.date() in free else 12, chance)

    return Life(_live(chance, count))


def feed_moved(chance: random.Random) -> Life:
    """Ten a day; the feed's address dies for ten days each quarter, and what was published meanwhile is never seen."""
    life = Life(_live(chance, lambda day: _poisson(10, chance)))
    life.unread = [(BEGIN + BEFORE + DAY * start, BEGIN + BEFORE + DAY * (start + 10)) for start in (40, 130, 220, 310)]
    life.posts = [at for at in life.posts if not _within(at, life.unread)]
    return life


def line_down(chance: random.Random) -> Life:
    """Ten a day; our own line is down for two days each month, and the feed then shows what was missed."""
    life = Life(_live(chance, lambda day: _poisson(10, chance)))
    life.unread = [(BEGIN + DAY * start, BEGIN + DAY * (start + 2)) for start in range(20, 440, 30)]
    return life


KINDS = (steady, daily, weekdays, weekly, bursts, sparse, holidays, feed_moved, line_down)


def _within(at: datetime, spans: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(start <= at < end for start, end in spans)


@dataclass
class Outcome:
    """False alarms of the year and the delay of the true one; None when it was never noticed."""

    n_false: int = 0
    delay: timedelta | None = None
    n_usual_days: int = 0
    words: str = ""


def follow(life: Life) -> Outcome:
    """Judge the outlet twice a day over its year and after its end."""
    free = holidays_of("KZ", range(2024, 2028))
    outcome, is_open, looks = Outcome(), False, []
    end = BEGIN + BEFORE + YEAR
    now = BEGIN
    while now < end + GIVE_UP:
        now += LOOK_EVERY
        if not _within(now, life.unread):
            looks.append(now)
        # In an unread span the articles are not known yet.
        known = bisect_right(life.posts, looks[-1] if looks else now)
        posts = life.posts[bisect_left(life.posts, now - MAX_BASELINE - GIVE_UP) : known]
        if now < BEGIN + BEFORE:
            continue
        watch = Watch(
            posts=posts, looks=looks[-400:], since=BEGIN, zone="Asia/Almaty", cadence=LOOK_EVERY, quiet_days=free
        )  # fmt: skip
        found = judge_silence(watch, now)
        if now <= end:
            outcome.n_false += found.is_silent and not is_open
            is_open = found.is_silent
        elif found.is_silent:
            first = posts[-1].date() + DAY
            outcome.delay = now - posts[-1]
            outcome.n_usual_days = sum(life.usual(first + DAY * n) for n in range((now.date() - first).days))
            outcome.words = found.words
            return outcome
    return outcome


def main() -> None:
    """Print one line per rhythm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outlets", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"{'rhythm':<11} outlets  false/outlet-year  worst  noticed  median delay  worst delay  usual days: worst  within 2  as stated")
    for kind in KINDS:
        results = [follow(kind(random.Random(options.seed * 1000 + number))) for number in range(options.outlets)]
        delays = [result.delay / DAY for result in results if result.delay]
        n_false = [result.n_false for result in results]
        print(
            f"{kind.__name__:<11} {len(results):>7}  {statistics.mean(n_false):>17.2f}  {max(n_false):>5}  {len(delays):>3}/{len(results):<3}"
            f"  {statistics.median(delays or [0]):>10.1f} d  {max(delays, default=0):>9.1f} d"
            f"  {max((result.n_usual_days for result in results), default=0):>17}"
            f"  {sum(result.n_usual_days <= 2 for result in results) / len(results):>8.0%}  {results[0].words}"
        )


if __name__ == "__main__":
    main()
