"""Words of the archive's pages in the reader's language: which language, its catalogue, its dates, numbers and names. No database."""

import gettext
import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from db.catalogues import catalogue_in

MESSAGES = Path(__file__).parent / "datasette" / "messages"
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
LOCALES = {"en": "en_GB", "ru": "ru", "kk": "kk"}
MONTHLY_INDEX = "MCI"
# The language of the page that is being made; one request, one context.
current: ContextVar[str] = ContextVar("language_of_page", default="en")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"^\d{4}(-\d\d(-\d\d)?)?$")
_ASKED = re.compile(r"^([a-z]{2,3})(?:-[a-z0-9-]+)?(?:;q=([01](?:\.\d{0,3})?))?$")


def choose(asked: str, kept: str, accepted: str) -> str:
    """The language of a page: the one asked for, else the one chosen before, else what the browser likes best, else English."""
    return next((code for code in (asked, kept, *_liked(accepted)) if code in LANGUAGES), "en")


def _liked(header: str) -> Iterable[str]:
    """Languages of an Accept-Language header, the best liked first; those with weight 0 are unwanted (RFC 9110, 12.5.4)."""
    found = [match.groups() for part in header.lower().split(",")[:20] if (match := _ASKED.match(part.strip().replace(" ", "")))]
    weighed = [(float(weight or 1), code) for code, weight in found]
    return [code for weight, code in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; English is the language of the templates."""
    return catalogue_in(MESSAGES, language)


def translate(text: str) -> str:
    """A text of ours in the language of the page; the text itself where the catalogue has none."""
    return catalogue(current.get()).gettext(text) if text else ""


def translate_in(context: str, text: str) -> str:
    """A word of ours in the language of the page, where it can mean different things."""
    return catalogue(current.get()).pgettext(context, text) if text else ""


def translate_number_of(one: str, many: str, number: int) -> str:
    """The form of a text that goes with a number."""
    return catalogue(current.get()).ngettext(one, many, number)


def _locale() -> str:
    return LOCALES[current.get()]


def moment(value: str | None) -> str:
    """A moment (ISO 8601, UTC) with its minutes, a day, month or year as far as known; what is neither stays as it is."""
    if not value or not _MOMENT.match(value):
        return day(value)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    zone = "" if at.tzinfo is None else " UTC" if not at.utcoffset() else f" UTC{at:%z}"
    return f"{format_date(at.date(), 'medium', locale=_locale())}, {at:%H:%M}{zone}"


def day(value: str | None) -> str:
    """The day, month or year that an ISO date begins with; what is none stays as it is."""
    if not value or not _DAY.match(value[:10]):
        return value or ""
    try:
        if len(value) == 4:
            return value
        if len(value) == 7:
            return str(format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=_locale()))
        return str(format_date(date.fromisoformat(value[:10]), "medium", locale=_locale()))
    except ValueError:
        return value


def sentence(text: str) -> str:
    """A text that begins with a capital; the rest keeps its letters, so that СМИ stays СМИ."""
    return text[:1].upper() + text[1:]


def number(value: float | None) -> str:
    """A number with the marks of the language, at most two decimals."""
    return "" if value is None else str(format_decimal(value, "#,##0.##", locale=_locale()))


def percent(value: float | None) -> str:
    """A share from 0 to 1."""
    return "" if value is None else str(format_percent(round(value, 2), locale=_locale()))


def money(value: float | None, currency: str) -> str:
    """A sum with its currency in words (ISO 4217, or the monthly index of Kazakhstan); pennies only where there are some."""
    if value is None or not currency:
        return number(value)
    if currency == MONTHLY_INDEX:
        unit = translate("MCI (monthly calculation index)")
        return f"{number(value)} {unit}"
    digits = "#,##0.00" if value % 1 else "#,##0"
    try:
        return str(format_currency(value, currency, digits, locale=_locale(), format_type="name", currency_digits=False))
    except UnknownLocaleError:
        return f"{number(value)} {currency}"


def country(code: str | None) -> str:
    """The country in the language of the page; ours for "several" and "unknown", the code when it has no name."""
    own = {"INT": translate("international"), "ZZ": translate("unknown country")}
    name = (code or "").upper()
    return own.get(name) or str(Locale.parse(_locale()).territories.get(name, name))


def language_name(code: str | None) -> str:
    """The name of a language in the language of the page; its code when it has none."""
    return str(Locale.parse(_locale()).languages.get((code or "").lower(), code or ""))
