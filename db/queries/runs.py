"""Runs and their requests: crawl_run, fetch, fetch_state and issue rows, written by the run log and the middlewares."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from db.connection import write
from db.identity import content_id, fetch_id
from db.queries.times import iso, parse_iso
from db.vocabulary import FetchOutcome, IssueKind, RunCause, RunState


@dataclass(kw_only=True, slots=True, frozen=True)
class RunStart:
    """What is known of a run when it begins."""

    id: str
    source_id: str
    spider: str
    started_at: datetime
    is_baseline: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class RunEnd:
    """What is known of a run when it has ended."""

    id: str
    ended_at: datetime
    state: RunState
    cause: RunCause
    reason: str
    counts: Mapping[str, int] = field(default_factory=dict)
    duration_s: float = 0.0
    stats: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(kw_only=True, slots=True, frozen=True)
class FetchRecord:
    """How one request of a run ended; `url` and `fetched_at` make its id, the same that the store stage makes."""

    run_id: str
    source_id: str
    role: str
    url: str
    fetched_at: datetime
    outcome: FetchOutcome
    final_url: str = ""
    duration_s: float = 0.0
    vantage: str = "direct"
    status: int | None = None
    page_class: str = ""
    received_bytes: int = 0
    error: str = ""

    @property
    def id(self) -> str:
        """Id of the row."""
        return fetch_id(self.run_id, self.url, iso(self.fetched_at))


@dataclass(kw_only=True, slots=True, frozen=True)
class FetchState:
    """What is remembered of one address between runs; `poll_s` above 0 means an article with another look to come."""

    url: str
    source_id: str
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_unconditional_at: datetime | None = None
    next_attempt_at: datetime | None = None
    n_failures: float = 0.0
    n_not_modified: int = 0
    poll_s: int = 0
    last_outcome: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class IssueRecord:
    """A surprise for maintainers; the same one again only counts."""

    kind: IssueKind
    message: str
    at: datetime
    cause: RunCause = RunCause.UNKNOWN
    source_id: str = ""
    run_id: str = ""
    url: str = ""


_MOMENTS = ("last_attempt_at", "last_success_at", "last_unconditional_at", "next_attempt_at")
_COUNTS = (
    "n_requests", "n_pages", "n_entries", "n_new", "n_not_modified", "n_failed", "n_findings", "n_alerts", "n_errors", "received_bytes",
)  # fmt: skip

_START_RUN = """
insert into crawl_run (id, source_id, spider, planned_at, started_at, state, is_baseline)
values (:id, :source_id, :spider, :started_at, :started_at, 'running', :is_baseline)
on conflict (id) do update set spider = excluded.spider, started_at = excluded.started_at, state = 'running', ended_at = null,
    is_baseline = excluded.is_baseline
"""
_END_RUN = """
update crawl_run set ended_at = :ended_at, state = :state, cause = :cause, reason = :reason, n_requests = :n_requests,
    n_pages = :n_pages, n_entries = :n_entries, n_new = :n_new, n_not_modified = :n_not_modified, n_failed = :n_failed,
    n_findings = :n_findings, n_alerts = :n_alerts, n_errors = :n_errors, received_bytes = :received_bytes,
    duration_s = :duration_s, stats_json = :stats_json
where id = :id
"""
_MARK_SOURCE = """
update source set last_run_at = :ended_at,
    last_ok_at = case when :state = 'ok' then :ended_at else last_ok_at end,
    last_new_item_at = case when :n_new > 0 then :ended_at else last_new_item_at end,
    baseline_at = case when :state = 'ok' then coalesce(baseline_at, :ended_at) else baseline_at end
where id = (select source_id from crawl_run where id = :id)
"""
_UPSERT_FETCH = """
insert into fetch (id, run_id, source_id, role, url, final_url, fetched_at, duration_s, vantage, status, outcome, page_class,
    received_bytes, error)
values (:id, :run_id, :source_id, :role, :url, :final_url, :fetched_at, :duration_s, :vantage, :status, :outcome, :page_class,
    :received_bytes, :error)
on conflict (id) do update set outcome = excluded.outcome, error = excluded.error, received_bytes = excluded.received_bytes,
    duration_s = excluded.duration_s, status = coalesce(excluded.status, status)
"""
_UPSERT_STATE = """
insert into fetch_state (url, source_id, etag, last_modified, body_sha256, last_attempt_at, last_success_at, last_unconditional_at,
    next_attempt_at, n_failures, n_not_modified, poll_s, last_outcome)
values (:url, :source_id, :etag, :last_modified, :body_sha256, :last_attempt_at, :last_success_at, :last_unconditional_at,
    :next_attempt_at, :n_failures, :n_not_modified, :poll_s, :last_outcome)
on conflict (url) do update set etag = excluded.etag, last_modified = excluded.last_modified, body_sha256 = excluded.body_sha256,
    last_attempt_at = excluded.last_attempt_at, last_success_at = excluded.last_success_at,
    last_unconditional_at = excluded.last_unconditional_at, next_attempt_at = excluded.next_attempt_at,
    n_failures = excluded.n_failures, n_not_modified = excluded.n_not_modified, poll_s = excluded.poll_s,
    last_outcome = excluded.last_outcome
"""
_UPSERT_ISSUE = """
insert into issue (id, source_id, run_id, kind, cause, message, url, first_seen_at, last_seen_at)
values (:id, nullif(:source_id, ''), nullif(:run_id, ''), :kind, :cause, :message, :url, :at, :at)
on conflict (id) do update set n_seen = n_seen + 1, last_seen_at = excluded.last_seen_at, message = excluded.message,
    run_id = excluded.run_id, fixed_at = null
"""
_FIX_ISSUES = """
update issue set fixed_at = :at where source_id = :source_id and fixed_at is null
    and kind in (select value from json_each(:kinds))
"""
_KNOWN = """
select url from fetch_state
where url in (select value from json_each(:urls)) and (last_success_at is not null or next_attempt_at > :now)
"""
_DUE = """
select url from fetch_state
where source_id = :source_id and poll_s > 0 and last_success_at is not null and next_attempt_at <= :now
order by next_attempt_at limit :limit
"""


def start_run(db: Database, run: RunStart) -> None:
    """Write the row of a run that begins; a row that the clock has written before is taken over."""
    row = {
        "id": run.id,
        "source_id": run.source_id,
        "spider": run.spider,
        "started_at": iso(run.started_at),
        "is_baseline": int(run.is_baseline),
    }
    write(db, lambda db: db.conn.execute(_START_RUN, row))


def end_run(db: Database, run: RunEnd) -> None:
    """Close the row of a run and mark its source."""
    row: dict[str, object] = {name: run.counts.get(name, 0) for name in _COUNTS}
    row |= {
        "id": run.id,
        "ended_at": iso(run.ended_at),
        "state": run.state.value,
        "cause": run.cause.value,
        "reason": run.reason,
        "duration_s": run.duration_s,
        "stats_json": json.dumps(dict(run.stats), ensure_ascii=False, default=str, sort_keys=True),
    }

    def work(db: Database) -> None:
        db.conn.execute(_END_RUN, row)
        db.conn.execute(_MARK_SOURCE, row)

    write(db, work)


def record_fetch(db: Database, fetch: FetchRecord, state: FetchState | None = None) -> str:
    """Write how a request ended and, in the same transaction, what is remembered of its address; returns the row's id."""
    row = _fetch_row(fetch)

    def work(db: Database) -> None:
        db.conn.execute(_UPSERT_FETCH, row)
        if state is not None:
            db.conn.execute(_UPSERT_STATE, _state_row(state))

    write(db, work)
    return fetch.id


def save_states(db: Database, states: Iterable[FetchState]) -> None:
    """Remember several addresses at once."""
    rows = [_state_row(state) for state in states]
    if rows:
        write(db, lambda db: db.conn.executemany(_UPSERT_STATE, rows))


def fetch_state(db: Database, url: str) -> FetchState | None:
    """What is remembered of an address; None when it was never asked."""
    cursor = db.conn.execute("select * from fetch_state where url = ?", (url,))
    cursor.row_factory = sqlite3.Row
    row = cursor.fetchone()
    if row is None:
        return None
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a sqlite3.Row iterates over its values
    return FetchState(**values | {name: parse_iso(values[name]) if values[name] else None for name in _MOMENTS})


def known_articles(db: Database, urls: Iterable[str], now: datetime) -> frozenset[str]:
    """Those of `urls` that were read before, or that failed and are not due yet."""
    rows = db.conn.execute(_KNOWN, {"urls": json.dumps(list(urls)), "now": iso(now)})
    return frozenset(str(row[0]) for row in rows)


def due_articles(db: Database, source_id: str, now: datetime, limit: int) -> tuple[str, ...]:
    """Articles of a source that are due for another look, the longest due first."""
    rows = db.conn.execute(_DUE, {"source_id": source_id, "now": iso(now), "limit": limit})
    return tuple(str(row[0]) for row in rows)


def raise_issue(db: Database, issue: IssueRecord) -> str:
    """Write an issue; the same kind at the same source and address is one row whose message is the newest. Returns its id."""
    identity = content_id("issue", issue.source_id, issue.kind.value, issue.url)
    row = {
        "id": identity,
        "source_id": issue.source_id,
        "run_id": issue.run_id,
        "kind": issue.kind.value,
        "cause": issue.cause.value,
        "message": issue.message,
        "url": issue.url,
        "at": iso(issue.at),
    }
    write(db, lambda db: db.conn.execute(_UPSERT_ISSUE, row))
    return identity


def fix_issues(db: Database, source_id: str, kinds: Iterable[IssueKind], now: datetime) -> None:
    """Mark open issues of a source as fixed."""
    row = {"source_id": source_id, "kinds": json.dumps([kind.value for kind in kinds]), "at": iso(now)}
    write(db, lambda db: db.conn.execute(_FIX_ISSUES, row))


def has_source(db: Database, source_id: str) -> bool:
    """True when the source has a row that runs can refer to."""
    return db.conn.execute("select 1 from source where id = ?", (source_id,)).fetchone() is not None


def last_good_run(db: Database, source_id: str) -> datetime | None:
    """End of the newest run of a source that ended well."""
    row = db.conn.execute("select last_ok_at from source where id = ?", (source_id,)).fetchone()
    return parse_iso(row[0]) if row and row[0] else None


def last_new_item(db: Database, source_id: str) -> datetime | None:
    """When the source last had something new, or else when it was first read well; None before that."""
    row = db.conn.execute("select coalesce(last_new_item_at, baseline_at) from source where id = ?", (source_id,)).fetchone()
    return parse_iso(row[0]) if row and row[0] else None


def _fetch_row(fetch: FetchRecord) -> dict[str, object]:
    return {
        "id": fetch.id,
        "run_id": fetch.run_id,
        "source_id": fetch.source_id,
        "role": fetch.role,
        "url": fetch.url,
        "final_url": fetch.final_url,
        "fetched_at": iso(fetch.fetched_at),
        "duration_s": fetch.duration_s,
        "vantage": fetch.vantage,
        "status": fetch.status,
        "outcome": fetch.outcome.value,
        "page_class": fetch.page_class,
        "received_bytes": fetch.received_bytes,
        "error": fetch.error,
    }


def _state_row(state: FetchState) -> dict[str, object]:
    row: dict[str, object] = {
        "url": state.url,
        "source_id": state.source_id,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_sha256": state.body_sha256,
        "n_failures": state.n_failures,
        "n_not_modified": state.n_not_modified,
        "poll_s": state.poll_s,
        "last_outcome": state.last_outcome,
    }
    for name in _MOMENTS:
        moment = getattr(state, name)
        row[name] = iso(moment) if moment else None
    return row
