"""Cuts off what stands around and inside an article: frames, forms, captions, related stories, newsletter and comment boxes."""

import re
from functools import cache

import lxml.html
from lxml import etree

from pipelines.reading.document import collapse
from pipelines.reading.weights import Weights
from pipelines.reading.words import word_list
from pipelines.text import fold_plain

MAX_SHARE = 0.3  # a block with more of the page's paragraphs than this is the article itself, whatever its class says
MAX_REQUEST_CHARS = 260
MIN_TEASER_CHARS, MIN_TEASERS, MAX_TEASERS_CHARS = 20, 3, 8_000
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def prune(tree: lxml.html.HtmlElement, selectors: tuple[str, ...] = ()) -> None:
    """Remove from `tree` what the source's selectors name, then what is no article by its tag, class, state or words."""
    for selector in selectors:
        for element in tree.xpath(selector) if selector.startswith("//") else tree.cssselect(selector):
            _drop(element)
    weights = Weights(tree)
    limit = weights.in_paragraphs(tree) * MAX_SHARE
    for element in list(tree.iter(*word_list("body", "tags"))):
        if weights.in_paragraphs(element) <= limit:
            _drop(element)
    for element in tree.xpath("//body//*[@class or @id or @style or @hidden or @aria-hidden='true']"):
        if element.tag not in ("body", "article", "main") and _is_beside(element) and weights.in_paragraphs(element) <= limit:
            _drop(element)
    _unwrap_layout(tree)
    _drop_link_lists(tree, weights, limit)
    etree.strip_tags(tree, *word_list("body", "inline_tags"))
    for element in list(tree.iter("p", "li", "div", "h2", "h3", "h4", "blockquote")):
        is_short = weights.total(element) <= MAX_REQUEST_CHARS and not (element.tag == "div" and _holds_blocks(element))
        if is_short and is_read_also(collapse(element.text_content()), weights.link_share(element)):
            _drop_with_list(element, weights)


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return next(element.iterdescendants("p", "div"), None) is not None


def is_read_also(text: str, linked: float) -> bool:
    """True for a line that names another story ("Read also: ...") or asks for a subscription; `linked` is its share of link text."""
    if not text or len(text) > MAX_REQUEST_CHARS:
        return False
    folded = fold_plain(text)
    if folded.strip(" .:!|") in word_list("body", "labels"):
        return True
    for phrase in word_list("body", "read_also"):
        if folded.startswith(phrase):
            rest = folded[len(phrase) :].lstrip()
            return linked > 0.4 or not rest or rest[0] in ":|-.»" or phrase.endswith(":")
    return any(phrase in folded for phrase in word_list("body", "asks")) and len(text) <= 200


def _unwrap_layout(tree: lxml.html.HtmlElement) -> None:
    """Turn tables that only lay out the page into plain blocks: those with a headline or paragraphs in a cell."""
    for table in tree.xpath("//table[.//h1 or .//td[count(p) > 1 or count(div) > 1] or .//table]"):
        for element in [table, *table.iter("tbody", "tr", "td", "th")]:
            element.tag = "div"


def _drop_link_lists(tree: lxml.html.HtmlElement, weights: Weights, limit: float) -> None:
    """Drop rows of three or more neighbours that are each wholly a link: teasers of other stories (FIELD-TRAPS EX3)."""
    rows: dict[lxml.html.HtmlElement, list[lxml.html.HtmlElement]] = {}
    for link in tree.iter("a"):
        card = _card_of(link, weights)
        parent = card.getparent() if card is not None else None
        if parent is not None and parent.tag != "p":
            rows.setdefault(parent, []).append(card)
    for cards in rows.values():
        has_headlines = len(cards) == 2 and all(next(card.iter("h1", "h2", "h3", "h4", "h5"), None) is not None for card in cards)
        if (has_headlines or len(cards) >= MIN_TEASERS) and sum(map(weights.in_paragraphs, cards)) <= max(limit, MAX_TEASERS_CHARS):
            for card in cards:
                _drop(card)


def _card_of(link: lxml.html.HtmlElement, weights: Weights) -> lxml.html.HtmlElement | None:
    """The outermost element that says hardly more than `link` does; None for a short link."""
    length = weights.total(link)
    if length < MIN_TEASER_CHARS:
        return None
    card = link
    for parent in link.iterancestors():
        if parent.tag in ("body", "article", "main", "p") or weights.total(parent) > length * 1.25 + 20:
            break
        card = parent
    return card


def _is_beside(element: lxml.html.HtmlElement) -> bool:
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_pattern().search(_CAMEL.sub("-", names[:400]).lower()))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(r"(?:^|[\s_-])(?:" + "|".join(re.escape(part) for part in word_list("body", "blocks")) + ")")


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _drop_with_list(element: lxml.html.HtmlElement, weights: Weights) -> None:
    """Drop a read-also line, and the list of links that it introduces."""
    following = element.getnext()
    if following is not None and following.tag in ("ul", "ol") and weights.link_share(following) > 0.6:
        _drop(following)
    _drop(element)
