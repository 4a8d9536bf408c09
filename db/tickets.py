"""Signed tickets in links of mails: what one link may do, for whom, until when. They name nobody by address and hold no secret.

The key lies in a file of its own beside the database, readable for its owner alone; the archive and `scrapy notify` both read it.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from db.errors import MfmError

KEY_FILE = "ticket-key"
SALT = "mfm.mail-ticket.1"
MAX_TICKET_CHARS = 600
Purpose = Literal["confirm", "dismiss", "unsubscribe"]
PURPOSES = ("confirm", "dismiss", "unsubscribe")


class TicketError(MfmError):
    """The ticket is not one of ours, or was changed on the way."""


class TicketExpiredError(TicketError):
    """The ticket was ours; its time is over."""

    def __init__(self, ticket: "Ticket") -> None:
        super().__init__("this link has expired")
        self.ticket = ticket


@dataclass(kw_only=True, slots=True, frozen=True)
class Ticket:
    """One act: `subjects` are an alert's id, or the ids of subscriptions; `language` is the reader's (ISO 639-1)."""

    purpose: Purpose
    audience: str
    subjects: tuple[str, ...]
    language: str
    expires_at: datetime


def ticket_key(folder: Path) -> str:
    """The signing key of a data folder, made on first use with rights for the owner alone; TicketError when it cannot be kept."""
    file = folder / KEY_FILE
    try:
        if not file.exists():
            draft = folder / f".{KEY_FILE}.{secrets.token_hex(6)}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as written:
                written.write(secrets.token_hex(32))
            _keep_first(draft, file)
        key = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise TicketError(f"{file}: cannot be read or made: {error.strerror}") from error
    if len(key) < 32:
        raise TicketError(f"{file}: too short for a key; delete it and a new one is made")
    return key


def _keep_first(draft: Path, file: Path) -> None:
    """Two processes may start together: a link, unlike a rename, never replaces the key that is there."""
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def sign(key: str, ticket: Ticket) -> str:
    """The ticket as a word for an address; the same ticket is always the same word, so that a retried mail is the same mail."""
    fields = [ticket.purpose, ticket.audience, list(ticket.subjects), ticket.language, int(ticket.expires_at.timestamp())]
    return _serializer(key).dumps(fields)


def read(key: str, word: str, now: datetime) -> Ticket:
    """The ticket of a word; TicketError for a wrong one, TicketExpiredError for one whose time is over."""
    if len(word) > MAX_TICKET_CHARS:
        raise TicketError("this link is not one of ours")
    try:
        purpose, audience, subjects, language, expires = _serializer(key).loads(word)
        expires_at = datetime.fromtimestamp(int(expires), now.tzinfo)
        ticket = Ticket(purpose=purpose, audience=str(audience), subjects=tuple(subjects), language=str(language), expires_at=expires_at)
    except (BadData, ValueError, TypeError, OverflowError) as error:
        raise TicketError("this link is not one of ours") from error
    if now >= ticket.expires_at:
        raise TicketExpiredError(ticket)
    return ticket


def mark_of(word: str) -> str:
    """What is kept of a used ticket: enough to know it again, nothing to use it with."""
    return hashlib.sha256(word.encode()).hexdigest()[:32]


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=SALT, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256})
