"""The link stage: which case or incident each finding belongs to, and whether that is news to staff."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Finding, Link, Observation, Page
from crawler.sources import load_sources
from db.connection import connect
from db.identity import content_id
from db.queries.cases import KnownThread, alert_ids_of_thread, known_cases, known_incidents
from db.vocabulary import AlertKind, Category, IncidentKind, IncidentState, NoveltyBasis, Stage
from pipelines.linking.subjects import Subject, outlet_keys, subject_of

# A case of which nothing was heard for so long is taken for another one (BEYOND, point 2: "in 400 days").
MEMORY = timedelta(days=400)
INCIDENT_KINDS = {Category.BLOCKING: IncidentKind.BLOCKING, Category.SUSPENSION_OR_BAN: IncidentKind.SUSPENSION}
_COURT_STAGES = frozenset({Stage.CLAIM_FILED, Stage.CHARGED, Stage.HEARING, Stage.VERDICT, Stage.APPEAL})
_OVER = (IncidentState.CLOSED, IncidentState.STALE, IncidentState.REJECTED)


class LinkPipeline:
    """Fills `links`, one for each finding."""

    def __init__(
        self, *, database: Database, outlets: Callable[[], Mapping[str, str]], config: Config, stats: StatsCollector | None = None
    ) -> None:
        self.database = database
        self.outlets = cache(outlets)
        self.config = config
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database and read the names of the outlets."""
        config: Config = crawler.settings["MFM"]
        sources = partial(load_sources, config.sources_path)
        return cls(
            database=connect(config.database_path),
            outlets=lambda: outlet_keys((source.id, source.names) for source in sources()),
            config=config,
            stats=crawler.stats,
        )

    async def process_item(self, item: Any) -> Any:
        """Link each finding; an item without findings passes."""
        if isinstance(item, Observation):
            return item
        if isinstance(item, Page) and item.judgement and item.judgement.findings:
            item.links = tuple(self._link(item, number, finding) for number, finding in enumerate(item.judgement.findings))
        self._count("linked" if item.links else "no_finding")
        return item

    def close_spider(self) -> None:
        """Close the database."""
        self.database.close()

    def _count(self, outcome: str) -> None:
        if self.stats:
            self.stats.inc_value(f"mfm/link/{outcome}")

    def _link(self, page: Page, number: int, finding: Finding) -> Link:
        assert page.identity
        subject = subject_of(finding, self.outlets())
        is_loud = finding.alert_kind in (AlertKind.AT_ONCE, AlertKind.DIGEST) and not finding.is_negated
        if not subject.key and not finding.case_number:
            return Link(finding_index=number, reason="Nobody is named whom a case could be tied to.")
        incident = self._incident(page, finding, subject, is_loud)
        case = self._case(page, finding, subject, is_loud)
        thread = incident[0] or case[0]
        if not thread:
            return Link(finding_index=number, basis=NoveltyBasis.CARRY_OVER, reason="Told as background; no case of ours is meant.")
        alert_id = content_id("alert", finding.category, thread, finding.stage) if is_loud else ""
        basis, reason = self._novelty(page, finding, thread, alert_id, is_new=incident[1] or (case[1] and not incident[0]))
        news = (NoveltyBasis.FIRST_FILING, NoveltyBasis.NEW_STAGE, NoveltyBasis.APPEAL)
        return Link(
            finding_index=number,
            case_id=case[0],
            incident_id=incident[0],
            alert_id=alert_id,
            is_new_case=case[1],
            should_alert=bool(alert_id) and basis in news,
            basis=basis,
            score=1.0 if finding.case_number else 0.8,
            reason=reason,
        )

    def _case(self, page: Page, finding: Finding, subject: Subject, is_loud: bool) -> tuple[str, bool]:
        """Id of the case and whether it is new; nothing for an incident without a court."""
        if finding.category in INCIDENT_KINDS and not (finding.court or finding.case_number or finding.stage in _COURT_STAGES):
            return "", False
        assert page.identity
        known = known_cases(
            self.database,
            subject.target_keys,
            article_id=page.identity.article_id,
            case_number=finding.case_number,
            since=page.capture.fetched_at - MEMORY,
        )
        if case := _same_case(known, finding, subject, page.identity.article_id):
            return case.id, False
        opponents = "|".join(sorted(subject.opponent_keys))
        if not is_loud:
            return "", False
        return content_id("case", finding.country, finding.category, subject.key, opponents, finding.case_number, len(known)), True

    def _incident(self, page: Page, finding: Finding, subject: Subject, is_loud: bool) -> tuple[str, bool]:
        kind = INCIDENT_KINDS.get(finding.category)
        if not kind or not subject.key:
            return "", False
        assert page.identity
        known = known_incidents(
            self.database,
            {subject.key},
            article_id=page.identity.article_id,
            outlet_id=subject.outlet_id,
            kind=kind,
        )
        for incident in reversed(known):
            if page.identity.article_id in incident.article_ids or _is_same_spell(incident, finding, page.capture.fetched_at):
                return incident.id, False
        return (content_id("incident", finding.country, kind, subject.key, len(known)), True) if is_loud else ("", False)

    def _novelty(self, page: Page, finding: Finding, thread: str, alert_id: str, *, is_new: bool) -> tuple[NoveltyBasis, str]:
        assert page.identity
        if not alert_id:
            return NoveltyBasis.CARRY_OVER, "Mentioned, not reported as news."
        if self._is_old(page):
            return NoveltyBasis.BACKFILL, "Published before we began to watch; kept for the archive only."
        if alert_id in alert_ids_of_thread(self.database, thread):
            return NoveltyBasis.CARRY_OVER, "This stage of the case has been told before; counted as one more report."
        if page.identity.copy_of:
            return NoveltyBasis.COPY, "A copy of an article that was read before."
        if is_new:
            return NoveltyBasis.FIRST_FILING, f"First mention of these parties in {MEMORY.days} days."
        return NoveltyBasis.NEW_STAGE, f"A new stage of a known case: {(finding.stage or 'event').replace('_', ' ')}."

    def _is_old(self, page: Page) -> bool:
        published = page.article.published.at if page.article else None
        limit = timedelta(days=self.config.backfill_after_days)
        return page.capture.is_backfill or bool(published and page.capture.fetched_at - published > limit)


def _same_case(known: Iterable[KnownThread], finding: Finding, subject: Subject, article_id: str) -> KnownThread | None:
    for case in known:
        if finding.case_number and case.case_number:
            if case.case_number == finding.case_number:
                return case
            continue
        if case.category != finding.category:
            continue
        if article_id in case.article_ids:
            return case
        shares_opponent = not subject.opponent_keys or not case.opponent_keys or subject.opponent_keys & case.opponent_keys
        if subject.target_keys & case.party_keys and shares_opponent:
            return case
    return None


def _is_same_spell(incident: KnownThread, finding: Finding, now: datetime) -> bool:
    """An incident that is over takes only late reports of its end; anything else about the outlet is a new one."""
    if incident.state not in _OVER:
        return True
    return finding.stage in (Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN) and incident.last_seen_at >= f"{now - timedelta(days=30):%Y-%m-%d}"
