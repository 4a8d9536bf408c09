"""Names of categories, stages, outcomes and laws in the reader's language."""

from dataclasses import dataclass

from pipelines.channels.rendering import catalogue, money, number
from pipelines.law import Title, load_law

MONTHLY_INDEX = "MCI"


@dataclass(kw_only=True, slots=True, frozen=True)
class LawView:
    """A provision as cited, with its title, and whether our note on it has been checked."""

    text: str
    verified: bool


def category(code: str, language: str) -> str:
    """The category's name."""
    return _words(code)


def stage(code: str, language: str) -> str:
    """The stage's name; empty for none."""
    return _words(code)


def outcome(code: str, language: str) -> str:
    """The outcome's name."""
    return _words(code)


def law(provision_id: str, article: str, part: str, language: str) -> LawView:
    """The provision with code and title; only the article as cited when the house has no note on it."""
    known = load_law()
    provision = known.provisions.get(provision_id)
    code = known.codes.get(provision.code if provision else provision_id)
    translate = catalogue(language).gettext
    cited = translate("article %(article)s") % {"article": article or (provision.article if provision else "")}
    if part:
        cited = translate("%(cited)s, part %(part)s") % {"cited": cited, "part": part}
    name = (code.kk if language == "kk" else code.ru if language == "ru" else code.en) if code else provision_id
    title = _title(provision.title, language) if provision else ""
    text = f"{cited}, {name or (code.ru if code else '')}" + (f": {title}" if title else "")
    return LawView(text=text, verified=bool(provision and provision.verified and code and code.verified))


def amount(value: float, currency: str, language: str) -> str:
    """A sum with its currency in words; the monthly index of Kazakhstan under its own name."""
    if currency == MONTHLY_INDEX:
        unit = catalogue(language).gettext("MCI (monthly calculation index)")
        return f"{number(value, language)} {unit}"
    return money(value, currency, language)


def _title(title: Title, language: str) -> str:
    """The title in the language, else in Russian, the other language of the law, else in English."""
    own = {"en": title.en, "ru": title.ru, "kk": title.kk}[language]
    return own or title.ru or title.en


def _words(code: str) -> str:
    return code.replace("_", " ")
