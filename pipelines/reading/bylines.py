"""Who wrote it: names from JSON-LD, meta tags or the byline of the page, as plain text separated by commas."""

import re

from crawler.items import Hint
from pipelines.reading.document import Document, collapse, text_of
from pipelines.reading.structured import Claims
from pipelines.text import clean

MAX_BYLINE_CHARS = 200
_PREFIX = re.compile(
    r"^(?:by|von|автор(?:ы)?(?: текста| материала)?|авторы|текст|фото|мәтін|дереккөз|источник)\s*[:\-–]?\s+|^(?:автор|авторы|мәтін|текст)\s*[:\-–]\s*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"https?://|www\.|@|^\d|^admin$|^administrator$|^root$|^user$|^редактор$|^редакция$", re.IGNORECASE)


def read_byline(document: Document, claims: Claims, hint: Hint, selector: str = "") -> str:
    """Names of the authors as published, "" when the page names none."""
    candidates = (
        _selected(document, selector),
        claims.authors,
        _split(document.meta_of("author", "article:author", "dc.creator", "parsely-author", "sailthru.author")),
        _marked(document),
        _split(hint.author),
    )
    for names in candidates:
        kept = tuple(dict.fromkeys(name for name in map(_name, names) if name))
        if kept:
            return ", ".join(kept)[:MAX_BYLINE_CHARS]
    return ""


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,;|]", text) if part.strip())


def _name(raw: str) -> str:
    name = _PREFIX.sub("", collapse(clean(raw[:300])))
    return "" if _NO_NAME.search(name) or not 2 <= len(name) <= 80 else name


def _selected(document: Document, selector: str) -> tuple[str, ...]:
    if not selector:
        return ()
    found = document.tree.xpath(selector) if selector.startswith("//") else document.tree.cssselect(selector)
    return tuple(text_of(element) if hasattr(element, "tag") else str(element) for element in found[:5])


def _marked(document: Document) -> tuple[str, ...]:
    found = document.tree.xpath(
        "//*[@itemprop='author' or @rel='author' or contains(concat(' ', @class, ' '), ' author ') or contains(@class, 'byline')]"
    )
    return tuple(text for text in (text_of(element) for element in found[:3]) if len(text) <= 80)
