"""Who is due and when: pure arithmetic over cadences and past runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.sources import Source

# A run that began a little before its time still counts for it: jitter moves jobs by at most this part of the cadence.
JITTER_SHARE = 0.1
MAX_JITTER_S = 120
# APScheduler forgives one second by default and then drops the run (FIELD-TRAPS SC2); we forgive about the interval.
MIN_GRACE_S = 300


@dataclass(kw_only=True, slots=True, frozen=True)
class Due:
    """A source and the moment its next run is (or was) planned for; the past means overdue."""

    source: Source
    planned_at: datetime


def jitter_s(source: Source) -> int:
    """Seconds by which a job may be moved, so that sources of one cadence do not start together."""
    return int(min(source.interval.total_seconds() * JITTER_SHARE, MAX_JITTER_S))


def grace_s(source: Source) -> int:
    """How late a run may start before it counts as missed: about its interval, never under five minutes."""
    return int(max(source.interval.total_seconds() * 0.9, MIN_GRACE_S))


def plan(sources: Sequence[Source], last_runs: Mapping[str, datetime], now: datetime) -> tuple[Due, ...]:
    """Next run of every crawlable source, the most overdue (in its own intervals) first; never run means now.

    A last run that lies in the future (the machine's clock was set back) counts as now: a source never sleeps
    longer than its cadence (FIELD-TRAPS SC4).
    """
    dues = [Due(source=source, planned_at=_next(source, last_runs.get(source.id), now)) for source in sources if source.is_crawlable]
    return tuple(sorted(dues, key=lambda due: ((due.planned_at - now) / due.source.interval, due.source.id)))


def due_now(dues: Sequence[Due], now: datetime) -> tuple[Due, ...]:
    """The entries whose time has come, or comes within their own jitter."""
    return tuple(due for due in dues if due.planned_at - timedelta(seconds=jitter_s(due.source)) <= now)


def _next(source: Source, last: datetime | None, now: datetime) -> datetime:
    return now if last is None else min(last, now) + source.interval
