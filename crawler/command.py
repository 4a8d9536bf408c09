"""What the commands share: the settings as a typed value, and errors as one line instead of a traceback."""

import argparse
import sys
from abc import abstractmethod
from collections.abc import Callable
from functools import wraps
from typing import Any

from scrapy.commands import ScrapyCommand

from crawler.config import Config
from db.errors import MfmError


def report_errors(run: Callable[[Any, list[str], argparse.Namespace], None]) -> Callable[[Any, list[str], argparse.Namespace], None]:
    """For commands that run a crawl: what a person can mend is one line on the error stream and status 2."""

    @wraps(run)
    def reporting(command: Any, args: list[str], opts: argparse.Namespace) -> None:
        try:
            run(command, args, opts)
        except MfmError as error:
            print(f"mfm: {error}", file=sys.stderr)
            command.exitcode = 2

    return reporting


class HouseCommand(ScrapyCommand):
    """A command that works on the house and not on a crawl: subclasses write `execute` and return the exit status."""

    requires_project = True
    requires_crawler_process = False

    @property
    def config(self) -> Config:
        """The settings of this process."""
        assert self.settings is not None
        config = self.settings["MFM"]
        assert isinstance(config, Config)
        return config

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run `execute`; what a person can mend is one line on the error stream and status 2."""
        try:
            self.exitcode = self.execute(args, opts)
        except MfmError as error:
            print(f"mfm: {error}", file=sys.stderr)
            self.exitcode = 2

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """Do the work; returns the exit status."""
