"""Headers of every answer: no script runs, nothing is loaded from elsewhere, no page of ours is framed or tells where a reader came from."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

# Styles may stand in the page because Datasette's tables name their columns for phones that way; scripts may not run at all.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
OURS = frozenset(name for name, _ in HEADERS)
App = Callable[[Any, Any, Callable[[Any], Awaitable[None]]], Awaitable[None]]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Add the headers to each response."""

    def wrap(app: App) -> App:
        async def guarded(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
            async def send_with_headers(event: Any) -> None:
                if event["type"] == "http.response.start":
                    kept = [header for header in event.get("headers", []) if header[0].lower() not in OURS]
                    event = {**event, "headers": [*kept, *HEADERS]}
                await send(event)

            await app(scope, receive, send_with_headers)

        return guarded

    return wrap
