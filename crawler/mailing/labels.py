"""Names of categories, stages, outcomes and laws in the reader's language."""

from dataclasses import dataclass

from db.vocabulary import Category, Stage
from pipelines.channels.rendering import catalogue, money, number
from pipelines.law import Title, load_law
from pipelines.taxonomy import load_taxonomy

MONTHLY_INDEX = "MCI"


def N_(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


_CASE: dict[str, str] = {
    Stage.THREAT: N_("threat or complaint"),
    Stage.CLAIM_FILED: N_("filed or opened"),
    Stage.CHARGED: N_("suspected or charged"),
    Stage.HEARING: N_("in court"),
    Stage.VERDICT: N_("first judgment"),
    Stage.APPEAL: N_("appealed"),
    Stage.ENFORCED: N_("the judgment is in force"),
    Stage.CLOSED: N_("case closed without a judgment"),
    Stage.ACQUITTED_OR_WITHDRAWN: N_("acquitted, refused or withdrawn"),
}
_BLOCKING: dict[str, str] = {
    Stage.THREAT: N_("announced or demanded"),
    Stage.CLAIM_FILED: N_("asked of a court"),
    Stage.VERDICT: N_("decided by a court"),
    Stage.ENFORCED: N_("access is cut"),
    Stage.CLOSED: N_("access is back"),
    Stage.ACQUITTED_OR_WITHDRAWN: N_("found unlawful or refused"),
}
_SUSPENSION: dict[str, str] = _BLOCKING | {Stage.ENFORCED: N_("it no longer comes out"), Stage.CLOSED: N_("lifted or ended")}


@dataclass(kw_only=True, slots=True, frozen=True)
class LawView:
    """A provision as cited, with its title, and whether our note on it has been checked."""

    text: str
    verified: bool


def category(code: str, language: str) -> str:
    """The category's name."""
    entry = load_taxonomy().categories.get(code)
    return entry.labels[language] if entry else _words(code)


def stage(category_code: str, code: str, language: str) -> str:
    """What a stage means in this kind of event, in few words; empty for none.

    Source: corpus label guide, rules 8 and 9: `enforced` and `closed` mean other things of a blocking than of a case.
    """
    own = {Category.BLOCKING: _BLOCKING, Category.SUSPENSION_OR_BAN: _SUSPENSION}.get(Category(category_code), {})
    words = own.get(code) or _CASE.get(code)
    return catalogue(language).gettext(words) if words else _words(code)


def outcome(code: str, language: str) -> str:
    """The outcome's name."""
    return load_taxonomy().outcomes.get(code, {}).get(language) or _words(code)


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
