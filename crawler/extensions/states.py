"""What is remembered of an address after a look at it: pure arithmetic over the old state and what came."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.queries.runs import FetchRecord, FetchState
from db.vocabulary import CaptureRole, FetchOutcome

# Most silent changes happen on the first day, so looks at an article begin after six hours and thin out by doubling.
FIRST_REVISIT_S = 6 * 3600
LAST_REVISIT_S = 8 * 86400
GONE_REVISIT_S = 2 * 3600  # an article that is missing is looked for again soon: one look proves no removal
FIRST_RETRY_S = 3600
LAST_RETRY_S = 86400
MAX_FAILURES = 6
# Weights of failures as media-cloud/rss-fetcher counts them: hard ones 1, soft ones less (SCHEMA.md, design rule 6).
HARD, SOFT, FAINT = 1.0, 0.5, 0.25

GOOD = frozenset({FetchOutcome.OK, FetchOutcome.UNCHANGED, FetchOutcome.NOT_MODIFIED})
_SOFT = frozenset(
    {FetchOutcome.HTTP_5XX, FetchOutcome.DNS_ERROR, FetchOutcome.CONNECT_TIMEOUT, FetchOutcome.READ_TIMEOUT, FetchOutcome.CONNECTION_ERROR}
)
_FAINT = frozenset({FetchOutcome.RATE_LIMITED, FetchOutcome.DEADLINE, FetchOutcome.OFFLINE, FetchOutcome.TRUNCATED})


@dataclass(kw_only=True, slots=True, frozen=True)
class Seen:
    """What a full response brought besides its outcome."""

    body_sha256: str = ""
    etag: str = ""
    last_modified: str = ""


def weight(outcome: FetchOutcome) -> float:
    """How much a failure counts."""
    return 0.0 if outcome in GOOD else SOFT if outcome in _SOFT else FAINT if outcome in _FAINT else HARD


def after_fetch(old: FetchState | None, fetch: FetchRecord, seen: Seen) -> FetchState:
    """The new state of the address; validators and body change only with a good full response."""
    state = old or FetchState(url=fetch.url, source_id=fetch.source_id)
    state = replace(state, last_attempt_at=fetch.fetched_at, last_outcome=fetch.outcome.value)
    if fetch.outcome in GOOD:
        state = _after_success(state, fetch, seen)
    else:
        state = replace(state, n_failures=state.n_failures + weight(fetch.outcome))
    return _with_next_look(old, state, fetch) if fetch.role == CaptureRole.ARTICLE else state


def _after_success(state: FetchState, fetch: FetchRecord, seen: Seen) -> FetchState:
    state = replace(state, last_success_at=fetch.fetched_at, n_failures=0.0)
    if fetch.outcome is FetchOutcome.NOT_MODIFIED:
        return replace(state, n_not_modified=state.n_not_modified + 1)
    return replace(
        state,
        n_not_modified=0,
        last_unconditional_at=fetch.fetched_at,
        etag=seen.etag,
        last_modified=seen.last_modified,
        body_sha256=seen.body_sha256 or state.body_sha256,
    )


def _with_next_look(old: FetchState | None, state: FetchState, fetch: FetchRecord) -> FetchState:
    """When the article is looked at again; `poll_s` 0 ends it."""
    if fetch.outcome in GOOD:
        is_first = old is None or not old.last_success_at
        poll_s = FIRST_REVISIT_S if is_first else max(FIRST_REVISIT_S, state.poll_s * 2)
        return _due_in(state, fetch.fetched_at, poll_s if poll_s <= LAST_REVISIT_S else 0)
    if fetch.status in (404, 410) and state.last_success_at:
        return _due_in(state, fetch.fetched_at, GONE_REVISIT_S if state.n_failures <= MAX_FAILURES else 0)
    poll_s = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** int(min(state.n_failures, 10)))
    return _due_in(state, fetch.fetched_at, poll_s if state.n_failures < MAX_FAILURES else 0)


def _due_in(state: FetchState, at: datetime, poll_s: int) -> FetchState:
    """Due after `poll_s`; with 0 the address is left alone for a month, so that a feed that still names it does not bring it back."""
    return replace(state, poll_s=poll_s, next_attempt_at=at + (timedelta(seconds=poll_s) if poll_s else timedelta(days=30)))


def keep_validators(old: FetchState | None, state: FetchState) -> FetchState:
    """The new state with the old validators: for a list page whose entries were not all handled, so that it comes again in full."""
    source = old or FetchState(url=state.url, source_id=state.source_id)
    return replace(
        state,
        etag=source.etag,
        last_modified=source.last_modified,
        body_sha256=source.body_sha256,
        last_unconditional_at=source.last_unconditional_at,
        last_success_at=source.last_success_at,
    )
