"""What reading a feed, sitemap or listing gives: entries, further maps, and whether it was what it should be."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from crawler.items import Hint
from crawler.sources import Source
from db.vocabulary import FetchOutcome

MAX_URL_CHARACTERS = 2000
MAX_PATH_DEPTH = 15
_MAX_TEXT_CHARACTERS = 20_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SHORT_OFFSET = re.compile(r"([+-]\d\d)$")
# RFC 822 zones as the region's feeds write them; anything else (`+06`, names of days in Russian) is left to the extract stage.
_RFC822_ZONE = re.compile(r"(?:[+-]\d{4}|GMT|UTC?|Z)$")


@dataclass(kw_only=True, slots=True, frozen=True)
class Entry:
    """One thing that a list page names: where it is and what is said of it. A whole one needs no page of its own."""

    url: str
    hint: Hint = field(default_factory=Hint)
    is_whole: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class Reading:
    """The result of reading one list page; `reason` is a sentence when the outcome is not ok, or a warning when it is."""

    outcome: FetchOutcome
    entries: tuple[Entry, ...] = ()
    maps: tuple[str, ...] = ()
    reason: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class ListPage:
    """A list page as a reader gets it."""

    url: str
    body: bytes
    source: Source
    now: datetime
    header_charset: str = ""
    asked_url: str = ""


Reader = Callable[[ListPage], Reading]


def clean_url(url: str, base: str) -> str:
    """The absolute http(s) address without fragment; empty for anything that is not worth asking (FIELD-TRAPS UR6)."""
    try:
        absolute = urldefrag(urljoin(base, _CONTROLS.sub("", url).strip()))[0]
        parts = urlsplit(absolute)
        port_is_readable = parts.port is None or parts.port >= 0
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_readable:
        return ""
    if parts.username or len(absolute) > MAX_URL_CHARACTERS or parts.path.count("/") > MAX_PATH_DEPTH:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", _without_repeats(parts.query), ""))


def _without_repeats(query: str) -> str:
    """The query with repeated equal pairs dropped; untouched when nothing repeats."""
    pairs = query.split("&")
    once = list(dict.fromkeys(pairs))
    return query if len(once) == len(pairs) else "&".join(once)


def has_query_loop(url: str) -> bool:
    """True when one key stands more than three times in the query (FIELD-TRAPS UR6)."""
    keys = [key for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    return any(keys.count(key) > 3 for key in set(keys))


def plain(text: object) -> str:
    """A text from a feed without control characters and lone surrogates, of bounded length."""
    if not isinstance(text, str):
        return ""
    return _CONTROLS.sub(" ", text[:_MAX_TEXT_CHARACTERS]).encode("utf-8", "replace").decode("utf-8").strip()


def read_moment(raw: str, zone: str) -> datetime | None:
    """A date in ISO 8601 or RFC 822 as a moment in UTC; a time without a zone belongs to the source's zone (FIELD-TRAPS DT8).

    None for a day without a time and for every other spelling: those are left to the extract stage, which has the raw text.
    """
    text = raw.strip()[:64]
    moment = _iso_moment(text) or _rfc822_moment(text)
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (OverflowError, ValueError, KeyError):
        return None


def _iso_moment(text: str) -> datetime | None:
    if len(text) < 16 or not text[:4].isdigit() or text[4] != "-":
        return None
    try:
        return datetime.fromisoformat(_SHORT_OFFSET.sub(r"\g<1>:00", text) if len(text) > 16 and text[-3] in "+-" else text)
    except ValueError:
        return None


def _rfc822_moment(text: str) -> datetime | None:
    if not text.isascii() or not _RFC822_ZONE.search(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
