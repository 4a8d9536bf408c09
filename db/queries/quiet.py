"""Reads and writes of the silence desk: publishing times, runs that could have seen an article, silence incidents and their proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db.identity import content_id
from db.queries.times import iso, parse_iso

_WATCHED = """
select s.id, s.outlet_id, o.name, s.country, s.cadence_s,
    (select min(started_at) from crawl_run r where r.source_id = s.id and r.state = 'ok') as since
from source s join outlet o on o.id = s.outlet_id
where s.is_enabled = 1 and o.kind in ('outlet', 'agency') and s.kind <> 'court' and o.is_historic = 0
order by s.id
"""
# A claim of a moment that lies ahead of the first sight, or far behind it, is not believed.
_POSTS = """
select case when published_precision = 'moment' and published_at <= first_seen_at
        and unixepoch(first_seen_at) - unixepoch(published_at) < 7 * 86400 then published_at else first_seen_at end as at
from article where outlet_id = :outlet_id and first_seen_at >= :since and is_backfill = 0
"""
# A run that failed only because nothing new came has read the source well; every other failure says nothing about the outlet.
_LOOKS = """
select started_at from crawl_run
where source_id = :source_id and started_at >= :since and (state = 'ok' or (state = 'failed' and cause = 'quiet'))
"""
_OPEN = """
select * from incident where outlet_id = :outlet_id and kind = 'silence' and state = 'open' and merged_into is null
order by started_at desc limit 1
"""
_PAST = """
select started_at, closed_at from incident where outlet_id = :outlet_id and kind = 'silence' and state = 'closed' and closed_at is not null
"""
# What explains a silence: the outlet is blocked, suspended or its site is in trouble.
_EXPLAINED = """
select id from incident where outlet_id = :outlet_id and state in ('open', 'eased') and merged_into is null
    and kind in ('suspension', 'blocking', 'site_trouble') order by kind = 'suspension' desc, started_at limit 1
"""
_ABSORB = "update incident set merged_into = :into, state = 'closed', closed_at = :now, updated_at = :now where id = :id and is_locked = 0"
_PROOF = """
insert into alert_evidence (id, alert_id, kind, quote, note) values (:id, :alert_id, 'silence', '', :note) on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSource:
    """A source whose rhythm is followed; `since` is its first good run, None before it."""

    id: str
    outlet_id: str
    outlet_name: str
    country: str
    cadence_s: int
    since: datetime | None


def watched_sources(db: Database) -> list[WatchedSource]:
    """Enabled sources of outlets and agencies."""
    return [
        WatchedSource(
            id=row["id"],
            outlet_id=row["outlet_id"],
            outlet_name=row["name"],
            country=row["country"],
            cadence_s=row["cadence_s"],
            since=parse_iso(row["since"]) if row["since"] else None,
        )
        for row in db.query(_WATCHED)
    ]


def posts_of(db: Database, outlet_id: str, since: datetime) -> list[datetime]:
    """When the outlet published: its own word where it can be believed, else when we first saw the article."""
    return [parse_iso(row["at"]) for row in db.query(_POSTS, {"outlet_id": outlet_id, "since": iso(since)})]


def looks_of(db: Database, source_id: str, since: datetime) -> list[datetime]:
    """Runs that read the source well."""
    return [parse_iso(row["started_at"]) for row in db.query(_LOOKS, {"source_id": source_id, "since": iso(since)})]


def open_silence(db: Database, outlet_id: str) -> dict[str, Any] | None:
    """The silence of the outlet that is not over."""
    return next(iter(db.query(_OPEN, {"outlet_id": outlet_id})), None)


def is_known(db: Database, incident_id: str) -> bool:
    """True when this silence has a row, whatever became of it: what people rejected or closed is not opened again."""
    return db.conn.execute("select 1 from incident where id = ?", (incident_id,)).fetchone() is not None


def past_silences(db: Database, outlet_id: str) -> list[tuple[datetime, datetime]]:
    """Spans of silences that are over; they say nothing of the rhythm."""
    rows = db.query(_PAST, {"outlet_id": outlet_id})
    return [(parse_iso(row["started_at"]), parse_iso(row["closed_at"])) for row in rows]


def explaining_incident(db: Database, outlet_id: str) -> str:
    """The open suspension, blocking or trouble of the outlet; empty when there is none."""
    row = next(iter(db.query(_EXPLAINED, {"outlet_id": outlet_id})), None)
    return str(row["id"]) if row else ""


def absorb(db: Database, incident_id: str, into: str, now: datetime) -> None:
    """The silence becomes part of what explains it. Inside the caller's transaction."""
    db.conn.execute(_ABSORB, {"id": incident_id, "into": into, "now": iso(now)})


def store_proof(db: Database, alert_id: str, words: str) -> None:
    """The statement with its expectation, as evidence of the alert. Inside the caller's transaction."""
    values = {"id": content_id("alert_evidence", alert_id, "silence"), "alert_id": alert_id, "note": words}
    db.conn.execute(_PROOF, values)


def names_of(sources: Sequence[WatchedSource]) -> str:
    """The first few names, for people."""
    names = [source.outlet_name for source in sources]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
