"""`scrapy rehearse`: several days on the built-in small web, through the same clock, spiders and stages."""

import argparse
from pathlib import Path

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Play the rehearsal."""

    def syntax(self) -> str:
        return "[--days N] [--data-dir DIR]"

    def short_desc(self) -> str:
        return "Play several days on a small invented web; nothing leaves the machine"

    def long_desc(self) -> str:
        return (
            "Raises invented outlets, a court, a censor and a mail server on loopback, moves the clock from day to day and runs "
            "`schedule.py --once` on each. Shows every day, the alerts, the mails and how to open the archive. "
            "Ends with status 1 when something that must come of it is missing."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--days", type=int, default=6, help="how many days to play, at most 6 (default: 6)")
        parser.add_argument("--data-dir", type=Path, help="folder of the play (default: <data folder>/rehearsal), emptied at the start")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command, and the web and the mail server are not needed for it.
        from rich.console import Console  # noqa: PLC0415

        from crawler.rehearsal.play import N_DAYS, rehearse  # noqa: PLC0415
        from db.errors import MfmError  # noqa: PLC0415

        if not 1 <= opts.days <= N_DAYS:
            raise MfmError(f"--days: must be between 1 and {N_DAYS}")
        return rehearse(opts.data_dir or self.config.data_dir / "rehearsal", opts.days, Console())
