"""`scrapy bounces`: records mails that came back."""

import argparse
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Reads reports of failed delivery."""

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Record mails that came back (RFC 3464)"

    def long_desc(self) -> str:
        return (
            "Reads one mail from the standard input, as a mail server's pipe gives it, or from --file, or the unread mails of "
            "--maildir. Addresses that fail for good get no more mails and maintainers are told; --resume lets one get mails again."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--maildir", type=Path, help="Maildir whose unread mails are read and marked as seen")
        parser.add_argument("--file", type=Path, help="file that holds one mail")
        parser.add_argument("--resume", metavar="AUDIENCE", help="send mails to this reader again")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.mailing.bounces import BounceError, from_maildir, resume, take_bounces  # noqa: PLC0415
        from crawler.mailing.run import open_database  # noqa: PLC0415
        from pipelines.channels.bounce import MAX_BYTES  # noqa: PLC0415

        if args or sum(bool(each) for each in (opts.maildir, opts.file, opts.resume)) > 1:
            raise UsageError("bounces takes no arguments, and at most one of --maildir, --file and --resume")
        with open_database(self.config) as db:
            now = self.config.now()
            if opts.resume:
                print(resume(db, self.config, opts.resume, now))
                return 0
            try:
                mails = from_maildir(opts.maildir) if opts.maildir else [_one(opts.file, MAX_BYTES)]
            except OSError as error:
                raise BounceError(f"{opts.file}: cannot be read: {error.strerror}") from error
            print(take_bounces(db, self.config, mails, now))
        return 0


def _one(file: Path | None, limit: int) -> bytes:
    if file is None:
        return sys.stdin.buffer.read(limit)
    with file.open("rb") as opened:
        return opened.read(limit)
