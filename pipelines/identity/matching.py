"""Is this page an article we know, a copy of one, or new? Decisions over candidates that the caller looked up. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from pipelines.identity.canonical import article_number
from pipelines.identity.near import similarity
from pipelines.text import fold_plain

COPY_LIKENESS = (
    0.6  # of signatures; a wire text with a new headline and lead still has about 0.7 (own measurement on stories of the corpus)
)
UPDATE_LIKENESS = 0.5
REPEATED = 0.97
MIN_WORDS = 25  # shorter texts are alike by chance: only (nearly) equal ones are copies
CONTAINED = 90.0  # share of the shorter text found in the longer one, rapidfuzz.fuzz.partial_ratio
COPY_WINDOW = timedelta(days=14)
UPDATE_WINDOW = timedelta(days=7)
MAX_COMPARED_CHARS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An article as far as comparing needs it; `id` and `copy_of` are empty for the one at hand. `seen_at` is the first time."""

    outlet_id: str
    canonical_url: str
    title: str
    text: str = field(repr=False)
    near_key: bytes = field(repr=False)
    language: str
    seen_at: datetime
    published_at: datetime | None
    id: str = ""
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """The earliest article that this one repeats, and how much."""

    article_id: str
    similarity: float


def same_story(fresh: Story, candidates: Iterable[Story]) -> str:
    """Id of the outlet's own article that this page is a later state of, though its address changed, or "" (FIELD-TRAPS FD1).

    Same number in the address and a like title or text; or nearly the same title and much the same text within a week. A generic
    title such as "News of the day" never decides (AL6).
    """
    for known in candidates:
        if known.outlet_id != fresh.outlet_id or abs(fresh.seen_at - known.seen_at) > UPDATE_WINDOW:
            continue
        alike = similarity(fresh.near_key, known.near_key)
        number = article_number(fresh.canonical_url)
        if number and number == article_number(known.canonical_url):
            if alike >= 0.3 or (title_likeness(fresh.title, known.title) >= 55 and not is_generic(fresh.title)):
                return known.id
        elif alike >= UPDATE_LIKENESS and title_likeness(fresh.title, known.title) >= 70 and not _both_numbered(fresh, known):
            return known.id
    return ""


def is_repeated(fresh: Story, candidates: Iterable[Story]) -> bool:
    """True when two other articles of the outlet already have this very text: a notice, an error or a frame, no article.

    What a site shows in place of its articles is the same on every address (FIELD-TRAPS BL2, BL4, EX1).
    """
    same = {
        known.canonical_url
        for known in candidates
        if known.outlet_id == fresh.outlet_id
        and known.canonical_url != fresh.canonical_url
        and abs(fresh.seen_at - known.seen_at) <= COPY_WINDOW
        and (similarity(fresh.near_key, known.near_key) >= REPEATED or fold_plain(fresh.text) == fold_plain(known.text))
    }
    return len(same) >= 2


def original_of(fresh: Story, candidates: Iterable[Story]) -> Copy | None:
    """The article that `fresh` copies: alike in text, same language, earlier, within two weeks; None when it is the first."""
    best: Copy | None = None
    for known in candidates:
        if known.language != fresh.language or abs(fresh.seen_at - known.seen_at) > COPY_WINDOW or _is_later(known, fresh):
            continue
        share = likeness(fresh, known)
        if share >= COPY_LIKENESS and (best is None or share > best.similarity):
            best = Copy(known.copy_of or known.id, round(share, 3))
    return best


def likeness(fresh: Story, known: Story) -> float:
    """0 to 1: how much of the shorter text is in the longer one, by signature first, letter by letter when that is in doubt."""
    alike = similarity(fresh.near_key, known.near_key)
    if alike < 0.15 or alike >= REPEATED:
        return alike
    mine, theirs = fold_plain(fresh.text)[:MAX_COMPARED_CHARS], fold_plain(known.text)[:MAX_COMPARED_CHARS]
    shorter, longer = sorted((mine, theirs), key=len)
    if len(shorter.split()) < MIN_WORDS:
        return 0.0
    if alike >= COPY_LIKENESS:
        return alike
    contained = fuzz.partial_ratio(shorter, longer)
    return contained / 100 if contained >= CONTAINED else alike


def title_likeness(left: str, right: str) -> float:
    """0 to 100: how alike two headlines are, word order and case aside."""
    return fuzz.token_sort_ratio(fold_plain(left), fold_plain(right))


def is_generic(title: str) -> bool:
    """True for headlines of columns and sections and for those of fewer than three words."""
    folded = fold_plain(title)
    words = [word for word in folded.split() if any(char.isalpha() for char in word)]
    return len(words) < 3 or any(folded.startswith(name) for name in _generic_titles())


def _both_numbered(fresh: Story, known: Story) -> bool:
    """True when both addresses carry a number and the numbers differ: the outlet itself says these are two articles."""
    return bool(article_number(fresh.canonical_url)) and bool(article_number(known.canonical_url))


def _is_later(known: Story, fresh: Story) -> bool:
    """True when both dates are known and the known article is the later one by more than ten minutes."""
    if known.published_at is None or fresh.published_at is None:
        return False
    return min(known.published_at, known.seen_at) > min(fresh.published_at, fresh.seen_at) + timedelta(minutes=10)


@cache
def _generic_titles() -> tuple[str, ...]:
    file = Path(__file__).parent / "addresses.yaml"
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return tuple(fold_plain(title) for title in document["generic_titles"])
