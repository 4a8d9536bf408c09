"""`scrapy notify`: writes and sends what staff are to be told. Run often; running it twice sends nothing twice."""

import argparse
import sys
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from crawler.config import ConfigError
from db.errors import MfmError

if TYPE_CHECKING:
    from crawler.config import Config


class Command(ScrapyCommand):
    """Sends the outbox."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Send the alerts, digests and reminders that are due"

    def long_desc(self) -> str:
        return (
            "Queues alerts that were stored but not queued, writes digests whose hour has come and mails about the monitor's own "
            "health, writes the Atom feed and the calendar of hearings, then sends all that is due. Without a mail server, or while the monitor is not live, mails are put into the "
            "Maildir under the data folder."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="print what would be sent; write and send nothing")
        parser.add_argument("--days", type=int, default=90, help="days that the dry run looks back over (default: 90)")
        parser.add_argument("--digest", action="store_true", help="write today's digests now, whatever the hour")
        parser.add_argument("--limit", type=int, default=500, help="most mails to send in this run (default: 500)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # Loaded here: `scrapy -h` imports every command, and templates and catalogues are slow to load.
        from crawler.mailing.run import dry_run, notify  # noqa: PLC0415

        if args or opts.limit < 1 or opts.days < 1:
            sys.stderr.write("notify: takes no arguments, and --limit and --days are at least 1\n")
            self.exitcode = 2
            return
        assert self.settings is not None, "Scrapy sets the settings before run()"
        config: Config = self.settings["MFM"]
        try:
            lines, is_fine = dry_run(config, days=opts.days) if opts.dry_run else notify(config, limit=opts.limit, force_digest=opts.digest)
        except (MfmError, ConfigError) as error:
            sys.stderr.write(f"notify: {error}\n")
            self.exitcode = 1
            return
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        self.exitcode = 0 if is_fine else 1
