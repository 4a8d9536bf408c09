"""The language of each page: asked for with `?lang=`, kept in a cookie, else what the browser likes. Data (.json, .csv) have none."""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from jinja2 import pass_context

from db import labels, wording
from db.phrases import phrase, title

KEY = "lang"
COOKIE = "mfm-language"
YEAR_S = 365 * 24 * 3600
DATA = (".json", ".csv", ".blob", ".css", ".js")
App = Callable[[Any, Any, Callable[[Any], Awaitable[None]]], Awaitable[None]]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Set the language around each page; the pages behind see no `lang`, which they would take for a column."""

    def wrap(app: App) -> App:
        async def spoken(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
            if scope["type"] != "http" or scope["path"].endswith(DATA):
                await app(scope, receive, send)
                return
            asked, query = _without_language(scope["query_string"])
            language = wording.choose(asked, _kept(_header(scope, b"cookie")), _header(scope, b"accept-language"))
            token = wording.current.set(language)
            try:
                await app({**scope, "query_string": query}, receive, lambda event: send(_marked(event, language, asked)))
            finally:
                wording.current.reset(token)

        return spoken

    return wrap


def _without_language(query: bytes) -> tuple[str, bytes]:
    """The language asked for (empty for none that we speak), and the query without it."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = [value for name, value in pairs if name == KEY and value in wording.LANGUAGES]
    if not asked:
        return "", query
    return asked[-1], urlencode([pair for pair in pairs if pair[0] != KEY]).encode("latin-1")


def _header(scope: Any, name: bytes) -> str:
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _kept(header: str) -> str:
    try:
        cookie = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _marked(event: Any, language: str, asked: str) -> Any:
    """The first event of an answer told which language it is in, and the choice kept where one was made."""
    if event["type"] != "http.response.start":
        return event
    headers = [*event.get("headers", []), (b"content-language", language.encode()), (b"vary", b"Accept-Language, Cookie")]
    if asked:
        headers.append((b"set-cookie", f"{COOKIE}={asked}; Path=/; Max-Age={YEAR_S}; SameSite=Lax; HttpOnly".encode()))
    return {**event, "headers": headers}


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Any) -> None:
    """Words, dates and numbers for our templates, in the language of the page."""
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(
        wording.translate, wording.translate_number_of, newstyle=True, pgettext=wording.translate_in, npgettext=_number_in
    )
    env.globals |= {"language": wording.current.get, "languages": switch}
    for name, work in FILTERS.items():
        env.filters[name] = _per_page(work)


def _number_in(context: str, one: str, many: str, number: int) -> str:
    return wording.catalogue(wording.current.get()).npgettext(context, one, many, number)


def _per_page(work: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is not worked out once when a template is compiled, but on each page."""

    @pass_context
    def each(_: Any, *values: Any, **named: Any) -> Any:
        return work(*values, **named)

    return each


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": wording.moment,
    "day": wording.day,
    "number": wording.number,
    "percent": wording.percent,
    "money": wording.money,
    "country": wording.country,
    "language_name": wording.language_name,
    "label": labels.label,
    "stage": labels.stage,
    "step": labels.step,
    "in_column": labels.in_column,
    "sentence": wording.sentence,
    "heading": labels.heading,
    "table_name": labels.table_name,
    "ours": wording.translate,
    "phrase": phrase,
    "told": title,
}


def switch(request: Any) -> list[dict[str, Any]]:
    """Links to the same page in each language; none where there is no request."""
    if request is None:
        return []
    rest = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] != KEY]
    here = wording.current.get()
    return [
        {"code": code, "name": name, "href": f"?{urlencode([*rest, (KEY, code)])}", "is_current": code == here}
        for code, name in wording.LANGUAGES.items()
    ]
