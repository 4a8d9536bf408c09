"""Mails that came back: recorded on the outbox; an address that fails for good gets no more, and maintainers are told."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.config import Config, Person
from db.errors import MfmError
from db.private import suspend, suspension
from db.queries.bounces import HARD, SOFT, n_hard_bounces, record_bounce
from db.queries.watch import set_condition
from db.tickets import ticket_key
from db.vocabulary import IssueKind
from pipelines.channels.bounce import MAX_BYTES, read_bounce
from pipelines.notify import readers


class BounceError(MfmError):
    """There is nothing to read bounces from, or nobody to let go."""


def take_bounces(db: Database, config: Config, mails: Iterable[bytes], now: datetime) -> str:
    """Record the bounces among these mails; returns one line of counts. The same mail twice is the same as once."""
    n_read = n_new = 0
    held: list[str] = []
    for content in mails:
        n_read += 1
        bounce = read_bounce(content)
        if bounce is None:
            continue
        audience = record_bounce(db, bounce.message_id, HARD if bounce.is_hard else SOFT, bounce.code, bounce.words, now)
        n_new += bool(audience)
        if audience and bounce.is_hard and _judge(db, config, audience, bounce.words, now):
            held.append(audience)
    return f"{n_read} mails read, {n_new} new bounces" + (f"; no more mails to {', '.join(held)}" if held else "")


def _judge(db: Database, config: Config, audience: str, words: str, now: datetime) -> bool:
    """Hold the address after enough bounces. A maintainer's is never held: nobody would be left to be told."""
    person = next((each for each in readers(config) if each.audience == audience), None)
    _, _, since = suspension(config.data_dir, audience)
    n = n_hard_bounces(db, audience, since)
    if person is None or n < config.bounces_allowed:
        return False
    does_hold = not person.is_maintainer
    ending = f"; held until `scrapy bounces --resume {audience}` or a new address" if does_hold else "; still sent, as this is a maintainer"
    set_condition(db, _condition(audience), IssueKind.OUTBOX, f"{n} mails to {audience} came back, the last with: {words}{ending}", now)
    if does_hold:
        suspend(config.data_dir, audience, _mark(config, person), now, is_on=True)
    return does_hold


def is_held(config: Config, person: Person | None) -> bool:
    """True while the address that the bounces were about is still the reader's."""
    if person is None:
        return False
    is_on, mark, _ = suspension(config.data_dir, person.audience)
    return is_on and hmac.compare_digest(mark, _mark(config, person))


def resume(db: Database, config: Config, audience: str, now: datetime) -> str:
    """Let mails to this reader go again, counting from now; BounceError for an audience that the configuration does not know."""
    person = next((each for each in readers(config) if each.audience == audience), None)
    if person is None:
        raise BounceError(f"{audience}: nobody in the configuration has this audience")
    suspend(config.data_dir, audience, _mark(config, person), now, is_on=False)
    set_condition(db, _condition(audience), IssueKind.OUTBOX, "", now)
    return f"{audience}: mails go again"


def from_maildir(folder: Path) -> Iterator[bytes]:
    """The unread mails of a Maildir; each is marked as seen after the one that asked for it has gone on to the next."""
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise BounceError(f"{folder}: not a Maildir (no new and cur in it)")
    for file in sorted((folder / "new").iterdir()):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as opened:
                yield opened.read(MAX_BYTES)
            file.rename(folder / "cur" / f"{file.name.partition(':')[0]}:2,S")


def _mark(config: Config, person: Person) -> str:
    """A new address has a new mark; the address cannot be read out of it."""
    return hmac.new(ticket_key(config.data_dir).encode(), person.address.get_secret_value().encode(), hashlib.sha256).hexdigest()[:32]


def _condition(audience: str) -> str:
    return f"bounces of {audience}"
