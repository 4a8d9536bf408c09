"""Conditional requests: the validators of the last visit, unless they are known to lie (FIELD-TRAPS FD8)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from sqlite_utils import Database

from crawler.config import Config
from db.connection import connect
from db.queries.runs import FetchState, fetch_state
from db.vocabulary import CaptureRole

# A validator may be wrong for ever: a list of news is fetched without it once a day and compared, an article looked at again once a week.
TRUST = timedelta(hours=24)
ARTICLE_TRUST = timedelta(days=7)


def conditions_for(state: FetchState, now: datetime, trust: timedelta = TRUST) -> dict[str, str]:
    """Headers for the next visit; none when the last unconditional one is `trust` ago. Dates in the future are dropped. Pure."""
    if state.last_unconditional_at is None or not timedelta(0) <= now - state.last_unconditional_at < trust:
        return {}
    conditions = {"If-None-Match": state.etag} if state.etag else {}
    if state.last_modified and not is_in_future(state.last_modified, now):
        conditions["If-Modified-Since"] = state.last_modified
    return conditions


def is_in_future(http_date: str, now: datetime) -> bool:
    """True for a date later than now, and for one that cannot be read."""
    try:
        return parsedate_to_datetime(http_date) > now
    except (ValueError, TypeError, OverflowError):
        return True


class ConditionalMiddleware:
    """Adds If-None-Match and If-Modified-Since to requests that carry a role."""

    def __init__(self, look_up: Callable[[str], FetchState | None], now: Callable[[], datetime]) -> None:
        self._look_up = look_up
        self._now = now

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ConditionalMiddleware":
        """Read the state of addresses from the database of the house."""
        config: Config = crawler.settings["MFM"]
        db: Database = connect(config.database_path)
        return cls(lambda url: fetch_state(db, url), config.now)

    def process_request(self, request: Request) -> None:
        """Set the headers on the first hop only: they belong to the address that was asked for."""
        if "mfm_role" not in request.meta or request.meta.get("redirect_urls"):
            return
        state = self._look_up(request.meta["mfm_url"])
        if state is None:
            return
        trust = ARTICLE_TRUST if request.meta["mfm_role"] is CaptureRole.ARTICLE else TRUST
        for name, value in conditions_for(state, self._now(), trust).items():
            request.headers[name] = value
