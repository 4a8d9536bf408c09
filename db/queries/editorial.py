"""Writes of cases, hearings, incidents and alerts inside the store's transaction; each change leaves an audit row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from db.identity import content_id
from db.queries.case_parts import (
    derive_case,
    put_amounts,
    put_event,
    put_hearing,
    put_listed_hearing,
    put_party,
    put_provisions,
    resettle_parts,
    root_of,
)
from db.queries.confirming import is_reported, raise_confidence, told_by_look
from db.queries.resettle import merge_case, move_event
from db.queries.times import iso
from db.records import ArticleRecord, CaptureRecord, FindingRecord, HearingRecord, LinkRecord, as_row
from db.vocabulary import DatePrecision, NoveltyBasis

_PRECISION = {4: DatePrecision.YEAR, 7: DatePrecision.MONTH, 10: DatePrecision.DAY}
MAX_EVIDENCE = 20

_INSERT_CASE = """
insert into court_case (id, country, procedure, category, title, case_number, court, outlet_id, stage, new_basis, filed_on,
    filed_precision, filed_basis, predecessor_id, first_seen_at, updated_at)
values (:case_id, :country, :procedure, :case_category, :case_title, :case_number, :court, (select id from outlet where id = :outlet_id),
    :stage, :basis, :event_on, :event_precision, :event_basis, (select id from court_case where id = :predecessor_id), :now, :now)
on conflict (id) do update set
    case_number = case when case_number = '' then excluded.case_number else case_number end,
    court = case when court = '' then excluded.court else court end,
    outlet_id = coalesce(outlet_id, excluded.outlet_id),
    procedure = case when procedure = 'unknown' then excluded.procedure else procedure end,
    category = case when :names_case then excluded.category else category end,
    title = case when :names_case then excluded.title else title end
where is_locked = 0
"""
_INSERT_TIE = """
insert into case_relation (case_id, other_id, kind, reason, seen_at)
select :case_id, :other_id, :kind, :reason, :now
where :other_id <> :case_id and exists (select 1 from court_case where id = :other_id) on conflict do nothing
"""
_CASES_OF_HEARING = """
select coalesce(merged_into, id) from court_case where id = :case_id and :case_id <> ''
union
select coalesce(merged_into, id) from court_case where case_number = :case_number and case_number <> ''
    and (court = '' or :court = '' or court = :court)
"""
_INSERT_INCIDENT = """
insert into incident (id, outlet_id, country, kind, state, title, subject_key, confidence, started_at, opened_at, last_evidence_at,
    summary, updated_at)
values (:incident_id, (select id from outlet where id = :outlet_id), :country, :incident_kind, :incident_state, :alert_title,
    :subject_key, :confidence, :happened_at, case when :incident_state = 'open' then :happened_at end, :happened_at, :reason, :now)
on conflict (id) do nothing
"""
_MOVE_INCIDENT = """
update incident set
    state = case
        when :incident_state = 'closed' then 'closed'
        when state = 'suspected' and :incident_state = 'open' then 'open'
        else state end,
    opened_at = case when state = 'suspected' and :incident_state = 'open' then :happened_at else opened_at end,
    closed_at = case when :incident_state = 'closed' and closed_at is null then :happened_at else closed_at end,
    last_evidence_at = max(last_evidence_at, :happened_at)
where id = :incident_id and is_locked = 0 and state in ('suspected', 'open', 'eased')
"""
_INSERT_INCIDENT_EVENT = """
insert into incident_event (id, incident_id, kind, happened_at, article_id, finding_id, note)
values (:id, :incident_id, :event_kind, :happened_at, :article_id, :finding_id, :reason)
on conflict (id) do update set finding_id = excluded.finding_id
"""
_INSERT_ALERT = """
insert into alert (id, number, kind, alert_kind, category, stage, country, severity, title, summary, reason, confidence, outlet_id,
    outlet_name, case_id, incident_id, thread_key, basis, event_on, event_precision, event_basis, rules_version, is_backfill,
    created_at, updated_at)
values (:alert_id, (select coalesce(max(number), 0) + 1 from alert), :category, :alert_kind, :category, :stage, :country, :severity,
    :alert_title, :alert_summary, :reason, :confidence, (select id from outlet where id = :outlet_id), :outlet_name,
    nullif(:case_id, ''), nullif(:incident_id, ''), :thread_key, :basis, :event_on, :event_precision, :event_basis, :rules_version,
    :is_backfill, :now, :now)
"""
_INSERT_ALERT_ARTICLE = """
insert into alert_article (alert_id, article_id, relation, added_at) values (:alert_id, :article_id, :relation, :now)
on conflict do nothing
"""
_COUNT_REPORTS = """
update alert set n_reports = (select count(*) from alert_article where alert_id = :alert_id)
where id = :alert_id
"""
_INSERT_ALERT_EVIDENCE = """
insert into alert_evidence (id, alert_id, kind, finding_id, capture_id, quote, start_offset, end_offset, sha256, archive_path,
    archive_offset, note)
select :id, :alert_id, 'quote', :finding_id, :capture_id, :quote, :start, :end, :body_sha256, :archive_path, :archive_offset, :field
where (select count(*) from alert_evidence where alert_id = :alert_id) < :most
on conflict do nothing
"""
_INSERT_AUDIT = """
insert into audit (at, actor, table_name, row_id, operation, before_json, after_json, via)
values (:now, 'monitor', :table_name, :row_id, :operation, :before, :after, 'rule')
"""
_READ_ROW = {
    "court_case": "select * from court_case where id = ?",
    "incident": "select * from incident where id = ?",
    "alert": "select * from alert where id = ?",
}
_TOUCH_ROW = {
    "court_case": "update court_case set updated_at = ? where id = ?",
    "incident": "update incident set updated_at = ? where id = ?",
    "alert": "update alert set updated_at = ? where id = ?",
}


@dataclass(kw_only=True, slots=True, frozen=True)
class Context:
    """The finding's place: its row, its article and capture, and when this is written."""

    finding_id: str
    article: ArticleRecord
    capture: CaptureRecord
    is_backfill: bool
    now: datetime


def store_link(db: Database, context: Context, finding: FindingRecord) -> str:
    """Write case, incident and alert of one finding; returns the alert's id when it is new and may be delivered, else ''."""
    link = finding.link
    if link is None or not (link.case_id or link.incident_id or link.alert_id):
        return ""
    values = _values(context, finding, link)
    _regroup(db, link, iso(context.now))
    if link.case_id:
        _store_case(db, values, finding, link)
    state_before = _store_incident(db, values) if link.incident_id else ""
    if not link.alert_id:
        return ""
    is_told_as_own = _row(db, "alert", link.alert_id) is not None
    told = "" if is_told_as_own or finding.is_negated or context.is_backfill else told_by_look(db, link, state_before)
    is_second_source = bool(told) and link.should_alert and not is_reported(db, told)
    return _store_alert(
        db, values | {"is_second_source": is_second_source}, finding, replace(link, alert_id=told or _own_alert_id(db, link))
    )


def _regroup(db: Database, link: LinkRecord, now: str) -> None:
    """Cases known before that this article parts or joins; what they say of themselves is derived anew."""
    for merge in link.merges:
        merge_case(db, merge, now)
    for move in link.moves:
        move_event(db, move, now)
    for case_id, parties in link.regrouped:
        resettle_parts(db, case_id, parties, now)
    for root_id in {merge.into_id for merge in link.merges}:
        derive_case(db, root_id, now)


def store_hearings(db: Database, hearings: tuple[HearingRecord, ...], capture_id: str, now: datetime) -> None:
    """Write hearings that a register showed; those of cases that are not known are left out."""
    for hearing in hearings:
        for case_id in _cases_of(db, hearing):
            before = _row(db, "court_case", case_id)
            row = as_row(hearing) | {"case_id": case_id, "finding_id": None, "capture_id": capture_id, "now": iso(now)}
            put_listed_hearing(db, row)
            derive_case(db, case_id, iso(now))
            _audit(db, "court_case", case_id, before, iso(now))


def _cases_of(db: Database, hearing: HearingRecord) -> list[str]:
    """The case meant; a number that several courts use is not enough without the court."""
    found = db.conn.execute(_CASES_OF_HEARING, as_row(hearing)).fetchall()
    return [str(row[0]) for row in found] if len(found) == 1 else []


def _values(context: Context, finding: FindingRecord, link: LinkRecord) -> dict[str, object]:
    """All named values that the statements of one finding use."""
    article = context.article
    event_on, precision, basis = _event_date(finding, article)
    return (
        as_row(finding)
        | as_row(replace(link, regrouped=()))
        | as_row(context.capture)
        | {
            "finding_id": context.finding_id,
            "article_id": article.id,
            "capture_id": context.capture.id,
            "event_on": event_on,
            "event_precision": precision,
            "event_basis": basis,
            "happened_at": _happened_at(event_on, precision, article, context.now),
            "outcome": ", ".join(finding.outcomes),
            "thread_key": link.incident_id or link.case_id or link.alert_id,
            "relation": "copy" if article.copy_of else "update",
            "reason": link.reason or finding.reason,
            "is_backfill": int(context.is_backfill),
            "now": iso(context.now),
        }
    )


def _event_date(finding: FindingRecord, article: ArticleRecord) -> tuple[str | None, str, str]:
    """When the event was: as the text says, else the day of publication."""
    if finding.event_on:
        day = finding.event_on[:10]
        return day, _PRECISION.get(len(day), DatePrecision.UNKNOWN), "text"
    if article.published.on:
        return article.published.on.isoformat(), DatePrecision.DAY, "published"
    return None, DatePrecision.UNKNOWN, "none"


def _happened_at(event_on: str | None, precision: str, article: ArticleRecord, now: datetime) -> str:
    """The moment of publication, unless the text names an earlier or later day."""
    published = article.published.at or now
    if event_on and precision == DatePrecision.DAY and event_on != published.date().isoformat():
        return f"{event_on}T00:00:00Z"
    return iso(published)


def _store_case(db: Database, values: Mapping[str, object], finding: FindingRecord, link: LinkRecord) -> None:
    before = _row(db, "court_case", link.case_id)
    db.conn.execute(_INSERT_CASE, values)
    for party in link.parties:
        put_party(db, link.case_id, party)
    put_provisions(db, link.case_id, finding.provisions)
    put_amounts(db, values, finding.amounts)
    put_event(db, values)
    put_hearing(db, values, finding.hearing_at)
    for tie in link.ties:
        db.conn.execute(_INSERT_TIE, {"case_id": link.case_id, "now": values["now"], **as_row(tie)})
    derive_case(db, link.case_id, str(values["now"]))
    _audit(db, "court_case", link.case_id, before, str(values["now"]))


def _store_incident(db: Database, values: Mapping[str, object]) -> str:
    """Write the incident and what the article says of it; the state that it had before, '' when it is new."""
    incident_id = str(values["incident_id"])
    before = _row(db, "incident", incident_id)
    db.conn.execute(_INSERT_INCIDENT, values)
    event_id = content_id("incident_event", incident_id, str(values["article_id"]), str(values["event_kind"]))
    is_news = not db.conn.execute("select 1 from incident_event where id = ?", (event_id,)).fetchone()
    db.conn.execute(_INSERT_INCIDENT_EVENT, dict(values) | {"id": event_id})
    if is_news:
        db.conn.execute(_MOVE_INCIDENT, values)
    _audit(db, "incident", incident_id, before, str(values["now"]))
    return str(before["state"]) if before else ""


def _store_alert(db: Database, values: dict[str, object], finding: FindingRecord, link: LinkRecord) -> str:
    values = values | {"alert_id": link.alert_id}
    before = _row(db, "alert", link.alert_id)
    is_quiet = link.basis == NoveltyBasis.BACKFILL
    if before is None and not (link.should_alert or is_quiet):
        return ""
    if before is None:
        values = values | {"relation": "trigger", "is_backfill": int(bool(values["is_backfill"]) or is_quiet)}
        db.conn.execute(_INSERT_ALERT, values)
    elif values["is_second_source"]:
        raise_confidence(db, link.alert_id, finding.confidence, str(values["now"]))
    db.conn.execute(_INSERT_ALERT_ARTICLE, values)
    db.conn.execute(_COUNT_REPORTS, values)
    for evidence in finding.evidence:
        row = as_row(evidence)
        row["id"] = content_id("alert_evidence", link.alert_id, str(values["article_id"]), str(evidence.start), evidence.quote)
        db.conn.execute(_INSERT_ALERT_EVIDENCE, values | row | {"most": MAX_EVIDENCE})
    _audit(db, "alert", link.alert_id, before, str(values["now"]))
    return link.alert_id if before is None and not values["is_backfill"] else ""


def _own_alert_id(db: Database, link: LinkRecord) -> str:
    """The alert's id, or another when an alert of that id went to another case with its event: both are to be told."""
    alert_id = link.alert_id
    while link.case_id and (row := db.conn.execute("select case_id from alert where id = ?", (alert_id,)).fetchone()):
        if not row[0] or root_of(db, str(row[0])) == root_of(db, link.case_id):
            break
        alert_id = content_id("alert", alert_id, link.case_id)
    return alert_id


def _row(db: Database, table: str, row_id: str) -> dict[str, object] | None:
    cursor = db.conn.execute(_READ_ROW[table], (row_id,))
    row = cursor.fetchone()
    return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))


def _audit(db: Database, table: str, row_id: str, before: dict[str, object] | None, now: str) -> None:
    """One row for what changed, nothing when nothing did."""
    after = _row(db, table, row_id)
    if after is None or before == after:
        return
    if before is not None:
        db.conn.execute(_TOUCH_ROW[table], (now, row_id))
    changed = {key: value for key, value in after.items() if before is None or before[key] != value}
    old = {key: before[key] for key in changed} if before else {}
    db.conn.execute(
        _INSERT_AUDIT,
        {
            "now": now,
            "table_name": table,
            "row_id": row_id,
            "operation": "insert" if before is None else "update",
            "before": json.dumps(old, ensure_ascii=False),
            "after": json.dumps(changed, ensure_ascii=False),
        },
    )
