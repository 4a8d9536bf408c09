"""The clock: cadences become jobs, jobs become `scrapy ...` subprocesses; no other logic, nothing at import."""

import argparse
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor as JobThreads
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from filelock import FileLock, Timeout
from rich.console import Console
from rich.table import Table

from crawler.clock.children import PROJECT_DIR
from crawler.clock.due import Due, due_now, grace_s, jitter_s
from crawler.clock.house import House
from crawler.clock.outcomes import Board, Outcome, describe, open_board, outcome_table, summarise
from crawler.clock.steps import ClockSteps
from crawler.config import Config, ConfigError, load_config
from crawler.line import NOT_LIVE, check_line
from crawler.sources import Source, load_sources
from db.errors import MfmError
from db.migrations import migrate
from db.vocabulary import RunCause, RunState

EXIT_OK, EXIT_FAILED_RUNS, EXIT_BAD_INPUT, EXIT_OFFLINE = 0, 1, 2, 3
DESK = {"assess": timedelta(minutes=30), "notify": timedelta(minutes=5)}  # BLOCKING.md e.4: quiet sites every 30 min
DESK_GRACE_S = 600
EPILOG = "exit status: 0 all runs ok, 1 a run failed or was killed, 2 bad input (one line says which), 3 the line is offline"

logger = logging.getLogger("schedule")


def why_offline(config: Config) -> str:
    """Why nothing can be fetched now, as a sentence; empty when the line is up. A rehearsal's proxy is its line."""
    if config.proxy_url and not config.is_live:
        return ""
    line = check_line(config)
    return "" if line.is_up else line.reason


def once(house: House, dues: Sequence[Due], console: Console) -> int:
    """Everything given once, then the desk, then a table and one line; returns the exit status."""
    before = house.last_alert()
    with open_board(console, len(dues)) as board:
        outcomes = _crawl_all(house, dues, board)
    failures = [name for name in DESK if not _desk_is_well(house, name, console)]
    if outcomes:
        console.print(outcome_table(outcomes, f"Runs of {house.config.now():%Y-%m-%d %H:%M} UTC"))
    for number, kind, title in house.alerts_after(before):
        _say(console, f"alert {number} ({kind}): {title}")
    mails = ", ".join(f"{count} {state}" for state, count in sorted(house.mails().items())) or "none"
    _say(console, f"{summarise(outcomes)}; mails: {mails}")
    if not house.config.is_live:
        _say(console, NOT_LIVE)
    return EXIT_FAILED_RUNS if failures or not all(outcome.is_good for outcome in outcomes) else EXIT_OK


def _crawl_all(house: House, dues: Sequence[Due], board: Board) -> list[Outcome]:
    def crawl(due: Due) -> Outcome:
        board.began(due.source.id)
        outcome = house.crawl(due.source)
        board.ended(outcome)
        return outcome

    with ThreadPoolExecutor(house.config.concurrent_crawls) as workers:
        try:
            return list(workers.map(crawl, dues))
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            house.children.end_all()  # the pool waits for its threads, and they wait for the children
            raise


def _desk_is_well(house: House, command: str, console: Console) -> bool:
    ending = house.desk(command)
    if ending.exit_code:
        _say(console, f"{command}: failed with status {ending.exit_code}: {ending.last_words}")
    return not ending.exit_code


def offline(house: House, dues: Sequence[Due], console: Console, reason: str) -> int:
    """Every due source gets an offline row and nothing else: no verdict, no silence, no alert can come of it."""
    outcomes = []
    for due in dues:
        house.note(due.source.id, RunState.OFFLINE, RunCause.OFFLINE, reason)
        outcomes.append(Outcome(source_id=due.source.id, state=RunState.OFFLINE, reason=reason))
        _say(console, f"{due.source.id}: offline")
    _say(console, f"The line is offline ({reason.removeprefix('the line is offline: ')}).")
    _say(console, f"{summarise(outcomes)}; nothing was fetched and nothing was judged")
    return EXIT_OFFLINE


def show(dues: Sequence[Due], now: datetime, console: Console) -> int:
    """Jobs and their next runs."""
    table = Table(title=f"Jobs at {now:%Y-%m-%d %H:%M} UTC", title_justify="left")
    for name in ("job", "every", "next run (UTC)", ""):
        table.add_column(name, no_wrap=True)
    for name, every in DESK.items():
        table.add_row(name, f"{int(every.total_seconds() // 60)}min", "after each start", "")
    for due in dues:
        table.add_row(due.source.id, due.source.cadence, f"{due.planned_at:%Y-%m-%d %H:%M}", "due" if due.planned_at <= now else "")
    console.print(table)
    return EXIT_OK


def build_scheduler(house: House, dues: Sequence[Due]) -> BlockingScheduler:
    """Jobs from the sources; memory store, since they are made anew at each start (TECH-FACTS 3)."""
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": JobThreads(house.config.concurrent_crawls), "desk": JobThreads(1), "care": JobThreads(1)},
        job_defaults={"coalesce": True, "max_instances": 1},
    )
    started, now = house.config.now(), datetime.now(UTC)
    for due in dues:
        source = due.source
        scheduler.add_job(
            _job,
            IntervalTrigger(seconds=int(source.interval.total_seconds()), jitter=jitter_s(source), timezone=UTC),
            args=(house, source),
            id=source.id,
            misfire_grace_time=grace_s(source),
            next_run_time=now + max(due.planned_at - started, timedelta()),
        )
    for name, every in DESK.items():
        scheduler.add_job(
            house.desk,
            IntervalTrigger(seconds=int(every.total_seconds()), timezone=UTC),
            args=(name,),
            id=name,
            executor="desk",
            misfire_grace_time=DESK_GRACE_S,
            next_run_time=now,
        )
    _add_care(scheduler, house)
    scheduler.add_listener(lambda event: _note_missed(house, event), EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler


def _add_care(scheduler: BlockingScheduler, house: House) -> None:
    """The clock looks after itself: was the machine's clock set, are there old logs."""
    steps = ClockSteps()
    scheduler.add_job(
        lambda: _watch_clock(house, steps.look()),
        IntervalTrigger(minutes=1, timezone=UTC),
        id="clock",
        executor="care",
        misfire_grace_time=None,
    )
    scheduler.add_job(house.tidy, IntervalTrigger(days=1, timezone=UTC), id="tidy", executor="care", misfire_grace_time=DESK_GRACE_S)


def _watch_clock(house: House, step_s: float) -> None:
    if step_s:
        logger.warning("the machine's clock was moved by %+.0f s", step_s)
    house.clock_stepped(step_s)


def _job(house: House, source: Source) -> None:
    reason = why_offline(house.config)
    if reason:
        house.note(source.id, RunState.OFFLINE, RunCause.OFFLINE, reason)
        logger.warning("offline: %s", reason, extra={"source": source.id})
        return
    outcome = house.crawl(source)
    logger.log(logging.INFO if outcome.is_good else logging.WARNING, "%s", describe(outcome), extra={"source": source.id})


def _note_missed(house: House, event: JobEvent) -> None:
    """A job that the clock could not start becomes a row that staff can see."""
    is_missed = event.code == EVENT_JOB_MISSED
    state = RunState.MISFIRED if is_missed else RunState.SKIPPED
    reason = "could not start within its grace" if is_missed else "the run before it was still going"
    logger.warning("%s: %s: %s", event.job_id, state.value, reason)
    if event.job_id in {source.id for source in house.sources}:
        house.note(event.job_id, state, RunCause.UNKNOWN, reason)


def daemon(house: House, dues: Sequence[Due], console: Console) -> int:
    """Run until SIGTERM or Ctrl-C; both end the children first."""
    scheduler = build_scheduler(house, dues)
    _say(console, f"{len(dues)} sources, {len(due_now(dues, house.config.now()))} of them due now; stop with Ctrl-C")
    if not house.config.is_live:
        _say(console, NOT_LIVE)
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=False)
    _say(console, "stopped")
    return EXIT_OK


@contextmanager
def _ending_children(house: House) -> Iterator[None]:
    """SIGTERM means the same as Ctrl-C, and neither leaves a crawl behind."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        house.children.end_all()
        signal.signal(signal.SIGTERM, before)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="schedule.py", description=__doc__, epilog=EPILOG)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="run everything that is due once, show a table and end")
    what.add_argument("--list", action="store_true", help="show jobs and their next runs")
    parser.add_argument("--country", action="append", default=[], metavar="CC", help="only sources of this country (may be repeated)")
    parser.add_argument("--source", action="append", default=[], metavar="ID", help="only this source, due or not (may be repeated)")
    parser.add_argument("--all", action="store_true", help="with --once: also what is not due yet")
    return parser.parse_args(arguments)


def choose_sources(config: Config, countries: Sequence[str], ids: Sequence[str]) -> tuple[Source, ...]:
    """The sources meant by the command line; ConfigError for a country or a source that does not exist."""
    wanted = tuple(countries) or (() if ids else config.countries)
    sources = load_sources(config.sources_path, wanted)
    missing = sorted(set(ids) - {source.id for source in sources})
    if missing:
        raise ConfigError(f"no such source: {', '.join(missing)} (`python schedule.py --list` shows them)")
    chosen = tuple(source for source in sources if not ids or source.id in ids)
    asleep = [source.id for source in chosen if ids and not source.is_crawlable]
    if asleep:
        raise ConfigError(f"not crawled: {', '.join(asleep)} (historic, disabled or without an address)")
    return chosen


def run(options: argparse.Namespace, console: Console) -> int:
    """What the command line asks for; raises ConfigError, MfmError, Timeout and sqlite3.Error for main to tell."""
    config = load_config()
    if config.is_live and not config.contact_url:
        raise ConfigError("contact_url: must be set before going live: site owners need to know who asks")
    sources = choose_sources(config, options.country, options.source)
    migrate(config.database_path)
    house = House(config, sources)
    if options.list:
        return show(house.plan(), config.now(), console)
    with FileLock(config.data_dir / "clock.lock", timeout=0), _ending_children(house):
        cut_off = house.settle()
        if cut_off:
            _say(console, f"cut off last time, run again now: {', '.join(cut_off)}")
        dues = house.plan()
        if not options.once:
            return daemon(house, dues, console)
        chosen = dues if options.source or options.all else due_now(dues, config.now())
        reason = why_offline(config)
        return offline(house, chosen, console, reason) if reason else once(house, chosen, console)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of the clock: one clear line for every way in which a person can be wrong."""
    options = parse_arguments(arguments)
    os.chdir(PROJECT_DIR)  # relative paths of the configuration are relative to the project, whoever starts us
    console = Console()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    try:
        return run(options, console)
    except Timeout as error:
        return _refuse(f"another clock is running (lock {error.lock_file}); this one does nothing")
    except (ConfigError, MfmError) as error:
        return _refuse(str(error))
    except (sqlite3.Error, OSError) as error:
        return _refuse(f"cannot work in the data folder: {error}")
    except KeyboardInterrupt:
        return _refuse("stopped before the end; the next start takes up what is left")


def _refuse(line: str) -> int:
    print(f"mfm: {line}", file=sys.stderr)
    return EXIT_BAD_INPUT


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
