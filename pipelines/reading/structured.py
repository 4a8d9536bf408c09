"""What a page claims about itself in JSON-LD, as one typed record. Claims only; others decide whom to believe."""

import html
import re
from dataclasses import dataclass, field

from pipelines.reading.document import Document, collapse, path_of

# Types of schema.org that stand for one piece of news (schema.org/Article and its children, read 2026-11-24).
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|Review|SocialMediaPosting|Recipe)$")
_WEAK = frozenset({"WebPage", "ItemPage", "VideoObject", "Event"})
_TAG = re.compile(r"<[^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Claims:
    """The page's own words in JSON-LD; empty where it says nothing. `n_articles` counts article objects on the page."""

    headline: str = ""
    name: str = ""
    alternative: str = ""
    description: str = ""
    published: str = ""
    modified: str = ""
    body: str = field(default="", repr=False)
    authors: tuple[str, ...] = ()
    publisher: str = ""
    section: str = ""
    is_paid: bool = False
    n_articles: int = 0
    is_live: bool = False


def read_claims(document: Document) -> Claims:
    """The claims of the object that describes this page; an empty record when there is none."""
    articles = [node for node in document.json_ld if _is_article(node)]
    own = _own(articles, document) if articles else _weak(document)
    if own is None:
        return Claims(publisher=_publisher_anywhere(document))
    return Claims(
        headline=plain(own.get("headline")),
        name=plain(own.get("name")),
        alternative=plain(own.get("alternativeHeadline")),
        description=plain(own.get("description")),
        published=plain(own.get("datePublished")) or plain(own.get("dateCreated")),
        modified=plain(own.get("dateModified")),
        body=plain(own.get("articleBody"), keep_lines=True) or plain(own.get("text"), keep_lines=True),
        authors=_names(own.get("author")) or _names(own.get("creator")),
        publisher=next(iter(_names(own.get("publisher"))), "") or _publisher_anywhere(document),
        section=plain(own.get("articleSection")),
        is_paid=str(own.get("isAccessibleForFree", "")).lower() in ("false", "no", "0"),
        n_articles=len(articles),
        is_live="LiveBlogPosting" in _types(own),
    )


def plain(value: object, *, keep_lines: bool = False) -> str:
    """A JSON value as plain text: first of a list, entities and tags undone twice at most (FIELD-TRAPS FD9)."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or ""
    if not isinstance(value, str | int):
        return ""
    text = str(value)[:400_000]
    for _ in range(2):
        text = html.unescape(text)
    text = _TAG.sub(" ", text)
    return "\n".join(filter(None, map(collapse, text.splitlines()))) if keep_lines else collapse(text)


def _types(node: dict[str, object]) -> tuple[str, ...]:
    value = node.get("@type")
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def _is_article(node: dict[str, object]) -> bool:
    return any(_ARTICLE.search(name.rsplit("/", 1)[-1]) for name in _types(node)) and bool(
        node.get("headline") or node.get("datePublished")
    )


def _own(articles: list[dict[str, object]], document: Document) -> dict[str, object]:
    """The article object that means this page: its address first, then the one that says most."""
    path = path_of(document.url)
    pages = {path, path_of(document.canonical)} - {""}

    def rank(node: dict[str, object]) -> tuple[bool, bool, bool, int]:
        address = _address(node)
        is_own = bool(address) and path_of(address) in pages
        return is_own, "datePublished" in node, "headline" in node, len(str(node.get("articleBody") or ""))

    return max(articles, key=rank)


def _address(node: dict[str, object]) -> str:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value.startswith("http"):
            return value
    return ""


def _weak(document: Document) -> dict[str, object] | None:
    candidates = [node for node in document.json_ld if set(_types(node)) & _WEAK and node.get("datePublished")]
    return candidates[0] if candidates else None


def _names(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    names = (plain(item.get("name")) if isinstance(item, dict) else plain(item) for item in values[:20])
    return tuple(dict.fromkeys(name for name in names if name and not name.startswith("http")))


def _publisher_anywhere(document: Document) -> str:
    for node in document.json_ld:
        if set(_types(node)) & {"NewsMediaOrganization", "Organization", "WebSite"}:
            name = plain(node.get("name"))
            if name:
                return name
    return ""
