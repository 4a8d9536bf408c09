"""`scrapy assess`: judges what was observed, opens, eases and closes incidents, writes their alerts. Twice changes nothing."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.command import HouseCommand

if TYPE_CHECKING:
    from crawler.assessing.desk import Desk
    from crawler.config import Config

HELP = """Judges every stored batch of observations that has no verdict yet, with the same rules as `scrapy probe`; moves the
incident of each outlet and country (suspected, open, eased, closed, frozen, stale) and writes one alert per change, all of an
incident in one mail thread. Then holds each outlet's publishing against its own rhythm and opens a silence where one stopped,
and tells of cases that a court's list names and of hearings that fell off it.
Makes no connection by itself; with --probe it first looks at every outlet's front page from every vantage of the settings (those
with consent, in live runs). --rescore compares old verdicts with the present rules and writes nothing. --ooni FILE reads OONI
measurements or API answers and prints what they witness."""


class Command(HouseCommand):
    """The desk of verdicts."""

    def syntax(self) -> str:
        return "[--probe] [--rescore] [--ooni FILE] [--ooni-fetch] [--ooni-gaps CSV]"

    def short_desc(self) -> str:
        return "Judge observations: verdicts, incidents, alerts"

    def long_desc(self) -> str:
        return HELP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--probe", action="store_true", help="look first: every outlet, every vantage")
        parser.add_argument("--rescore", action="store_true", help="compare stored verdicts with the present rules, write nothing")
        parser.add_argument("--days", type=int, default=7, metavar="N", help="days that --rescore looks back over (default: 7)")
        parser.add_argument("--ooni", type=Path, action="append", default=[], metavar="FILE", help="OONI measurement or API answer to read")
        parser.add_argument("--ooni-fetch", action="store_true", help="ask OONI what its volunteers saw of each outlet in the last week")
        parser.add_argument(
            "--ooni-gaps", type=Path, action="append", default=[], metavar="CSV", help="test list: which outlets are missing"
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """0 when the desk is done."""
        if opts.ooni or opts.ooni_fetch or opts.ooni_gaps:
            return _show_ooni(opts, self.config)
        from crawler.assessing.desk import Desk  # noqa: PLC0415 - heavy libraries, and `scrapy -h` imports every command

        desk = Desk(self.config)
        if opts.rescore:
            changed = desk.rescore(self.config.now() - timedelta(days=opts.days))
            for batch, url, vantage, change in changed:
                print(f"{batch} {url} {vantage}: {change}")
            print(f"{len(changed)} verdicts would differ; nothing was written")
            return 0
        if opts.probe:
            desk.look()
        desk.judge_stored()
        _show(desk)
        _show_quiet(self.config)
        return 0


def _show(desk: "Desk") -> None:
    tally = desk.tally
    for url, vantage, verdict, reason in tally.verdicts:
        print(f"{url} from {vantage}: {verdict}{f' ({reason})' if reason else ''}")
    for name, kind, method in tally.events:
        print(f"incident of {name}: {kind.replace('_', ' ')} ({method})")
    print(f"{tally.n_observations} observations, {len(tally.verdicts)} verdicts in {tally.n_batches} batches, {len(tally.events)} changes")


def _show_quiet(config: "Config") -> None:
    from crawler.assessing.court_watch import watch_courts  # noqa: PLC0415 - as below
    from crawler.assessing.hearings import hearing_changes  # noqa: PLC0415 - as below
    from crawler.assessing.quiet import QuietDesk  # noqa: PLC0415 - heavy libraries, and `scrapy -h` imports every command
    from crawler.assessing.registers import read_registers  # noqa: PLC0415

    quiet = QuietDesk(config)
    quiet.judge()
    for name, change, words in quiet.events:
        print(f"silence of {name}: {change} ({words})")
    for line in watch_courts(config):
        print(f"case {line}")
    for line in read_registers(config):
        print(f"register of {line}")
    for title, kind, words in hearing_changes(config):
        print(f"{kind.replace('_', ' ')}: {title} ({words})")


def _show_ooni(opts: argparse.Namespace, config: "Config") -> int:
    import asyncio  # noqa: PLC0415 - only for OONI

    from crawler.assessing.session import tables_of  # noqa: PLC0415 - heavy libraries
    from crawler.assessing.witness import ask, gaps, read_files  # noqa: PLC0415

    async def show() -> None:
        async for line in ask(config):
            print(line, flush=True)

    for line in read_files(opts.ooni, tables_of(config)):
        print(line)
    for line in gaps(config, opts.ooni_gaps) if opts.ooni_gaps else ():
        print(line)
    if opts.ooni_fetch:
        asyncio.run(show())
    return 0
