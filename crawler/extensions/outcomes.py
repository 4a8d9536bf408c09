"""How each request of a run ended: one outcome per address, an observation before a page, and what is remembered of it."""

from collections import Counter
from datetime import datetime

from sqlite_utils import Database

from crawler.extensions.states import GOOD, Seen, after_fetch, keep_validators
from crawler.items import Capture, Observation, Page
from db.queries.runs import FetchRecord, FetchState, fetch_state, record_fetch, save_states
from db.vocabulary import CaptureRole, FetchOutcome, PageClass

LISTS = frozenset({CaptureRole.FEED, CaptureRole.SITEMAP, CaptureRole.LISTING, CaptureRole.COURT})
# What a page that came with a good status turned out to be; classes that are not named here are content.
OUTCOMES = {
    PageClass.BOT_CHALLENGE: FetchOutcome.BOT_CHALLENGE,
    PageClass.BLOCK_PAGE: FetchOutcome.BLOCK_PAGE,
    PageClass.NOT_TEXT: FetchOutcome.WRONG_TYPE,
    PageClass.EMPTY: FetchOutcome.EMPTY,
    PageClass.NEEDS_BROWSER: FetchOutcome.EMPTY,
    PageClass.LOGIN_WALL: FetchOutcome.EMPTY,
    PageClass.COOKIE_WALL: FetchOutcome.EMPTY,
    PageClass.MAINTENANCE: FetchOutcome.EMPTY,
    PageClass.PARKED_DOMAIN: FetchOutcome.EMPTY,
    PageClass.HOSTING_SUSPENDED: FetchOutcome.EMPTY,
}


class FetchLog:
    """Writes a fetch row and the state of its address for each request; list pages keep their old validators until the run is whole."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lists: dict[str, FetchOutcome] = {}
        self._outcomes: dict[tuple[str, datetime], FetchOutcome] = {}
        self._observed: set[tuple[str, datetime]] = set()
        self._list_states: dict[str, tuple[FetchState | None, FetchState]] = {}

    @property
    def n_bad(self) -> int:
        """Requests that brought nothing good."""
        return sum(outcome not in GOOD for outcome in self._outcomes.values())

    def count(self, outcome: FetchOutcome) -> int:
        """Requests that ended in `outcome`."""
        return Counter(self._outcomes.values())[outcome]

    def page(self, page: Page, outcome: FetchOutcome | None = None) -> None:
        """A page came; its class decides. An entry is no request of its own, and an observation of the same request stands."""
        capture = page.capture
        key = (capture.url, capture.fetched_at)
        if capture.role is CaptureRole.ENTRY or key in self._observed or not 200 <= capture.status < 300:
            return
        page_class = page.article.page_class if page.article else ""
        ended = OUTCOMES.get(PageClass(page_class), outcome) if page_class else outcome
        fetch = FetchRecord(
            run_id=capture.run_id,
            source_id=capture.source_id,
            role=capture.role,
            url=capture.url,
            fetched_at=capture.fetched_at,
            outcome=ended or FetchOutcome.OK,
            final_url=capture.final_url,
            duration_s=capture.duration_s,
            status=capture.status,
            page_class=page_class,
            received_bytes=len(capture.body if capture.wire_body is None else capture.wire_body),
        )
        self._record(key, fetch, _seen(capture, page))

    def observation(self, item: Observation) -> None:
        """A request ended without a page, or with one that was not what it should be."""
        key = (item.url, item.observed_at)
        self._observed.add(key)
        status = item.detail.get("status")
        fetch = FetchRecord(
            run_id=item.run_id,
            source_id=item.source_id,
            role=str(item.detail.get("role", "")),
            url=item.url,
            fetched_at=item.observed_at,
            outcome=FetchOutcome(item.outcome) if item.outcome else FetchOutcome.UNKNOWN,
            duration_s=item.duration_s,
            status=status if isinstance(status, int) else None,
            error=str(item.detail.get("error", "")) or item.failure.value,
        )
        self._record(key, fetch, Seen())

    def close(self, *, is_whole: bool) -> None:
        """Remember the list pages: with their new validators only when all they named was handled."""
        save_states(self.database, [new if is_whole else keep_validators(old, new) for old, new in self._list_states.values()])

    def _record(self, key: tuple[str, datetime], fetch: FetchRecord, seen: Seen) -> None:
        self._outcomes[key] = fetch.outcome
        old = fetch_state(self.database, fetch.url)
        new = after_fetch(old, fetch, seen)
        if fetch.role not in LISTS:
            record_fetch(self.database, fetch, new)
            return
        self.lists[fetch.url] = fetch.outcome
        self._list_states[fetch.url] = (old, new)
        record_fetch(self.database, fetch)


def _seen(capture: Capture, page: Page) -> Seen:
    headers = {name.lower(): value for name, value in capture.headers}
    return Seen(
        body_sha256=page.archived.body_sha256 if page.archived else "",
        etag=headers.get("etag", "")[:500],
        last_modified=headers.get("last-modified", "")[:100],
    )
