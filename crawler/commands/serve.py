"""`scrapy serve`: opens the archive of this configuration in a browser, read-only."""

import argparse

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Serves the archive on loopback."""

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Open the archive in a browser (read-only)"

    def long_desc(self) -> str:
        return (
            "Serves the database of the data folder with Datasette: the start page with what matters today, alerts with their "
            "evidence, cases, outlets, prepared questions, and SQL of your own when the address is this machine's. When the data "
            "folder holds only a rehearsal, that is shown."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8001, help="port (default: 8001)")
        parser.add_argument("--open", action="store_true", help="open the browser")
        parser.add_argument("--no-sql", action="store_true", help="only the prepared questions")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command, and Datasette takes a second.
        from db.serve import find_database, make_app, may_ask_freely, serve  # noqa: PLC0415

        if args:
            raise UsageError("serve takes no arguments")
        path = find_database(self.config.data_dir)
        is_free = may_ask_freely(opts.host, opts.no_sql)
        app = make_app(path, allow_sql=is_free, clock_offset_s=self.config.clock_offset_s)
        serve(app, path, host=opts.host, port=opts.port, opens=opts.open)
        return 0
