"""Lists of short news: every item is a text of its own, with its own parties, court and step."""

import re
from collections.abc import Iterator
from dataclasses import replace

from crawler.items import Evidence, Finding, NearMiss
from pipelines.detectors.scene import JudgeInput

_MARK = re.compile(r"\s*(?:[•▪●◦‣*]\s+|\d{1,2}[.)]\s+|[⚡📌🔹🔸▶➡]️?\s*)")
_DASH = re.compile(r"\s*[–—-]\s+")
_LABEL = re.compile(r"\s*([A-ZА-ЯӘҒҚҢӨҰҮҺІ][\w -]{2,30}):\s")
_LEAST_ITEMS = 2
_LEAST_DASHES = 3
_LONGEST_ITEM = 700


def items_of(given: JudgeInput) -> list[tuple[int, JudgeInput]]:
    """Items with their offsets in the text; empty unless at least two paragraphs, half of all, begin with a mark or a label of their own.

    Dashes also open the lines of a talk: they count only where nobody asks anything.
    """
    lines = [(start, line) for start, line in _lines(given.text) if line.strip()]
    labels = [label[1] for _, line in lines if (label := _LABEL.match(line)) and not _MARK.match(line)]
    has_places = len(set(labels)) == len(labels)  # the names of those who talk come again
    n_marked = sum(len(line) <= _LONGEST_ITEM and _MARK.match(line) is not None for _, line in lines) + has_places * len(labels)
    n_dashes = 0 if "?" in given.text else sum(_DASH.match(line) is not None for _, line in lines)
    n_items = max(n_marked, n_dashes if n_dashes >= _LEAST_DASHES else 0)
    if n_items < _LEAST_ITEMS or 2 * n_items < len(lines):
        return []
    return [(start, replace(given, title="", text=line, language="")) for start, line in lines]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def shifted(finding: Finding, start: int) -> Finding:
    """The finding with its evidence at its place in the whole text."""
    return replace(finding, evidence=tuple(_moved(each, start) for each in finding.evidence))


def shifted_miss(miss: NearMiss, start: int) -> NearMiss:
    """The near-miss with its evidence at its place in the whole text."""
    return replace(miss, evidence=_moved(miss.evidence, start)) if miss.evidence else miss


def _moved(evidence: Evidence, start: int) -> Evidence:
    return replace(evidence, start=evidence.start + start, end=evidence.end + start)
