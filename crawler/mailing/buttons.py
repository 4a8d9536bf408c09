"""Links in mails that do something: a place is held in the stored text, and the signed ticket is put in only when it is sent.

The outbox is served for reading: a ticket that stood in it would be anybody's.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.config import Config, Person
from db.queries.delivery import OutboxRow
from db.queries.times import parse_iso
from db.tickets import Purpose, Ticket, sign, ticket_key
from pipelines.notify import subscription_id

DECIDE_WITHIN = timedelta(days=14)
UNSUBSCRIBE_WITHIN = timedelta(days=400)  # a mail that is found a year later still ends what it began
MOST_SUBSCRIPTIONS = 10  # in one link, so that its ticket stays short


def button_place(config: Config, purpose: str, alert_id: str) -> str:
    """The address that stands in the stored text; empty when nobody could reach it."""
    return f"{_root(config)}mfm-ticket-{purpose}-{alert_id}" if config.public_url else ""


def with_tickets(row: OutboxRow, config: Config) -> OutboxRow:
    """The row with tickets in its text: only for the alerts that the mail is about, whatever a headline holds."""
    if not config.public_url:
        return row
    key = ticket_key(config.data_dir)
    listed = row.payload.get("alerts")
    alert_ids = {str(each) for each in listed} if isinstance(listed, list) else set()
    place = re.compile(re.escape(f"{_root(config)}mfm-ticket-") + "(confirm|dismiss)-([A-Za-z0-9]+)")

    def put(found: re.Match[str]) -> str:
        purpose: Purpose = "confirm" if found[1] == "confirm" else "dismiss"
        return _address(config, key, row, purpose, (found[2],)) if found[2] in alert_ids else found[0]

    texts = {part: place.sub(put, str(row.payload[part])) for part in ("text", "html") if part in row.payload}
    ids = _subscriptions(row)[:MOST_SUBSCRIPTIONS]
    link = {"unsubscribe_url": _address(config, key, row, "unsubscribe", tuple(ids))} if ids else {}
    return replace(row, payload=row.payload | texts | link)


def is_ended(row: OutboxRow, person: Person | None) -> bool:
    """True when the reader has ended every subscription that the mail came from; a mail that names none is never held back."""
    ids = _subscriptions(row)
    if person is None or not ids:
        return False
    return not {subscription_id(person.audience, each) for each in person.subscriptions} & set(ids)


def _subscriptions(row: OutboxRow) -> list[str]:
    ids = row.payload.get("subscriptions")
    return [str(each) for each in ids] if isinstance(ids, list) else []


def _address(config: Config, key: str, row: OutboxRow, purpose: Purpose, subjects: tuple[str, ...]) -> str:
    """Counted from when the mail was written, not from now: each retry is the same mail."""
    lasts = UNSUBSCRIBE_WITHIN if purpose == "unsubscribe" else DECIDE_WITHIN
    ticket = Ticket(
        purpose=purpose,
        audience=row.audience,
        subjects=subjects,
        language=str(row.payload.get("language", "en")),
        expires_at=_written_at(row) + lasts,
    )
    return _root(config) + sign(key, ticket)


def _written_at(row: OutboxRow) -> datetime:
    return parse_iso(str(row.payload["written_at"])) if "written_at" in row.payload else row.created_at


def _root(config: Config) -> str:
    return f"{config.public_url.rstrip('/')}/-/mail/"
