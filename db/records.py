"""What the store takes: plain frozen records, one per table, with the columns' own names. No logic but turning into rows."""

import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from db.queries.times import iso


@dataclass(kw_only=True, slots=True, frozen=True)
class SourceRecord:
    """A source and its outlet as the source files have them."""

    id: str
    outlet_id: str
    outlet_name: str
    country: str
    kind: str
    outlet_kind: str
    cadence_s: int
    max_silence_s: int
    outlet_name_ru: str = ""
    outlet_name_kk: str = ""
    independence: str = "unknown"
    homepage: str = ""
    url: str = ""
    languages: str = ""
    min_items: int = 0
    max_items: int = 0
    is_enabled: bool = True
    disabled_reason: str = ""
    is_verified: bool = False
    is_historic: bool = False
    needs_browser: bool = False
    notes: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class CaptureRecord:
    """One fetched page as it was, and where its bytes lie."""

    id: str
    run_id: str
    source_id: str
    role: str
    url: str
    final_url: str
    status: int
    body_sha256: str
    body_bytes: int
    archive_path: str
    archive_offset: int
    archive_length_bytes: int
    record_id: str
    captured_at: datetime
    redirects: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    mime: str = ""
    vantage: str = "direct"
    ip_address: str = ""
    page_class: str = ""
    charset: str = ""
    charset_basis: str = ""
    is_backfill: bool = False
    duration_s: float = 0.0


@dataclass(kw_only=True, slots=True, frozen=True)
class DateRecord:
    """A date with its precision and what it rests on."""

    at: datetime | None = None
    on: date | None = None
    precision: str = "unknown"
    basis: str = "none"
    raw: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class ArticleRecord:
    """The text of a page and which article it is."""

    id: str
    outlet_id: str
    canonical_url: str
    title: str
    text: str = field(repr=False)
    text_fingerprint: str
    title_folded: str = ""
    search_text: str = field(default="", repr=False)
    byline: str = ""
    section: str = ""
    language: str = "unknown"
    published: DateRecord = DateRecord()
    modified_at: datetime | None = None
    near_key: bytes = field(default=b"", repr=False)
    near_bands: tuple[str, ...] = field(default=(), repr=False)
    copy_of: str = ""
    similarity: float = 0.0
    change: str = "none"
    diff: str = field(default="", repr=False)
    extractor: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class EvidenceRecord:
    """Span of the quote in the field named, end exclusive."""

    start: int
    end: int
    quote: str
    rule_id: str
    field: str = "text"


@dataclass(kw_only=True, slots=True, frozen=True)
class FindingRecord:
    """A rule fired on a text."""

    rule_id: str
    rules_version: str
    category: str
    confidence: float
    alert_kind: str
    subtype: str = ""
    stage: str = ""
    outcomes: tuple[str, ...] = ()
    is_new: bool | None = None
    new_reason: str = ""
    is_negated: bool = False
    outlets: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    opponents: tuple[str, ...] = ()
    provisions: tuple[tuple[str, str, str], ...] = ()
    amounts: tuple[tuple[float, str, str], ...] = ()
    court: str = ""
    case_number: str = ""
    hearing_at: str = ""
    event_on: str = ""
    place: str = ""
    country: str = ""
    reason: str = ""
    evidence: tuple[EvidenceRecord, ...] = ()
    link: "LinkRecord | None" = None


@dataclass(kw_only=True, slots=True, frozen=True)
class PartyRecord:
    """A person or body of a case; `key` is the same for each spelling of the name."""

    kind: str
    name: str
    key: str
    role: str
    buckets: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class MoveRecord:
    """An article's events leave one case for another; `title` and `category` open that one when it is not there yet."""

    article_id: str
    finding_ids: tuple[str, ...]
    from_id: str
    into_id: str
    category: str
    title: str
    predecessor_id: str = ""
    reason: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class MergeRecord:
    """A case that turned out to be another one; it stays as a name of that one."""

    case_id: str
    into_id: str
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class TieRecord:
    """A case that the finding's new case belongs together with."""

    other_id: str
    kind: str
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class LinkRecord:
    """Where a finding belongs and whether staff hear of it; texts are ready to be shown."""

    case_id: str = ""
    incident_id: str = ""
    alert_id: str = ""
    should_alert: bool = False
    basis: str = "unknown"
    score: float = 0.0
    reason: str = ""
    procedure: str = "unknown"
    case_title: str = ""
    case_category: str = ""
    predecessor_id: str = ""
    outlet_id: str = ""
    outlet_name: str = ""
    subject_key: str = ""
    incident_kind: str = ""
    incident_state: str = ""
    alert_title: str = ""
    alert_summary: str = ""
    severity: int = 3
    event_kind: str = ""
    parties: tuple[PartyRecord, ...] = ()
    merges: tuple[MergeRecord, ...] = ()
    moves: tuple[MoveRecord, ...] = ()
    regrouped: tuple[tuple[str, tuple[PartyRecord, ...]], ...] = ()
    ties: tuple[TieRecord, ...] = ()
    names_case: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class HearingRecord:
    """A hearing of a known case, as a register gives it: the case by its id, or by its number at court."""

    starts_on: date
    case_id: str = ""
    case_number: str = ""
    starts_at: datetime | None = None
    zone: str = "Asia/Almaty"
    court: str = ""
    room: str = ""
    status: str = "planned"


@dataclass(kw_only=True, slots=True, frozen=True)
class PageRecord:
    """Everything one page leaves in the archive; written in one transaction.

    `removed_article_id` is the article at whose address this page stands instead.
    """

    capture: CaptureRecord
    removed_article_id: str = ""
    article: ArticleRecord | None = None
    findings: tuple[FindingRecord, ...] = ()
    hearings: tuple[HearingRecord, ...] = ()
    is_judged: bool = False
    now: datetime


@dataclass(kw_only=True, slots=True, frozen=True)
class ObservationRecord:
    """One network fact."""

    source_id: str
    run_id: str
    url: str
    step: str
    vantage: str
    observed_at: datetime
    failure: str = ""
    outcome: str = ""
    target: str = ""
    duration_s: float = 0.0
    detail: dict[str, object] = field(default_factory=dict, repr=False)
    attempt: int = 1
    batch_id: str = ""
    is_control: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class StoredIds:
    """Ids of the rows that a page became; `alert_ids` are the alerts that are new."""

    capture_id: str
    article_id: str = ""
    version_id: str = ""
    finding_ids: tuple[str, ...] = ()
    alert_ids: tuple[str, ...] = ()


def as_row(record: object) -> dict[str, object]:
    """The fields of a record as column values: moments and days as text, truths as 0 and 1, tuples as `<name>_json`.

    Records inside the record have tables of their own and are left out.
    """
    row: dict[str, object] = {}
    for each in fields(record):  # type: ignore[arg-type]
        value = getattr(record, each.name)
        if is_dataclass(value) or (isinstance(value, tuple) and value and is_dataclass(value[0])):
            continue
        if isinstance(value, tuple | dict):
            row[f"{each.name}_json"] = json.dumps(value, ensure_ascii=False)
        else:
            row[each.name] = _as_value(value)
    return row


def as_fields(record: object) -> dict[str, Any]:
    """The fields of a record one level deep, for a record of another room that has the same ones."""
    return {each.name: getattr(record, each.name) for each in fields(record)}  # type: ignore[arg-type]


def _as_value(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def source_record(entry: Any) -> SourceRecord:
    """The record of one entry of the source files (`crawler.sources.Source`, which this room does not know); its outlet bears its id."""
    return SourceRecord(
        id=entry.id,
        outlet_id=entry.id,
        outlet_name=entry.outlet,
        outlet_name_ru=entry.outlet_ru,
        outlet_name_kk=entry.outlet_kk,
        country=entry.country,
        kind=entry.urls[0].kind if entry.urls else "none",
        outlet_kind=entry.kind,
        cadence_s=int(entry.interval.total_seconds()),
        max_silence_s=int(entry.expect.silence.total_seconds()),
        independence=entry.independence,
        homepage=entry.homepage,
        url=entry.urls[0].url if entry.urls else entry.homepage,
        languages=", ".join(entry.languages),
        min_items=entry.expect.min_items,
        max_items=entry.expect.max_items,
        is_enabled=entry.is_crawlable,
        disabled_reason=entry.disabled_reason,
        is_verified=any(address.verified for address in entry.urls),
        is_historic=entry.is_historic,
        needs_browser=entry.needs_browser,
        notes=entry.notes,
    )
