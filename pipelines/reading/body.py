"""The text of an article: what does not belong is cut off, trafilatura finds the rest. The only call of trafilatura."""

import copy
from datetime import date
from functools import cache
from typing import Any

import lxml.html

from pipelines.reading.document import Document, collapse
from pipelines.reading.structured import Claims
from pipelines.text import clean

MAX_TEXT_CHARS = 400_000


def read_body(document: Document, claims: Claims, last_day: date, prune: tuple[str, ...] = (), selector: str = "") -> tuple[str, str]:
    """Text of the article and the name of what found it; paragraphs are separated by a line feed, ("", "") when there is none."""
    tree = copy.deepcopy(document.tree)
    _prune(tree, prune)
    if selector:
        text = _selected(tree, selector)
        if text:
            return text, "selector"
    text = _trafilatura(tree, document.url, last_day)
    return (text, "trafilatura") if text else ("", "")


def _prune(tree: lxml.html.HtmlElement, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        for element in tree.xpath(selector) if selector.startswith("//") else tree.cssselect(selector):
            if element.getparent() is not None:
                element.drop_tree()


def _selected(tree: lxml.html.HtmlElement, selector: str) -> str:
    found = tree.xpath(selector) if selector.startswith("//") else tree.cssselect(selector)
    paragraphs: list[str] = []
    for element in found:
        blocks = element.xpath(".//p|.//li|.//h2|.//h3|.//blockquote[not(.//p)]") or [element]
        paragraphs += [collapse(block.text_content()) for block in blocks]
    return clean("\n".join(filter(None, paragraphs)))[:MAX_TEXT_CHARS]


def _trafilatura(tree: lxml.html.HtmlElement, url: str, last_day: date) -> str:
    """Text found by trafilatura, with every option spelled out so that a replay gives the same text (FIELD-TRAPS EX4)."""
    extract = _extractor()
    found = extract(
        tree,
        url=url,
        fast=False,
        favor_precision=False,
        favor_recall=False,
        include_comments=False,
        output_format="python",
        target_language=None,
        include_tables=True,
        include_images=False,
        include_formatting=False,
        include_links=False,
        deduplicate=False,
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": last_day.isoformat()},
        with_metadata=False,
        only_with_metadata=False,
        url_blacklist=None,
        author_blacklist=None,
        prune_xpath=None,
    )
    text = found.text if found is not None else ""
    return clean(text or "")[:MAX_TEXT_CHARS]


@cache
def _extractor() -> Any:
    import trafilatura  # noqa: PLC0415 - 150 ms at start; a run that finds nothing new must not pay them

    return trafilatura.bare_extraction
