"""What every job of the clock shares: configuration, database, children and whose turn it is."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

from crawler.clock.children import Children, Ending
from crawler.clock.due import Due, plan
from crawler.clock.outcomes import Outcome
from crawler.clock.turns import HostTurns
from crawler.config import Config
from crawler.sources import Source
from db.connection import connect
from db.errors import MfmError
from db.queries import clock
from db.queries.health import cut_journal, mend_text_index
from db.queries.store import upsert_sources
from db.queries.watch import set_condition
from db.records import source_record
from db.vocabulary import IssueKind, RunCause, RunState
from db.warc import OPEN_SUFFIX, WarcError, recover

logger = logging.getLogger(__name__)

DESK_DEADLINE_S = 1800.0
CLOSING_SHARE = 1.25  # a crawl closes itself at run_deadline_s; one that cannot is killed a quarter later
LOGS_KEPT_FOR = timedelta(days=14)


class House:
    """Configuration, database and children that every job of this clock shares."""

    def __init__(self, config: Config, sources: Sequence[Source]) -> None:
        self.config = config
        self.sources = tuple(sources)
        self.children = Children(config.data_dir / "run", config.data_dir / "log")
        self._turns = HostTurns()
        self._write = Lock()
        self._db = connect(config.database_path)

    def settle(self) -> tuple[str, ...]:
        """Put right what a killed clock left behind; returns the sources whose run was cut off."""
        self.children.end_orphans()
        self.children.remove_logs(LOGS_KEPT_FOR)
        self._mend_archive()
        with self._write:
            upsert_sources(self._db, [source_record(source) for source in self.sources])
            return clock.close_unfinished(self._db, self.config.now())

    def tidy(self) -> None:
        """Once a day: put away logs that nobody will read any more, check the text index, cut the write-ahead file."""
        self.children.remove_logs(LOGS_KEPT_FOR)
        with self._write:
            if mend_text_index(self._db):
                logger.warning("the text index did not agree with the articles and was built anew")
            if not cut_journal(self._db):
                logger.warning("the write-ahead file could not be cut: some reader has it open")

    def clock_stepped(self, step_s: float) -> None:
        """Tell maintainers that the machine's clock was set, or that it is steady again (FIELD-TRAPS SC4)."""
        message = f"the machine's clock was moved by {step_s:+.0f} s; times around now may be out of order" if step_s else ""
        with self._write:
            set_condition(self._db, "clock", IssueKind.CLOCK, message, self.config.now())

    def _mend_archive(self) -> None:
        """Close what killed crawls left open, also of sources that bring nothing new now; a file in use is left alone."""
        for leftover in sorted(self.config.archive_dir.rglob(f"*{OPEN_SUFFIX}")):
            try:
                recover(leftover)
            except (WarcError, OSError):
                logger.exception("%s cannot be mended", leftover)

    def plan(self) -> tuple[Due, ...]:
        """Next run of every source."""
        with self._write:
            return plan(self.sources, clock.last_runs(self._db), self.config.now())

    def crawl(self, source: Source) -> Outcome:
        """One crawl of one source as a child process; its row is the truth, its exit code only fills a missing row."""
        run_id = f"{source.id}-{self.config.now():%Y%m%dT%H%M%S}-{datetime.now(UTC):%f}"
        spider = "register" if source.is_register else "source"
        arguments = ["crawl", spider, "-a", f"source={source.id}", "-a", f"run_id={run_id}"]
        with self._turns.of(source):
            ending = self.children.run(run_id, [*arguments, *self._baseline(source)], self.config.run_deadline_s * CLOSING_SHARE)
        return self._outcome(source, run_id, ending)

    def desk(self, command: str) -> Ending:
        """One desk job (assess, notify) as a child process; with vantages the judging looks first."""
        looks = ["--probe"] if command == "assess" and self.config.vantages else []
        return self.children.run(command, [command, *looks], DESK_DEADLINE_S)

    def note(self, source_id: str, state: RunState, cause: RunCause, reason: str, run_id: str = "") -> None:
        """Write down a run for which there is no crawl process to write it."""
        now = self.config.now()
        name = run_id or f"{source_id}-{now:%Y%m%dT%H%M%S}-{state.value}"
        with self._write:
            clock.note_run(self._db, clock.RunNote(run_id=name, source_id=source_id, state=state, cause=cause, reason=reason, at=now))

    def alerts_after(self, number: int) -> tuple[tuple[int, str, str], ...]:
        """Alerts made after the one with this number."""
        with self._write:
            return clock.alerts_since(self._db, number)

    def last_alert(self) -> int:
        """Number of the newest alert."""
        with self._write:
            return clock.last_alert_number(self._db)

    def mails(self) -> dict[str, int]:
        """Messages of the outbox by state."""
        with self._write:
            return clock.waiting_mails(self._db)

    def _baseline(self, source: Source) -> tuple[str, ...]:
        with self._write:
            return () if source.id in clock.baseline_done(self._db) else ("-a", "baseline=1")

    def _outcome(self, source: Source, run_id: str, ending: Ending) -> Outcome:
        if ending.was_killed:
            reason = f"longer than run_deadline_s ({self.config.run_deadline_s} s)"
            self.note(source.id, RunState.KILLED, RunCause.UNKNOWN, reason, run_id)
        elif ending.exit_code:
            words = ending.last_words or f"ended with status {ending.exit_code}"
            self.note(source.id, RunState.FAILED, RunCause.BUG, words, run_id)
        else:
            self.note(source.id, RunState.FAILED, RunCause.BUG, "ended without judging its run", run_id)
        with self._write:
            row = clock.outcome(self._db, run_id)
        if row is None:
            raise MfmError(f"run {run_id} has no row")
        return Outcome(
            source_id=source.id,
            state=row.state,
            reason=row.reason,
            n_pages=row.n_pages,
            n_new=row.n_new,
            n_alerts=row.n_alerts,
            received_bytes=row.received_bytes,
            duration_s=ending.duration_s,
        )
