"""The store stage: one item, one transaction, ids in return."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Article, Capture, CourtRow, DateClaim, Finding, Identity, Link, Observation, Page, Stored
from crawler.sources import Source, load_sources
from db.connection import connect
from db.identity import capture_id
from db.queries.store import has_source, store_observation, store_page, upsert_sources
from db.records import (
    ArticleRecord,
    CaptureRecord,
    DateRecord,
    EvidenceRecord,
    FindingRecord,
    HearingRecord,
    LinkRecord,
    MergeRecord,
    MoveRecord,
    ObservationRecord,
    PageRecord,
    PartyRecord,
    TieRecord,
    as_fields,
    source_record,
)
from db.vocabulary import ArticleChange, Category
from pipelines.linking.prominence import Head, focused, head_of
from pipelines.linking.subjects import Subject, outlet_keys, subject_of
from pipelines.linking.wording import alert_title, case_title, incident_state_of, procedure_of, severity_of
from pipelines.text import clean, fold_plain

MAX_SEARCH_CHARACTERS = 200_000
_INCIDENT_KINDS = {Category.BLOCKING: "blocking", Category.SUSPENSION_OR_BAN: "suspension"}


class StorePipeline:
    """Fills `stored`; a source without a row gets one first, from the source files."""

    def __init__(
        self, *, database: Database, sources: Callable[[], tuple[Source, ...]], config: Config, stats: StatsCollector | None = None
    ) -> None:
        self.database = database
        self.sources = cache(sources)
        self.outlets = cache(self._read_outlets)
        self.config = config
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database."""
        config: Config = crawler.settings["MFM"]
        return cls(
            database=connect(config.database_path), sources=lambda: load_sources(config.sources_path), config=config, stats=crawler.stats
        )

    async def process_item(self, item: Any) -> Any:
        """Write the item; the database decides what of it is new."""
        if not isinstance(item, Page | Observation):
            return item
        self._know_source(item.source_id if isinstance(item, Observation) else item.capture.source_id)
        if isinstance(item, Observation):
            store_observation(self.database, observation_record(item))
            self._count("observation")
            return item
        ids = store_page(self.database, page_record(item, self.outlets() if item.links else {}, self.config))
        item.stored = Stored(**as_fields(ids))
        self._count("article" if ids.article_id else "capture")
        return item

    def close_spider(self) -> None:
        """Close the database."""
        self.database.close()

    def _count(self, outcome: str) -> None:
        if self.stats:
            self.stats.inc_value(f"mfm/store/{outcome}")

    def _read_outlets(self) -> Mapping[str, str]:
        """Keys of the outlets' names; read only when a page has links."""
        return outlet_keys((source.id, source.names) for source in self.sources())

    def _know_source(self, source_id: str) -> None:
        """The first page of a new source brings the rows of all, since findings name outlets of other sources too."""
        if not has_source(self.database, source_id):
            upsert_sources(self.database, [source_record(source) for source in self.sources()])


def page_record(page: Page, outlets: Mapping[str, str], config: Config) -> PageRecord:
    """What the archive keeps of a page that has walked through all stages before."""
    assert page.archived, "the store stage comes after the archive stage"
    findings = page.judgement.findings if page.judgement else ()
    links = {link.finding_index: link for link in page.links}
    openers = {link.case_id: findings[link.finding_index] for link in page.links if link.is_new_case}
    head = head_of(page.article.title, page.article.text) if page.article and links else None
    is_removal = page.identity is not None and page.identity.change == ArticleChange.REMOVED
    is_text = page.article and page.identity and not is_removal and (page.article.text or page.article.title)
    return PageRecord(
        capture=_capture_record(page, page.capture),
        removed_article_id=page.identity.article_id if page.identity and is_removal else "",
        article=_article_record(page.article, page.identity, page.capture) if is_text and page.article and page.identity else None,
        hearings=tuple(_hearing_records(page.article.rows)) if page.article else (),
        findings=tuple(_finding_record(finding, links.get(number), outlets, head, openers) for number, finding in enumerate(findings)),
        is_judged=page.judgement is not None,
        now=config.now(),
    )


def _hearing_records(rows: Iterable[CourtRow]) -> Iterator[HearingRecord]:
    """Hearings of a court list that can be tied to a case by its number."""
    for row in rows:
        if row.hearing_at and row.case_number:
            yield HearingRecord(
                case_number=clean(row.case_number).strip(),
                starts_on=row.hearing_at.date(),
                starts_at=row.hearing_at,
                court=clean(row.court).strip(),
            )


def observation_record(item: Observation) -> ObservationRecord:
    """The observation as the archive keeps it."""
    return ObservationRecord(**as_fields(item))


def _capture_record(page: Page, capture: Capture) -> CaptureRecord:
    assert page.archived
    headers = {name.lower(): value for name, value in capture.headers}
    return CaptureRecord(
        id=capture_id(capture.source_id, capture.url, page.archived.body_sha256),
        run_id=capture.run_id,
        source_id=capture.source_id,
        role=capture.role,
        url=clean(capture.url),
        final_url=clean(capture.final_url),
        status=capture.status,
        body_sha256=page.archived.body_sha256,
        body_bytes=len(capture.body),
        archive_path=page.archived.archive_path,
        archive_offset=page.archived.offset,
        archive_length_bytes=page.archived.length_bytes,
        record_id=page.archived.record_id,
        captured_at=capture.fetched_at,
        redirects=capture.redirects,
        headers=tuple((clean(name), clean(value)) for name, value in capture.headers),
        mime=clean(headers.get("content-type", ""))[:200],
        vantage=capture.vantage,
        ip_address=capture.ip_address,
        page_class=page.article.page_class if page.article else "",
        charset=page.article.charset if page.article else "",
        charset_basis=page.article.charset_basis if page.article else "",
        is_backfill=capture.is_backfill,
        duration_s=capture.duration_s,
    )


def _article_record(article: Article, identity: Identity, capture: Capture) -> ArticleRecord:
    title, text = clean(article.title), clean(article.text)
    return ArticleRecord(
        id=identity.article_id,
        outlet_id=capture.source_id,
        canonical_url=clean(identity.canonical_url),
        title=title,
        text=text,
        text_fingerprint=identity.text_fingerprint,
        title_folded=fold_plain(title),
        search_text=fold_plain(f"{title}\n{text}"[:MAX_SEARCH_CHARACTERS]),
        byline=clean(article.byline),
        section=clean(article.section),
        language=article.language,
        published=_date_record(article.published),
        modified_at=article.modified.at,
        near_key=identity.near_key,
        near_bands=identity.near_bands,
        copy_of=identity.copy_of,
        similarity=identity.similarity,
        change=identity.change,
        diff=identity.diff,
        extractor=article.extractor,
    )


def _date_record(claim: DateClaim) -> DateRecord:
    return DateRecord(at=claim.at, on=claim.on, precision=claim.precision, basis=claim.basis, raw=clean(claim.raw)[:200])


def _finding_record(
    finding: Finding, link: Link | None, outlets: Mapping[str, str], head: Head | None, openers: Mapping[str, Finding]
) -> FindingRecord:
    about = focused(finding, head) if head else finding
    return FindingRecord(
        rule_id=finding.rule_id,
        rules_version=finding.rules_version,
        category=finding.category,
        confidence=finding.confidence,
        alert_kind=finding.alert_kind,
        subtype=finding.subtype,
        stage=finding.stage or "",
        outcomes=finding.outcomes,
        is_new=finding.is_new,
        new_reason=finding.new_reason,
        is_negated=finding.is_negated,
        outlets=finding.outlets,
        people=tuple((person.name, person.role) for person in finding.people),
        opponents=finding.opponents,
        provisions=tuple((each.id, each.article, each.part) for each in finding.provisions),
        amounts=tuple((each.value, each.currency, each.role) for each in finding.amounts),
        court=finding.court,
        case_number=finding.case_number,
        hearing_at=finding.hearing_at,
        event_on=finding.event_on,
        place=finding.place,
        country=finding.country,
        reason=finding.reason,
        evidence=tuple(EvidenceRecord(**as_fields(each)) for each in finding.evidence),
        link=_linked(about, link, outlets, openers.get(link.case_id, finding)) if link else None,
    )


def _linked(about: Finding, link: Link, outlets: Mapping[str, str], opener: Finding) -> LinkRecord:
    return replace(_link_record(about, link, subject_of(about, outlets), opener), **_regrouped(link, outlets))


def _link_record(finding: Finding, link: Link, subject: Subject, opener: Finding) -> LinkRecord:
    return LinkRecord(
        case_id=link.case_id,
        incident_id=link.incident_id,
        alert_id=link.alert_id,
        should_alert=link.should_alert,
        basis=link.basis,
        score=link.score,
        reason=link.reason,
        procedure=procedure_of(opener),
        case_title=case_title(opener, subject),
        case_category=opener.category,
        predecessor_id=link.predecessor_id,
        outlet_id=subject.outlet_id,
        outlet_name=subject.outlet_name,
        subject_key=subject.key,
        incident_kind=_INCIDENT_KINDS.get(finding.category, ""),
        incident_state=incident_state_of(finding),
        alert_title=alert_title(finding, subject),
        alert_summary=finding.reason,
        severity=severity_of(finding),
        event_kind=link.event_kind or finding.stage or "report",
        parties=_parties(subject),
        ties=tuple(TieRecord(**as_fields(tie)) for tie in link.ties),
        names_case=link.names_case,
    )


def _parties(subject: Subject) -> tuple[PartyRecord, ...]:
    return tuple(PartyRecord(**as_fields(party)) for party in subject.parties)


def _regrouped(link: Link, outlets: Mapping[str, str]) -> dict[str, Any]:
    """What the article changes in cases known before."""
    plan = link.regrouping
    if plan is None:
        return {}
    moves = tuple(
        MoveRecord(
            article_id=move.article_id, finding_ids=move.finding_ids, from_id=move.from_id, into_id=move.into_id,
            category=move.finding.category, title=case_title(move.finding, subject_of(move.finding, outlets)),
            predecessor_id=move.predecessor_id, reason=move.reason,
        )
        for move in plan.moves
    )  # fmt: skip
    parties = tuple(
        (case_id, tuple(party for finding in findings for party in _parties(subject_of(finding, outlets))))
        for case_id, findings in plan.members
    )
    return {"moves": moves, "merges": tuple(MergeRecord(**as_fields(merge)) for merge in plan.merges), "regrouped": parties}
