"""Which words are the headline: the page's claims compared, and the outlet's name taken off its end."""

import html
import re

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
    headlines = [text for element in document.tree.xpath("//h1")[:6] if (text := plain_title(text_of(element)))]
    claimed = without_outlet(plain_title(claims.headline), names)
    shared = [without_outlet(plain_title(document.meta_of(name)), names) for name in ("og:title", "twitter:title")]
    head = without_outlet(plain_title(document.head_title), names)
    chosen = _choose(claimed, [text for text in shared if text], headlines, head) or plain_title(hint.title)
    return chosen if headlines or claimed else _shown_in_heading(document, chosen)


def _choose(claimed: str, shared: list[str], headlines: list[str], head: str) -> str:
    """JSON-LD's headline when anything else on the page agrees with it, else Open Graph's, else the visible one, else the title tag.

    Measured on real pages of forty countries: JSON-LD carries the full headline without outlet, kicker or soft hyphens most often.
    """
    if claimed and any(_agree(claimed, other) for other in (*headlines, *shared, head)):
        return next((headline for headline in headlines if _is_cut(claimed, headline)), claimed)
    if shared:
        return next((headline for headline in headlines if _is_prefix(headline, shared[0])), shared[0])
    if len(headlines) == 1 or (headlines and not head):
        return headlines[0]
    return next((headline for headline in headlines if _agree(headline, head)), head or claimed)


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
