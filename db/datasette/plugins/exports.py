"""Exports that a spreadsheet may open: a cell that would begin a formula is marked as text (OWASP, "CSV Injection", read 2026-11)."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

# Numbers stay numbers: only a minus that no digit follows is a formula's.
_FORMULA = re.compile(r"^\s*(?:[=+@\t\r]|-(?!\d))")
App = Callable[[Any, Any, Callable[[Any], Awaitable[None]]], Awaitable[None]]


class RowGuard:
    """Takes the bytes of a CSV in pieces and gives them back with formulas marked; a row that is not complete waits."""

    def __init__(self) -> None:
        self.waiting = b""

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        """The rows that are complete with this piece."""
        self.waiting += piece
        whole, cut, rest = self.waiting.rpartition(b"\n")
        if is_last:
            whole, cut, rest = self.waiting, b"", b""
        if not whole or (not is_last and whole.count(b'"') % 2):
            return b""
        self.waiting = rest
        rows = csv.reader(io.StringIO((whole + cut).decode("utf-8", "replace"), newline=""))
        out = io.StringIO(newline="")
        csv.writer(out).writerows([_plain(cell) for cell in row] for row in rows)
        return out.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Guard every answer whose address asks for CSV."""

    def wrap(app: App) -> App:
        async def guarded(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
            if scope["type"] != "http" or not scope["path"].endswith(".csv"):
                await app(scope, receive, send)
                return
            guard = RowGuard()

            async def send_guarded(event: Any) -> None:
                if event["type"] == "http.response.body":
                    is_last = not event.get("more_body", False)
                    event = {**event, "body": guard.feed(event.get("body", b""), is_last=is_last)}
                elif event["type"] == "http.response.start":
                    event = {**event, "headers": [header for header in event["headers"] if header[0].lower() != b"content-length"]}
                await send(event)

            await app(scope, receive, send_guarded)

        return guarded

    return wrap
