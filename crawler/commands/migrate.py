"""`scrapy migrate`: makes the database, or brings it up to date; twice is as good as once."""

import argparse

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Applies what is missing and shows what has been applied."""

    def syntax(self) -> str:
        return ""

    def short_desc(self) -> str:
        return "Make the database, or bring it up to date"

    def long_desc(self) -> str:
        return (
            "Applies the numbered changes of the schema that the database under the data folder has not had yet, and prints all "
            "with their dates. A database written by a newer release is left alone. Status 2 when it cannot be used."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command, and the database library is not needed for help.
        from db.migrations import applied, migrate  # noqa: PLC0415

        if args:
            raise UsageError("migrate takes no arguments")
        path = self.config.database_path
        new = migrate(path)
        for name, when in applied(path):
            print(f"{'new' if name in new else '   '}  {when[:19]}  {name}")
        print(f"{path}: " + (f"{len(new)} applied, up to date now" if new else "already up to date"))
        return 0
