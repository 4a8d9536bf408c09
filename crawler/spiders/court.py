"""Reads court lists: the page itself is the catch; its rows are read by the extract stage with the source's selectors."""

from crawler.spiders.base import SourceSpider
from crawler.spiders.reading import ListPage, Reading
from db.vocabulary import FetchOutcome, SourceKind


def read_court(page: ListPage) -> Reading:
    """Nothing to follow: a list of cases is read row by row from the archived page."""
    return Reading(outcome=FetchOutcome.OK if page.body.strip() else FetchOutcome.EMPTY)


class CourtSpider(SourceSpider):
    """All court lists of one source."""

    name = "court"
    readers = {SourceKind.COURT: read_court}
