"""The checks of `scrapy doctor`, each a function that returns findings; nothing here fetches anything."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Capture
from crawler.sources import Source
from db.connection import connect
from db.migrations import is_current
from db.queries.health import count_stuck_runs, integrity_faults, latest_run_at, mend_text_index, queue_health, site_clocks, source_health
from db.queries.times import parse_iso
from db.vocabulary import CaptureRole
from pipelines.extract import extract

# Above this the write-ahead file shows that some reader never lets go (FIELD-TRAPS DB2).
MAX_WAL_BYTES = 64 * 2**20
MAX_QUEUE_AGE = timedelta(hours=6)
MAX_CLOCK_STEP = timedelta(minutes=1)
# A site whose clock is off (FIELD-TRAPS DT6): most articles dated after our look, or none seen sooner than an hour after a round's time.
SITE_CLOCK_WINDOW, SITE_CLOCK_OFF_S, LATE_SITE_S, LEAST_ARTICLES = timedelta(days=30), 600, 3300, 8
_LATE_RUNS = 2  # no finished run in twice its interval (FIELD-TRAPS SC3)


class Level(StrEnum):
    """How much a finding matters."""

    WELL = "well"
    WATCH = "watch"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it is, and what to do."""

    subject: str
    level: Level
    text: str


def check_house(config: Config, sources: tuple[Source, ...]) -> tuple[Check, ...]:
    """Everything that can be told without the network, in the order a person would mend it."""
    checks = [*_settings(config), *_folder(config), *_zone_data(), *_extraction(), *_source_files(sources)]
    if not config.database_path.exists():
        return (*checks, Check("database", Level.FIX, f"{config.database_path} is not there yet: run `scrapy migrate`"))
    if not is_current(config.database_path):
        return (*checks, Check("database", Level.FIX, "the schema is behind this release: run `scrapy migrate`"))
    db = connect(config.database_path)
    try:
        return (*checks, *_database(db, config), *_clock(db, config), *_queue(db, config), *_health(db, config), *_site_clocks(db, config))
    finally:
        db.close()


def _settings(config: Config) -> Iterator[Check]:
    if not config.is_live:
        yield Check("settings", Level.WATCH, "not live: nothing is fetched from outside and no mail leaves (make live)")
    if config.is_live and not config.contact_url:
        yield Check("settings", Level.FIX, "contact_url: site owners need to know who asks")
    if not config.people:
        yield Check("mail", Level.WATCH, "nobody is set up to read mail; it goes to the Maildir as `staff`")
    if config.smtp_host and config.smtp_username and not config.smtp_password.get_secret_value():
        yield Check("mail", Level.FIX, "smtp_username is set but no password: give MFM_SMTP_PASSWORD or smtp_password_file")
    if not config.smtp_host:
        yield Check("mail", Level.WELL, f"no mail server: messages are kept in {config.maildir_path}")
    controls = [vantage for vantage in config.vantages if vantage.is_control]
    if config.vantages and len(controls) < 2:
        yield Check("vantages", Level.WATCH, f"{len(controls)} control lines; two are needed for a verdict of blocked by absence")
    for vantage in config.vantages:
        if not vantage.is_control and not vantage.consent:
            yield Check("vantages", Level.FIX, f"{vantage.id}: consent = false: ask the person who lends the line first")


def _folder(config: Config) -> Iterator[Check]:
    folder = config.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        yield Check("data folder", Level.FIX, f"{folder}: {error.strerror}")
        return
    if not os.access(folder, os.W_OK):
        yield Check("data folder", Level.FIX, f"{folder}: cannot be written")
    free = shutil.disk_usage(folder).free
    level = Level.FIX if free < config.reserve_bytes else Level.WATCH if free < 5 * config.reserve_bytes else Level.WELL
    yield Check("disk", level, f"{free / 2**30:.1f} GiB free; fetching stops below {config.reserve_bytes / 2**30:.1f} GiB")
    open_files = list(config.archive_dir.rglob("*.open")) if config.archive_dir.exists() else []
    if open_files:
        yield Check(
            "archive", Level.WATCH, f"{len(open_files)} WARC files are open: a run is going on, or one was killed and the next mends it"
        )


def _zone_data() -> Iterator[Check]:
    """Kazakhstan moved to +05 on 1 March 2024; older zone tables do not know (FIELD-TRAPS DT5)."""
    offset = ZoneInfo("Asia/Almaty").utcoffset(datetime(2024, 6, 1, tzinfo=UTC).replace(tzinfo=None))
    try:
        name = version("tzdata")
    except PackageNotFoundError:
        name = "of the system"
    is_new = offset == timedelta(hours=5)
    yield Check(
        "time zones", Level.WELL if is_new else Level.FIX, f"zone data {name}{'' if is_new else ': older than 2024a, times would be wrong'}"
    )


def _extraction() -> Iterator[Check]:
    """A fresh install has failed here before anything else (FIELD-TRAPS CR4)."""
    try:
        article = extract(_sample(), None)
    except Exception as error:
        yield Check("reading pages", Level.FIX, f"the built-in sample cannot be read: {type(error).__name__}: {error}")
        return
    is_well = bool(article.title and article.text)
    yield Check(
        "reading pages",
        Level.WELL if is_well else Level.FIX,
        "the built-in sample reads right" if is_well else "the built-in sample came out empty",
    )


def _sample() -> Capture:
    html = (
        "<html><body><article><h1>Суд оправдал редактора</h1>"
        + "<p>Редакция сообщила об этом читателям утром.</p>" * 8
        + "</article></body></html>"
    )
    return Capture(
        source_id="sample",
        run_id="doctor",
        role=CaptureRole.ARTICLE,
        url="https://sample.example/n/1",
        final_url="https://sample.example/n/1",
        status=200,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        body=html.encode(),
        headers=(("Content-Type", "text/html; charset=utf-8"),),
    )


def _source_files(sources: tuple[Source, ...]) -> Iterator[Check]:
    crawled = [source for source in sources if source.is_crawlable]
    unverified = sum(not any(address.verified for address in source.living_urls) for source in crawled)
    yield Check("sources", Level.WELL, f"{len(sources)} known, {len(crawled)} read, {unverified} of them not yet seen answering as written")


def _database(db: Database, config: Config) -> Iterator[Check]:
    if mend_text_index(db):
        yield Check("database", Level.WATCH, "the text index did not agree with the articles and was built anew")
    faults = integrity_faults(db)
    yield Check("database", Level.FIX if faults else Level.WELL, "; ".join(faults) or "sound, references hold, text index agrees")
    wal = config.database_path.with_name(config.database_path.name + "-wal")
    if wal.exists() and wal.stat().st_size > MAX_WAL_BYTES:
        yield Check("database", Level.WATCH, f"write-ahead file of {wal.stat().st_size / 2**20:.0f} MiB: some reader never closes")


def _clock(db: Database, config: Config) -> Iterator[Check]:
    latest = latest_run_at(db)
    if latest and parse_iso(latest) - config.now() > MAX_CLOCK_STEP:
        yield Check("clock", Level.FIX, f"the last run began at {latest}, later than now: the clock was set back")
    stuck = count_stuck_runs(db, config.now() - timedelta(seconds=2 * config.run_deadline_s))
    if stuck:
        yield Check("runs", Level.WATCH, f"{stuck} runs never ended; the next start marks them as killed")


def _site_clocks(db: Database, config: Config) -> Iterator[Check]:
    for clock in site_clocks(db, config.now() - SITE_CLOCK_WINDOW, SITE_CLOCK_OFF_S, LEAST_ARTICLES):
        if clock.n_early * 2 > clock.n_articles:
            text = f"{clock.n_early} of {clock.n_articles} articles are dated after we saw them, by {clock.early_s / 60:.0f} min on average"
        elif clock.least_s > clock.cadence_s + LATE_SITE_S:
            text = f"none of {clock.n_articles} articles was seen sooner than {clock.least_s / 60:.0f} min after its date, though we look every {clock.cadence_s / 60:.0f} min"
        else:
            continue
        yield Check(clock.source_id, Level.WATCH, f"{text}: the site's clock or time zone may be off; set `zone` of the source if it is")


def _queue(db: Database, config: Config) -> Iterator[Check]:
    queue = queue_health(db)
    is_old = bool(queue.oldest_at) and config.now() - parse_iso(queue.oldest_at) > MAX_QUEUE_AGE
    if queue.n_dead:
        yield Check("mail", Level.FIX, f"{queue.n_dead} messages were given up: see table outbox, state dead")
    level = Level.FIX if is_old else Level.WELL
    yield Check("mail", level, f"{queue.n_waiting} messages wait" + (f", the oldest since {queue.oldest_at}" if is_old else ""))


def _health(db: Database, config: Config) -> Iterator[Check]:
    """One line for each source that is not well: not read in time, failing, or more silent than expected."""
    n_well = 0
    now = config.now()
    for source in source_health(db):
        silence = now - parse_iso(source.last_new_item_at) if source.last_new_item_at else None
        overdue = now - parse_iso(source.last_run_at) > timedelta(seconds=_LATE_RUNS * source.cadence_s)
        if source.state not in {"ok", "offline"}:
            yield Check(source.source_id, Level.FIX, f"last run {source.state} ({source.cause}): {source.reason}")
        elif silence is not None and silence > timedelta(seconds=source.max_silence_s):
            yield Check(
                source.source_id, Level.WATCH, f"nothing new for {silence.days} days; expected within {source.max_silence_s // 86400}"
            )
        elif overdue:
            yield Check(source.source_id, Level.WATCH, f"not run since {source.last_run_at}: is the daemon up?")
        else:
            n_well += 1
    yield Check("source health", Level.WELL, f"{n_well} sources are well")
