"""The pages behind links in mails. Opening one changes nothing, since mail scanners open links; pressing its button does.

The signed ticket in the address is the right to act: no login and no cookie has a part in it, so no other site can borrow one.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from datasette import Response, hookimpl
from sqlite_utils import Database

from db.connection import connect, connect_readonly
from db.private import end_subscriptions
from db.queries.triage import decide_by_mail
from db.tickets import Ticket, TicketError, TicketExpiredError, mark_of, read, ticket_key

PLUGIN = "mail_answers"
PREFIX = "/-/mail/"
DATABASE = "mfm"
WORDS = Path(__file__).parent.parent / "mail_pages.yaml"
STATUS = {"wrong": 404, "expired": 410, "used": 409, "decided": 409, "gone": 410}
DECISIONS = {"confirm": "confirmed", "dismiss": "dismissed"}
HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex"}


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """One address for all tickets: the ticket says what it is for."""
    return [(r"^/-/mail/(?P<word>[A-Za-z0-9_.-]+)$", answer)]


@hookimpl  # type: ignore[untyped-decorator]
def skip_csrf(scope: Any) -> bool:
    """A mail program that unsubscribes by one click (RFC 8058) has never seen a form of ours."""
    return bool(scope["type"] == "http" and scope["path"].startswith(PREFIX))


async def answer(request: Any, datasette: Any) -> Response:
    """GET asks, POST acts; everything else is refused."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return Response.text("GET or POST", status=405, headers={"allow": "GET, HEAD, POST"})
    path = Path(datasette.get_database(DATABASE).path)
    is_act = request.method == "POST"
    outcome, ticket, title = await asyncio.to_thread(_answer, path, request.url_vars["word"], is_act, _now(datasette))
    language = ticket.language if ticket else _language_of(request)
    words = _words().get(language, _words()["en"])[outcome]
    values = {"language": language if language in _words() else "en", "words": words, "title": title}
    page = await datasette.render_template("mail_answer.html", values, request=request)
    return Response.html(page, status=STATUS.get(outcome, 200), headers=HEADERS)


def _now(datasette: Any) -> datetime:
    """The time of the house that wrote the mails, UTC."""
    settings = datasette.plugin_config(PLUGIN) or {}
    return datetime.now(UTC) + timedelta(seconds=float(settings.get("clock_offset_s", 0.0)))


def _answer(path: Path, word: str, is_act: bool, now: datetime) -> tuple[str, Ticket | None, str]:
    """The outcome as a key of the words, the ticket if it is ours, and the title of its alert."""
    try:
        ticket = read(ticket_key(path.parent), word, now)
    except TicketExpiredError as error:
        return "expired", error.ticket, ""
    except TicketError:
        return "wrong", None, ""
    title = "" if ticket.purpose == "unsubscribe" else _title(path, ticket.subjects[0])
    if not is_act:
        return ticket.purpose, ticket, title
    if ticket.purpose == "unsubscribe":
        end_subscriptions(path.parent, ticket.subjects, ticket.audience, now, via="mail")
        return "unsubscribed", ticket, ""
    status = DECISIONS[ticket.purpose]
    outcome = _write(path, lambda db: decide_by_mail(db, ticket.subjects[0], status, ticket.audience, mark_of(word), now))
    return (status if outcome == "done" else outcome), ticket, title


def _write(path: Path, work: Callable[[Database], str]) -> str:
    db = connect(path)
    try:
        return work(db)
    finally:
        db.close()


def _title(path: Path, alert_id: str) -> str:
    db = connect_readonly(path)
    try:
        return next((str(row["title"]) for row in db.query("select title from alert where id = ?", [alert_id])), "")
    finally:
        db.close()


def _language_of(request: Any) -> str:
    """What the browser asks for first, for a ticket that says nothing."""
    first = str(request.headers.get("accept-language", ""))[:2].lower()
    return first if first in _words() else "en"


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    words: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return words
