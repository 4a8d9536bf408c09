"""What the pages of our own show beside the row itself: read through the same typed queries as mails and commands use."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from markupsafe import Markup
from sqlite_utils import Database

from db.metadata import GROUPS, Question, read_questions
from db.queries.alerts import alert_view
from db.queries.cases import alerts_of_case, case_view, incident_view
from db.queries.pages import article_page, incident_events, outlet_page, today, versions_of

DATABASE = "mfm"
_SCRIPT = re.compile(r"<script\b[^<]*(?:<(?!/script>)[^<]*)*</script>", re.IGNORECASE)
_LABELS = (
    ('<select name="_filter_column', "Column to filter by"),
    ('<select name="_filter_op', "Comparison"),
    ('<input type="text" name="_filter_value', "Value to compare with"),
    ('<select name="_sort', "Column to sort by"),
    ('<textarea id="sql-editor"', "SQL"),
)
Reader = Callable[[Database, str], dict[str, Any]]


def _alert(db: Database, row_id: str) -> dict[str, Any]:
    view = alert_view(db, row_id)
    return {"alert": view, "events": incident_events(db, view.incident_id) if view and view.incident_id else ()}


def _case(db: Database, row_id: str) -> dict[str, Any]:
    return {"case": case_view(db, row_id), "alerts": alerts_of_case(db, row_id)}


def _incident(db: Database, row_id: str) -> dict[str, Any]:
    alerts = list(db.query("select id, number, title, created_at from alert where incident_id = ? order by number", [row_id]))
    return {"incident": incident_view(db, row_id), "events": incident_events(db, row_id), "alerts": alerts}


def _outlet(db: Database, row_id: str) -> dict[str, Any]:
    return {"page": outlet_page(db, row_id)}


def _article(db: Database, row_id: str) -> dict[str, Any]:
    return {"page": article_page(db, row_id), "versions": versions_of(db, row_id)}


READERS: dict[str, Reader] = {"alert": _alert, "court_case": _case, "incident": _incident, "outlet": _outlet, "article": _article}


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(database: str | None, table: str | None, view_name: str, request: Any, datasette: Any) -> Any:
    """The start page's tables, or what hangs on the row of a page of our own."""
    if view_name == "index":
        return lambda: _start(datasette)
    if view_name == "row" and database == DATABASE and table in READERS and request:
        return lambda: _row(datasette, READERS[table], request)
    return {}


async def _start(datasette: Any) -> dict[str, Any]:
    if DATABASE not in datasette.databases:
        return {}
    seen = await _read(datasette, today)
    return {"today": seen, "questions": _by_group(read_questions())}


async def _row(datasette: Any, reader: Reader, request: Any) -> dict[str, Any]:
    from datasette.utils import urlsafe_components  # noqa: PLC0415 - the template layer alone needs it

    row_id = urlsafe_components(request.url_vars["pks"])[0]
    return await _read(datasette, lambda db: reader(db, row_id))


async def _read(datasette: Any, work: Callable[[Database], dict[str, Any]]) -> dict[str, Any]:
    def run(connection: sqlite3.Connection) -> dict[str, Any]:
        rows, connection.row_factory = connection.row_factory, None
        try:
            return work(Database(connection))
        finally:
            connection.row_factory = rows

    result: dict[str, Any] = await datasette.databases[DATABASE].execute_fn(run)
    return result


def _by_group(questions: tuple[Question, ...]) -> list[tuple[str, list[Question]]]:
    return [(title, [question for question in questions if question.group == group]) for group, title in GROUPS.items()]


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any) -> None:
    """Filters of our templates."""
    env.filters["host"] = lambda text: urlsplit(text).hostname or text if text else ""
    env.filters["is_address"] = lambda text: bool(text) and text.startswith(("https://", "http://"))
    env.filters["readable"] = _readable
    env.globals["meanings"] = _meaning


def _readable(page: Markup) -> Markup:
    """A part of Datasette's own pages without its scripts, and with the labels and heading order that a screen reader needs."""
    text = _SCRIPT.sub("", str(page))
    for place, label in _LABELS:
        text = text.replace(place, f'{place.partition(" ")[0]} aria-label="{label}" {place.partition(" ")[2]}')
    return Markup(text.replace("<h3>", '<h2 class="minor">').replace("</h3>", "</h2>"))  # noqa: S704 - it was escaped before


def _meaning(metadata: dict[str, Any], name: str) -> str:
    """What a blank of a question means, in the words of its file."""
    return str(metadata.get("meanings", {}).get(name, name)) if metadata else name
