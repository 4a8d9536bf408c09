"""Responses become captures, failures become observations; feed entries become pages of their own when theirs cannot be had."""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from scrapy import Request
from scrapy.http import Response

from crawler.items import Capture, Hint, Observation
from crawler.spiders.reading import Entry
from db.vocabulary import CaptureRole, Failure, FetchOutcome, ObservationStep

MAX_ERROR_CHARACTERS = 300


@dataclass(kw_only=True, slots=True, frozen=True)
class Ending:
    """How a request ended when not well."""

    outcome: FetchOutcome
    failure: Failure = Failure.NONE
    error: str = ""
    status: int = 0


def as_capture(response: Response, at: datetime, source_id: str, run_id: str, *, is_backfill: bool) -> Capture:
    """The response as it was, with the bytes before unpacking."""
    request = response.request
    assert request is not None
    wire_body, wire_headers = request.meta.get("mfm_wire", (None, ()))
    return Capture(
        source_id=source_id,
        run_id=run_id,
        role=request.meta["mfm_role"],
        url=request.meta["mfm_url"],
        final_url=response.url,
        status=response.status,
        fetched_at=at,
        body=response.body,
        headers=text_headers(response),
        redirects=tuple(request.meta.get("redirect_urls", ())),
        request_headers=text_headers(request),
        wire_body=wire_body,
        wire_headers=wire_headers,
        ip_address="" if request.meta.get("proxy") else str(response.ip_address or ""),
        protocol=response.protocol or "HTTP/1.1",
        hint=request.meta.get("mfm_hint", Hint()),
        is_backfill=is_backfill,
        duration_s=round(request.meta.get("download_latency", 0.0), 3),
    )


def text_headers(message: Request | Response) -> tuple[tuple[str, str], ...]:
    """Headers as pairs of text; Latin-1 loses no byte (FIELD-TRAPS CS4)."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in message.headers.items() for value in values)


def entry_capture(entry: Entry, at: datetime, source_id: str, run_id: str, *, is_backfill: bool) -> Capture:
    """A page made from the feed entry alone, so that an event told by a headline is never missed."""
    return Capture(
        source_id=source_id,
        run_id=run_id,
        role=CaptureRole.ENTRY,
        url=entry.url,
        final_url=entry.url,
        status=200,
        fetched_at=at,
        body=entry_xml(entry),
        headers=(("Content-Type", "application/atom+xml; type=entry; charset=utf-8"),),
        encoding="utf-8",
        hint=entry.hint,
        is_backfill=is_backfill,
    )


def entry_xml(entry: Entry) -> bytes:
    """The entry as a small Atom document (RFC 4287): the same entry always gives the same bytes."""
    hint = entry.hint
    fields = (
        ("title", hint.title),
        ("id", hint.guid or entry.url),
        ("published", hint.published_raw),
        ("name", hint.author),
        ("summary", hint.summary),
    )
    lines = [f"<{name}>{escape(text)}</{name}>" for name, text in fields if text]
    link = escape(entry.url, {'"': "&quot;"})
    return "\n".join(['<entry xmlns="http://www.w3.org/2005/Atom">', f'<link href="{link}"/>', *lines, "</entry>"]).encode()


def as_observation(request: Request, at: datetime, run: tuple[str, str], ending: Ending) -> Observation:
    """What happened to a request that brought no page, or a page that was not what it should be; `run` is source and run id."""
    detail: dict[str, object] = {"role": str(request.meta.get("mfm_role", ""))}
    if ending.error:
        detail["error"] = " ".join(ending.error.split())[:MAX_ERROR_CHARACTERS]
    if ending.status:
        detail["status"] = ending.status
    if request.meta.get("redirect_urls"):
        detail["redirects"] = [*request.meta["redirect_urls"], request.url]
    return Observation(
        source_id=run[0],
        run_id=run[1],
        url=request.meta["mfm_url"],
        step=ObservationStep.FETCH,
        vantage="direct",
        observed_at=at,
        failure=ending.failure,
        outcome=ending.outcome.value,
        duration_s=round(request.meta.get("download_latency", 0.0), 3),
        detail=detail,
    )


def status_outcome(status: int, *, has_body: bool) -> FetchOutcome:
    """What a status says of a request."""
    if status == 429:
        return FetchOutcome.RATE_LIMITED
    if status == 304:
        return FetchOutcome.NOT_MODIFIED
    if status >= 500:
        return FetchOutcome.HTTP_5XX
    if status >= 400:
        return FetchOutcome.HTTP_4XX
    if not 200 <= status < 300:
        return FetchOutcome.UNKNOWN
    return FetchOutcome.OK if has_body else FetchOutcome.EMPTY
