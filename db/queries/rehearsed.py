"""What a played day left behind: read by the rehearsal to show it and to check what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

# Rows of these tables tell something new to staff; running a day twice may not add one.
TELLING_TABLES = (
    "article",
    "article_version",
    "finding",
    "court_case",
    "case_event",
    "hearing",
    "incident",
    "alert",
    "alert_article",
    "outbox",
)


@dataclass(kw_only=True, slots=True, frozen=True)
class AlertRow:
    """One alert in short."""

    number: int
    category: str
    stage: str
    title: str
    outlet_id: str
    created_at: str
    n_reports: int
    is_backfill: bool


@dataclass(kw_only=True, slots=True, frozen=True)
class IncidentRow:
    """One incident in short."""

    outlet_id: str
    kind: str
    state: str
    opened_at: str
    closed_at: str


def alerts(db: Database) -> tuple[AlertRow, ...]:
    """All alerts, oldest first."""
    rows = db.query(
        "select number, category, stage, title, coalesce(outlet_id, '') as outlet_id, created_at, n_reports, is_backfill from alert order by number"
    )
    return tuple(AlertRow(**{**row, "is_backfill": bool(row["is_backfill"])}) for row in rows)


def incidents(db: Database) -> tuple[IncidentRow, ...]:
    """All incidents, oldest first."""
    rows = db.query(
        """
        select coalesce(outlet_id, '') as outlet_id, kind, state, coalesce(opened_at, '') as opened_at, coalesce(closed_at, '') as closed_at
        from incident order by started_at
        """
    )
    return tuple(IncidentRow(**row) for row in rows)


def hearings_of(db: Database, case_number: str) -> tuple[str, ...]:
    """Days of the hearings known for a case, in order of being seen."""
    rows = db.query(
        """
        select distinct hearing.starts_on from hearing join court_case on court_case.id = hearing.case_id
        where court_case.case_number = :number order by hearing.first_seen_at, hearing.starts_on
        """,
        {"number": case_number},
    )
    return tuple(str(row["starts_on"]) for row in rows)


def copies(db: Database) -> int:
    """Articles known to be copies of others."""
    return int(next(iter(db.query("select count(*) as n from article where copy_of is not null")))["n"])


def page_classes(db: Database, source_id: str) -> frozenset[str]:
    """What kinds of page a source has answered with."""
    return frozenset(
        str(row["page_class"]) for row in db.query("select distinct page_class from fetch where source_id = :id", {"id": source_id})
    )


def issue_kinds(db: Database, source_id: str) -> frozenset[str]:
    """Kinds of issues noted for a source."""
    return frozenset(str(row["kind"]) for row in db.query("select distinct kind from issue where source_id = :id", {"id": source_id}))


def run_states(db: Database, source_id: str) -> tuple[str, ...]:
    """States of a source's runs in order."""
    rows = db.query("select state from crawl_run where source_id = :id order by started_at, id", {"id": source_id})
    return tuple(str(row["state"]) for row in rows)


def telling_counts(db: Database) -> Mapping[str, int]:
    """Rows of every table in which a new row is news to somebody."""
    return {name: db.table(name).count for name in TELLING_TABLES}


def day_sums(db: Database, since: str, until: str) -> Mapping[str, int]:
    """Runs and pages begun in a stretch of time."""
    rows = db.query(
        """
        select count(*) as n_runs, coalesce(sum(state = 'ok'), 0) as n_ok, coalesce(sum(n_pages), 0) as n_pages,
            coalesce(sum(n_new), 0) as n_new, coalesce(sum(received_bytes), 0) as received_bytes
        from crawl_run where started_at >= :since and started_at < :until
        """,
        {"since": since, "until": until},
    )
    return {name: int(value) for name, value in next(iter(rows)).items()}
