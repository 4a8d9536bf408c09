"""One crawl_run row per run and one fetch row per address, written as things happen and judged at the end."""

import errno
import logging
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro

from crawler.config import Config
from crawler.extensions.bookkeeping import Ledger
from crawler.extensions.judging import ISSUE_KINDS, RunFacts, RunVerdict, cause_of, is_being_lost, is_stale, judge, needs_line_check
from crawler.extensions.space import is_disk_low
from crawler.items import Observation, Page
from crawler.line import check_line
from crawler.sources import Source
from db.connection import connect
from db.errors import MfmError
from db.migrations import is_current, migrate
from db.queries import runs
from db.queries.runs import IssueRecord, RunEnd, RunStart
from db.queries.store import upsert_sources
from db.records import source_record
from db.vocabulary import CaptureRole, IssueKind, PageClass, RunState, SourceKind

logger = logging.getLogger(__name__)

# After so long without a good run a source comes back as if it were new: its backlog may alert nobody (FIELD-TRAPS AL7).
BASELINE_AGAIN = timedelta(days=30)
_WALLS = {PageClass.BOT_CHALLENGE: IssueKind.CHALLENGE, PageClass.NEEDS_BROWSER: IssueKind.NEEDS_BROWSER}
_WARNINGS = {SourceKind.FEED: IssueKind.FEED, SourceKind.SITEMAP: IssueKind.SITEMAP, SourceKind.LISTING: IssueKind.LAYOUT}
_HEALTHY_KINDS = frozenset((*ISSUE_KINDS.values(), *_WARNINGS.values())) - {IssueKind.BUG}


class RunLogExtension:
    """Listens to a run of a source; other spiders are left alone."""

    def __init__(self, crawler: Crawler, config: Config) -> None:
        self._crawler = crawler
        self._config = config
        self._db = connect(config.database_path)
        self._began = time.monotonic()
        self._ledger: Ledger | None = None
        self._is_closing = False
        self._counts: Counter[str] = Counter()
        self._walls: dict[str, PageClass] = {}
        self._court_reasons: list[str] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RunLogExtension":
        """Bring the database up to date before anyone else opens it, and listen."""
        config: Config = crawler.settings["MFM"]
        try:
            if not is_current(config.database_path):
                migrate(config.database_path)
        except MfmError as error:
            raise SystemExit(f"mfm: {error}") from None
        extension = cls(crawler, config)
        for handler, signal in (
            (extension.spider_opened, signals.spider_opened),
            (extension.request_scheduled, signals.request_scheduled),
            (extension.request_dropped, signals.request_dropped),
            (extension.response_received, signals.response_received),
            (extension.item_scraped, signals.item_scraped),
            (extension.item_dropped, signals.item_dropped),
            (extension.item_error, signals.item_error),
            (extension.spider_error, signals.spider_error),
            (extension.spider_closed, signals.spider_closed),
        ):
            crawler.signals.connect(handler, signal=signal)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        """Write the row of the run; the first good run of a source is its baseline, so is one after a long break."""
        source = getattr(spider, "source", None)
        if not isinstance(source, Source):
            return
        upsert_sources(self._db, [source_record(source)])
        last_good = runs.last_good_run(self._db, source.id)
        is_new = last_good is None or self._config.now() - last_good > BASELINE_AGAIN
        spider.is_baseline = is_new or bool(getattr(spider, "is_baseline", False))  # type: ignore[attr-defined]
        run = RunStart(
            id=str(getattr(spider, "run_id", "")),
            source_id=source.id,
            spider=spider.name,
            started_at=self._config.now(),
            is_baseline=spider.is_baseline,  # type: ignore[attr-defined]
        )
        runs.start_run(self._db, run)
        self._ledger = Ledger(self._db, source.id, run.id)
        logger.info("run %s begins%s", run.id, " (baseline)" if run.is_baseline else "", extra={"source": source.id})

    def request_scheduled(self, request: Request) -> None:
        """Remember what is asked, so that nothing is lost when the run is cut short."""
        if self._ledger:
            self._ledger.expect(request)

    def request_dropped(self, request: Request) -> None:
        """A request that the duplicate filter dropped is asked under another request."""
        if self._ledger:
            self._ledger.forget(request)

    def response_received(self) -> None:
        """Stop cleanly while there is still room to write down what was seen."""
        if not self._is_closing and is_disk_low(self._config.data_dir, self._config.reserve_bytes):
            self._close("disk")

    def item_scraped(self, item: Any) -> None:
        """An item has walked through all stages."""
        self._note(item)
        if isinstance(item, Page):
            self._counts["n_pages"] += 1
            self._counts["n_findings"] += len(item.judgement.findings) if item.judgement else 0
            self._counts["n_alerts"] += len(item.stored.alert_ids) if item.stored else 0
            is_article = item.article is not None and item.article.page_class is PageClass.ARTICLE
            self._counts["n_new"] += bool(is_article and item.identity and item.identity.is_first_seen)
            self._note_wall(item)
            self._note_court(item)

    def item_dropped(self, item: Any) -> None:
        """A stage stopped the item: the page is the same as last time."""
        self._note(item)
        if isinstance(item, Page):
            self._counts["n_pages"] += 1
            self._counts["n_dropped"] += 1

    def item_error(self, item: Any, failure: Any) -> None:
        """A stage crashed: the item is lost, and the run has failed."""
        self._counts["n_errors"] += 1
        if isinstance(item, Page):
            self._counts["n_pages"] += 1
        if self._ledger:
            self._ledger.note_crash(item)
        if isinstance(failure.value, OSError) and failure.value.errno in (errno.ENOSPC, errno.EDQUOT):
            self._close("disk")

    def spider_error(self) -> None:
        """A callback crashed."""
        self._counts["n_errors"] += 1

    def _note(self, item: Any) -> None:
        if self._ledger is None:
            return
        if isinstance(item, Page):
            self._ledger.note_page(item)
        elif isinstance(item, Observation):
            self._counts["n_observations"] += 1
            self._ledger.note_observation(item)

    def _note_wall(self, page: Page) -> None:
        """A wall is neither blocking nor "no news": maintainers hear of it once per list page, or once per source for articles."""
        page_class = page.article.page_class if page.article else None
        if page_class in _WALLS:
            self._walls["" if page.capture.role is CaptureRole.ARTICLE else page.capture.url] = page_class

    def _note_court(self, page: Page) -> None:
        """A court's list is news while its newest row is of late; what was wrong with it is kept for the judgement."""
        article = page.article
        if article is None or article.page_class is not PageClass.COURT_LIST:
            return
        if not article.rows:
            self._court_reasons.append(article.reason or "no rows")
            return
        source: Source = self._crawler.spider.source  # type: ignore[union-attr]
        newest = max((row.hearing_at for row in article.rows if row.hearing_at), default=None)
        self._counts["n_new"] += not is_stale(newest, self._config.now(), source.expect)

    def _close(self, reason: str) -> None:
        self._is_closing = True
        assert self._crawler.engine is not None
        deferred_from_coro(self._crawler.engine.close_spider_async(reason=reason))

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Judge the run and close its row."""
        if self._ledger is None:
            return
        now = self._config.now()
        self._ledger.close_unfinished(now, reason)
        is_clean = reason == "finished" and not self._counts["n_errors"] and not self._stat("mfm/spider/left_out")
        self._ledger.settle_lists(is_clean=is_clean)
        facts = self._facts(spider, reason, now)
        verdict = judge(facts, check_line(self._config) if needs_line_check(facts) else None)
        self._write_issues(verdict, now)
        if verdict.state is not RunState.OK and is_being_lost(facts):
            text = f"no good run since {facts.last_ok_at:%Y-%m-%d}, and the list keeps entries for {facts.expect.retention} only"
            runs.raise_issue(self._db, replace(self._issue(now), kind=IssueKind.TOO_QUIET, message=text))
        self._write_warnings(spider, now)
        runs.end_run(self._db, self._as_end(verdict, now))
        level = logging.INFO if verdict.state in {RunState.OK, RunState.OFFLINE} else logging.WARNING
        logger.log(
            level,
            "run %s ends %s: %s",
            self._ledger.run_id,
            verdict.state.value,
            verdict.reason or "well",
            extra={"source": self._ledger.source_id},
        )

    def _facts(self, spider: Spider, reason: str, now: datetime) -> RunFacts:
        assert self._ledger is not None
        source: Source = spider.source  # type: ignore[attr-defined]
        sums: Counter[str] = Counter()
        for name, value in self._stats().items():
            parts = name.split("/")
            if len(parts) == 3 and parts[0] == "mfm":
                sums[parts[1]] += value
        return RunFacts(
            close_reason=reason,
            n_errors=self._counts["n_errors"],
            lists=self._ledger.list_outcomes,
            errors=self._ledger.list_errors,
            n_unfinished=self._ledger.n_unfinished,
            n_entries=self._stat("mfm/spider/entries"),
            n_full_lists=self._ledger.n_full_lists,
            n_pages=self._counts["n_pages"],
            n_dropped=self._counts["n_dropped"],
            n_observations=self._counts["n_observations"],
            sums=sums,
            stages=self._stages(),
            expect=source.expect,
            now=now,
            last_new_at=now if self._counts["n_new"] else runs.last_new_item(self._db, source.id),
            is_court=any(address.kind is SourceKind.COURT for address in source.living_urls),
            court_reasons=tuple(self._court_reasons),
            last_ok_at=runs.last_good_run(self._db, source.id),
        )

    def _stages(self) -> tuple[str, ...]:
        pipelines = self._crawler.settings.getdict("ITEM_PIPELINES")
        return tuple(str(path).split(".")[1] for path in pipelines if str(path).startswith("pipelines."))

    def _as_end(self, verdict: RunVerdict, now: datetime) -> RunEnd:
        assert self._ledger is not None
        outcomes = self._ledger.counts
        return RunEnd(
            id=self._ledger.run_id,
            ended_at=now,
            state=verdict.state,
            cause=verdict.cause,
            reason=verdict.reason,
            duration_s=round(time.monotonic() - self._began, 3),
            stats=self._stats(),
            counts={
                **self._counts,
                **outcomes,
                "n_requests": self._stat("downloader/request_count"),
                "n_entries": self._stat("mfm/spider/entries"),
                "received_bytes": self._stat("downloader/response_bytes"),
            },
        )

    def _write_issues(self, verdict: RunVerdict, now: datetime) -> None:
        """An issue for the run and one for each address that failed; a good run mends those of its source."""
        assert self._ledger is not None
        base = self._issue(now)
        if verdict.state is RunState.OK:
            runs.fix_issues(self._db, base.source_id, _HEALTHY_KINDS, now)
            for url, outcome in self._ledger.bad_lists.items():
                cause = cause_of(outcome)
                text = f"this address ends in {outcome.value}; others of the source can be read"
                if self._ledger.list_errors.get(url, "").startswith("tls_legacy"):
                    text = self._ledger.list_errors[url]
                runs.raise_issue(self._db, replace(base, kind=ISSUE_KINDS[cause], cause=cause, message=text, url=url))
        elif verdict.state is RunState.FAILED:
            kind = ISSUE_KINDS.get(verdict.cause, IssueKind.BUG)
            runs.raise_issue(self._db, replace(base, kind=kind, cause=verdict.cause, message=verdict.reason))

    def _write_warnings(self, spider: Spider, now: datetime) -> None:
        """Walls, and what could be read but is not as it should be; after a good run has mended the rest (BL1, FD4, FD5, FD8, UR4)."""
        assert self._ledger is not None
        for url in self._ledger.lying_validators:
            text = "the server said not modified although the page had changed: its validators lie"
            runs.raise_issue(self._db, replace(self._issue(now), kind=IssueKind.VALIDATOR, message=text, url=url))
        for url, page_class in self._walls.items():
            text = f"{page_class.value.replace('_', ' ')} in place of the page"
            runs.raise_issue(self._db, replace(self._issue(now), kind=_WALLS[page_class], message=text, url=url))
        for url, (kind, text) in getattr(spider, "warnings", {}).items():
            runs.raise_issue(self._db, replace(self._issue(now), kind=_WARNINGS.get(kind, IssueKind.PARSE), message=text, url=url))

    def _issue(self, now: datetime) -> IssueRecord:
        assert self._ledger is not None
        return IssueRecord(kind=IssueKind.BUG, message="", at=now, source_id=self._ledger.source_id, run_id=self._ledger.run_id)

    def _stats(self) -> dict[str, Any]:
        assert self._crawler.stats is not None
        return self._crawler.stats.get_stats()

    def _stat(self, name: str) -> int:
        return int(self._stats().get(name, 0))
