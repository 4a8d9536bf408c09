"""The notify stage: new alerts become outbox rows, one per reader and channel. It never sends; `scrapy notify` does."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from scrapy.crawler import Crawler
from sqlite_utils import Database

from crawler.config import Config, Person, Subscription
from crawler.items import Page
from db.connection import connect
from db.identity import content_id
from db.private import ended
from db.queries.delivery import AlertTraits, NewMessage, add_messages, tellable_alerts
from db.vocabulary import AlertKind, MessageKind

STAFF = Person(
    audience="staff",
    address=SecretStr("staff@localhost.localdomain"),
    is_maintainer=True,
    subscriptions=(Subscription(), Subscription(kinds=(AlertKind.AT_ONCE, AlertKind.DIGEST), rate="daily")),
)
CRITICAL = 5


class Counter(Protocol):
    """The part of Scrapy's stats that a stage needs."""

    def inc_value(self, key: str) -> None:
        """Add one to `key`."""


class NotifyPipeline:
    """Stage 700: queues what the store stage raised, and lets everything through."""

    def __init__(self, config: Config, stats: Counter | None = None) -> None:
        self.config = config
        self.stats = stats
        self._db: Database | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The stage of one crawl."""
        return cls(crawler.settings["MFM"], crawler.stats)

    async def process_item(self, item: object) -> object:
        """Queue the alerts that this page raised; outcomes are passed, nothing, nobody and queued."""
        if not isinstance(item, Page):
            return self._count(item, "passed")
        alert_ids = item.stored.alert_ids if item.stored else ()
        if not alert_ids:
            return self._count(item, "nothing")
        queued = await asyncio.to_thread(self._queue, alert_ids)
        return self._count(item, "queued" if queued else "nobody")

    def close_spider(self) -> None:
        """Let go of the database."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _queue(self, alert_ids: Sequence[str]) -> int:
        self._db = self._db or connect(self.config.database_path)
        return queue_alerts(self._db, self.config, tellable_alerts(self._db, alert_ids))

    def _count(self, item: object, outcome: str) -> object:
        if self.stats is not None:
            self.stats.inc_value(f"mfm/notify/{outcome}")
        return item


def readers(config: Config) -> tuple[Person, ...]:
    """Who reads: the people of the configuration without the subscriptions they ended, or the staff Maildir of a fresh install."""
    over = ended(config.data_dir)
    return tuple(_without(person, over) for person in config.people or (STAFF,))


def _without(person: Person, over: frozenset[str]) -> Person:
    kept = tuple(each for each in person.subscriptions if subscription_id(person.audience, each) not in over)
    return person if kept == person.subscriptions else person.model_copy(update={"subscriptions": kept})


def subscription_id(audience: str, subscription: Subscription) -> str:
    """Id made from who asked for what: a subscription that is changed in the configuration is a new one."""
    return content_id("subscription", audience, subscription.model_dump_json())


def subscriptions_behind(person: Person, channel: str, alerts: Sequence[AlertTraits]) -> list[str]:
    """Ids of the at-once subscriptions that let any of these alerts through."""
    return [
        subscription_id(person.audience, each)
        for each in person.subscriptions
        if each.rate == "at_once" and each.channel == channel and not each.query and any(wants(each, alert) for alert in alerts)
    ]


def mail_domain(config: Config) -> str:
    """Our domain, for ids of messages; the part of the sender address behind the @."""
    return config.mail_from.rpartition("@")[2].strip("> ") or "localhost.localdomain"


def queue_alerts(db: Database, config: Config, alerts: Sequence[AlertTraits]) -> int:
    """Write the missing outbox rows for these alerts; returns how many were new. Twice is the same as once."""
    messages = [message for alert in alerts for message in messages_for(alert, config)]
    return add_messages(db, messages, config.now())


def messages_for(alert: AlertTraits, config: Config) -> list[NewMessage]:
    """One row per reader and channel with an at-once subscription that wants this alert."""
    wanted = {
        (person.audience, subscription.channel): waits_until(person, alert, config.now())
        for person in readers(config)
        for subscription in person.subscriptions
        if subscription.rate == "at_once" and not subscription.query and wants(subscription, alert)
    }
    return [
        NewMessage(
            subject_id=alert.id,
            alert_id=alert.id,
            audience=audience,
            channel=channel,
            kind=MessageKind.ALERT,
            domain=mail_domain(config),
            thread_key=alert.thread_key,
            not_before=not_before,
        )
        for (audience, channel), not_before in sorted(wanted.items())
    ]


def waits_until(person: Person, alert: AlertTraits, now: datetime) -> datetime:
    """Now, or the end of the reader's quiet hours when they are on and the alert is not critical."""
    if person.quiet_from is None or alert.severity >= CRITICAL:
        return now
    local = now.astimezone(ZoneInfo(person.zone))
    since_start = (local.hour - person.quiet_from) % 24
    if since_start >= (person.quiet_until - person.quiet_from) % 24:
        return now
    end = local.replace(hour=person.quiet_until, minute=0, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone(UTC)


def wants(subscription: Subscription, alert: AlertTraits) -> bool:
    """True when everything that the subscription asks for holds of the alert; an empty list asks for all."""
    return (
        (not subscription.countries or alert.country.lower() in {country.lower() for country in subscription.countries})
        and (not subscription.categories or alert.category in subscription.categories)
        and (not subscription.outlets or alert.outlet_id in subscription.outlets)
        and AlertKind(alert.alert_kind) in subscription.kinds
        and alert.severity >= subscription.min_severity
        and alert.confidence >= subscription.min_confidence
    )
