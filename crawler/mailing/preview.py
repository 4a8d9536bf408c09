"""What each subscription would have brought in the last days: counts and samples; nothing is written or sent."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.config import Config, Person, Subscription
from crawler.mailing.gather import MOST_AT_ONCE
from db.queries.delivery import AlertTraits
from db.queries.digests import alerts_after, last_alert_number
from db.queries.letters import alert_stories
from db.queries.saved import SavedQueryError, run_query
from pipelines.notify import readers, wants

WINDOW = timedelta(minutes=5)
N_SAMPLES = 3


@dataclass(kw_only=True, slots=True, frozen=True)
class Preview:
    """One subscription: how many alerts and mails, and the titles of the latest."""

    audience: str
    subscription: str
    n_alerts: int
    n_mails: int
    samples: tuple[str, ...]
    trouble: str = ""


def preview(db: Database, config: Config, now: datetime, days: int) -> list[Preview]:
    """The previews of all readers, in the order of the configuration."""
    since = now - timedelta(days=days)
    alerts = alerts_after(db, last_alert_number(db, since), now)
    return [
        _of_query(config, person, each, days) if each.query else _of_filter(db, person, each, alerts, days)
        for person in readers(config)
        for each in person.subscriptions
    ]


def lines_of(previews: list[Preview], days: int) -> list[str]:
    """The report for a person at a terminal."""
    lines = []
    for each in previews:
        lines.append(f"{each.audience}, {each.subscription}: {each.n_mails} mails with {each.n_alerts} items in {days} days")
        lines += [f"    {sample}" for sample in each.samples]
        lines += [f"    broken: {each.trouble}"] if each.trouble else []
    return lines


def _of_filter(db: Database, person: Person, subscription: Subscription, alerts: list[AlertTraits], days: int) -> Preview:
    chosen = [alert for alert in alerts if wants(subscription, alert)]
    stories = alert_stories(db, [alert.id for alert in chosen[-N_SAMPLES:]])
    digests = {"daily": days, "weekly": days // 7, "off": 0}
    return Preview(
        audience=person.audience,
        subscription=f"{subscription.rate} over {subscription.channel}",
        n_alerts=len(chosen),
        n_mails=digests[subscription.rate] if subscription.rate in digests else n_mails(chosen),
        samples=tuple(f"{story.created_at[:10]} {story.title}"[:120] for story in stories),
    )


def n_mails(alerts: list[AlertTraits]) -> int:
    """Mails that these alerts make: one for each thread in five minutes, or one summary when there are too many threads."""
    threads: dict[int, set[str]] = defaultdict(set)
    for alert in alerts:
        threads[int(alert.created_at.timestamp() // WINDOW.total_seconds())].add(alert.thread_key or alert.id)
    return sum(len(each) if len(each) <= MOST_AT_ONCE else 1 for each in threads.values())


def _of_query(config: Config, person: Person, subscription: Subscription, days: int) -> Preview:
    """A saved query has no past: its rows of today, which are the baseline and are not mailed."""
    try:
        rows, trouble = run_query(config.database_path, subscription.query, subscription.key), ""
    except SavedQueryError as error:
        rows, trouble = [], str(error)
    return Preview(
        audience=person.audience,
        subscription=f"{subscription.name} (saved query, {subscription.rate}; rows there now are not mailed)",
        n_alerts=len(rows),
        n_mails=0,
        samples=tuple(", ".join(value for _, value in row.values)[:120] for row in rows[:N_SAMPLES]),
        trouble=trouble,
    )
