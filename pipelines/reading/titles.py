"""Which words are the headline: the page's claims compared, and the outlet's name taken off its end."""

import html
import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from crawler.items import Hint
from pipelines.reading.document import Document, collapse, host_of, text_of
from pipelines.reading.structured import Claims
from pipelines.text import clean, fold_plain

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_SEPARATOR = re.compile(r"\s+[|–—\-·•:»/]\s+|\s*[|｜｜]\s*|：(?=[^：]{2,20}$)")
MAX_TITLE_CHARS = 500


def plain_title(raw: str) -> str:
    """A headline as plain text: entities undone until stable (twice at most), tags off, spaces collapsed (FIELD-TRAPS FD9)."""
    text = clean(raw[:4000])
    for _ in range(2):
        text = html.unescape(text)
    return collapse(_TAG.sub(" ", text))[:MAX_TITLE_CHARS]


def read_title(document: Document, claims: Claims, hint: Hint, outlet_names: tuple[str, ...], selector: str = "") -> str:
    """The headline of the page, without the name of the outlet; the feed's title when the page has none, "" when nothing has."""
    own = _selected(document, selector)
    if own:
        return plain_title(own)
    names = (*outlet_names, claims.publisher, document.meta_of("og:site_name", "application-name"), _host_name(document.url))
    known = tuple(name for name in map(_key, names) if len(name) >= 2)

    def claims_of(*raw: str) -> list[str]:
        titles = (without_outlet(plain_title(text), names) for text in raw)
        return [title for title in titles if title and not _is_outlet(title, known)]

    found = _Found(
        claimed=claims_of(claims.headline),
        shared=claims_of(document.meta_of("og:title"), document.meta_of("twitter:title")),
        headlines=claims_of(*(text_of(element) for element in document.tree.xpath("//h1")[:6])),
        head=claims_of(document.head_title),
        hint=claims_of(hint.title),
    )
    chosen = _choose(found)
    return chosen if found.headlines or found.claimed else _shown_in_heading(document, chosen)


@dataclass(frozen=True, slots=True)
class _Found:
    """The titles of a page by where they stand; outlet names are taken off and out."""

    claimed: list[str]
    shared: list[str]
    headlines: list[str]
    head: list[str]
    hint: list[str]


def _choose(found: _Found) -> str:
    """JSON-LD's headline when anything else agrees with it, then the visible one that the feed names, then Open Graph's, the visible
    one, the title tag and the feed's.

    Measured on real pages of forty countries: JSON-LD carries the full headline without outlet, kicker or soft hyphens most often.
    """
    for claimed in found.claimed:
        if _any_agrees(claimed, found.headlines, found.shared, found.head, found.hint):
            return next((headline for headline in found.headlines if _is_cut(claimed, headline)), claimed)
    for headline in found.headlines:
        if _any_agrees(headline, found.hint) and not _any_agrees(headline, found.shared):
            return headline
    for title in found.shared:
        if found.headlines and title.count(" ") < 2 and not _any_agrees(title, found.headlines):
            continue
        return next((headline for headline in found.headlines if _is_prefix(headline, title)), title)
    if len(found.headlines) > 1 and found.head:
        return next((headline for headline in found.headlines if _any_agrees(headline, found.head)), found.head[0])
    return next(iter([*found.headlines[:1], *found.head, *found.claimed, *found.hint]), "")


def _any_agrees(title: str, *groups: list[str]) -> bool:
    return any(_agree(title, other) for group in groups for other in group)


def _shown_in_heading(document: Document, title: str) -> str:
    """`title`, or the smaller heading of the page that it begins with: some sites have no h1 and an outlet name we do not know."""
    headings = (plain_title(text_of(element)) for element in document.tree.xpath("//h2 | //h3 | //h4")[:40])
    return next((heading for heading in headings if _is_prefix(heading, title)), title)


def _agree(left: str, right: str) -> bool:
    mine, theirs = fold_plain(left), fold_plain(right)
    return fuzz.ratio(mine, theirs) >= 75 or (len(mine) > 15 and mine in theirs) or (len(theirs) > 15 and theirs in mine)


def _is_cut(claimed: str, headline: str) -> bool:
    """True when `claimed` is `headline` cut off at its end, as search engines ask for at 110 characters."""
    stem = claimed.rstrip(".… ")
    return len(stem) < len(headline) - 1 and len(stem) > 40 and headline.startswith(stem) and claimed != headline


def _is_prefix(headline: str, title: str) -> bool:
    """True when `title` is `headline` and something set off behind it: a section or an outlet under a name we do not know."""
    return len(headline) >= 12 and title.startswith(headline) and bool(_SEPARATOR.match(title[len(headline) :]))


def without_outlet(title: str, names: tuple[str, ...]) -> str:
    """`title` without a leading or trailing outlet name set off by a separator (FIELD-TRAPS EX5)."""
    known = tuple(name for name in map(_key, names) if len(name) >= 2)
    for _ in range(3):
        pieces = list(_SEPARATOR.finditer(title))
        if not pieces:
            return title
        last, first = pieces[-1], pieces[0]
        if _is_outlet(title[last.end() :], known):
            title = title[: last.start()].strip()
        elif _is_outlet(title[: first.start()], known):
            title = title[first.end() :].strip()
        else:
            return title
    return title


def _is_outlet(piece: str, known: tuple[str, ...]) -> bool:
    key = _key(piece)
    return bool(key) and any(
        key == name or (len(name) >= 4 and (name in key or key in name) and abs(len(key) - len(name)) <= 12) for name in known
    )


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold_plain(text).removeprefix("www."))


def _host_name(url: str) -> str:
    parts = host_of(url).removeprefix("www.").split(".")
    return parts[-2] if len(parts) > 1 else ""


def _selected(document: Document, selector: str) -> str:
    if not selector:
        return ""
    found = document.tree.xpath(selector) if selector.startswith("//") else document.tree.cssselect(selector)
    return next((text_of(element) if hasattr(element, "tag") else str(element) for element in found), "")
