"""Issues that maintainers are mailed about: the outbox, the disk, the clock, and what the crawl and the probes reported."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from db.connection import write
from db.identity import content_id
from db.queries.delivery import NewMessage, add_message
from db.queries.times import iso, parse_iso
from db.vocabulary import IssueKind, Verdict

FIRST_GAP = timedelta(days=1)
LONGEST_GAP = timedelta(days=7)
PATIENT_KINDS = (IssueKind.NETWORK, IssueKind.CHALLENGE, IssueKind.PARSE, IssueKind.ROBOTS)
QUIET_KINDS = (
    IssueKind.BAD_ROW, IssueKind.BAD_DATE, IssueKind.BAD_ENCODING, IssueKind.VALIDATOR, IssueKind.NEEDS_BROWSER, IssueKind.FEED,
    IssueKind.SITEMAP,
)  # fmt: skip
PATIENCE = 3  # one failed look is the world's weather; the third in a row is news


@dataclass(kw_only=True, slots=True, frozen=True)
class Issue:
    """A surprise, as maintainers are told of it."""

    id: str
    kind: str
    cause: str
    source_id: str
    message: str
    n_seen: int
    first_seen_at: datetime
    notified_at: datetime | None
    is_fixed: bool


_ISSUES = """select id, kind, cause, coalesce(source_id, '') as source_id, message, n_seen, first_seen_at, notified_at,
    fixed_at is not null as is_fixed from issue"""


def _issue(row: dict[str, object]) -> Issue:
    told = row.pop("notified_at")
    return Issue(
        **{key: row[key] for key in ("id", "kind", "cause", "source_id", "message", "n_seen")},  # type: ignore[arg-type]
        first_seen_at=parse_iso(str(row["first_seen_at"])),
        notified_at=parse_iso(str(told)) if told else None,
        is_fixed=bool(row["is_fixed"]),
    )


def due_issues(db: Database, now: datetime) -> list[Issue]:
    """Open issues never told of, or told of longer ago than the growing gap (1 day, doubling to 7): never given up, never a stream."""
    query = f"{_ISSUES} where fixed_at is null and kind not in (select value from json_each(:quiet)) order by kind, source_id, id"
    found = [_issue(row) for row in db.query(query, {"quiet": json.dumps(QUIET_KINDS)})]
    return [issue for issue in found if _is_news(issue) and (issue.notified_at is None or now - issue.notified_at >= _gap(issue))]


def _is_news(issue: Issue) -> bool:
    return issue.kind not in PATIENT_KINDS or issue.n_seen >= PATIENCE


def _gap(issue: Issue) -> timedelta:
    age = (issue.notified_at or issue.first_seen_at) - issue.first_seen_at
    return min(max(age, FIRST_GAP), LONGEST_GAP)


def fixed_issues(db: Database) -> list[Issue]:
    """Issues that maintainers were told of and that have been fixed since."""
    query = f"{_ISSUES} where fixed_at is not null and notified_at is not null and notified_at < fixed_at order by kind, source_id, id"
    return [_issue(row) for row in db.query(query)]


def tell_issues(db: Database, messages: Sequence[NewMessage], issues: Sequence[Issue], now: datetime) -> None:
    """Queue the mails and mark the issues as told, in one transaction."""

    def work(each: Database) -> None:
        for message in messages:
            add_message(each, message, now)
        each.conn.execute(_TOLD, {"ids": json.dumps([issue.id for issue in issues]), "now": iso(now)})

    write(db, work)


_TOLD = """update issue set notified_at = case when fixed_at is null or fixed_at < :now then :now else fixed_at end
    where id in (select value from json_each(:ids))"""
_OPEN = """insert into issue (id, kind, cause, message, first_seen_at, last_seen_at) values (:id, :kind, :cause, :message, :now, :now)
    on conflict (id) do update set message = excluded.message, last_seen_at = excluded.last_seen_at, n_seen = n_seen + 1,
        first_seen_at = case when fixed_at is null then first_seen_at else excluded.first_seen_at end,
        notified_at = case when fixed_at is null then notified_at end, fixed_at = null"""
_FIX = "update issue set fixed_at = :now where id = :id and fixed_at is null"


def set_condition(db: Database, name: str, kind: IssueKind, message: str, now: datetime) -> None:
    """Open the issue called `name` with `message`, or count it again; an empty message closes it."""
    values = {"id": content_id("issue", "condition", name), "kind": kind.value, "cause": "unknown", "message": message, "now": iso(now)}
    write(db, lambda each: each.conn.execute(_OPEN if message else _FIX, values))


def last_run_at(db: Database) -> datetime | None:
    """When the newest run began."""
    row = next(iter(db.query("select max(started_at) as at from crawl_run")))
    return parse_iso(str(row["at"])) if row["at"] else None


def newest_moment(db: Database) -> datetime | None:
    """The newest moment the archive holds; a clock behind it is wrong."""
    query = """select max(at) as at from (select max(started_at) as at from crawl_run union all select max(created_at) from outbox
        union all select max(captured_at) from capture)"""
    row = next(iter(db.query(query)))
    return parse_iso(str(row["at"])) if row["at"] else None


@dataclass(kw_only=True, slots=True, frozen=True)
class VantageHealth:
    """When a vantage looked last, how many of its judged looks since some moment there are, and how many found it offline."""

    last_at: datetime | None
    n_looks: int
    n_offline: int


def vantage_health(db: Database, vantage: str, since: datetime) -> VantageHealth:
    """How a vantage has done since then; `last_at` is None for one that never looked."""
    query = """select max(judged_at) as at, coalesce(sum(judged_at >= :since), 0) as n_looks,
            coalesce(sum(judged_at >= :since and verdict = :offline), 0) as n_offline
        from verdict where vantage = :vantage"""
    values = {"vantage": vantage, "since": iso(since), "offline": Verdict.VANTAGE_OFFLINE.value}
    row = next(iter(db.query(query, values)))
    return VantageHealth(
        last_at=parse_iso(str(row["at"])) if row["at"] else None, n_looks=int(row["n_looks"]), n_offline=int(row["n_offline"])
    )
