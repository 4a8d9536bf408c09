"""Answers of official look-ups, read into entries; pure. Every field is checked, a body that is something else is refused."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.text import clean

MAX_ENTRIES = 500
MAX_FIELD = 500
_DAY = re.compile(r"^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})")


class RegisterError(ValueError):
    """The answer is not what this register gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One decision about one address; empty where the register says nothing."""

    key: str
    address: str
    category: str = ""
    court: str = ""
    decided_on: date | None = None


def read_banned_sites(body: bytes, domain: str) -> tuple[RegisterEntry, ...]:
    """Entries of `https://www.gov.kz/banned_sites?url=DOMAIN` that speak of this domain; an empty array means nothing on record.

    Fields id, urladdress, categoryname, courtname, courtdate (DD.MM.YYYY): net4people/bbs#462, dump of 17 March 2025.
    The look-up finds parts of words as well, so that entries of other hosts are left out.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RegisterError("not JSON") from error
    if not isinstance(document, list) or not all(isinstance(row, dict) and "urladdress" in row for row in document):
        raise RegisterError("not an array of entries with urladdress")
    entries = [_entry(row) for row in document[:MAX_ENTRIES]]
    return tuple(entry for entry in entries if is_about(entry.address, domain))


def _entry(row: dict[str, object]) -> RegisterEntry:
    texts = {
        name: clean(str(row.get(name) or "")).strip()[:MAX_FIELD] for name in ("id", "urladdress", "categoryname", "courtname", "courtdate")
    }
    return RegisterEntry(
        key=texts["id"] or texts["urladdress"],
        address=texts["urladdress"],
        category=texts["categoryname"],
        court=texts["courtname"],
        decided_on=_day(texts["courtdate"]),
    )


def _day(text: str) -> date | None:
    match = _DAY.match(text)
    if not match:
        return None
    try:
        return datetime(int(match[3]), int(match[2]), int(match[1])).date()  # noqa: DTZ001 - a day, no moment
    except ValueError:
        return None


def is_about(address: str, domain: str) -> bool:
    """True when the address lies on the domain or below it; `www.` is no other host."""
    host = re.sub(r"^[a-z]+://", "", address.strip().lower()).split("/", 1)[0].split(":", 1)[0].removeprefix("www.").rstrip(".")
    wanted = domain.lower().removeprefix("www.")
    return host == wanted or host.endswith(f".{wanted}")


def in_words(entries: tuple[RegisterEntry, ...]) -> str:
    """What the register says of the address, in one sentence."""
    if not entries:
        return "nothing on record in the register; that proves nothing, many blocks are not in it"
    first = min(entries, key=lambda entry: (not entry.court, entry.decided_on or date.max, entry.key))
    day = f" of {first.decided_on.isoformat()}" if first.decided_on else ""
    basis = f"by decision of a court{day}: {first.court}" if first.court else f"by order{day}, no court is named"
    more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    return f"on the register {basis}{f' ({first.category})' if first.category else ''}{more}"
