"""Cases as the link stage compares them: who, against whom, where, how much, which stages were told and when."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from db.queries.times import iso
from db.rows import CaseRow

# A name shared by more cases than this (a surname, a ministry) finds nothing by itself; the newest ones are compared.
MAX_CANDIDATES = 60

# A case that staff merged into another is found by its own names, and stands for the one that it was merged into.
# Cases that share more words of names come first: a surname or a ministry alone is shared by hundreds.
_CANDIDATES = """
with hit (id, n_hits) as (
    select cp.case_id, count(distinct b.bucket) from party_bucket b join case_party cp on cp.party_id = b.party_id
        where b.bucket in (select value from json_each(:buckets)) group by cp.case_id
    union all select id, 99 from court_case where case_number = :case_number and case_number <> ''
    union all select case_id, 99 from case_event where article_id in (select value from json_each(:article_ids)))
select coalesce(c.merged_into, c.id) as id from hit join court_case c on c.id = hit.id
where c.updated_at >= :since
group by 1 order by max(hit.n_hits) desc, max(c.updated_at) desc limit :most
"""
_CARDS = """
with member (root, id) as materialized (
    select value, value from json_each(:ids)
    union select merged_into, id from court_case where merged_into in (select value from json_each(:ids)))
select c.id, c.category, c.country, c.case_number, c.court, c.is_locked,
    (select json_group_array(json_array(a.alias, p.kind, cp.role)) from member m join case_party cp on cp.case_id = m.id
        join party p on p.id = cp.party_id join party_alias a on a.party_id = p.id where m.root = c.id) as parties,
    (select json_group_array(json_array(e.stage, e.kind, coalesce(e.event_on, substr(e.seen_at, 1, 10)), e.outcome, coalesce(e.article_id, '')))
        from member m join case_event e on e.case_id = m.id where m.root = c.id) as events,
    (select json_group_array(provision_id) from member m join case_provision v on v.case_id = m.id where m.root = c.id) as provisions,
    (select json_group_array(json_array(value, currency, role)) from member m join case_amount s on s.case_id = m.id
        where m.root = c.id) as amounts,
    (select json_group_array(starts_on) from member m join hearing h on h.case_id = m.id where m.root = c.id) as hearings,
    (select json_group_array(distinct f.court) from member m join case_event e on e.case_id = m.id
        join finding f on f.id = e.finding_id where m.root = c.id) as courts,
    (select json_group_array(category) from (select f.category, min(e.event_on) as told_on from member m join case_event e on e.case_id = m.id
        join finding f on f.id = e.finding_id and f.rule_id <> 'prosecution.step_of_unnamed_case'
        where m.root = c.id group by f.category order by told_on, f.category)) as told,
    (select json_group_array(distinct f.place) from member m join case_event e on e.case_id = m.id
        join finding f on f.id = e.finding_id where m.root = c.id) as places
from court_case c where c.id in (select value from json_each(:ids)) order by c.first_seen_at, c.id
"""
# A text names a party when two words of the party's name, or its only one, may stand in it.
_NAMED = """
with hit (party_id) as materialized (
    select party_id from party_bucket where bucket in (select value from json_each(:buckets))
    group by party_id having count(*) >= min(2, max(n_keys)))
select coalesce(c.merged_into, c.id) as id from hit join case_party cp on cp.party_id = hit.party_id
    join court_case c on c.id = cp.case_id and c.updated_at >= :since
group by 1 order by max(c.updated_at) desc limit :most
"""
_SURROUNDINGS = """
select e.case_id as id, a.title || ' ' || substr(a.text, 1, 600) as words from case_event e join article a on a.id = e.article_id
where e.case_id in (select value from json_each(:ids)) group by e.case_id, a.id order by e.case_id, a.id limit :most
"""
_INSERT_BUCKET = "insert into party_bucket (bucket, party_id, n_keys) values (:bucket, :party_id, :n_keys) on conflict do nothing"


def candidate_threads(
    db: Database, buckets: Iterable[str], *, case_number: str, article_ids: Iterable[str], since: datetime
) -> tuple[CaseRow, ...]:
    """Cases that share a word of a name, the case number or the article, newest first cut at MAX_CANDIDATES."""
    values = {
        "buckets": json.dumps(sorted(buckets)),
        "case_number": case_number,
        "article_ids": json.dumps(sorted(article_ids)),
        "since": iso(since),
        "most": MAX_CANDIDATES,
    }
    ids = [row["id"] for row in db.query(_CANDIDATES, values)]
    return tuple(_row(row) for row in db.query(_CARDS, {"ids": json.dumps(ids)})) if ids else ()


def threads_named(db: Database, buckets: Iterable[str], *, since: datetime) -> tuple[CaseRow, ...]:
    """Cases of parties that a text with these words may name, newest first cut at MAX_CANDIDATES."""
    values = {"buckets": json.dumps(sorted(buckets)), "since": iso(since), "most": MAX_CANDIDATES}
    ids = [row["id"] for row in db.query(_NAMED, values)]
    return tuple(_row(row) for row in db.query(_CARDS, {"ids": json.dumps(ids)})) if ids else ()


def surroundings_of(db: Database, case_ids: Iterable[str]) -> dict[str, str]:
    """How the articles of cases begin, to look for places and names that a doubtful report shares."""
    beginnings: dict[str, str] = {}
    for row in db.query(_SURROUNDINGS, {"ids": json.dumps(sorted(case_ids)), "most": MAX_CANDIDATES}):
        beginnings[row["id"]] = f"{beginnings.get(row['id'], '')}\n{row['words']}"
    return beginnings


def store_buckets(db: Database, party_id: str, buckets: Iterable[str]) -> None:
    """Note under which keys a party is found; part of the caller's transaction."""
    keys = sorted(set(buckets))
    for bucket in keys:
        db.conn.execute(_INSERT_BUCKET, {"bucket": bucket, "party_id": party_id, "n_keys": len(keys)})


def _row(row: Mapping[str, object]) -> CaseRow:
    read = {
        name: json.loads(str(row[name])) for name in ("parties", "events", "provisions", "amounts", "hearings", "courts", "places", "told")
    }
    return CaseRow(
        id=str(row["id"]),
        category=str(row["category"]),
        told_categories=tuple(read["told"]),
        is_locked=bool(row["is_locked"]),
        country=str(row["country"]),
        case_number=str(row["case_number"]),
        parties=tuple((name, kind, role) for name, kind, role in read["parties"]),
        events=tuple((stage, kind, day, outcome, article) for stage, kind, day, outcome, article in read["events"]),
        provisions=tuple(read["provisions"]),
        amounts=tuple((float(value), currency, role) for value, currency, role in read["amounts"]),
        hearings=tuple(read["hearings"]),
        courts=tuple(court for court in {str(row["court"]), *read["courts"]} if court),
        places=tuple(place for place in read["places"] if place),
    )
