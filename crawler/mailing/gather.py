"""Which waiting alerts go into which mail: one thread, one mail; too many at once, one summary. Texts are fixed here."""

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Config, Person
from crawler.mailing.compose import alert_mail, summary_mail
from db.identity import content_id
from db.queries.delivery import (
    NewMessage,
    OutboxRow,
    n_mails_since,
    suppress,
    tellable_alerts,
    thread_past,
    untellable,
    unwritten,
    write_mail,
    write_summary,
)
from db.queries.letters import alert_stories
from db.queries.times import iso
from db.vocabulary import MessageKind
from pipelines.notify import CRITICAL, STAFF, mail_domain, readers, subscriptions_behind

MOST_AT_ONCE = 5  # more mails than this in one run are a flood: a person reads one summary, not a stack
SUMMARY_GAP = timedelta(hours=3)  # above the daily cap, at most one summary in this time
AT_ONCE_KINDS = (MessageKind.ALERT, MessageKind.UPDATE, MessageKind.SUMMARY)


def write_mails(db: Database, config: Config, now: datetime) -> None:
    """Write every mail whose alerts wait; rows that are no longer to be told are put aside."""
    suppress(db, untellable(db), "the alert was dismissed, merged or expired before it was told")
    people = {person.audience: person for person in readers(config)}
    waiting: dict[tuple[str, str], list[OutboxRow]] = defaultdict(list)
    for row in unwritten(db, now):
        waiting[row.audience, row.channel].append(row)
    for (audience, _), rows in waiting.items():
        person = people.get(audience)
        if person is None:
            suppress(db, [row.id for row in rows], "nobody in the configuration has this audience")
        else:
            _write_for(db, config, person, _still_wanted(db, config, person, rows), now)


def _still_wanted(db: Database, config: Config, person: Person, rows: list[OutboxRow]) -> list[OutboxRow]:
    """Without what only a subscription asked for that the reader ended while the alert waited."""
    if person in (config.people or (STAFF,)):
        return rows
    over = [row.id for row in rows if not _behind(db, person, [row])]
    suppress(db, over, "the reader ended this subscription")
    return [row for row in rows if row.id not in over]


def _write_for(db: Database, config: Config, person: Person, rows: list[OutboxRow], now: datetime) -> None:
    threads: dict[str, list[OutboxRow]] = defaultdict(list)
    for row in rows:
        threads[row.thread_key or row.id].append(row)
    if len(threads) > MOST_AT_ONCE:
        _write_summary(db, config, person, rows, now)
        return
    left = config.max_mails_per_day - n_mails_since(db, person.audience, _midnight(person, now), AT_ONCE_KINDS)
    critical = {alert.id for alert in tellable_alerts(db, [str(row.alert_id) for row in rows]) if alert.severity >= CRITICAL}
    over: list[OutboxRow] = []
    for thread in threads.values():
        if left > 0 or any(row.alert_id in critical for row in thread):
            _write_thread(db, config, person, thread, now)
            left -= 1
        else:
            over += thread
    if over and not n_mails_since(db, person.audience, now - SUMMARY_GAP, (MessageKind.SUMMARY,)):
        _write_summary(db, config, person, over, now)


def _write_thread(db: Database, config: Config, person: Person, rows: list[OutboxRow], now: datetime) -> None:
    """One mail for the alerts of one thread; the first row carries the others."""
    stories = alert_stories(db, [str(row.alert_id) for row in rows][: config.max_alerts_per_mail])
    past = thread_past(db, person.audience, rows[0].thread_key)
    payload = alert_mail(stories, person, config, past, mail_domain(config))
    payload |= {"written_at": iso(now), "subscriptions": _behind(db, person, rows)}
    write_mail(db, rows[0].id, payload, [row.id for row in rows[1:]])


def _write_summary(db: Database, config: Config, person: Person, rows: list[OutboxRow], now: datetime) -> None:
    """One mail for all of `rows`."""
    stories = sorted(alert_stories(db, [str(row.alert_id) for row in rows]), key=lambda story: (-story.severity, story.number))
    payload = summary_mail(stories[: config.max_alerts_per_mail], len(rows), person, config)
    message = NewMessage(
        subject_id=content_id("summary", *(row.id for row in rows)),
        audience=person.audience,
        channel=rows[0].channel,
        kind=MessageKind.SUMMARY,
        domain=mail_domain(config),
        payload=payload | {"subscriptions": _behind(db, person, rows)},
    )
    write_summary(db, message, [row.id for row in rows], now)


def _behind(db: Database, person: Person, rows: list[OutboxRow]) -> list[str]:
    return subscriptions_behind(person, rows[0].channel, tellable_alerts(db, [str(row.alert_id) for row in rows]))


def _midnight(person: Person, now: datetime) -> datetime:
    """The last midnight of the reader's clock."""
    return now.astimezone(ZoneInfo(person.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
