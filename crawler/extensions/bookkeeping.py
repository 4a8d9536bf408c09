"""The ledger of one run: what was asked, how each address ended, and what is remembered of it for the next run."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from scrapy import Request
from sqlite_utils import Database

from crawler.extensions.states import GOOD, Seen, after_fetch, keep_validators
from crawler.items import Capture, Observation, Page
from db.queries import runs
from db.queries.runs import FetchRecord, FetchState
from db.vocabulary import CaptureRole, FetchOutcome, PageClass

LISTS = frozenset({CaptureRole.FEED, CaptureRole.SITEMAP, CaptureRole.LISTING, CaptureRole.COURT})
MAX_NOT_MODIFIED = 3  # so many 304 before a changed page mean that the validators lie, not that the news is slow
# What a page that came with a good status turned out to be; classes that are not named here are content.
_BY_CLASS = {
    PageClass.BOT_CHALLENGE: FetchOutcome.BOT_CHALLENGE,
    PageClass.BLOCK_PAGE: FetchOutcome.BLOCK_PAGE,
    PageClass.EMPTY: FetchOutcome.EMPTY,
    PageClass.NOT_TEXT: FetchOutcome.WRONG_TYPE,
    PageClass.NEEDS_BROWSER: FetchOutcome.EMPTY,
    PageClass.LOGIN_WALL: FetchOutcome.EMPTY,
    PageClass.COOKIE_WALL: FetchOutcome.EMPTY,
    PageClass.MAINTENANCE: FetchOutcome.EMPTY,
    PageClass.PARKED_DOMAIN: FetchOutcome.EMPTY,
    PageClass.HOSTING_SUSPENDED: FetchOutcome.EMPTY,
}


class Ledger:
    """Writes a fetch row and the address's state as soon as an address has ended; list pages are settled at the end."""

    def __init__(self, db: Database, source_id: str, run_id: str) -> None:
        self._db = db
        self.source_id = source_id
        self.run_id = run_id
        self.counts: Counter[str] = Counter()
        self.list_outcomes: dict[str, FetchOutcome] = {}
        self.list_errors: dict[str, str] = {}
        self.n_full_lists = 0
        self.n_unfinished = 0
        self.lying_validators: list[str] = []
        self._pending: dict[str, CaptureRole] = {}
        self._fetches: dict[str, FetchRecord] = {}
        self._before: dict[str, FetchState | None] = {}
        self._lists: dict[str, tuple[FetchState | None, FetchState]] = {}

    @property
    def bad_lists(self) -> dict[str, FetchOutcome]:
        """Addresses of the source that could not be read, with their outcome."""
        return {url: outcome for url, outcome in self.list_outcomes.items() if outcome not in GOOD}

    def expect(self, request: Request) -> None:
        """An address that is going to be asked."""
        role = request.meta.get("mfm_role")
        if isinstance(role, CaptureRole) and request.meta["mfm_url"] not in self._fetches:
            self._pending[request.meta["mfm_url"]] = role

    def forget(self, request: Request) -> None:
        """An address that will not be asked by this request."""
        self._pending.pop(request.meta.get("mfm_url", ""), None)

    def note_page(self, page: Page) -> None:
        """A page came. An entry page stands for an address whose own ending is noted already."""
        capture = page.capture
        if capture.role is CaptureRole.ENTRY:
            return
        earlier = self._fetches.get(capture.url)
        outcome = earlier.outcome if earlier and earlier.outcome is not FetchOutcome.OK else _page_outcome(page)
        fetch = FetchRecord(
            run_id=self.run_id,
            source_id=self.source_id,
            role=capture.role.value,
            url=capture.url,
            final_url=capture.final_url,
            fetched_at=capture.fetched_at,
            outcome=outcome,
            duration_s=capture.duration_s,
            vantage=capture.vantage,
            status=capture.status,
            page_class=page.article.page_class.value if page.article else "",
            received_bytes=len(capture.body if capture.wire_body is None else capture.wire_body),
            error=earlier.error if earlier else "",
        )
        self._note(fetch, _seen(capture, page))

    def note_crash(self, item: object) -> None:
        """A page that a stage crashed over is not remembered: it must come again."""
        if isinstance(item, Page) and item.capture.role is not CaptureRole.ENTRY:
            self._pending.pop(item.capture.url, None)

    def note_observation(self, item: Observation) -> None:
        """A request ended without a page, or with one that was not what it should be."""
        earlier = self._fetches.get(item.url)
        status = item.detail.get("status")
        fetch = FetchRecord(
            run_id=self.run_id,
            source_id=self.source_id,
            role=str(item.detail.get("role", "")),
            url=item.url,
            fetched_at=item.observed_at,
            outcome=FetchOutcome(item.outcome),
            duration_s=item.duration_s,
            vantage=item.vantage,
            status=status if isinstance(status, int) else None,
            error=str(item.detail.get("error", "")) or item.failure.value,
        )
        if earlier:
            fetch = replace(earlier, outcome=fetch.outcome, error=fetch.error)
        self._note(fetch, Seen())

    def _note(self, fetch: FetchRecord, seen: Seen) -> None:
        is_first = fetch.url not in self._fetches
        if is_first:
            self._before[fetch.url] = runs.fetch_state(self._db, fetch.url)
        old = self._before[fetch.url]
        if fetch.outcome is FetchOutcome.OK and old and seen.body_sha256 and seen.body_sha256 == old.body_sha256:
            fetch = replace(fetch, outcome=FetchOutcome.UNCHANGED)
        self._pending.pop(fetch.url, None)
        self._fetches[fetch.url] = fetch
        if fetch.role not in LISTS:
            runs.record_fetch(self._db, fetch, after_fetch(old, fetch, seen) if is_first or seen.body_sha256 else None)
            return
        if old and old.n_not_modified >= MAX_NOT_MODIFIED and fetch.outcome is FetchOutcome.OK and seen.etag == old.etag:
            self.lying_validators.append(fetch.url)
        self._lists[fetch.url] = (old, after_fetch(old, fetch, seen))
        self.list_outcomes[fetch.url] = fetch.outcome
        self.list_errors[fetch.url] = fetch.error
        runs.record_fetch(self._db, fetch)

    def close_unfinished(self, now: datetime, reason: str) -> None:
        """Addresses that the end of the run cut off end as `deadline`, with the reason."""
        self.n_unfinished = len(self._pending)
        for url, role in list(self._pending.items()):
            fetch = FetchRecord(
                run_id=self.run_id,
                source_id=self.source_id,
                role=role.value,
                url=url,
                fetched_at=now,
                outcome=FetchOutcome.DEADLINE,
                error=f"not asked any more: the run ended ({reason})",
            )
            runs.record_fetch(self._db, fetch)
            self._fetches[url] = fetch
            if role in LISTS:
                self.list_outcomes[url] = fetch.outcome
        self._pending.clear()

    def settle_lists(self, *, is_clean: bool) -> None:
        """Remember the list pages: their new validators only when everything they named was handled, else they come again in full."""
        states = [state if is_clean else keep_validators(old, state) for old, state in self._lists.values()]
        runs.save_states(self._db, states)
        outcomes = Counter(fetch.outcome for fetch in self._fetches.values())
        self.n_full_lists = sum(outcome in {FetchOutcome.OK, FetchOutcome.UNCHANGED} for outcome in self.list_outcomes.values())
        self.counts["n_not_modified"] = outcomes[FetchOutcome.NOT_MODIFIED] + outcomes[FetchOutcome.UNCHANGED]
        self.counts["n_failed"] = sum(count for outcome, count in outcomes.items() if outcome not in GOOD)


def _page_outcome(page: Page) -> FetchOutcome:
    return _BY_CLASS.get(page.article.page_class, FetchOutcome.OK) if page.article else FetchOutcome.OK


def _seen(capture: Capture, page: Page) -> Seen:
    headers = {name.lower(): value for name, value in capture.headers}
    return Seen(
        body_sha256=page.archived.body_sha256 if page.archived else "",
        etag=headers.get("etag", "")[:200],
        last_modified=headers.get("last-modified", "")[:60],
    )
