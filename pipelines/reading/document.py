"""A parsed page: tree, meta tags, JSON-LD and the few things every reader asks for. No judgement here."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

MAX_HTML_CHARS = 4_000_000
MAX_ELEMENTS = 20_000  # the largest of 118 real pages has 3,300
MAX_JSON_CHARS = 600_000
MAX_JSON_NODES = 3_000
_COMMENT = re.compile(r"^\s*(?://)?\s*<!(?:--|\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Document:
    """One HTML page, parsed once. `meta` keys are lower case names, properties and itemprops; the first value wins."""

    url: str
    html: str = field(repr=False)
    tree: lxml.html.HtmlElement = field(repr=False)
    meta: dict[str, str] = field(repr=False)
    json_ld: tuple[dict[str, object], ...] = field(repr=False)

    def first(self, xpath: str) -> lxml.html.HtmlElement | None:
        """First element that `xpath` finds, or None."""
        found = self.tree.xpath(xpath)
        return found[0] if found else None

    def meta_of(self, *names: str) -> str:
        """The first non-empty meta value among `names`, or ""."""
        return next((self.meta[name] for name in names if self.meta.get(name)), "")

    @property
    def head_title(self) -> str:
        """Text of the title element in the head, spaces collapsed."""
        element = self.first("//head/title | /html/title | /html/body/title[1]")
        return text_of(element) if element is not None else ""

    @property
    def canonical(self) -> str:
        """Address that the page claims as its own; a claim, not a fact (FIELD-TRAPS UR8)."""
        for href in self.tree.xpath("//link[translate(@rel, 'CANONIL', 'canonil')='canonical']/@href"):
            if str(href).strip():
                return str(href).strip()
        return ""


def parse(html: str, url: str) -> Document | None:
    """The parsed page, or None when there is nothing that could be a page."""
    html = html[:MAX_HTML_CHARS]
    if not html.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    _cut_off(tree)
    return Document(url, html, tree, _read_meta(tree), tuple(_read_json_ld(tree)))


def _cut_off(tree: lxml.html.HtmlElement) -> None:
    """Drop what stands behind the first elements of a monstrous page: no article has so many, and readers take time by element."""
    elements = list(islice(tree.iter(), MAX_ELEMENTS * 20))
    for element in reversed(elements[MAX_ELEMENTS:]):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def path_of(url: str) -> str:
    """The path of an address without a closing slash, "" when it has none or is no address."""
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """The host of an address in lower case, "" when it has none or is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def text_of(element: lxml.html.HtmlElement) -> str:
    """All text under `element`, spaces collapsed; scripts and styles left out."""
    parts = element.xpath(".//text()[not(parent::script or parent::style or parent::noscript)]")
    return collapse(" ".join(parts) if len(parts) > 1 and _has_blocks(element) else "".join(parts))


def collapse(text: str) -> str:
    """`text` with every run of white space made one blank."""
    return _BLANKS.sub(" ", text).strip()


def _has_blocks(element: lxml.html.HtmlElement) -> bool:
    return element.find(".//p") is not None or element.find(".//div") is not None or element.find(".//br") is not None


def _read_meta(tree: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = collapse(element.get("content") or "")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            key = (element.get(attribute) or "").strip().lower()
            if key:
                found.setdefault(key, content)
    return found


def _read_json_ld(tree: lxml.html.HtmlElement) -> Iterator[dict[str, object]]:
    """All objects of all JSON-LD blocks, flattened; broken blocks are passed over."""
    budget = MAX_JSON_NODES
    for script in tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"):
        for node in _flatten(_loads(script.text_content()[:MAX_JSON_CHARS])):
            budget -= 1
            if budget < 0:
                return
            yield node


def _loads(text: str) -> object:
    """JSON read leniently: comment wrappers, raw control characters and trailing commas are forgiven; None when hopeless."""
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", _COMMENT.sub("", text.strip()))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(node: object) -> Iterator[dict[str, object]]:
    """Every JSON object under `node` that has a type, breadth first, without recursion."""
    waiting = [node]
    for _ in range(MAX_JSON_NODES):
        if not waiting:
            return
        current = waiting.pop(0)
        if isinstance(current, list):
            waiting.extend(current[:500])
        elif isinstance(current, dict):
            if "@type" in current:
                yield current
            waiting.extend(value for value in current.values() if isinstance(value, dict | list))
