"""Reads every address of one source in one process, whatever its kind: what the clock starts."""

from crawler.spiders.base import SourceSpider
from crawler.spiders.court import read_court
from crawler.spiders.feed import read_feed
from crawler.spiders.listing import read_listing
from crawler.spiders.sitemap import read_sitemap
from db.vocabulary import SourceKind


class WholeSourceSpider(SourceSpider):
    """All addresses of one source; `probe` addresses belong to the probe command."""

    name = "source"
    readers = {
        SourceKind.FEED: read_feed,
        SourceKind.SITEMAP: read_sitemap,
        SourceKind.LISTING: read_listing,
        SourceKind.COURT: read_court,
    }
