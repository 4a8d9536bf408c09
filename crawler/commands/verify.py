"""`scrapy verify`: checks an evidence bundle without a network and says what is wrong."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Check an evidence bundle."""

    def syntax(self) -> str:
        return "BUNDLE"

    def short_desc(self) -> str:
        return "Check an evidence bundle offline and say what is wrong"

    def long_desc(self) -> str:
        return (
            "Checks every digest, that each capture has its record with its time, that quotes stand at their places, and the sheet "
            "against the evidence. Status 1 when something is wrong. Parts that agree do not prove the date: compare the SHA-256 of "
            "the file with the one noted when it was made."
        )

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from db.bundle_check import check_bundle  # noqa: PLC0415

        if len(args) != 1:
            raise UsageError("name one bundle")
        faults = check_bundle(Path(args[0]))
        for fault in faults:
            print(fault)
        print(f"{args[0]}: {f'{len(faults)} faults' if faults else 'every part agrees'}")
        return 1 if faults else 0
