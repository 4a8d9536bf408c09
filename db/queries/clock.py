"""What the clock reads and writes of runs: last runs, runs cut off, runs that never began, and their outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db.queries.times import iso, parse_iso
from db.vocabulary import RunCause, RunState


@dataclass(kw_only=True, slots=True, frozen=True)
class RunNote:
    """A run that the clock itself has to write down, because no crawl process was there to do it."""

    run_id: str
    source_id: str
    state: RunState
    cause: RunCause
    reason: str
    at: datetime


@dataclass(kw_only=True, slots=True, frozen=True)
class RunOutcome:
    """The row of one run as a person wants to see it in the table at the end."""

    run_id: str
    source_id: str
    state: RunState
    cause: str
    reason: str
    n_pages: int
    n_new: int
    n_alerts: int
    received_bytes: int
    is_baseline: bool


def last_runs(db: Database) -> dict[str, datetime]:
    """Start of the newest run per source that reached its end; offline, killed and missed runs leave a source due."""
    rows = db.query("select source_id, max(started_at) as at from crawl_run where state in ('ok', 'failed') group by source_id")
    return {str(row["source_id"]): parse_iso(str(row["at"])) for row in rows}


def baseline_done(db: Database) -> frozenset[str]:
    """Sources that have been read through once; the others have yet to see their baseline (FIELD-TRAPS AL7).

    A run that failed over one bad page has still seen the rest: a second baseline would swallow the day's alerts.
    """
    rows = db.query("select distinct source_id from crawl_run where state = 'ok' or (state = 'failed' and n_pages > 0)")
    return frozenset(str(row["source_id"]) for row in rows)


def close_unfinished(db: Database, now: datetime) -> tuple[str, ...]:
    """Runs still marked running when the clock starts were cut off; they are marked killed and their sources returned."""
    rows = db.query(
        """
        update crawl_run set state = 'killed', cause = 'unknown', ended_at = :now, reason = 'cut off together with its clock'
        where state = 'running' returning source_id
        """,
        {"now": iso(now)},
    )
    return tuple(sorted(str(row["source_id"]) for row in rows))


def note_run(db: Database, note: RunNote) -> None:
    """Write a run that nobody else could write down; an ended row stays as it was judged, unless it was killed."""
    db.execute(
        """
        insert into crawl_run (id, source_id, spider, planned_at, started_at, ended_at, state, cause, reason)
        values (:id, :source_id, 'source', :at, :at, :at, :state, :cause, :reason)
        on conflict (id) do update set state = excluded.state, cause = excluded.cause, reason = excluded.reason,
            ended_at = excluded.ended_at
        where crawl_run.state = 'running' or excluded.state = 'killed'
        """,
        {
            "id": note.run_id,
            "source_id": note.source_id,
            "at": iso(note.at),
            "state": note.state.value,
            "cause": note.cause.value,
            "reason": note.reason,
        },
    )


def outcome(db: Database, run_id: str) -> RunOutcome | None:
    """The row of one run; None when it was never written."""
    rows = list(db.query("select * from crawl_run where id = :id", {"id": run_id}))
    if not rows:
        return None
    row = rows[0]
    return RunOutcome(
        run_id=run_id,
        source_id=str(row["source_id"]),
        state=RunState(row["state"]),
        cause=str(row["cause"]),
        reason=str(row["reason"]),
        n_pages=int(row["n_pages"]),
        n_new=int(row["n_new"]),
        n_alerts=int(row["n_alerts"]),
        received_bytes=int(row["received_bytes"]),
        is_baseline=bool(row["is_baseline"]),
    )


def alerts_since(db: Database, numbers_above: int) -> tuple[tuple[int, str, str], ...]:
    """Alerts made after the one numbered `numbers_above`: number, kind and title, in order."""
    rows = db.query(
        "select number, alert_kind, title from alert where number > :above and is_backfill = 0 order by number", {"above": numbers_above}
    )
    return tuple((int(row["number"]), str(row["alert_kind"]), str(row["title"])) for row in rows)


def last_alert_number(db: Database) -> int:
    """Number of the newest alert, 0 when there is none: a cursor by sequence, not by clock."""
    return int(next(iter(db.query("select coalesce(max(number), 0) as n from alert")))["n"])


def waiting_mails(db: Database) -> dict[str, int]:
    """How many messages of the outbox are in which state."""
    return {str(row["state"]): int(row["n"]) for row in db.query("select state, count(*) as n from outbox group by state")}


def known_sources(db: Database, ids: Sequence[str]) -> frozenset[str]:
    """Those of `ids` that have a row already."""
    rows = {str(row["id"]) for row in db.query("select id from source")}
    return frozenset(rows.intersection(ids))
