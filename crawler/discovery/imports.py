"""Lists of addresses from elsewhere: OPML of feed readers, test lists of the Citizen Lab. Hostile until read."""

import csv
import io
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from crawler.config import ConfigError

MAX_LIST_BYTES = 5 * 2**20
MAX_ENTRIES = 5000
NEWS_CATEGORIES = frozenset({"NEWS"})


@dataclass(kw_only=True, slots=True, frozen=True)
class Listed:
    """One address of a list; `feed_url` is empty when the list names only the site."""

    name: str
    homepage: str
    feed_url: str = ""
    notes: str = ""


@dataclass(kw_only=True, slots=True)
class ImportList:
    """What a list gave: usable entries, and the refused ones with their reasons."""

    entries: list[Listed] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def read_opml(data: bytes, name: str) -> ImportList:
    """The feeds of an OPML file; ConfigError when it is no OPML, too large, or carries entities."""
    _check_size(data, name)
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ConfigError(f"{name}: refused: document types and entities are not read") from error
    except (ParseError, ValueError, LookupError) as error:
        raise ConfigError(f"{name}: not readable as OPML: {error}") from error
    if root.tag.lower() != "opml":
        raise ConfigError(f"{name}: not OPML (its first element is {root.tag[:40]})")
    found = ImportList()
    for outline in list(root.iter("outline"))[:MAX_ENTRIES]:
        feed_url = (outline.get("xmlUrl") or "").strip()
        if not feed_url:
            continue
        title = (outline.get("title") or outline.get("text") or urlsplit_host(feed_url)).strip()[:120]
        homepage = (outline.get("htmlUrl") or "").strip() or _root_of(feed_url)
        _take(found, Listed(name=title, homepage=homepage, feed_url=feed_url))
    return found


def read_test_list(data: bytes, name: str, categories: frozenset[str] = NEWS_CATEGORIES) -> ImportList:
    """The sites of a Citizen Lab test list in the wanted categories; ConfigError when columns are missing."""
    _check_size(data, name)
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        header = set(rows.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{name}: not readable as CSV: {error}") from error
    if missing := {"url", "category_code"} - header:
        raise ConfigError(f"{name}: column {', '.join(sorted(missing))} is missing (a Citizen Lab list has url and category_code)")
    found = ImportList()
    for number, row in enumerate(rows, start=2):
        if number > MAX_ENTRIES or (row["category_code"] or "").strip().upper() not in categories:
            continue
        url = (row["url"] or "").strip()
        _take(found, Listed(name=urlsplit_host(url).removeprefix("www."), homepage=url, notes=(row.get("notes") or "").strip()[:300]))
    return found


def urlsplit_host(url: str) -> str:
    """The host of an address, or an empty string for one that cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _take(found: ImportList, listed: Listed) -> None:
    for url in filter(None, (listed.homepage, listed.feed_url)):
        if not url.lower().startswith(("http://", "https://")) or not urlsplit_host(url):
            found.refused.append((url[:200], "not a http or https address"))
            return
    if any(ord(char) < 32 for char in listed.name):
        found.refused.append((listed.homepage[:200], "control characters in the name"))
        return
    found.entries.append(listed)


def _root_of(url: str) -> str:
    host = urlsplit_host(url)
    return f"{url.split('://', 1)[0]}://{host}/" if host else url


def _check_size(data: bytes, name: str) -> None:
    if len(data) > MAX_LIST_BYTES:
        raise ConfigError(f"{name}: larger than {MAX_LIST_BYTES // 2**20} MiB")
