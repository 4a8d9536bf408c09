"""`scrapy report`: the month's table in the headings of those who count."""

import argparse
import re
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand

LAYOUTS = ("adilsoz", "jfj", "mfrr", "cpj", "coe")


class Command(HouseCommand):
    """Write the table of a month."""

    def syntax(self) -> str:
        return "--month YYYY-MM [--layout NAME] [--to FILE.csv|.xlsx|.html]"

    def short_desc(self) -> str:
        return "Write the table of a month: new, carried over, reports, people"

    def long_desc(self) -> str:
        return (
            "Counts reports, cases and incidents, and people hit apart, and new cases apart from carried-over ones, under the headings "
            f"of one of {', '.join(LAYOUTS)}. Without --to the table is printed as CSV. Headings need a check by their owners."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--month", default="", metavar="YYYY-MM", help="the month, in UTC")
        parser.add_argument("--layout", choices=LAYOUTS, default="adilsoz", help="whose headings (default: adilsoz)")
        parser.add_argument("--to", type=Path, metavar="FILE", help="file ending in .csv, .xlsx or .html")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from db.connection import connect_readonly  # noqa: PLC0415
        from db.month import as_csv, as_page, as_workbook, headings_of, read_layouts, table  # noqa: PLC0415
        from db.queries.monthly import read_month  # noqa: PLC0415
        from pipelines.taxonomy import load_taxonomy  # noqa: PLC0415

        if args or not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", opts.month):
            raise UsageError("name the month with --month YYYY-MM")
        if opts.to and opts.to.suffix not in (".csv", ".xlsx", ".html"):
            raise UsageError("--to must end in .csv, .xlsx or .html")
        layout = read_layouts()[opts.layout]
        crosswalks = {name: entry.crosswalk for name, entry in load_taxonomy().categories.items()}
        db = connect_readonly(self.config.database_path)
        lines = table(read_month(db, opts.month), headings_of(layout, crosswalks))
        db.close()
        title = f"{layout['title']}, {opts.month}"
        if opts.to is None:
            print(as_csv(title, lines), end="")
            return 0
        if opts.to.suffix == ".xlsx":
            opts.to.write_bytes(as_workbook(title, lines))
        else:
            opts.to.write_bytes((as_page if opts.to.suffix == ".html" else as_csv)(title, lines).encode())
        print(f"{opts.to}: {len(lines)} rows")
        return 0
