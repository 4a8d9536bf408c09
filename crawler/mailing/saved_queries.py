"""A reader's saved query as a subscription: its new rows by mail; a broken one is told to its owner, never dropped in silence."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Config, Person, Subscription
from crawler.mailing.digest import period_of
from crawler.mailing.views import archive_page
from db.identity import content_id
from db.queries.delivery import NewMessage, add_messages
from db.queries.digests import has_digest
from db.queries.saved import SavedQueryError, SavedRow, new_rows, run_query, told_keys
from db.queries.watch import set_condition
from db.vocabulary import IssueKind, MessageKind, OutboxState
from pipelines.channels.letter import header_text
from pipelines.channels.rendering import catalogue, render
from pipelines.notify import mail_domain, readers, subscription_id

MOST_ROWS_SHOWN = 30


def write_saved_queries(db: Database, config: Config, now: datetime) -> int:
    """Run each saved query whose time has come and write its mail when it has new rows; returns how many rows were added."""
    messages: list[NewMessage] = []
    for person in readers(config):
        for subscription in person.subscriptions:
            if subscription.query and subscription.rate != "off":
                messages += _messages(db, config, person, subscription, now)
    return add_messages(db, messages, now)


def _messages(db: Database, config: Config, person: Person, subscription: Subscription, now: datetime) -> list[NewMessage]:
    period = _period(subscription, person, now)
    if not period or has_digest(db, person.audience, period):
        return []
    broken = f"saved query {person.audience}/{subscription.name}"
    try:
        rows = run_query(config.database_path, subscription.query, subscription.key)
    except SavedQueryError as error:
        set_condition(db, broken, IssueKind.OUTBOX, f"{broken}: {error}", now)
        return [_broken(config, person, subscription, str(error))]
    set_condition(db, broken, IssueKind.OUTBOX, "", now)
    told = told_keys(db, person.audience, subscription.name)
    fresh = rows if told is None else new_rows(rows, told)
    is_first = told is None
    if not fresh and not is_first:
        return []
    return [_news(config, person, subscription, fresh, is_first=is_first, period=period)]


def _period(subscription: Subscription, person: Person, now: datetime) -> str:
    """At once: each run is a period of its own."""
    if subscription.rate == "at_once":
        return f"{subscription.name}:{now.astimezone(ZoneInfo(person.zone)).isoformat()}"
    period = period_of(subscription.rate, person, now)
    return f"{subscription.name}:{period}" if period else ""


def _news(config: Config, person: Person, subscription: Subscription, rows: list[SavedRow], *, is_first: bool, period: str) -> NewMessage:
    """The mail of the new rows. The rows of the first run are the baseline: remembered, not mailed."""
    words = catalogue(person.language)
    told = words.ngettext("%(num)s new row", "%(num)s new rows", len(rows)) % {"num": len(rows)}
    subject = header_text(f"{subscription.name}: {told}")
    values: dict[str, object] = {
        "subject": subject,
        "rows": [[(column, value) for column, value in row.values if value] for row in rows[:MOST_ROWS_SHOWN]],
        "n_more": max(0, len(rows) - MOST_ROWS_SHOWN),
        "error": "",
        "archive_url": archive_page(config, ""),
        "organisation": config.organisation,
    }
    payload: dict[str, object] = {"query": subscription.name, "period": period, "keys": [row.key for row in rows]}
    if not is_first:
        payload |= _texts(person, subject, values)
    state = OutboxState.SUPPRESSED if is_first else OutboxState.PENDING
    return _message(config, person, subscription, content_id(period, *(row.key for row in rows)), payload, state)


def _broken(config: Config, person: Person, subscription: Subscription, error: str) -> NewMessage:
    """Told once for each query and error."""
    told = catalogue(person.language).gettext("your saved query is broken")
    subject = header_text(f"{subscription.name}: {told}")
    values: dict[str, object] = {
        "subject": subject,
        "rows": [],
        "n_more": 0,
        "error": error,
        "archive_url": archive_page(config, ""),
        "organisation": config.organisation,
    }
    payload = _texts(person, subject, values) | {"broken": subscription.name}
    return _message(config, person, subscription, content_id("broken", subscription.name, subscription.query, error), payload)


def _texts(person: Person, subject: str, values: dict[str, object]) -> dict[str, object]:
    rendered = render("query", person.language, person.zone, values)
    return {"subject": subject, "text": rendered.text, "html": rendered.html, "language": person.language, "references": []}


def _message(
    config: Config,
    person: Person,
    subscription: Subscription,
    subject_id: str,
    payload: dict[str, object],
    state: OutboxState = OutboxState.PENDING,
) -> NewMessage:
    return NewMessage(
        subject_id=subject_id,
        audience=person.audience,
        channel=subscription.channel,
        kind=MessageKind.DIGEST,
        domain=mail_domain(config),
        payload=payload | {"subscriptions": [subscription_id(person.audience, subscription)]},
        state=state,
    )
