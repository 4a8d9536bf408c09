"""`scrapy replay`: present rules over the archive; says what would now be an alert and tells nobody."""

import argparse
from datetime import UTC, date, datetime

from crawler.command import HouseCommand
from db.errors import MfmError

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = {
    "pipelines.extract.ExtractPipeline": 200,
    "crawler.backfill.known.KnownPipeline": 300,
    "pipelines.detect.DetectPipeline": 400,
    "pipelines.link.LinkPipeline": 500,
    "crawler.backfill.silence.SilencePipeline": 550,
}
STORE = {"pipelines.store.StorePipeline": 600}


class Command(HouseCommand):
    """Read the archive again."""

    requires_crawler_process = True

    def syntax(self) -> str:
        return "[--since DATE] [--source ID] [--write]"

    def short_desc(self) -> str:
        return "Run the present rules over the archive; mails nobody"

    def long_desc(self) -> str:
        return (
            "Reads the newest archived page of every article again, from extract to link. Without --write nothing is stored. "
            "With --write the new findings take the place of the old ones; alerts are not made, whatever the rules say now."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--since", metavar="DATE", help="only pages captured since this day (YYYY-MM-DD)")
        parser.add_argument("--source", default="", metavar="ID", help="only pages of this source")
        parser.add_argument("--write", action="store_true", help="store the new findings")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.backfill.walk import be_quiet  # noqa: PLC0415

        super().process_options(args, opts)
        assert self.settings is not None
        be_quiet(self.settings, opts.loglevel)

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.backfill.again import NOT_READABLE, Replay  # noqa: PLC0415
        from crawler.backfill.walk import walk  # noqa: PLC0415
        from db.connection import connect  # noqa: PLC0415
        from db.migrations import migrate  # noqa: PLC0415
        from db.queries.replay import archived_articles  # noqa: PLC0415

        assert self.crawler_process is not None
        since = _day(opts.since) if opts.since else BEGINNING
        migrate(self.config.database_path)
        articles = archived_articles(connect(self.config.database_path), since, opts.source)
        replay = Replay(articles, self.config.archive_dir, self.config.max_page_bytes)
        walk(self.crawler_process, replay.pages(), STAGES | (STORE if opts.write else {}), replay.heard)
        for article in replay.would_alert:
            print(f"  {article.captured_at:%Y-%m-%d} {article.source_id}: {article.title} <{article.url}>")
        print(f"{len(replay.would_alert)} old articles would now be alerts; nobody was mailed.")
        parts = ", ".join(f"{count} {name}" for name, count in sorted(replay.outcomes.items())) or "nothing in the archive"
        end = "findings stored" if opts.write else "nothing stored (--write does)"
        print(f"{len(replay.articles)} articles read again: {parts}, {replay.n_lost} crashed; {end}.")
        return 1 if replay.n_lost or replay.outcomes[NOT_READABLE] else 0


def _day(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise MfmError(f"--since: {text!r} is no day like 2026-01-31") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
