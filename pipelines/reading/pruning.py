"""Cuts off what stands around and inside an article: frames, forms, captions, related stories, newsletter and comment boxes."""

import re
from functools import cache

import lxml.html
from lxml import etree

from pipelines.reading.document import collapse
from pipelines.reading.words import word_list
from pipelines.text import fold_plain

MAX_SHARE = 0.3  # a block with more of the page's paragraphs than this is the article itself, whatever its class says
MIN_TEASER_CHARS, MIN_TEASERS, MAX_TEASERS_CHARS = 20, 3, 8_000
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def prune(tree: lxml.html.HtmlElement, selectors: tuple[str, ...] = ()) -> None:
    """Remove from `tree` what the source's selectors name, then what is no article by its tag, class, state or words."""
    for selector in selectors:
        for element in tree.xpath(selector) if selector.startswith("//") else tree.cssselect(selector):
            _drop(element)
    limit = _paragraph_chars(tree) * MAX_SHARE
    for element in list(tree.iter(*word_list("body", "tags"))):
        if _paragraph_chars(element) <= limit:
            _drop(element)
    for element in tree.xpath("//body//*[@class or @id or @style or @hidden or @aria-hidden='true']"):
        if element.tag not in ("body", "article", "main") and _is_beside(element) and _paragraph_chars(element) <= limit:
            _drop(element)
    _unwrap_layout(tree)
    _drop_link_lists(tree, limit)
    etree.strip_tags(tree, *word_list("body", "inline_tags"))
    for element in tree.xpath("//p | //li | //div[not(.//p) and not(.//div)] | //h2 | //h3 | //h4 | //blockquote"):
        if is_read_also(collapse(element.text_content()), link_share(element)):
            _drop_with_list(element)


def is_read_also(text: str, linked: float) -> bool:
    """True for a line that names another story ("Read also: ...") or asks for a subscription; `linked` is its share of link text."""
    if not text or len(text) > 260:
        return False
    folded = fold_plain(text)
    if folded.strip(" .:!|") in word_list("body", "labels"):
        return True
    for phrase in word_list("body", "read_also"):
        if folded.startswith(phrase):
            rest = folded[len(phrase) :].lstrip()
            return linked > 0.4 or not rest or rest[0] in ":|-.»" or phrase.endswith(":")
    return any(phrase in folded for phrase in word_list("body", "asks")) and len(text) <= 200


def link_share(element: lxml.html.HtmlElement) -> float:
    """Share of the element's text that stands in links, 0 to 1."""
    total = len(collapse(element.text_content()))
    return sum(len(collapse(link.text_content())) for link in element.iter("a")) / total if total else 0.0


def _unwrap_layout(tree: lxml.html.HtmlElement) -> None:
    """Turn tables that only lay out the page into plain blocks: those with a headline or paragraphs in a cell."""
    for table in tree.xpath("//table[.//h1 or .//td[count(p) > 1 or count(div) > 1] or .//table]"):
        for element in [table, *table.iter("tbody", "tr", "td", "th")]:
            element.tag = "div"


def _drop_link_lists(tree: lxml.html.HtmlElement, limit: float) -> None:
    """Drop rows of three or more neighbours that are each wholly a link: teasers of other stories (FIELD-TRAPS EX3)."""
    rows: dict[lxml.html.HtmlElement, list[lxml.html.HtmlElement]] = {}
    for link in tree.iter("a"):
        length = len(collapse(link.text_content()))
        if length < MIN_TEASER_CHARS:
            continue
        card = link
        for parent in link.iterancestors():
            if parent.tag in ("body", "article", "main", "p") or len(collapse(parent.text_content())) > length * 1.25 + 20:
                break
            card = parent
        if card.getparent() is not None and card.getparent().tag != "p":
            rows.setdefault(card.getparent(), []).append(card)
    for cards in rows.values():
        has_headlines = all(card.xpath(".//h1 | .//h2 | .//h3 | .//h4 | .//h5") for card in cards)
        if len(cards) >= (2 if has_headlines else MIN_TEASERS) and sum(map(_paragraph_chars, cards)) <= max(limit, MAX_TEASERS_CHARS):
            for card in cards:
                _drop(card)


def _is_beside(element: lxml.html.HtmlElement) -> bool:
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_pattern().search(_CAMEL.sub("-", names[:400]).lower()))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"(?:^|[\s_-])(?:" + "|".join(re.escape(part) for part in word_list("body", "blocks")) + ")")


def _paragraph_chars(element: lxml.html.HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _drop_with_list(element: lxml.html.HtmlElement) -> None:
    """Drop a read-also line, and the list of links that it introduces."""
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and link_share(following) > 0.6:
        _drop(following)
    _drop(element)
