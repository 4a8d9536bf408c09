"""`scrapy triage`: the alerts that wait for staff, and what a person decides about one; nobody's decision is overwritten unseen."""

import argparse

from scrapy.exceptions import UsageError

from crawler.command import HouseCommand

HELP = """Without arguments, or with `list`, shows the alerts that wait, the most severe first, each with its number and `seen`, the
number of the last act of a person on it (0: nobody has acted). `take NUMBER` makes it yours, `assign NUMBER NAME` a colleague's;
`confirm NUMBER` says that it happened, `reject NUMBER --reason WHY` that it is not for us; `undo NUMBER` takes your own last act back.
Each act needs --by, whose it is, and --seen as the list showed it: when a colleague has acted since, nothing is written, and the
answer says who did what. Every act is kept in the audit of the archive."""
_N_ARGUMENTS = {"list": 1, "take": 2, "assign": 3, "confirm": 2, "reject": 2, "undo": 2}


class Command(HouseCommand):
    """The acts of staff on alerts."""

    def syntax(self) -> str:
        return "[list | take N | assign N NAME | confirm N | reject N --reason WHY | undo N] [--by NAME --seen VERSION]"

    def short_desc(self) -> str:
        return "List the alerts that wait; take, assign, confirm, reject or undo"

    def long_desc(self) -> str:
        return HELP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--by", default="", metavar="NAME", help="whose decision it is")
        parser.add_argument("--seen", type=int, metavar="VERSION", help="`seen` of the alert as the list showed it")
        parser.add_argument("--reason", default="", metavar="WHY", help="of a rejection: not_press, old_news, duplicate, foreign, ...")
        parser.add_argument("--to", default="", metavar="NAME", help="with list: only what is assigned to NAME")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.mailing.run import open_database  # noqa: PLC0415
        from db.queries.triage import TriageAct, act, alert_of_number, inbox  # noqa: PLC0415

        kind = args[0] if args else "list"
        if _N_ARGUMENTS.get(kind) != max(len(args), 1):
            raise UsageError(f"triage takes {self.syntax()}")
        if kind != "list" and (opts.seen is None or not opts.by.strip() or not args[1].isdecimal()):
            raise UsageError(
                f"triage {kind} needs the number of an alert, --by NAME and --seen VERSION (`scrapy triage` shows both numbers)"
            )
        with open_database(self.config) as db:
            if kind == "list":
                rows = inbox(db, assignee=opts.to)
                for row in rows:
                    whose = row["assignee"] or "-"
                    title = "".join(sign if sign.isprintable() else " " for sign in row["title"])
                    print(
                        f"{row['number']:6}  seen {row['version']}  severity {row['severity']}  {row['created_at'][:10]}  {whose}  {title}"
                    )
                print(f"{len(rows)} alerts wait")
                return 0
            wanted = TriageAct(
                kind=kind,
                alert_id=alert_of_number(db, int(args[1])),
                actor=opts.by.strip(),
                version=opts.seen,
                assignee=args[2] if kind == "assign" else "",
                reason=opts.reason,
                via="command",
            )
            version = act(db, wanted, self.config.now())
            print(f"alert {args[1]}: {kind} recorded for {wanted.actor}; seen is now {version}")
        return 0
