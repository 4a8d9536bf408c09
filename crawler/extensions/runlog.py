"""One crawl_run row per run, made of what was counted, and one fetch row per request; the run is judged when it closes."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from crawler.extensions.judging import ISSUE_KINDS, RunFacts, RunVerdict, judge, needs_line_check
from crawler.extensions.outcomes import FetchLog
from crawler.items import Observation, Page
from crawler.line import Line, check_line
from db.connection import connect
from db.errors import MfmError
from db.migrations import is_current, migrate
from db.queries.runs import IssueRecord, RunEnd, RunStart, end_run, fix_issues, last_good_run, last_new_item, raise_issue, start_run
from db.queries.store import upsert_sources
from db.records import source_record
from db.vocabulary import CaptureRole, FetchOutcome, IssueKind, PageClass, RunState

logger = logging.getLogger(__name__)

# After so long without a good run a source comes back as if it were new: its backlog may alert nobody (FIELD-TRAPS AL7).
BASELINE_AGAIN = timedelta(days=30)
_WALLS = {PageClass.BOT_CHALLENGE: IssueKind.CHALLENGE, PageClass.NEEDS_BROWSER: IssueKind.NEEDS_BROWSER}


class RunLogExtension:
    """Watches a run of one source; spiders without a source (look-ups by commands) are left alone."""

    def __init__(self, database: Database, config: Config, stats: StatsCollector, check: Callable[[Config], Line] = check_line) -> None:
        self.database = database
        self.config = config
        self.stats = stats
        self.check = check
        self.counts: Counter[str] = Counter()
        self.fetches = FetchLog(database)
        self.started = time.monotonic()
        self.stages: tuple[str, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Bring the database up to date and listen to what happens."""
        config: Config = crawler.settings["MFM"]
        try:
            if not is_current(config.database_path):
                migrate(config.database_path)
        except MfmError as error:
            raise SystemExit(f"mfm: {error}") from None
        assert crawler.stats is not None
        extension = cls(connect(config.database_path), config, crawler.stats)
        extension.stages = tuple(path.split(".")[1] for path in crawler.settings.getdict("ITEM_PIPELINES"))
        for handler, signal in (
            (extension.spider_opened, signals.spider_opened),
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
        if not hasattr(spider, "source"):
            return
        upsert_sources(self.database, [source_record(spider.source)])
        last_good = last_good_run(self.database, spider.source.id)
        if last_good is None or self.config.now() - last_good > BASELINE_AGAIN:
            spider.is_baseline = True  # type: ignore[attr-defined]
        run = RunStart(
            id=spider.run_id,  # type: ignore[attr-defined]
            source_id=spider.source.id,
            spider=spider.name,
            started_at=self.config.now(),
            is_baseline=spider.is_baseline,  # type: ignore[attr-defined]
        )
        start_run(self.database, run)
        logger.info("run %s begins%s", run.id, " (baseline)" if run.is_baseline else "", extra={"source": run.source_id})

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """A page or observation that walked through all rooms."""
        if isinstance(item, Page):
            self.counts["n_pages"] += 1
            self._count_page(item)
            self.fetches.page(item)
            self._note_wall(item, spider)
        elif isinstance(item, Observation):
            self.counts["n_observations"] += 1
            self.fetches.observation(item)

    def item_dropped(self, item: Any, spider: Spider) -> None:
        """The same body as last time."""
        if isinstance(item, Page):
            self.counts["n_pages"] += 1
            self.counts["n_dropped"] += 1
            self.fetches.page(item, outcome=FetchOutcome.UNCHANGED)

    def item_error(self, item: Any, spider: Spider) -> None:
        """A bug: the item is lost to the rooms behind, its bytes are in the archive."""
        self.counts["n_errors"] += 1
        if isinstance(item, Page):
            self.counts["n_pages"] += 1
            self.fetches.page(item, outcome=FetchOutcome.UNKNOWN)

    def spider_error(self, spider: Spider) -> None:
        """A bug in a spider."""
        self.counts["n_errors"] += 1

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Judge the run and write its end."""
        if not hasattr(spider, "source"):
            return
        facts = self._facts(spider, reason)
        verdict = judge(facts, self.check(self.config) if needs_line_check(facts) else None)
        self.fetches.close(is_whole=reason == "finished" and not self._stat("mfm/spider/left_out") and not facts.n_errors)
        self._write_issues(spider, verdict)
        end_run(self.database, self._end(spider, verdict, facts))
        level = logging.INFO if verdict.state in {RunState.OK, RunState.OFFLINE} else logging.WARNING
        logger.log(level, "run %s ends %s: %s", spider.run_id, verdict.state, verdict.reason or "well")  # type: ignore[attr-defined]
        self.database.close()

    def _count_page(self, page: Page) -> None:
        self.counts["n_findings"] += len(page.judgement.findings) if page.judgement else 0
        self.counts["n_alerts"] += len(page.stored.alert_ids) if page.stored else 0
        is_article = page.article is not None and page.article.page_class is PageClass.ARTICLE
        self.counts["n_new"] += bool(is_article and page.identity and page.identity.is_first_seen)

    def _note_wall(self, page: Page, spider: Spider) -> None:
        """A wall is neither blocking nor "no news": maintainers hear of it once per address."""
        page_class = page.article.page_class if page.article else None
        if page_class in _WALLS and hasattr(spider, "source"):
            raise_issue(
                self.database,
                IssueRecord(
                    kind=_WALLS[page_class],
                    message=f"{page_class.value.replace('_', ' ')} in place of the page",
                    at=self.config.now(),
                    source_id=spider.source.id,
                    run_id=page.capture.run_id,
                    url=page.capture.url if page.capture.role is not CaptureRole.ARTICLE else "",
                ),
            )

    def _facts(self, spider: Any, reason: str) -> RunFacts:
        now = self.config.now()
        return RunFacts(
            close_reason=reason if not self._stat("mfm/archive/disk") else "disk",
            n_errors=self.counts["n_errors"],
            lists=self.fetches.lists,
            n_unfinished=max(0, self._stat("scheduler/enqueued") - self._stat("scheduler/dequeued")),
            n_entries=self._stat("mfm/spider/entries"),
            n_full_lists=sum(outcome is FetchOutcome.OK for outcome in self.fetches.lists.values()),
            n_pages=self.counts["n_pages"],
            n_dropped=self.counts["n_dropped"],
            n_observations=self.counts["n_observations"],
            sums={stage: self._sum(stage) for stage in self.stages},
            stages=self.stages,
            expect=spider.source.expect,
            now=now,
            last_new_at=now if self.counts["n_new"] else last_new_item(self.database, spider.source.id),
            is_court=any(address.kind == "court" for address in spider.source.living_urls),
        )

    def _end(self, spider: Any, verdict: RunVerdict, facts: RunFacts) -> RunEnd:
        counts = {name: self.counts[name] for name in ("n_pages", "n_new", "n_findings", "n_alerts", "n_errors")}
        counts |= {
            "n_requests": self._stat("downloader/request_count"),
            "n_entries": facts.n_entries,
            "n_not_modified": self.fetches.count(FetchOutcome.NOT_MODIFIED),
            "n_failed": self.fetches.n_bad,
            "received_bytes": self._stat("downloader/response_bytes"),
        }
        return RunEnd(
            id=spider.run_id,
            ended_at=self.config.now(),
            state=verdict.state,
            cause=verdict.cause,
            reason=verdict.reason,
            counts=counts,
            duration_s=round(time.monotonic() - self.started, 3),
            stats=json.loads(json.dumps(self.stats.get_stats(), default=str)),
        )

    def _write_issues(self, spider: Any, verdict: RunVerdict) -> None:
        now, source_id = self.config.now(), spider.source.id
        if verdict.state is RunState.OK:
            fix_issues(self.database, source_id, set(ISSUE_KINDS.values()), now)
        elif verdict.state is RunState.FAILED:
            record = IssueRecord(
                kind=ISSUE_KINDS[verdict.cause],
                message=verdict.reason,
                at=now,
                cause=verdict.cause,
                source_id=source_id,
                run_id=spider.run_id,
            )
            raise_issue(self.database, record)

    def _stat(self, name: str) -> int:
        return int(self.stats.get_value(name, 0) or 0)

    def _sum(self, stage: str) -> int:
        prefix = f"mfm/{stage}/"
        return sum(value for name, value in self.stats.get_stats().items() if name.startswith(prefix) and isinstance(value, int))
