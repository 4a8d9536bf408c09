"""What a channel is given and what it gives back; and the one function that makes header values safe."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from db.vocabulary import OutboxState

SUBJECT_LIMIT = 150
NAME_LIMIT = 60
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_ADDRESS = re.compile(r"[^\s<>@,;:\"']{1,64}@[^\s<>@,;:\"']{1,255}")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")


@dataclass(kw_only=True, slots=True, frozen=True)
class Letter:
    """One message to one audience, fixed: each retry is this same letter."""

    message_id: str
    audience: str
    kind: str
    language: str
    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    openpgp_key: bytes = field(default=b"", repr=False)
    unsubscribe_url: str = field(default="", repr=False)
    unsubscribe_by_mail: str = field(default="", repr=False)
    written_at: datetime
    payload: dict[str, object] = field(default_factory=dict, repr=False)


@dataclass(kw_only=True, slots=True, frozen=True)
class Receipt:
    """How one try ended: sent, deferred or refused. `is_ours` says the fault is our line or our settings, not the letter's."""

    state: OutboxState
    code: int | None = None
    response: str = ""
    is_ours: bool = False


class Channel(Protocol):
    """A way out. It raises nothing for what the world does; it says so in the receipt."""

    def send(self, letter: Letter, address: str) -> Receipt:
        """Try once to hand the letter over for `address`."""

    def close(self) -> None:
        """End the connection, if one is open."""


def header_text(value: str, limit: int = SUBJECT_LIMIT) -> str:
    """`value` as one safe header line: no controls, no direction marks, no encoded words, white space collapsed, cut to `limit`.

    Everything of the Unicode categories control, format, surrogate and line separator becomes a space or nothing, so that no
    value can begin a header line or turn the reading direction; `=?` is parted so that no mail program decodes it.
    """
    kept = "".join(_header_character(char) for char in value[: limit * 8])
    words = " ".join(kept.split()).replace("=?", "= ?")
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _header_character(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in _DROPPED else char


def without_marks(value: str) -> str:
    """`value` without controls (but line feeds), direction marks and other invisible characters; length and spaces stay."""
    return "".join(char for char in value if char == "\n" or unicodedata.category(char) not in _DROPPED)


def is_plain_address(address: str) -> bool:
    """True for an ASCII address that needs no SMTPUTF8 and cannot carry a second header or recipient."""
    return _PLAIN_ADDRESS.fullmatch(address) is not None


def without_addresses(text: str, secrets: Sequence[str] = ()) -> str:
    """A server's words for the archive and the log: addresses and the given secrets taken out, one line, 300 characters."""
    for secret in secrets:
        text = text.replace(secret, "(address)") if secret else text
    return header_text(_ADDRESS.sub("(address)", text), 300)
