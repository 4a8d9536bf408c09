"""Which of the addresses that answered a source is read from, and what to expect of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from crawler.sources import Address, Expectation
from db.vocabulary import SourceKind

_ORDER = (SourceKind.FEED, SourceKind.SITEMAP, SourceKind.LISTING)
MAX_ADDRESSES = 3
_SHORTEST, _LONGEST = timedelta(days=2), timedelta(days=60)


@dataclass(kw_only=True, slots=True, frozen=True)
class Answer:
    """An address that was read: how many entries, and the dates that they claim, newest first."""

    url: str
    kind: SourceKind
    format: str
    evidence: str
    n_entries: int
    dates: tuple[datetime, ...] = ()


def choose(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Feeds before news sitemaps before listings; several of the first kind that is there, richest first.

    A plain sitemap (the whole site, not its news) comes after a listing: it is large and says little of what is new.
    """
    usable = [answer for answer in answers if answer.n_entries or answer.kind is SourceKind.SITEMAP]
    for kind in _ORDER:
        fitting = [
            answer for answer in usable if answer.kind is kind and (kind is not SourceKind.SITEMAP or answer.format == "news_sitemap")
        ]
        if fitting:
            return tuple(
                sorted(fitting, key=lambda answer: (-answer.n_entries, answer.url))[: MAX_ADDRESSES if kind is SourceKind.FEED else 1]
            )
    return tuple(usable[:1])


def as_address(answer: Answer, today: str) -> Address:
    """The address as the source file keeps it, with what was seen."""
    seen = f"{answer.evidence}; answered on {today} with {answer.n_entries} entries"
    return Address(url=answer.url, kind=answer.kind, format=answer.format, verified=True, status="ok", evidence=seen)


def expectation_of(answer: Answer) -> Expectation:
    """Half of the entries seen now; a silence of ten usual gaps, between two days and two months."""
    gaps = [(newer - older).total_seconds() for newer, older in pairwise(answer.dates) if newer > older]
    silence = min(max(timedelta(seconds=10 * median(gaps)), _SHORTEST), _LONGEST) if gaps else timedelta(days=7)
    return Expectation(min_items=max(1, answer.n_entries // 2), max_silence=f"{max(1, round(silence / timedelta(days=1)))}d")
