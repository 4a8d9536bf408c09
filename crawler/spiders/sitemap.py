"""Reads sitemaps, news sitemaps and their indexes, also huge, looping and lying ones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

from lxml import etree

from crawler.items import Hint
from crawler.spiders.base import SourceSpider
from crawler.spiders.feed import has_entities
from crawler.spiders.reading import Entry, ListPage, Reading, clean_url, plain, read_moment
from db.vocabulary import FetchOutcome, SourceKind

# sitemaps.org/protocol (read 2026-11-25): at most 50 000 addresses in one map.
MAX_ADDRESSES = 50_000
MAX_ENTRIES = 1000
MAX_MAPS = 50
# Only what changed lately is news; a map without dates gives its newest-looking end.
FRESH = timedelta(days=3)
# A map whose dates mostly lie around the moment of the fetch was stamped by its generator (FIELD-TRAPS UR4).
STAMPED = timedelta(minutes=10)
STAMPED_SHARE = 0.5
MIN_FOR_STAMPED = 5
_KEPT = frozenset({"loc", "lastmod", "title", "publication_date", "language"})


@dataclass(kw_only=True, slots=True)
class _Row:
    """One `url` or `sitemap` element."""

    is_map: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None


def read_sitemap(page: ListPage) -> Reading:
    """Fresh entries, newest first, and further maps, newest first. Anything but a sitemap is PARSE_ERROR with a reason (UR3)."""
    if has_entities(page.body):
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason="the document declares entities: refused")
    if not page.body.strip():
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason="an empty body at the address of a sitemap")
    rows, root = _read_rows(page)
    if root not in {"urlset", "sitemapindex"}:
        return Reading(outcome=FetchOutcome.PARSE_ERROR, reason=f"not a sitemap but {root or 'something without elements'}")
    maps = tuple(dict.fromkeys(row.fields["loc"] for row in _newest_first(row for row in rows if row.is_map)))[:MAX_MAPS]
    pages = [row for row in rows if not row.is_map]
    is_stamped = _is_stamped(pages, page.now)
    entries = tuple(_as_entry(row, page) for row in _fresh(pages, page.now, is_dated=not is_stamped))[:MAX_ENTRIES]
    if not entries and not maps:
        return Reading(outcome=FetchOutcome.OK) if pages else Reading(outcome=FetchOutcome.ZERO_ITEMS, reason="an empty sitemap")
    warning = "lastmod follows the fetch time and is not believed" if is_stamped else ""
    return Reading(outcome=FetchOutcome.OK, entries=entries, maps=maps, reason=warning)


def _read_rows(page: ListPage) -> tuple[list[_Row], str]:
    """Rows in the map's order and the name of its root element; streamed, so that no tree is held."""
    rows: list[_Row] = []
    root = ""
    current = _Row()
    for event, element in _events(page.body):
        name = _local_name(element.tag)
        if event == "start":
            root = root or name
            continue
        if name in _KEPT and element.text:
            current.fields.setdefault(name, plain(element.text))
        elif name in {"url", "sitemap"}:
            current.is_map = name == "sitemap"
            _finish(current, page, rows)
            current = _Row()
            element.clear()
            if len(rows) >= MAX_ADDRESSES:
                break
    return rows, root


def _local_name(tag: object) -> str:
    """The name without its namespace; a broken map may bear names that lxml itself refuses to take apart (`<z:`)."""
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _events(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Elements as they come; a cut or broken end keeps what came before."""
    parser = etree.iterparse(
        BytesIO(body.lstrip()),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        yield from parser
    except etree.XMLSyntaxError:
        return


def _finish(row: _Row, page: ListPage, rows: list[_Row]) -> None:
    row.fields["loc"] = clean_url(row.fields.get("loc", ""), page.url)
    if row.fields["loc"]:
        stamp = row.fields.get("publication_date") or row.fields.get("lastmod", "")
        row.changed_at = read_moment(stamp, page.source.zone) or _day(stamp)
        rows.append(row)


def _day(stamp: str) -> datetime | None:
    """End of the day for a stamp that names only a day: for choosing what is fresh, never shown as a time."""
    try:
        return datetime.fromisoformat(stamp[:10]).replace(hour=23, minute=59, tzinfo=UTC)
    except ValueError:
        return None


def _is_stamped(rows: list[_Row], now: datetime) -> bool:
    if len(rows) < MIN_FOR_STAMPED:
        return False
    n_now = sum(row.changed_at is not None and "publication_date" not in row.fields and row.changed_at >= now - STAMPED for row in rows)
    return n_now > STAMPED_SHARE * len(rows)


def _fresh(rows: list[_Row], now: datetime, *, is_dated: bool) -> list[_Row]:
    """Rows worth asking: dated within FRESH; without believable dates all of them, the end of the map first."""
    dated = [row for row in rows if row.changed_at is not None] if is_dated else []
    if not dated:
        return rows[::-1]
    return [row for row in _newest_first(dated) if row.changed_at is not None and row.changed_at >= now - FRESH]


def _newest_first(rows: Iterator[_Row] | list[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: row.changed_at or datetime.min.replace(tzinfo=UTC), reverse=True)


def _as_entry(row: _Row, page: ListPage) -> Entry:
    stamp = row.fields.get("publication_date", "")
    hint = Hint(
        title=row.fields.get("title", ""), published_at=read_moment(stamp, page.source.zone), published_raw=stamp[:100], via_url=page.url
    )
    return Entry(url=row.fields["loc"], hint=hint)


class SitemapSpider(SourceSpider):
    """All sitemaps of one source."""

    name = "sitemap"
    readers = {SourceKind.SITEMAP: read_sitemap}
