"""The text of an article: what does not belong is cut off, trafilatura finds the rest, gaps are filled. The only call of trafilatura."""

import copy
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

import lxml.html
from rapidfuzz import fuzz

from pipelines.reading.blocks import complete
from pipelines.reading.dates import DateRules, is_date_line
from pipelines.reading.document import Document, collapse, text_of
from pipelines.reading.pruning import is_read_also, prune
from pipelines.reading.rules import PageRules
from pipelines.reading.structured import Claims
from pipelines.text import clean, fold_plain

MAX_TEXT_CHARS = 400_000
MIN_LEAD_CHARS = 40


def read_body(document: Document, claims: Claims, dates: DateRules, rules: PageRules, title: str) -> tuple[str, str]:
    """Text of the article and the name of what found it; paragraphs are separated by a line feed, ("", "") when there is none."""
    tree = copy.deepcopy(document.tree)
    prune(tree, rules.prune)
    selected = _selected(tree, rules.text) if rules.text else ""
    if selected:
        return _finish(selected.split("\n"), title, dates), "selector"
    found = _trafilatura(tree, document.url, dates.today + timedelta(days=1))
    text, extractor = (complete(tree, found), "trafilatura") if found else ("", "")
    if claims.body and _is_better(claims.body, text):
        text, extractor = claims.body, "json_ld"
    lines = _without_strays(text.split("\n"), claims.body)
    return _finish(_with_lead(lines, document, claims), title, dates), extractor


def _finish(lines: Iterable[str], title: str, dates: DateRules) -> str:
    """Lines without read-also, requests, a repeated headline and a bare date ahead, white space collapsed."""
    kept = [line for raw in lines if (line := collapse(clean(raw))) and not is_read_also(line, 0.0)]
    headline = fold_plain(title)
    opening = [line for line in kept[:3] if fuzz.ratio(fold_plain(line), headline) < 90 and not is_date_line(line, dates)]
    return "\n".join([*opening, *kept[3:]])[:MAX_TEXT_CHARS]


def _selected(tree: lxml.html.HtmlElement, selector: str) -> str:
    found = tree.xpath(selector) if selector.startswith("//") else tree.cssselect(selector)
    paragraphs: list[str] = []
    for element in found:
        blocks = element.xpath(".//p|.//li|.//h2|.//h3|.//blockquote[not(.//p)]") or [element]
        paragraphs += [collapse(block.text_content()) for block in blocks]
    return "\n".join(filter(None, paragraphs))


def _is_better(body: str, text: str) -> bool:
    """True when JSON-LD has the article and the page shows hardly any of it (a paywall, a script that fills the page)."""
    return len(body) > 400 and len(text) < len(body) * 0.5


def _without_strays(lines: list[str], body: str) -> list[str]:
    """Lines less those at the end that JSON-LD's full text does not know, when both agree on nearly everything else."""
    if len(body) < 400 or not lines:
        return lines
    whole = _letters(body)
    known = [_letters(line)[:160] in whole for line in lines]
    n_known = sum(len(line) for line, is_known in zip(lines, known, strict=True) if is_known)
    if n_known < len(body) * 0.85 or n_known < sum(map(len, lines)) * 0.6:
        return lines
    return lines[
        : max(
            (number for number, is_known in enumerate(known, start=1) if is_known and len(lines[number - 1]) >= MIN_LEAD_CHARS),
            default=len(lines),
        )
    ]


def _with_lead(lines: list[str], document: Document, claims: Claims) -> list[str]:
    """Lines with the lead of the article ahead, when the page shows the words of its description and the text lacks them."""
    description = collapse(clean(claims.description or document.meta_of("og:description", "description")))
    wanted = _letters(description)[:60]
    if len(description) < MIN_LEAD_CHARS or not lines or any(wanted in _letters(line) for line in lines[:4]):
        return lines
    whole = _letters("".join(lines))
    if wanted in whole or fuzz.partial_ratio(wanted, whole[:3000]) >= 85:
        return lines
    for element in document.tree.xpath(
        "//body//p | //body//div[not(.//p) and not(.//div)] | //body//h2 | //body//h3 | //body//span | //body//strong"
    )[:3000]:
        text = element.text_content()
        if len(description) * 0.6 <= len(text.strip()) <= 900 and _letters(text).startswith(wanted):
            return [text_of(element), *lines]
    return lines


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


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
