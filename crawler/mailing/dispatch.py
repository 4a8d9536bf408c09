"""Sends what is written and due: claim, send, record. A row is never recorded as sent without the server's yes."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.config import Config, Person
from crawler.mailing.bounces import is_held
from crawler.mailing.buttons import is_ended, with_tickets
from crawler.mailing.channels import address_of, open_channel
from db.queries.delivery import OutboxRow, Outcome, claim, due, record
from db.queries.times import parse_iso
from db.queries.watch import set_condition
from db.vocabulary import IssueKind, OutboxState
from pipelines.channels.letter import Channel, Letter, Receipt
from pipelines.channels.openpgp import KeyUnusableError, check_key
from pipelines.notify import readers

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 20
CERTIFICATE_NOTICE = timedelta(days=14)
KEY_TROUBLE = "not sent: OpenPGP key of the reader: "
Opener = Callable[[str, Config], Channel | None]


@dataclass(slots=True)
class Tally:
    """What a run did: mails by outcome, and whether it stopped because the way out is closed."""

    counts: Counter[str] = field(default_factory=Counter)
    trouble: str = ""


def wait_after(attempts: int) -> timedelta:
    """Time until the next try: 5 minutes, doubling to 6 hours (RFC 5321, 4.5.4.1 asks for at least 30 minutes in the long run)."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def send_due(db: Database, config: Config, now: datetime, limit: int, opener: Opener = open_channel) -> Tally:
    """Try every mail that is due once, oldest first; stop early when our own line or login is at fault."""
    tally, channels = Tally(), dict[str, Channel | None]()
    people = {person.audience: person for person in readers(config)}
    try:
        for row_id in due(db, now, limit):
            row = claim(db, row_id)
            if row is None:
                continue
            if is_ended(row, people.get(row.audience)):
                record(db, row, Outcome(state=OutboxState.SUPPRESSED, response="the reader ended this subscription"), now)
                continue
            if row.channel == "email" and is_held(config, people.get(row.audience)):
                _record(db, row, Receipt(state=OutboxState.DEFERRED, response="held: mails to this reader came back"), now, tally)
                continue
            if row.channel not in channels:
                channels[row.channel] = opener(row.channel, config)
            receipt = _try(channels[row.channel], with_tickets(row, config), people.get(row.audience), config)
            _record(db, row, receipt, now, tally)
            if receipt.is_ours:
                tally.trouble = receipt.response
                break
    finally:
        for channel in channels.values():
            if channel is not None:
                _check_certificate(db, channel, now)
                channel.close()
    return tally


def _check_certificate(db: Database, channel: Channel, now: datetime) -> None:
    """Maintainers hear of a certificate that ends soon while mails still go: afterwards none could tell them."""
    ends_at = getattr(channel, "certificate_ends_at", None)
    if isinstance(ends_at, datetime):
        message = f"the certificate of the mail server ends on {ends_at:%Y-%m-%d}; after that no mail is sent"
        set_condition(db, "mail certificate ends", IssueKind.OUTBOX, message if ends_at - now < CERTIFICATE_NOTICE else "", now)


def _try(channel: Channel | None, row: OutboxRow, person: Person | None, config: Config) -> Receipt:
    if channel is None:
        return Receipt(state=OutboxState.REFUSED, response=f"there is no channel called {row.channel}")
    if person is None:
        return Receipt(state=OutboxState.REFUSED, response="nobody in the configuration has this audience")
    try:
        letter = replace(_letter(row), unsubscribe_by_mail=config.unsubscribe_address)
        if person.openpgp_key and row.channel == "email":
            letter = replace(letter, openpgp_key=key_of(person, config))
        return channel.send(letter, address_of(person, row.channel))
    except KeyUnusableError as error:  # waits, since what is meant to be sealed never goes open
        return Receipt(state=OutboxState.DEFERRED, response=f"{KEY_TROUBLE}{error}")
    except Exception as error:  # the one door around a send: one bad letter never stops the others
        logger.exception("mail %s could not be sent", row.id)
        return Receipt(state=OutboxState.DEFERRED, response=f"fault in the program: {type(error).__name__}")


def key_of(person: Person, config: Config) -> bytes:
    """The reader's key file, checked; KeyUnusableError when it is not there or cannot be used."""
    assert person.openpgp_key is not None
    try:
        content = person.openpgp_key.read_bytes()
    except OSError as error:
        raise KeyUnusableError(f"file cannot be read: {error.strerror}") from error
    check_key(content, config.now())
    return content


def _letter(row: OutboxRow) -> Letter:
    payload = row.payload
    references = payload.get("references")
    return Letter(
        message_id=row.message_id,
        audience=row.audience,
        kind=row.kind.value,
        language=str(payload.get("language", "en")),
        subject=str(payload["subject"]),
        text=str(payload["text"]),
        html=str(payload.get("html", "")),
        in_reply_to=str(payload.get("in_reply_to", "")),
        references=tuple(str(each) for each in references) if isinstance(references, list) else (),
        unsubscribe_url=str(payload.get("unsubscribe_url", "")),
        written_at=parse_iso(str(payload["written_at"])) if "written_at" in payload else row.created_at,
    )


def _record(db: Database, row: OutboxRow, receipt: Receipt, now: datetime, tally: Tally) -> None:
    """Write the answer. Too many tries end a mail, but never for a fault of our own: that is mended, and then it goes."""
    is_spent = receipt.state is OutboxState.DEFERRED and not receipt.is_ours and row.attempts >= MOST_TRIES
    state = OutboxState.DEAD if is_spent else receipt.state
    retry_at = now + wait_after(row.attempts) if state is OutboxState.DEFERRED else None
    record(db, row, Outcome(state=state, code=receipt.code, response=receipt.response, retry_at=retry_at), now)
    tally.counts[state.value] += 1
    way = row.channel if receipt.is_ours else f"{row.channel} to {row.audience}"
    if state in {OutboxState.DEAD, OutboxState.REFUSED} or receipt.is_ours or receipt.response.startswith(KEY_TROUBLE):
        set_condition(db, f"way out: {way}", IssueKind.OUTBOX, f"{way}: {receipt.response}", now)
        logger.warning("mail over %s for %s: %s", row.channel, row.audience, receipt.response)
    elif state is OutboxState.SENT:
        for each in (row.channel, way):
            set_condition(db, f"way out: {each}", IssueKind.OUTBOX, "", now)
