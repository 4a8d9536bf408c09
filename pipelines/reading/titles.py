"""Which words are the headline: the page's claims compared, and the outlet's name taken off its end."""

import html
import re
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from crawler.items import Hint
from pipelines.reading.document import Document, collapse, text_of
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
    headlines = [plain_title(text_of(element)) for element in document.tree.xpath("//h1")[:6]]
    shared = [
        without_outlet(plain_title(text), names)
        for text in (claims.headline, document.meta_of("og:title"), document.meta_of("twitter:title"))
    ]
    return _choose(
        [text for text in headlines if text], [text for text in shared if text], without_outlet(plain_title(document.head_title), names)
    ) or plain_title(hint.title)


def _choose(headlines: list[str], shared: list[str], head: str) -> str:
    """The visible headline when another claim agrees with it, else the claim of JSON-LD or Open Graph, else the title tag."""
    for headline in headlines:
        if any(_agree(headline, other) for other in (*shared, head) if other):
            return headline
    if shared:
        return shared[0]
    return headlines[0] if len(headlines) == 1 and not head else head or (headlines[0] if headlines else "")


def _agree(left: str, right: str) -> bool:
    return fuzz.ratio(fold_plain(left), fold_plain(right)) >= 80 or (len(left) > 20 and fold_plain(left) in fold_plain(right))


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
    parts = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    return parts[-2] if len(parts) > 1 else ""


def _selected(document: Document, selector: str) -> str:
    if not selector:
        return ""
    found = document.tree.xpath(selector) if selector.startswith("//") else document.tree.cssselect(selector)
    return next((text_of(element) if hasattr(element, "tag") else str(element) for element in found), "")
