"""Texts of mails from templates and catalogues: plain text and HTML, in the reader's language and time zone. No network, no clock."""

import gettext
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from db.catalogues import catalogue_in
from pipelines.channels.letter import header_text, without_marks

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("en", "ru", "kk")
LOCALES = {"en": "en_GB", "ru": "ru", "kk": "kk"}
WIDTH = 76
VALUE_LIMIT = 900
SHORT_LIMIT = 160
URL_LIMIT = 800
_INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
_URL_UNSAFE = re.compile(r"[\s<>\"'`\\^{|}\x00-\x1f\x7f]")


class Laid(str):
    """Text of ours that is laid out already; everything else is made one safe line before it is put in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """The two parts of a mail."""

    text: str
    html: str


def render(template: str, language: str, zone: str, values: dict[str, object]) -> Rendered:
    """Both parts of `template` (its name without endings) in `language`, times in `zone`."""
    text = _environment(language, zone, is_html=False).get_template(f"{template}.txt.j2").render(values)
    html = _environment(language, zone, is_html=True).get_template(f"{template}.html.j2").render(values)
    return Rendered(text=_tidy(text), html=_INLINER.inline(html))


def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; English is the language of the templates."""
    return catalogue_in(MESSAGES, language)


@cache
def _environment(language: str, zone: str, *, is_html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(MESSAGES),
        autoescape=is_html,  # noqa: S701 - off for the text part only, where nothing is markup
        finalize=one_line,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= _filters(language, zone)
    environment.globals |= {
        "field": lambda label, value: lay(f"{label}: {value}", 0, 2),
        "language": language,
        "style": Markup((MESSAGES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
    }
    return environment


def _filters(language: str, zone: str) -> dict[str, Callable[..., object]]:
    return {
        "lay": lay,
        "quoted": quoted,
        "short": lambda value: header_text(str(value), SHORT_LIMIT),
        "link": lambda value: Laid(safe_url(str(value))),
        "country": lambda code: country_name(str(code), language),
        "percent": lambda value: format_percent(round(float(value), 2), locale=LOCALES[language]),
        "moment": lambda value: moment(value, language, zone),
    }


def one_line(value: object) -> object:
    """Any value from outside as one safe line; what is laid out or marked as markup by us stays as it is."""
    if isinstance(value, Markup):  # joined or translated words are escaped by now, but not yet free of invisible marks
        return Markup(without_marks(value))  # noqa: S704 - only takes characters out
    if not isinstance(value, str) or isinstance(value, Laid):
        return value
    before, after = " " * value[:1].isspace(), " " * value[-1:].isspace()
    return f"{before}{header_text(value, VALUE_LIMIT)}{after}" if value.strip() else before


def lay(value: object, first: int = 0, rest: int = 0) -> Laid:
    """One value wrapped to the width of a mail, indented by `first` and then by `rest` columns; never broken inside a word."""
    line = header_text(str(value), VALUE_LIMIT * 2)
    return Laid(textwrap.fill(line, WIDTH, initial_indent=" " * first, subsequent_indent=" " * rest, break_on_hyphens=False))


def quoted(value: object) -> Laid:
    """A quotation as mail programs know it, `> ` before each line."""
    lines = textwrap.wrap(header_text(str(value), VALUE_LIMIT * 2), WIDTH - 2, break_on_hyphens=False)
    return Laid("\n".join(f"> {line}" for line in lines))


def _tidy(text: str) -> str:
    """No trailing spaces (but the signature mark's own), never two empty lines together."""
    lines = [line if line == "-- " else line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def safe_url(url: str) -> str:
    """`url` when it is a plain web address, else the empty string: a page must not choose what a click does."""
    if len(url) > URL_LIMIT or _URL_UNSAFE.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc and "@" not in parts.netloc else ""


def country_name(code: str, language: str) -> str:
    """The country in the reader's language; the code when it has no name."""
    return str(Locale(language).territories.get(code.upper(), code.upper()))


def moment(value: datetime, language: str, zone: str) -> str:
    """A moment as the reader's clock shows it, with the distance from UTC."""
    local = value.astimezone(ZoneInfo(zone))
    distance = local.strftime("%z")
    hours = f"UTC{distance[0]}{int(distance[1:3])}" + (f":{distance[3:5]}" if distance[3:5] != "00" else "")
    return f"{format_date(local.date(), 'long', locale=LOCALES[language])}, {local:%H:%M} ({hours})"


def day(value: str, language: str) -> str:
    """An ISO date of any precision (year, month, day) in words; the value itself when it is none."""
    try:
        if len(value) == 4:
            return str(int(value))
        if len(value) == 7:
            return format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=LOCALES[language])
        return format_date(date.fromisoformat(value[:10]), "long", locale=LOCALES[language])
    except ValueError:
        return header_text(value, 40)


def number(value: float, language: str) -> str:
    """A number with the marks of the language."""
    return format_decimal(value, locale=LOCALES[language])


def money(value: float, currency: str, language: str) -> str:
    """A sum with the name of its currency (ISO 4217) in the language; pennies only where there are some."""
    digits = "#,##0.00" if value % 1 else "#,##0"
    return format_currency(value, currency, digits, locale=LOCALES[language], format_type="name", currency_digits=False)
