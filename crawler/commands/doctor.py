"""`scrapy doctor`: is the house well, and if not, what to do first; `--live` asks every source once."""

import argparse
import json

from crawler.command import HouseCommand
from crawler.config import ConfigError
from crawler.sources import load_sources

_COLOURS = {"well": "green", "watch": "yellow", "fix": "red"}


class Command(HouseCommand):
    """Check settings, disk, database, clock, queues, sources."""

    def syntax(self) -> str:
        return "[--live] [--json] [--country CC]"

    def short_desc(self) -> str:
        return "Check the house and say what must be fixed first"

    def long_desc(self) -> str:
        return (
            "Looks at settings, data folder, disk, zone data, the reader, source files, database, clock, outbox and the health of each source. "
            "Ends with status 1 when something must be fixed. --live asks every address of every source once (only when is_live) and says "
            "which do not answer as expected."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--live", action="store_true", help="ask every source once and compare with what is expected")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")
        parser.add_argument("--country", action="append", default=[], metavar="CC", help="only this country's sources; may be given twice")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from crawler.care.checks import Check, Level, check_house  # noqa: PLC0415 - heavy: `scrapy -h` imports every command

        sources = load_sources(self.config.sources_path, tuple(opts.country))
        if opts.live and not self.config.is_live:
            raise ConfigError("doctor --live: not live; nothing may be asked outside (set is_live and contact_url)")
        checks: tuple[Check, ...] = check_house(self.config, sources)
        if opts.live:
            from crawler.care.calls import ask_sources  # noqa: PLC0415

            checks += ask_sources(self.config, sources)
        for check in checks:
            if opts.json:
                print(json.dumps({"subject": check.subject, "level": check.level, "text": check.text}, ensure_ascii=False))
        if not opts.json:
            _show(checks)
        return int(any(check.level is Level.FIX for check in checks))


def _show(checks: tuple["object", ...]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("what", "how", "in words", title="The house")
    for check in checks:
        level = str(getattr(check, "level", ""))
        table.add_row(escape(str(getattr(check, "subject", ""))), f"[{_COLOURS[level]}]{level}[/]", escape(str(getattr(check, "text", ""))))
    Console().print(table)
