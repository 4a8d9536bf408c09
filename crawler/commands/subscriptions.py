"""`scrapy subscriptions`: what readers asked for, what they ended, and a way to turn it on again."""

import argparse

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand


class Command(HouseCommand):
    """Lists, ends and resumes subscriptions."""

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show the subscriptions of readers; end one or let it send again"

    def long_desc(self) -> str:
        return (
            "Lists each subscription of the configuration with its id and whether its reader ended it. --end and --resume take such "
            "an id; a subscription that is changed in the configuration is a new one."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--end", metavar="ID", help="send no more mails of this subscription")
        parser.add_argument("--resume", metavar="ID", help="send mails of this subscription again")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.mailing.subscribing import listing, turn  # noqa: PLC0415

        if args or (opts.end and opts.resume):
            raise UsageError("subscriptions takes no arguments, and one of --end and --resume")
        if opts.end or opts.resume:
            print(turn(self.config, opts.end or opts.resume, is_on=bool(opts.resume)))
        else:
            print("\n".join(listing(self.config)))
        return 0
