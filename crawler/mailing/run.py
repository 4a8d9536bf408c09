"""One run of `scrapy notify` from the lock to the report."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from filelock import FileLock, Timeout
from sqlite_utils import Database

from crawler.config import Config
from crawler.mailing.bounces import from_maildir, take_bounces
from crawler.mailing.channels import check_mail_settings, uses_maildir
from crawler.mailing.digest import write_digests
from crawler.mailing.dispatch import Tally, send_due
from crawler.mailing.feeds import write_feeds
from crawler.mailing.gather import write_mails
from crawler.mailing.heartbeat import beat
from crawler.mailing.preview import lines_of, preview
from crawler.mailing.saved_queries import write_saved_queries
from crawler.mailing.watchdog import watch_house
from db.connection import connect
from db.errors import MfmError
from db.queries.delivery import recover, untold_alerts
from pipelines.notify import messages_for, queue_alerts

UNTOLD_WITHIN = timedelta(days=3)


class NotifyError(MfmError):
    """The outbox cannot be sent now."""


def notify(config: Config, *, limit: int, force_digest: bool) -> tuple[list[str], bool]:
    """Queue, write and send; returns the lines of the report and whether all went well."""
    check_mail_settings(config)
    with _alone(config), open_database(config) as db:
        now = config.now()
        n_recovered = recover(db, now)
        if config.bounce_maildir:
            take_bounces(db, config, from_maildir(config.bounce_maildir), now)
        n_queued = queue_alerts(db, config, untold_alerts(db, now - UNTOLD_WITHIN))
        write_mails(db, config, now)
        write_digests(db, config, now, is_forced=force_digest)
        write_saved_queries(db, config, now)
        watch_house(db, config, now)
        tally = send_due(db, config, now, limit)
        write_feeds(db, config, now)
    if not tally.trouble:
        beat(config)
    return _report(config, tally, n_recovered, n_queued), not tally.trouble


def dry_run(config: Config, *, days: int) -> tuple[list[str], bool]:
    """What a run would queue for whom, and what each subscription would have brought in so many days; nothing is written or sent."""
    check_mail_settings(config)
    with open_database(config) as db:
        now = config.now()
        waiting = [
            f"would queue alert {alert.number} for {each.audience} over {each.channel}"
            for alert in untold_alerts(db, now - UNTOLD_WITHIN)
            for each in messages_for(alert, config)
        ]
        previews = preview(db, config, now, days)
    return [*waiting, *lines_of(previews, days), "nothing was written or sent"], not any(each.trouble for each in previews)


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """One sender at a time: two would take each other's rows for those of a crash."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(config.data_dir / "notify.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise NotifyError("another `scrapy notify` is sending; nothing to do") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def open_database(config: Config) -> Iterator[Database]:
    """The database of a house that has one; NotifyError when there is none."""
    if not config.database_path.exists():
        raise NotifyError(f"{config.database_path}: no such database (run `scrapy migrate` first)")
    db = connect(config.database_path)
    try:
        yield db
    finally:
        db.close()


def _report(config: Config, tally: Tally, n_recovered: int, n_queued: int) -> list[str]:
    way = f"mail folder {config.maildir_path}" if uses_maildir(config) else f"mail server {config.smtp_host}:{config.smtp_port}"
    counts = ", ".join(f"{n} {state}" for state, n in sorted(tally.counts.items())) or "nothing was due"
    lines = [f"{way}: {counts}"]
    if n_recovered:
        lines.append(f"{n_recovered} mails of a run that was cut off go again under the same Message-ID")
    if n_queued:
        lines.append(f"{n_queued} mails queued for alerts that nobody had been told of")
    if tally.trouble:
        lines.append(f"stopped: {tally.trouble}")
    return lines
