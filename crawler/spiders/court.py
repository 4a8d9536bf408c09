"""Reads court lists: the page itself is the catch, its rows are read by the extract stage; documents are fetched at first sight."""

from crawler.spiders.base import SourceSpider
from crawler.spiders.listing import read_listing
from crawler.spiders.reading import ListPage, Reading
from db.vocabulary import FetchOutcome, SourceKind


def read_court(page: ListPage) -> Reading:
    """Nothing to follow but the documents that the source's `links` selector names: they may be gone in days (FIELD-TRAPS CT3)."""
    if not page.body.strip():
        return Reading(outcome=FetchOutcome.EMPTY)
    entries = read_listing(page).entries if page.source.selectors.links else ()
    return Reading(outcome=FetchOutcome.OK, entries=entries)


class CourtSpider(SourceSpider):
    """All court lists of one source."""

    name = "court"
    readers = {SourceKind.COURT: read_court}
