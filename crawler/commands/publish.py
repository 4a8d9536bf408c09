"""`scrapy publish`: a redacted copy of the archive for the public or for partners."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Make the public copy."""

    def syntax(self) -> str:
        return "--to FILE.db"

    def short_desc(self) -> str:
        return "Write a redacted copy of the archive for the public"

    def long_desc(self) -> str:
        return (
            "Writes a new database with alerts, cases, incidents and outlets. Words and persons' names are in it only where a person "
            "confirmed the alert; elsewhere the role stands for the name. No texts of articles, notes, mails, audit rows or issues."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--to", type=Path, metavar="FILE.db", help="the new file")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from db.publish import publish  # noqa: PLC0415

        if args or opts.to is None:
            raise UsageError("name the new file with --to FILE.db")
        counts = publish(self.config.database_path, opts.to)
        print(f"{opts.to}: {', '.join(f'{name} {n}' for name, n in counts.items())}")
        return 0
