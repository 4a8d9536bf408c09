"""`scrapy bundle`: the evidence of an alert or a case as one file that others can check and replay."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Cut the evidence of an alert or a case out of the archive."""

    def syntax(self) -> str:
        return "ALERT_NUMBER | --case ID [--to DIR]"

    def short_desc(self) -> str:
        return "Put the evidence of an alert or a case into one WACZ file"

    def long_desc(self) -> str:
        return (
            "Writes a WACZ file with every archived record, its index and digests, the findings with their quotes and rules, verdicts "
            "with their observations, and a page to print. `scrapy verify` checks it without a network. Keep the SHA-256 that is "
            "printed: no time-stamp of a third party is in the file."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--case", default="", metavar="ID", help="a case with all its alerts, in place of one alert")
        parser.add_argument("--to", type=Path, metavar="DIR", help="folder for the file (default: <data folder>/bundles)")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from db.bundle import make_bundle  # noqa: PLC0415
        from db.connection import connect_readonly  # noqa: PLC0415
        from db.queries.evidence import evidence_of  # noqa: PLC0415
        from pipelines.taxonomy import load_taxonomy  # noqa: PLC0415

        if bool(args) == bool(opts.case) or len(args) > 1 or not all(arg.isascii() and arg.isdigit() for arg in args):
            raise UsageError("name one alert by its number, or a case with --case ID")
        db = connect_readonly(self.config.database_path)
        evidence = evidence_of(db, number=int(args[0]) if args else 0, case_id=opts.case)
        db.close()
        evidence["labels"] = {name: entry.labels for name, entry in load_taxonomy().categories.items()}
        name = f"alert-{args[0]}" if args else f"case-{evidence['case']['id']}"
        target = (opts.to or self.config.data_dir / "bundles") / f"{name}.wacz"
        digest = make_bundle(evidence, self.config.archive_dir, target, self.config.now())
        print(f"{target}: {len(evidence['captures'])} records, {len(evidence['findings'])} quotes, SHA-256 {digest}")
        return 0
