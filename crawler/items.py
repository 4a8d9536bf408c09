"""The two items that walk the house, Page and Observation, and the frozen records inside. No logic but construction."""

from dataclasses import dataclass, field
from datetime import date, datetime

from db.vocabulary import (
    AlertKind,
    AmountRole,
    ArticleChange,
    CaptureRole,
    Category,
    DateBasis,
    DatePrecision,
    Failure,
    NoveltyBasis,
    ObservationStep,
    PageClass,
    PartyRole,
    Stage,
)


@dataclass(kw_only=True, slots=True, frozen=True)
class Hint:
    """What the feed, sitemap or listing said of a page before it was fetched; claims, not facts."""

    title: str = ""
    summary: str = field(default="", repr=False)
    published_at: datetime | None = None
    published_on: date | None = None
    author: str = ""
    guid: str = ""
    published_raw: str = ""
    via_url: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class Capture:
    """One fetched response as it was. `wire_body` and `wire_headers` are the bytes before decompression."""

    source_id: str
    run_id: str
    role: CaptureRole
    url: str
    final_url: str
    status: int
    fetched_at: datetime
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    redirects: tuple[str, ...] = ()
    request_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    wire_body: bytes | None = field(default=None, repr=False)
    wire_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ip_address: str = ""
    protocol: str = "HTTP/1.1"
    vantage: str = "direct"
    encoding: str = ""
    hint: Hint = Hint()
    is_backfill: bool = False
    duration_s: float = 0.0


@dataclass(kw_only=True, slots=True, frozen=True)
class Archived:
    """Where the bytes lie: path relative to the archive folder, offset and length of the WARC record in bytes."""

    body_sha256: str
    archive_path: str
    offset: int
    length_bytes: int
    record_id: str


@dataclass(kw_only=True, slots=True, frozen=True)
class DateClaim:
    """A date somebody claimed, what it rests on, how precise it is, and the words it was read from."""

    at: datetime | None = None
    on: date | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    basis: DateBasis = DateBasis.NONE
    raw: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class Article:
    """The text of a page. `page_class` says what the page is; anything but `article` has an empty text."""

    page_class: PageClass
    title: str = ""
    text: str = field(default="", repr=False)
    language: str = "unknown"
    byline: str = ""
    section: str = ""
    published: DateClaim = DateClaim()
    modified: DateClaim = DateClaim()
    charset: str = ""
    charset_basis: str = ""
    reason: str = ""
    extractor: str = ""
    canonical_claim: str = ""
    site_name: str = ""
    rows: tuple["CourtRow", ...] = field(default=(), repr=False)


@dataclass(kw_only=True, slots=True, frozen=True)
class CourtRow:
    """One row of a court list or one case card, as published; empty string where the source says nothing."""

    court: str = ""
    case_number: str = ""
    parties: tuple[tuple[str, PartyRole], ...] = ()
    subject: str = ""
    provision: str = ""
    judge: str = ""
    stage_text: str = ""
    hearing_at: datetime | None = None
    hearing_raw: str = ""
    outcome_text: str = ""
    url: str = ""
    raw: str = field(default="", repr=False)


@dataclass(kw_only=True, slots=True, frozen=True)
class Identity:
    """Which article this is. `text_fingerprint` is a SHA-256 over the folded title and text; `near_key` and `near_bands` find near copies.

    `change` and `diff` compare with the version before; `change` is `removed` for a page that took a known article's place.
    """

    article_id: str
    canonical_url: str
    text_fingerprint: str
    is_first_seen: bool
    is_new_version: bool
    copy_of: str = ""
    similarity: float = 0.0
    near_key: bytes = field(default=b"", repr=False)
    near_bands: tuple[str, ...] = field(default=(), repr=False)
    change: ArticleChange = ArticleChange.NONE
    diff: str = field(default="", repr=False)


@dataclass(kw_only=True, slots=True, frozen=True)
class Evidence:
    """Span of the quote as character offsets into the judged text (`field` names which), end exclusive."""

    start: int
    end: int
    quote: str
    rule_id: str
    field: str = "text"


@dataclass(kw_only=True, slots=True, frozen=True)
class Person:
    """A person named in the event, nominative, in the language and script of the text."""

    name: str
    role: PartyRole = PartyRole.OTHER


@dataclass(kw_only=True, slots=True, frozen=True)
class ProvisionRef:
    """A cited provision: `id` of `pipelines/law/` (or the code's id when the article is not listed), as cited."""

    id: str
    article: str
    part: str = ""
    code: str = ""
    is_ambiguous: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class Amount:
    """A sum of the case at hand, as reported; `currency` ISO 4217 or MCI."""

    value: float
    currency: str
    role: AmountRole = AmountRole.UNKNOWN


@dataclass(kw_only=True, slots=True, frozen=True)
class Finding:
    """One event that a rule read in a text. `event_on` is ISO, as precise as the text (year, month, day)."""

    rule_id: str
    rules_version: str
    category: Category
    subtype: str = ""
    stage: Stage | None = None
    outcomes: tuple[str, ...] = ()
    is_new: bool | None = None
    new_reason: str = ""
    confidence: float = 0.0
    outlets: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    opponents: tuple[str, ...] = ()
    provisions: tuple[ProvisionRef, ...] = ()
    amounts: tuple[Amount, ...] = ()
    court: str = ""
    case_number: str = ""
    hearing_at: str = ""
    event_on: str = ""
    place: str = ""
    country: str = ""
    is_negated: bool = False
    alert_kind: AlertKind = AlertKind.NONE
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class NearMiss:
    """A rule that was tempted and did not fire, and why, in words a person understands."""

    rule_id: str
    reason: str
    evidence: Evidence | None = None


@dataclass(kw_only=True, slots=True, frozen=True)
class Judgement:
    """All that the detectors say of one text. `is_alert` is alert_worthy of the corpus README, rule 5."""

    language: str
    is_alert: bool
    alert_kind: AlertKind
    findings: tuple[Finding, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseMove:
    """Events of one article that belong to another case than they were put in; `finding` speaks for a case that is opened."""

    article_id: str
    finding_ids: tuple[str, ...]
    from_id: str
    into_id: str
    finding: Finding
    predecessor_id: str = ""
    reason: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseMerge:
    """A case that turned out to be another one."""

    case_id: str
    into_id: str
    reason: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class Regrouping:
    """What an article changes in cases known before it; `members` are the findings of each case that gave or got events."""

    moves: tuple[CaseMove, ...] = ()
    merges: tuple[CaseMerge, ...] = ()
    members: tuple[tuple[str, tuple[Finding, ...]], ...] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class CaseTie:
    """A case that a new one belongs together with; `kind` is `same_dispute` or `same_target`."""

    other_id: str
    kind: str
    reason: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class Link:
    """Where one finding belongs: its case or incident, and whether that is news. `reason` is a sentence.

    `names_case` when it says what a case is about that only an act (a search, a seizure) had opened.
    """

    finding_index: int
    case_id: str = ""
    incident_id: str = ""
    alert_id: str = ""
    is_new_case: bool = False
    predecessor_id: str = ""
    event_kind: str = ""
    should_alert: bool = False
    basis: NoveltyBasis = NoveltyBasis.UNKNOWN
    score: float = 0.0
    reason: str = ""
    regrouping: Regrouping | None = None
    ties: tuple[CaseTie, ...] = ()
    names_case: bool = False


@dataclass(kw_only=True, slots=True, frozen=True)
class Stored:
    """Row ids that the store stage wrote."""

    capture_id: str
    article_id: str = ""
    version_id: str = ""
    finding_ids: tuple[str, ...] = ()
    alert_ids: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class Page:
    """A fetched page on its way; each field is filled by one stage and only read later."""

    capture: Capture
    archived: Archived | None = None
    article: Article | None = None
    identity: Identity | None = None
    judgement: Judgement | None = None
    links: tuple[Link, ...] = ()
    stored: Stored | None = None


@dataclass(kw_only=True, slots=True)
class Observation:
    """One network fact: what happened, from where, to which address. Never an opinion."""

    source_id: str
    run_id: str
    url: str
    step: ObservationStep
    vantage: str
    observed_at: datetime
    failure: Failure = Failure.NONE
    outcome: str = ""
    target: str = ""
    duration_s: float = 0.0
    detail: dict[str, object] = field(default_factory=dict, repr=False)
    attempt: int = 1
    batch_id: str = ""
    is_control: bool = False
