"""`scrapy incident`: a person closes, rejects or merges an incident; the act is recorded and no rule undoes it."""

import argparse

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand

HELP = """Without arguments, or with `list`, shows the incidents that are going on. `close ID` ends one, `reject ID` says that it never
was one, `merge ID INTO` joins it to another of the same outlet, country and kind; each needs --reason and is kept in the audit under
the name of --by. ID may be the beginning of an id, six signs or more. What a person decided is never undone by a rule: a closed
incident is not reopened (a new block after it is a new incident), a rejected one is not opened again by the same evidence (the same
method on the same line without three days of rest), and what would have moved a merged one moves the other. What a colleague decided
is refused with who did what and when; --over NUMBER, the number that the refusal names, decides over it knowingly."""
_N_ARGUMENTS = {"list": 1, "close": 2, "reject": 2, "merge": 3}


class Command(HouseCommand):
    """The acts of a person."""

    def syntax(self) -> str:
        return "[list | close ID | reject ID | merge ID INTO] [--reason WORDS] [--by NAME] [--over NUMBER]"

    def short_desc(self) -> str:
        return "Close, reject or merge an incident, with a reason"

    def long_desc(self) -> str:
        return HELP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--reason", default="", metavar="WORDS", help="why; kept with the act")
        parser.add_argument(
            "--over", type=int, default=0, metavar="NUMBER", help="the colleague's decision to decide over, as the refusal names it"
        )
        parser.add_argument("--by", default="staff", metavar="NAME", help="whose decision it is (default: staff)")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.mailing.run import open_database  # noqa: PLC0415
        from db.connection import write  # noqa: PLC0415
        from db.queries.incident_acts import Act, carry_out, incidents_going_on  # noqa: PLC0415

        kind = args[0] if args else "list"
        if _N_ARGUMENTS.get(kind) != max(len(args), 1):
            raise UsageError(f"incident takes {self.syntax()}")
        with open_database(self.config) as db:
            if kind == "list":
                rows = incidents_going_on(db)
                for row in rows:
                    print(f"{row['id']}  {row['state']:9}  {row['country']}  since {row['started_at'][:10]}  {row['title']}")
                print(f"{len(rows)} incidents going on")
                return 0
            target = args[2] if kind == "merge" else ""
            act = Act(kind=kind, incident=args[1], actor=opts.by, reason=opts.reason, target=target, version=opts.over)
            now = self.config.now()
            print(write(db, lambda database: carry_out(database, act, now)))
        return 0
