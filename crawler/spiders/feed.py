"""Reads feeds: RSS, Atom, RDF and JSON Feed, also broken, mislabelled and hostile ones."""

import codecs
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

from crawler.items import Hint
from crawler.spiders.base import SourceSpider
from crawler.spiders.reading import Entry, ListPage, Reading, clean_url, plain, read_moment
from db.vocabulary import FetchOutcome, SourceKind

MAX_ENTRIES = 1000
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_ANY_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
# Charsets that stand for "nobody set one" on a page in Russian or Kazakh (FIELD-TRAPS CS5).
_UNSET = frozenset({"", "iso8859-1", "ascii"})
_REGIONAL = "windows-1251"


def read_feed(page: ListPage) -> Reading:
    """Entries of a feed in its own order. A body that is no feed is PARSE_ERROR with a reason, never an empty feed (FD3)."""
    if has_entities(page.body):
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason="the document declares entities: refused")
    text = decode_xml(page.body, page.header_charset)
    if text.lstrip()[:1] == "{":
        return _read_json_feed(page, text)
    return _read_xml_feed(page, text)


def has_entities(body: bytes) -> bool:
    """True when a document type with entities is declared, in any width of characters (FIELD-TRAPS FD10)."""
    return b"<!ENTITY" in body.replace(b"\x00", b"").upper()


def decode_xml(body: bytes, header_charset: str) -> str:
    """Text of an XML or JSON document: mark, then UTF-8, then what declaration and header say, then the region's code page."""
    for mark, charset in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(charset, "replace")
    declared = _DECLARATION.match(body[:400])
    candidates = ("utf-8", declared[1].decode("ascii") if declared else "", header_charset, _REGIONAL)
    for charset in candidates:
        decoded = _try_decode(body, charset)
        if decoded is not None:
            return decoded
    return body.decode("utf-8", "replace")


def _try_decode(body: bytes, charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name if charset else ""
        return None if name in _UNSET else body.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _read_xml_feed(page: ListPage, text: str) -> Reading:
    import feedparser  # noqa: PLC0415 - 70 ms that a run of another kind need not pay

    body = _ANY_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1).encode("utf-8", "replace")
    feed = feedparser.parse(body, response_headers={"content-type": "application/xml; charset=utf-8", "content-location": page.url})
    if not feed.entries and not feed.get("version"):
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason=_what_it_is(text))
    entries = tuple(entry for raw in feed.entries[:MAX_ENTRIES] if (entry := _xml_entry(page, raw)))
    warning = f"not well-formed: {plain(str(feed.bozo_exception))[:150]}" if feed.bozo and feed.get("bozo_exception") else ""
    return _as_reading(entries, warning)


def _as_reading(entries: tuple[Entry, ...], warning: str) -> Reading:
    outcome = FetchOutcome.OK if entries else FetchOutcome.ZERO_ITEMS
    return Reading(outcome=outcome, entries=_without_shared_ids(entries), reason=warning or ("" if entries else "a feed without entries"))


def _what_it_is(text: str) -> str:
    head = text[:2000].lower()
    if not text.strip():
        return "an empty body at the address of a feed"
    return "a web page at the address of a feed" if "<html" in head or "<!doctype html" in head else "not a feed"


def _xml_entry(page: ListPage, raw: Any) -> Entry | None:
    url = clean_url(str(raw.get("link", "")), page.url) or clean_url(str(raw.get("id", "")), page.url)
    if not url:
        return None
    contents = [str(each.get("value", "")) for each in raw.get("content", ())]
    summary = max([str(raw.get("summary", "")), *contents], key=len)
    stamp = plain(raw.get("published") or raw.get("updated") or "")
    return Entry(
        url=url,
        hint=Hint(
            title=plain(raw.get("title", "")),
            summary=plain(summary),
            published_at=read_moment(stamp, page.source.zone),
            author=plain(raw.get("author", ""))[:300],
            guid=plain(raw.get("id", ""))[:500],
            published_raw=stamp[:100],
            via_url=page.url,
        ),
    )


def _read_json_feed(page: ListPage, text: str) -> Reading:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1, read 2026-11-25)."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason="not a feed: broken JSON")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason="not a feed: JSON without items")
    entries = tuple(entry for raw in items[:MAX_ENTRIES] if isinstance(raw, dict) and (entry := _json_entry(page, raw)))
    return _as_reading(entries, "")


def _json_entry(page: ListPage, raw: dict[str, object]) -> Entry | None:
    url = clean_url(plain(raw.get("url")) or plain(raw.get("id")), page.url)
    if not url:
        return None
    stamp = plain(raw.get("date_published") or raw.get("date_modified"))
    authors = raw.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else raw.get("author")
    return Entry(
        url=url,
        hint=Hint(
            title=plain(raw.get("title")),
            summary=max((plain(raw.get(key)) for key in ("summary", "content_text", "content_html")), key=len),
            published_at=read_moment(stamp, page.source.zone),
            author=plain(first.get("name"))[:300] if isinstance(first, dict) else "",
            guid=plain(raw.get("id"))[:500],
            published_raw=stamp[:100],
            via_url=page.url,
        ),
    )


def _without_shared_ids(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """An id that stands more than once in one feed is no id (FIELD-TRAPS FD2); entries of one address are one."""
    shared = {guid for guid, count in Counter(entry.hint.guid for entry in entries).items() if count > 1}
    kept: dict[str, Entry] = {}
    for entry in entries:
        is_shared = entry.hint.guid in shared
        kept.setdefault(entry.url, replace(entry, hint=replace(entry.hint, guid="")) if is_shared else entry)
    return tuple(kept.values())


class FeedSpider(SourceSpider):
    """All feeds of one source."""

    name = "feed"
    readers = {SourceKind.FEED: read_feed}
