"""The link stage: which case or incident each finding belongs to, and whether that is news to staff."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Finding, Judgement, Link, Observation, Page, Regrouping
from crawler.sources import load_sources
from db.connection import connect
from db.identity import content_id
from db.queries.cases import known_incidents
from db.queries.resettle import stored_events
from db.queries.threads import candidate_threads, surroundings_of, threads_named
from db.rows import CaseRow
from db.vocabulary import AlertKind, ArticleChange, Category, IncidentKind, IncidentState, NoveltyBasis, Stage
from pipelines.detectors import JudgeInput
from pipelines.linking.cards import card_of
from pipelines.linking.decide import Decision, Fits, as_copy, compare, decide, in_doubt
from pipelines.linking.facts import COMPANIONS, EventFacts, events_of, family_of_case, main_category
from pipelines.linking.follow import cases_named, follow_up, heads_of, is_told, latest, with_known_targets
from pipelines.linking.match import MEMORY_DAYS
from pipelines.linking.novelty import state_key
from pipelines.linking.prominence import buckets_of, focused, head_of
from pipelines.linking.settle import MAX_CASES, MAX_EVENTS, Told, decision_in, is_unsettled, near, settle
from pipelines.linking.stored import by_article, regrouping, told_of
from pipelines.linking.subjects import Subject, outlet_keys, subject_of
from pipelines.linking.surroundings import around_report, surroundings
from pipelines.linking.ties import ties_of

INCIDENT_KINDS = {Category.BLOCKING: IncidentKind.BLOCKING, Category.SUSPENSION_OR_BAN: IncidentKind.SUSPENSION}
_OVER = frozenset({IncidentState.CLOSED, IncidentState.STALE, IncidentState.REJECTED})
_ENDS = frozenset({Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN})
_LATE_REPORT_DAYS = 30


class LinkPipeline:
    """Fills `links`, one for each finding that belongs to an event."""

    def __init__(
        self, *, database: Database, outlets: Callable[[], Mapping[str, str]], config: Config, stats: StatsCollector | None = None
    ) -> None:
        self.database = database
        self.outlets = cache(outlets)
        self.config = config
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the database; the names of the outlets are read when the first finding comes."""
        config: Config = crawler.settings["MFM"]
        sources = partial(load_sources, config.sources_path)
        return cls(
            database=connect(config.database_path),
            outlets=lambda: outlet_keys((source.id, source.names) for source in sources()),
            config=config,
            stats=crawler.stats,
        )

    async def process_item(self, item: Any) -> Any:
        """Link the events of a page; an item without findings passes."""
        if isinstance(item, Observation):
            return item
        if isinstance(item, Page) and item.judgement:
            self._follow(item, item.judgement)
            item.links = self._links(item, item.judgement.findings)
        self._count("linked" if isinstance(item, Page) and item.links else "no_finding")
        return item

    def close_spider(self) -> None:
        """Close the database."""
        self.database.close()

    def _count(self, outcome: str) -> None:
        if self.stats:
            self.stats.inc_value(f"mfm/link/{outcome}")

    def _follow(self, page: Page, judgement: Judgement) -> None:
        """A text that names nobody hit, or tells no event of its own, may still tell of a known case."""
        article = page.article
        events = [finding for finding in judgement.findings if finding.category != Category.POSITIVE_DEVELOPMENT]
        if article is None or (events and all(is_told(finding) for finding in events)):
            return
        given = JudgeInput(title=article.title, text=article.text, language=judgement.language, published=article.published.at)
        rows = self._rows_named(page, given)
        cards = cases_named(given, map(card_of, rows.values()))
        if events:
            page.judgement = replace(judgement, findings=with_known_targets(judgement.findings, given, cards))
        elif cards:
            card = latest(cards)
            category = main_category(rows[card.id].category, rows[card.id].told_categories)
            finding = follow_up(given, judgement.language, card, category, is_tempting=bool(judgement.near_misses))
            page.judgement = replace(judgement, findings=(*judgement.findings, finding)) if finding else judgement

    def _rows_named(self, page: Page, given: JudgeInput) -> dict[str, CaseRow]:
        buckets = buckets_of(heads_of(given)[1])
        since = page.capture.fetched_at - timedelta(days=MEMORY_DAYS)
        return {row.id: row for row in threads_named(self.database, buckets, since=since)} if buckets else {}

    def _links(self, page: Page, findings: tuple[Finding, ...]) -> tuple[Link, ...]:
        """Links of all events, in the order of the findings; findings about nobody in particular have none."""
        published = page.article.published.at if page.article else None
        if page.article:
            head = head_of(page.article.title, page.article.text)
            findings = tuple(focused(finding, head) for finding in findings)
        events = events_of(findings, published or page.capture.fetched_at)
        links = [link for event in events for link in self._links_of(page, findings, event)]
        return tuple(sorted(links, key=lambda link: link.finding_index))

    def _links_of(self, page: Page, findings: tuple[Finding, ...], event: EventFacts) -> tuple[Link, ...]:
        if not event.buckets and not event.case_number:
            return ()
        assert page.identity
        rows = self._rows_for(page, event)
        if told := _told_by_this_article(rows, event, page.identity.article_id):
            decision = decide(event, compare(event, (card_of(told),)))
            return self._write(page, findings, decision, told.id, is_new=False)
        if page.identity.copy_of and (told := _told_by_this_article(rows, event, page.identity.copy_of)):
            decision = as_copy(event, card_of(told))
            return self._write(page, findings, decision, told.id, is_new=False)
        cards = tuple(card_of(row) for row in rows)
        fits = compare(event, cards)
        decision, plan = self._settled(page, event, fits) or (self._decide(page, event, fits), None)
        if decision.case is None and event.alert_kind == AlertKind.NONE:
            return ()
        case_id = decision.case.id if decision.case else _new_id(event, decision.predecessor_id, {row.id for row in rows})
        first, *others = self._write(page, findings, decision, case_id, is_new=decision.case is None)
        ties = ties_of(event, case_id, cards) if decision.case is None else ()
        known = next((row for row in rows if row.id == case_id), None)
        return (replace(first, regrouping=plan, ties=ties, names_case=bool(known and _names(known, event))), *others)

    def _rows_for(self, page: Page, event: EventFacts) -> tuple[CaseRow, ...]:
        assert page.identity
        return candidate_threads(
            self.database,
            event.buckets,
            case_number=event.case_number,
            article_ids={page.identity.article_id, page.identity.copy_of} - {""},
            since=page.capture.fetched_at - timedelta(days=MEMORY_DAYS),
        )

    def _settled(self, page: Page, event: EventFacts, fits: Fits) -> tuple[Decision, Regrouping | None] | None:
        """Cases of the neighbourhood put together anew, when the order of arrival may matter; None when it cannot, or they are too many."""
        around = near(fits)
        if not 0 < len(around) <= MAX_CASES or not is_unsettled(event, around):
            return None
        rows = stored_events(self.database, (card.id for _, card in around), most=MAX_EVENTS)
        if len(rows) == MAX_EVENTS:
            return None
        assert page.identity
        assert page.article
        words = around_report(page.article.title, page.article.text, event.court)
        mine = Told(article_id=page.identity.article_id, event=event, around=words)
        articles = by_article(rows)
        clusters = settle((mine, *told_of(articles)))
        home = next(cluster for cluster in clusters if mine in cluster.told)
        why = f"put together anew by the day of their events when «{page.article.title[:80]}» came"
        plan = regrouping(clusters, articles, why, partial(content_id, "case", "parted"))
        return decision_in(home, mine), plan

    def _decide(self, page: Page, event: EventFacts, fits: Fits) -> Decision:
        """By the facts; where they leave a doubt, by the places and names around them too."""
        doubts = in_doubt(fits)
        if not doubts or page.article is None:
            return decide(event, fits)
        around = surroundings_of(self.database, doubts)
        event = replace(event, surroundings=around_report(page.article.title, page.article.text, event.court))
        wider = (
            replace(card, surroundings=surroundings("\n".join((around.get(card.id, ""), *(f"at {court}" for court in card.courts)))))
            for _, card in fits
        )
        return decide(event, compare(event, wider))

    def _write(self, page: Page, findings: tuple[Finding, ...], decision: Decision, case_id: str, *, is_new: bool) -> tuple[Link, ...]:
        """The main finding carries the alert; its companions go to the same case in silence."""
        event = decision.event
        main = findings[event.finding_indices[0]]
        is_old = self._is_old(page)
        should_alert = decision.novelty.should_alert and not is_old
        basis = NoveltyBasis.BACKFILL if is_old else decision.novelty.basis
        first = Link(
            finding_index=event.finding_indices[0],
            case_id=case_id,
            incident_id=self._incident(page, main),
            alert_id=_alert_id(decision, case_id) if event.alert_kind != AlertKind.NONE else "",
            is_new_case=is_new,
            predecessor_id=decision.predecessor_id,
            event_kind=state_key(event),
            should_alert=should_alert,
            basis=basis,
            score=decision.match.score,
            reason=_sentence(decision, is_old),
        )
        others = tuple(
            replace(first, finding_index=index, should_alert=False, alert_id="", is_new_case=False, event_kind=findings[index].category)
            for index in event.finding_indices[1:]
        )
        return (first, *others)

    def _incident(self, page: Page, finding: Finding) -> str:
        """Id of the blocking or suspension incident that a report tells of, known or new; empty for other events."""
        kind = INCIDENT_KINDS.get(finding.category)
        subject: Subject = subject_of(finding, self.outlets())
        if not kind or not subject.key:
            return ""
        assert page.identity
        article_id = page.identity.article_id
        known = known_incidents(self.database, {subject.key}, article_id=article_id, outlet_id=subject.outlet_id, kind=kind)
        for incident in reversed(known):
            is_late_end = (
                finding.stage in _ENDS and incident.last_seen_at >= f"{page.capture.fetched_at - timedelta(_LATE_REPORT_DAYS):%Y-%m-%d}"
            )
            if article_id in incident.article_ids or incident.state not in _OVER or is_late_end:
                return incident.id
        is_loud = finding.alert_kind != AlertKind.NONE and not finding.is_negated
        return content_id("incident", finding.country, kind, subject.key, len(known)) if is_loud else ""

    def _is_old(self, page: Page) -> bool:
        """True when no alert may come of the page: long ago, backfill, or a text that was judged before (by other rules, perhaps)."""
        published = page.article.published.at if page.article else None
        limit = timedelta(days=self.config.backfill_after_days)
        is_long_ago = bool(published and page.capture.fetched_at - published > limit)
        return page.capture.is_backfill or is_long_ago or _is_judged_before(page)


def _is_judged_before(page: Page) -> bool:
    """The same text again: what the rules of today see in it is for `scrapy replay` to say, not for an alert."""
    identity = page.identity
    return bool(identity and not identity.is_first_seen and not identity.is_new_version and identity.change is ArticleChange.NONE)


def _told_by_this_article(rows: tuple[CaseRow, ...], event: EventFacts, article_id: str) -> CaseRow | None:
    """The case that this very article was joined to before: it stays there whatever else has come since."""
    for row in rows:
        if family_of_case(row.category, row.told_categories) == event.family and any(told[4] == article_id for told in row.events):
            return row
    return None


def _names(case: CaseRow, event: EventFacts) -> bool:
    """An act (a search, a seizure) had opened the case; now it is told what the case is about."""
    is_open_question = Category(case.category) in COMPANIONS and all(Category(told) in COMPANIONS for told in case.told_categories)
    return is_open_question and event.category not in COMPANIONS


def _new_id(event: EventFacts, predecessor_id: str, taken: set[str]) -> str:
    """Made from the parties, so that two crawls that see one event at once open one case."""
    hit = (*event.outlets, *event.people) or (*event.opponents, *event.beside)
    names = sorted(" ".join((*name.words, *name.seconds)) for name in hit) or [event.case_number]
    number = 0
    while (case_id := content_id("case", event.country, event.family, names[0], predecessor_id, number)) in taken:
        number += 1
    return case_id


def _alert_id(decision: Decision, case_id: str) -> str:
    """One alert for each state of a case; a repeated state that is news again carries its day."""
    repeated = decision.case is not None and decision.novelty.should_alert and state_key(decision.event) in decision.case.stages
    day = (decision.event.hearing_on or str(decision.event.on)) if repeated else ""
    return content_id("alert", case_id, state_key(decision.event), day)


def _sentence(decision: Decision, is_old: bool) -> str:
    """Why this case and why news or not, as one reads it."""
    if is_old:
        return "Seen before we began to watch this source, or long ago, or in this very wording; kept for the archive only."
    where = f"Joined to the case: {decision.match.reason}" if decision.case else decision.match.reason.capitalize()
    return f"{where}; {decision.novelty.reason}."
