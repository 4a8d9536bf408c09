"""Paragraphs of a page in order, and how the text that trafilatura found lies among them: gaps are filled, strays outside cut off."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

import lxml.html

from pipelines.reading.document import collapse
from pipelines.reading.weights import Weights
from pipelines.text import clean

_TAGS = frozenset({"p", "h2", "h3", "h4", "h5", "li", "blockquote", "pre", "dd", "dt"})
_FILL = frozenset({"p", "h2", "h3", "h4", "blockquote"})
MAX_BLOCKS = 4_000
MIN_ITEM_CHARS = 80
MIN_MATCHED = 0.6  # share of the found text that must be recognised among the blocks before anything is changed
MAIN_SHARE = 0.8  # the main block is the innermost element that holds this much of the found text


@dataclass(frozen=True, slots=True)
class _Block:
    element: lxml.html.HtmlElement
    text: str


def complete(tree: lxml.html.HtmlElement, found: str) -> str:
    """`found` with paragraphs and subheadings of the same parents put back that were passed over, and without blocks far outside.

    The text as found comes back unchanged when too little of it can be recognised in the page.
    """
    lines = [line for raw in found.split("\n") if (line := collapse(raw))]
    blocks = _blocks(tree)
    places = _match(lines, blocks)
    matched = [place for place in places if place is not None]
    recognised = sum(len(line) for line, place in zip(lines, places, strict=True) if place is not None)
    if not matched or recognised < sum(map(len, lines)) * MIN_MATCHED:
        return "\n".join(lines)
    main = _main_block([blocks[place] for place in matched])
    inside = [place for place in matched if main is None or _is_within(blocks[place].element, main)]
    return "\n".join(_merged(lines, places, blocks, inside, Weights(tree))) if inside else "\n".join(lines)


def _blocks(tree: lxml.html.HtmlElement) -> list[_Block]:
    found: list[_Block] = []
    for element in tree.iter(*_TAGS, "div", "section", "td"):
        if len(found) >= MAX_BLOCKS:
            break
        if element.tag not in _TAGS and any(True for child in element.iter(*_TAGS, "div", "section", "table") if child is not element):
            continue
        if element.tag in ("blockquote", "li", "dd") and element.find(".//p") is not None:
            continue
        text = collapse(clean(element.text_content()))
        if text:
            found.append(_Block(element, text))
    return found


def _match(lines: list[str], blocks: list[_Block]) -> list[int | None]:
    """For each line the block with the same text at or behind the last match, or None."""
    by_key: dict[str, list[int]] = {}
    for number, block in enumerate(blocks):
        by_key.setdefault(_key(block.text), []).append(number)
    places: list[int | None] = []
    last = -1
    for line in lines:
        numbers = by_key.get(_key(line), [])
        at = bisect_right(numbers, last)
        place = numbers[at] if at < len(numbers) else None
        last = last if place is None else place
        places.append(place)
    return places


def _key(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _main_block(matched: list[_Block]) -> lxml.html.HtmlElement | None:
    """The innermost element that holds most of the recognised text."""
    weights: Counter[lxml.html.HtmlElement] = Counter()
    depths: dict[lxml.html.HtmlElement, int] = {}
    for block in matched:
        ancestors = list(block.element.iterancestors())
        for distance, ancestor in enumerate(ancestors):
            weights[ancestor] += len(block.text)
            depths[ancestor] = len(ancestors) - distance
    total = sum(len(block.text) for block in matched)
    holders = [element for element, weight in weights.items() if weight >= total * MAIN_SHARE]
    return max(holders, key=lambda element: depths[element]) if holders else None


def _is_within(element: lxml.html.HtmlElement, main: lxml.html.HtmlElement) -> bool:
    return any(ancestor is main for ancestor in element.iterancestors())


def _merged(lines: list[str], places: list[int | None], blocks: list[_Block], inside: list[int], weights: Weights) -> list[str]:
    """Lines in page order: those outside the main block behind the last inside one are cut, gaps between matches are filled."""
    first, last = inside[0], inside[-1]
    parents = {blocks[place].element.getparent() for place in inside}
    merged: list[str] = []
    reached = -1
    for line, place in zip(lines, places, strict=True):
        if place is not None:
            if place > last:
                break
            merged += [blocks[number].text for number in range(max(reached + 1, first), place) if _fills(blocks[number], parents, weights)]
            reached = place
        elif reached >= last:
            break
        merged.append(line)
    return merged


def _fills(block: _Block, parents: set[lxml.html.HtmlElement], weights: Weights) -> bool:
    """True for a passed-over block that belongs: same parent as recognised ones, not mostly links, at least two words."""
    return (
        block.element.tag in _FILL
        and block.element.getparent() in parents
        and weights.link_share(block.element) < 0.5
        and block.text.count(" ") >= 1
    )
