"""Reads of alerts for mails, pages and commands: an alert with its evidence, reports, case and incident."""

import json
from dataclasses import dataclass, field

from sqlite_utils import Database

from db.queries.cases import CaseView, IncidentView, case_view, incident_view
from db.rows import FoundFacts

CONTEXT_CHARACTERS = 160


@dataclass(kw_only=True, slots=True, frozen=True)
class EvidenceView:
    """One piece of evidence: the quote in its context, the article it stands in, and the bytes it was read from."""

    kind: str
    quote: str
    before: str
    after: str
    rule_id: str
    article_id: str
    article_title: str
    article_url: str
    source_id: str
    outlet_name: str
    language: str
    captured_at: str
    sha256: str
    archive_path: str
    note: str

    @property
    def is_cut_before(self) -> bool:
        """True when the text begins before the context shown."""
        return len(self.before) == CONTEXT_CHARACTERS

    @property
    def is_cut_after(self) -> bool:
        """True when the text goes on after the context shown."""
        return len(self.after) == CONTEXT_CHARACTERS


@dataclass(kw_only=True, slots=True, frozen=True)
class ReportView:
    """An article that told of the event, the first one first."""

    article_id: str
    relation: str
    title: str
    url: str
    outlet_name: str
    language: str
    published_at: str


@dataclass(kw_only=True, slots=True, frozen=True)
class FactsView(FoundFacts):
    """What the rules read in the first report."""

    rule_id: str
    subtype: str
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class AlertView:
    """An alert as a person is told of it; times and days as the database keeps them, empty when unknown."""

    id: str
    number: int
    kind: str
    alert_kind: str
    category: str
    stage: str
    country: str
    severity: int
    status: str
    title: str
    summary: str
    reason: str
    confidence: float
    outlet_id: str
    outlet_name: str
    case_id: str
    incident_id: str
    thread_key: str
    basis: str
    event_on: str
    event_precision: str
    rules_version: str
    is_backfill: bool
    n_reports: int
    created_at: str
    updated_at: str
    evidence: tuple[EvidenceView, ...] = field(default=(), repr=False)
    reports: tuple[ReportView, ...] = field(default=(), repr=False)
    facts: FactsView | None = field(default=None, repr=False)
    case: CaseView | None = field(default=None, repr=False)
    incident: IncidentView | None = field(default=None, repr=False)

    @property
    def n_outlets(self) -> int:
        """How many newsrooms told of it."""
        return len({report.outlet_name for report in self.reports})

    @property
    def next_hearing_at(self) -> str:
        """The next hearing of its case, empty when none is known."""
        return self.case.next_hearing_at if self.case else ""


_ALERT = """
select a.id, a.number, a.kind, a.alert_kind, a.category, a.stage, a.country, a.severity, a.status, a.title, a.summary, a.reason,
    a.confidence, coalesce(a.outlet_id, '') as outlet_id, coalesce(nullif(a.outlet_name, ''), o.name, '') as outlet_name,
    coalesce(a.case_id, '') as case_id, coalesce(a.incident_id, '') as incident_id, a.thread_key, a.basis,
    coalesce(a.event_on, '') as event_on, a.event_precision, a.rules_version, a.is_backfill, a.n_reports, a.created_at, a.updated_at
from alert a left join outlet o on o.id = a.outlet_id
where a.id = :id
"""
_EVIDENCE = """
select e.kind, e.quote, coalesce(f.rule_id, v.rule_id, '') as rule_id, coalesce(art.id, '') as article_id,
    coalesce(art.title, '') as article_title, coalesce(art.canonical_url, c.url, v.url, '') as article_url,
    coalesce(art.source_id, c.source_id, v.source_id, '') as source_id, coalesce(o.name, '') as outlet_name,
    coalesce(art.language, '') as language, coalesce(c.captured_at, v.judged_at, '') as captured_at, e.sha256, e.archive_path, e.note,
    case when e.note = 'title' then ver.title else ver.text end as body, e.start_offset, e.end_offset
from alert_evidence e
    left join finding f on f.id = e.finding_id
    left join article_version ver on ver.id = f.version_id
    left join article art on art.id = f.article_id
    left join capture c on c.id = e.capture_id
    left join verdict v on v.id = e.verdict_id
    left join outlet o on o.id = coalesce(art.outlet_id, v.outlet_id)
where e.alert_id = :id
order by coalesce(c.captured_at, v.judged_at), e.start_offset, e.id
"""
_REPORTS = """
select aa.article_id, aa.relation, art.title, art.canonical_url as url, o.name as outlet_name, art.language,
    coalesce(art.published_at, art.first_seen_at) as published_at
from alert_article aa join article art on art.id = aa.article_id join outlet o on o.id = art.outlet_id
where aa.alert_id = :id
order by aa.relation = 'trigger' desc, aa.added_at, aa.article_id
"""
_FACTS = """
select f.rule_id, f.subtype, f.outcomes_json, f.outlets_json, f.people_json, f.opponents_json, f.provisions_json, f.amounts_json,
    f.court, f.case_number, f.hearing_at, f.event_on, f.place, f.reason
from alert a
    join alert_article aa on aa.alert_id = a.id and aa.relation = 'trigger'
    join finding f on f.article_id = aa.article_id and f.category = a.category and f.stage = a.stage
where a.id = :id
order by f.superseded_at is not null, f.confidence desc, f.id limit 1
"""


def alert_view(db: Database, alert_id: str) -> AlertView | None:
    """One alert with everything a person is told of it, or None."""
    row = next(iter(db.query(_ALERT, {"id": alert_id})), None)
    if row is None:
        return None
    row["is_backfill"] = bool(row["is_backfill"])
    return AlertView(
        **row,
        evidence=tuple(_evidence(each) for each in db.query(_EVIDENCE, {"id": alert_id})),
        reports=tuple(ReportView(**each) for each in db.query(_REPORTS, {"id": alert_id})),
        facts=_facts(next(iter(db.query(_FACTS, {"id": alert_id})), None)),
        case=case_view(db, row["case_id"]) if row["case_id"] else None,
        incident=incident_view(db, row["incident_id"]) if row["incident_id"] else None,
    )


def _evidence(row: dict[str, object]) -> EvidenceView:
    """The context is cut out of the version that was judged, so that offsets hold after the article has changed."""
    body, start, end = row.pop("body"), row.pop("start_offset"), row.pop("end_offset")
    before = after = ""
    if isinstance(body, str) and isinstance(start, int) and isinstance(end, int) and body[start:end] == row["quote"]:
        before, after = body[max(0, start - CONTEXT_CHARACTERS) : start], body[end : end + CONTEXT_CHARACTERS]
    return EvidenceView(**row, before=before, after=after)  # type: ignore[arg-type]


def _facts(row: dict[str, object] | None) -> FactsView | None:
    if row is None:
        return None
    lists = {name.removesuffix("_json"): json.loads(str(value)) for name, value in row.items() if name.endswith("_json")}
    plain = {name: str(value) for name, value in row.items() if not name.endswith("_json")}
    return FactsView(
        **plain,
        outcomes=tuple(lists["outcomes"]),
        outlets=tuple(lists["outlets"]),
        people=tuple((name, role) for name, role in lists["people"]),
        opponents=tuple(lists["opponents"]),
        provisions=tuple((provision, article, part) for provision, article, part in lists["provisions"]),
        amounts=tuple((value, currency, role) for value, currency, role in lists["amounts"]),
    )
