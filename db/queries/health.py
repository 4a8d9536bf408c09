"""Reads about the house itself: runs, silences, queues and the soundness of the file. For `scrapy doctor` and the health page."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from db.connection import write
from db.queries.times import iso


@dataclass(kw_only=True, slots=True, frozen=True)
class SourceHealth:
    """How a source has been doing; moments as the database keeps them, empty when it never happened."""

    source_id: str
    outlet: str
    last_run_at: str
    last_ok_at: str
    last_new_item_at: str
    state: str
    cause: str
    reason: str
    max_silence_s: int
    cadence_s: int
    n_open_issues: int


@dataclass(kw_only=True, slots=True, frozen=True)
class SiteClock:
    """Seconds between publication as the site says and our first look: the least, and how many articles came before their time."""

    source_id: str
    cadence_s: int
    least_s: int
    n_articles: int
    n_early: int
    early_s: float


@dataclass(kw_only=True, slots=True, frozen=True)
class QueueHealth:
    """What waits in the outbox and since when."""

    n_waiting: int
    n_dead: int
    oldest_at: str


_SOURCES = """
select s.id as source_id, o.name as outlet, coalesce(s.last_run_at, '') as last_run_at, coalesce(s.last_ok_at, '') as last_ok_at,
    coalesce(s.last_new_item_at, '') as last_new_item_at, coalesce(r.state, '') as state, coalesce(r.cause, '') as cause,
    coalesce(r.reason, '') as reason, s.max_silence_s, s.cadence_s,
    (select count(*) from issue i where i.source_id = s.id and i.fixed_at is null) as n_open_issues
from source s join outlet o on o.id = s.outlet_id
left join crawl_run r on r.id = (select id from crawl_run where source_id = s.id and state <> 'running' order by started_at desc limit 1)
where s.is_enabled = 1 and s.last_run_at is not null
order by s.country, s.id
"""
_QUEUE = """
select count(*) filter (where state in ('pending', 'sending', 'deferred')) as n_waiting, count(*) filter (where state = 'dead') as n_dead,
    coalesce(min(created_at) filter (where state in ('pending', 'sending', 'deferred')), '') as oldest_at
from outbox
"""
# Times that a site gives by the minute, against the time of the first look: the newest fifty of each source.
_SITE_CLOCKS = """
with lag (source_id, cadence_s, lag_s, n) as (
    select a.source_id, s.cadence_s, unixepoch(a.first_seen_at) - unixepoch(a.published_at),
        row_number() over (partition by a.source_id order by a.first_seen_at desc)
    from article a join source s on s.id = a.source_id
    where a.published_precision = 'moment' and a.is_backfill = 0 and a.first_seen_at >= :since)
select source_id, cadence_s, min(lag_s) as least_s, count(*) as n_articles, sum(lag_s < -:most_s) as n_early,
    coalesce(avg(case when lag_s < -:most_s then -lag_s end), 0) as early_s
from lag where n <= 50 group by source_id having count(*) >= :least order by source_id
"""
_LATEST = "select coalesce(max(started_at), '') as latest from crawl_run"
_STUCK = "select count(*) as n from crawl_run where state = 'running' and started_at < :before"


def source_health(db: Database) -> tuple[SourceHealth, ...]:
    """Every enabled source that has ever been run, with the end of its last run."""
    return tuple(SourceHealth(**row) for row in db.query(_SOURCES))


def site_clocks(db: Database, since: datetime, most_s: int, least: int) -> tuple[SiteClock, ...]:
    """How the times of a site stand to ours, for sources with `least` articles of known minute since then; early is more than `most_s`."""
    return tuple(SiteClock(**row) for row in db.query(_SITE_CLOCKS, {"since": iso(since), "most_s": most_s, "least": least}))


def queue_health(db: Database) -> QueueHealth:
    """The state of the outbox."""
    return QueueHealth(**next(iter(db.query(_QUEUE))))


def latest_run_at(db: Database) -> str:
    """Start of the latest run, empty when there was none."""
    return str(next(iter(db.query(_LATEST)))["latest"])


def count_stuck_runs(db: Database, before: datetime) -> int:
    """Runs that still count as running though they began before then."""
    return int(str(next(iter(db.query(_STUCK, {"before": iso(before)})))["n"]))


def integrity_faults(db: Database) -> tuple[str, ...]:
    """What SQLite finds wrong with the file, its references and the text index; empty when all is sound."""
    faults = [str(row[0]) for row in db.execute("pragma integrity_check(5)").fetchall() if row[0] != "ok"]
    faults += [f"broken reference in {row[0]}" for row in db.execute("pragma foreign_key_check").fetchmany(5)]
    text_index = _text_index_fault(db)
    return (*faults, text_index) if text_index else tuple(faults)


def mend_text_index(db: Database) -> bool:
    """Rebuild the text index from the articles when the two do not agree (FIELD-TRAPS DB3); True when it had to be done."""
    if not _text_index_fault(db):
        return False
    write(db, lambda db: db.conn.execute("insert into article_fts (article_fts) values ('rebuild')"))
    return True


def cut_journal(db: Database) -> bool:
    """Write all of the write-ahead file into the database and cut it to nothing (FIELD-TRAPS DB2); False while a reader holds it."""
    return not db.conn.execute("pragma wal_checkpoint(truncate)").fetchone()[0]


def _text_index_fault(db: Database) -> str:
    try:
        db.conn.execute("insert into article_fts (article_fts, rank) values ('integrity-check', 1)")
    except db.conn.DatabaseError as error:
        return f"text index: {error}"
    finally:
        db.conn.rollback()
    return ""
