"""Reads of one month for reports: which events each category had, whether new or carried over, with articles and those hit."""

from dataclasses import dataclass

from sqlite_utils import Database

# A case is new in the month it was first seen, unless it was under way by then; other events in the month of their first alert.
_EVENTS = """
select distinct a.category, coalesce(m.root_id, a.incident_id, a.thread_key) as unit,
    case when c.id is not null then substr(c.first_seen_at, 1, 7) = :month
            and c.new_basis not in ('carry_over', 'appeal', 'refiled_after_withdrawal', 'backfill', 'copy')
        else a.is_backfill = 0 and not exists (select 1 from alert b where b.thread_key = a.thread_key
            and b.category = a.category and substr(b.created_at, 1, 7) < :month) end as is_new
from alert a left join case_member m on m.case_id = a.case_id left join court_case c on c.id = m.root_id
where substr(a.created_at, 1, 7) = :month and a.status not in ('dismissed', 'merged')
"""
_REPORTS = """
select distinct a.category, aa.article_id as unit from alert a join alert_article aa on aa.alert_id = a.id
where substr(aa.added_at, 1, 7) = :month and a.status not in ('dismissed', 'merged')
"""
_HIT = """
select distinct a.category, coalesce(p.merged_into, p.id) as unit from alert a
    join case_member m on m.case_id = a.case_id join case_member n on n.root_id = m.root_id
    join case_party cp on cp.case_id = n.case_id join party p on p.id = cp.party_id
where substr(a.created_at, 1, 7) = :month and a.status not in ('dismissed', 'merged') and p.kind = 'person'
    and cp.role in ('journalist', 'editor', 'publisher_or_owner', 'blogger', 'citizen_journalist', 'lawyer', 'activist_for_publication')
"""


@dataclass(frozen=True, slots=True)
class Month:
    """Pairs of category and what is counted in it; the same thing under two categories is still one thing."""

    new: frozenset[tuple[str, str]]
    carried: frozenset[tuple[str, str]]
    reports: frozenset[tuple[str, str]]
    people: frozenset[tuple[str, str]]


def read_month(db: Database, month: str) -> Month:
    """What happened in the month (`YYYY-MM`, UTC)."""
    keys = {"month": month}
    events = list(db.query(_EVENTS, keys))
    return Month(
        new=frozenset((row["category"], row["unit"]) for row in events if row["is_new"]),
        carried=frozenset((row["category"], row["unit"]) for row in events if not row["is_new"]),
        reports=frozenset((row["category"], row["unit"]) for row in db.query(_REPORTS, keys)),
        people=frozenset((row["category"], row["unit"]) for row in db.query(_HIT, keys)),
    )
