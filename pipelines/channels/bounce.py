"""What a report of failed delivery says (RFC 3464): which of our mails, how grave, in which words. Whatever comes in, nothing is raised."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice

from pipelines.channels.letter import without_addresses

MAX_BYTES = 2**20
MAX_PARTS = 50
_OURS = re.compile(r"<mfm\.[0-9a-f]{24}@[A-Za-z0-9.-]{1,255}>")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_CODE = re.compile(r"\b([45]\d\d)\b")
FULL_MAILBOX = "5.2.2"  # RFC 3463, 3.3: permanent by number, but it passes


@dataclass(kw_only=True, slots=True, frozen=True)
class Bounce:
    """One report on one mail of ours; `words` hold no address, `code` is the server's where it gave one."""

    message_id: str
    is_hard: bool
    status: str
    code: int | None
    words: str


def read_bounce(content: bytes) -> Bounce | None:
    """The bounce in a mail; None when it is no such report, is about no mail of ours, or tells of success."""
    try:
        parts = list(islice(BytesParser(policy=compat32).parsebytes(content[:MAX_BYTES]).walk(), MAX_PARTS))
        return _bounce(parts)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _bounce(parts: list[Message]) -> Bounce | None:
    if not parts or parts[0].get_content_type() != "multipart/report":
        return None
    message_id = next((found[0] for part in parts[1:] if (found := _OURS.fullmatch(_returned_id(part)))), "")
    failed = next((part for part in parts if _field(part, "Action").lower() in {"failed", "delayed"}), None)
    if not message_id or failed is None:
        return None
    status = next(iter(_STATUS.findall(_field(failed, "Status"))), "")
    said = _field(failed, "Diagnostic-Code")
    code = _CODE.search(said)
    return Bounce(
        message_id=message_id,
        is_hard=_field(failed, "Action").lower() == "failed" and status.startswith("5") and status != FULL_MAILBOX,
        status=status,
        code=int(code[1]) if code else None,
        words=without_addresses(f"{status} {said}"),
    )


def _returned_id(part: Message) -> str:
    """The Message-ID of the mail that came back: its headers are a part of their own (RFC 6522)."""
    if part.get_content_type() == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        part = BytesParser(policy=compat32).parsebytes(content if isinstance(content, bytes) else b"", headersonly=True)
    return _field(part, "Message-ID")


def _field(part: Message, name: str) -> str:
    return " ".join(str(part.get(name, "")).split())[:2000]
