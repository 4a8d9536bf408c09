"""The watcher of the watcher: tells maintainers when the monitor itself is blind or stuck, again until it is mended, and then that it is."""

import shutil
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.config import Config, Person
from crawler.mailing.views import archive_page
from db.identity import content_id
from db.queries import watch
from db.queries.delivery import NewMessage, stuck
from db.queries.times import iso
from db.vocabulary import IssueKind, MessageKind
from pipelines.channels.letter import header_text
from pipelines.channels.rendering import catalogue, render
from pipelines.notify import mail_domain, readers

STUCK_AFTER = timedelta(hours=6)
NO_RUN_FOR = timedelta(days=1)
CLOCK_SLACK = timedelta(minutes=10)
MOST_ISSUES = 40


def watch_house(db: Database, config: Config, now: datetime) -> int:
    """Look at outbox, disk and clock, and write the mails to maintainers that are due; returns how many."""
    _check_outbox(db, now)
    _check_disk(db, config, now)
    _check_clock(db, now)
    _check_vantages(db, config, now)
    issues, fixed = watch.due_issues(db, now), watch.fixed_issues(db)
    if not issues and not fixed:
        return 0
    messages = [_message(config, person, issues, fixed, now) for person in readers(config) if person.is_maintainer]
    watch.tell_issues(db, messages, [*issues, *fixed], now)
    return len(messages)


def _check_outbox(db: Database, now: datetime) -> None:
    n, error = stuck(db, now, STUCK_AFTER)
    hours = int(STUCK_AFTER.total_seconds() // 3600)
    message = f"{n} mails have waited for more than {hours} hours" + (f"; last answer: {error}" if error else "")
    watch.set_condition(db, "outbox stuck", IssueKind.OUTBOX, message if n else "", now)


def _check_disk(db: Database, config: Config, now: datetime) -> None:
    free = shutil.disk_usage(config.data_dir).free
    message = f"{free // 2**20} MiB free under the data folder; nothing is fetched below {config.reserve_bytes // 2**20} MiB"
    watch.set_condition(db, "disk full", IssueKind.DISK, message if free < config.reserve_bytes else "", now)


def _check_clock(db: Database, now: datetime) -> None:
    """A clock behind what was already written is wrong; a monitor that has run before and runs no more is asleep."""
    newest = watch.newest_moment(db)
    is_behind = newest is not None and newest - now > CLOCK_SLACK
    message = f"the clock says {iso(now)}, but the archive holds {iso(newest)}" if newest and is_behind else ""
    watch.set_condition(db, "clock behind", IssueKind.CLOCK, message, now)
    last = watch.last_run_at(db)
    is_asleep = last is not None and now - last > NO_RUN_FOR
    message = f"no source has been read since {iso(last)}" if last and is_asleep else ""
    watch.set_condition(db, "no run", IssueKind.TOO_QUIET, message, now)


def _check_vantages(db: Database, config: Config, now: datetime) -> None:
    """A line that cannot look sees no blocking, which would read as all being well."""
    for vantage in config.vantages:
        seen = watch.vantage_health(db, vantage.id, now - NO_RUN_FOR)
        is_silent = seen.last_at is not None and now - seen.last_at > NO_RUN_FOR
        is_lost = seen.n_looks > 0 and seen.n_offline == seen.n_looks
        message = f"vantage {vantage.id} has not looked since {iso(seen.last_at)}" if seen.last_at and is_silent else ""
        message = f"vantage {vantage.id} was offline in all {seen.n_looks} looks of the last day" if is_lost else message
        watch.set_condition(db, f"vantage {vantage.id}", IssueKind.VANTAGE, message, now)


def _message(config: Config, person: Person, issues: list[watch.Issue], fixed: list[watch.Issue], now: datetime) -> NewMessage:
    words = catalogue(person.language)
    told = words.ngettext("%(num)s problem", "%(num)s problems", len(issues)) % {"num": len(issues)}
    mended = words.ngettext("%(num)s mended", "%(num)s mended", len(fixed)) % {"num": len(fixed)}
    news = ", ".join(part for part, n in ((told, len(issues)), (mended, len(fixed))) if n)
    title = words.gettext("The monitor itself")
    subject = header_text(f"{title}: {news}")
    values: dict[str, object] = {
        "subject": subject,
        "issues": issues[:MOST_ISSUES],
        "n_more": max(0, len(issues) - MOST_ISSUES),
        "fixed": fixed[:MOST_ISSUES],
        "archive_url": archive_page(config, "issue?_sort_desc=last_seen_at"),
        "organisation": config.organisation,
    }
    rendered = render("watchdog", person.language, person.zone, values)
    payload: dict[str, object] = {"subject": subject, "text": rendered.text, "html": rendered.html, "language": person.language}
    return NewMessage(
        subject_id=content_id("watchdog", iso(now), *(issue.id for issue in (*issues, *fixed))),
        audience=person.audience,
        channel="email",
        kind=MessageKind.WATCHDOG,
        domain=mail_domain(config),
        payload=payload,
    )
