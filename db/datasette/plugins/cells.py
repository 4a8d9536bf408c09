"""How values look in tables: links that tell the other side nothing, times, sums, found words, differences. Everything is escaped."""

import re
from typing import Any

from datasette import hookimpl
from markupsafe import Markup, escape

from db.wording import moment, number

# Columns of questions that hold an id, and the table whose row page they lead to.
ROWS = {
    "alert": "alert",
    "article": "article",
    "court_case": "court_case",
    "incident": "incident",
    "outlet": "outlet",
    "source": "source",
    "crawl_run": "crawl_run",
    "issue": "issue",
    "party": "party",
    "verdict_id": "verdict",
}
SUMS = frozenset({"claim_amount", "awarded_amount", "claimed", "awarded", "value"})
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
_ADDRESS = re.compile(r"^https?://[^\s<>\"']+$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_CONTENT_ID = re.compile(r"^[0-9a-f]{24}$")
MAX_LINK_TEXT = 60


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Markup for a value that we show in a way of our own; None leaves it to Datasette."""
    if isinstance(value, int | float) and column in SUMS:
        return Markup('<span class="sum">{}</span>').format(number(value))
    if not isinstance(value, str) or not value:
        return None
    if table is None and column in ROWS:
        return Markup('<a href="{}">{}</a>').format(datasette.urls.row(database, ROWS[column], value), _short(value))
    return _text(value, column)


def _short(row_id: str) -> str:
    """Ids made from content say nothing to people: the first letters tell two rows apart."""
    return f"{row_id[:8]}…" if _CONTENT_ID.match(row_id) else row_id


def _text(value: str, column: str) -> Markup | None:
    if _MOMENT.match(value):
        return Markup('<time datetime="{}">{}</time>').format(value, moment(value))
    if _ADDRESS.match(value):
        return outward(value)
    if _SHA256.match(value):
        return Markup('<code class="digest">{}</code>').format(value)
    if column == "found":
        return Markup(str(escape(value)).replace("⟦", "<mark>").replace("⟧", "</mark>"))  # noqa: S704 - escaped first
    if column == "diff":
        return difference(value)
    return Markup('<bdi class="text">{}</bdi>').format(value) if column in {"title", "text", "quote", "message", "article_title"} else None


def outward(address: str) -> Markup:
    """A link that leaves the archive without telling where from; only http and https become links."""
    if not _ADDRESS.match(address):
        return Markup("{}").format(address)
    shown = address if len(address) <= MAX_LINK_TEXT else f"{address[:MAX_LINK_TEXT]}…"
    return Markup('<a class="outward" rel="noreferrer nofollow noopener" href="{}">{}</a>').format(address, shown)


def difference(text: str) -> Markup:
    """Lines of a unified difference, removed and added ones marked as such."""
    tags = {"-": "del", "+": "ins"}
    lines = [Markup("<{0}>{1}</{0}>").format(tags.get(line[:1], "span"), line) for line in text.splitlines()]
    return Markup('<pre class="diff">{}</pre>').format(Markup("\n").join(lines))
