"""`scrapy ingest FILE.jsonl`: given articles walk through the same stages as fetched ones."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.command import HouseCommand
from db.errors import MfmError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.backfill.lines import BadLine, GivenLine
    from db.records import SourceRecord

MAX_TOLD = 20
DAY_S = 86_400


class Command(HouseCommand):
    """Take articles from a file."""

    requires_crawler_process = True

    def syntax(self) -> str:
        return "FILE.jsonl [--as-live] [--in-given-order]"

    def short_desc(self) -> str:
        return "Take given articles through archive, detectors and store"

    def long_desc(self) -> str:
        return (
            "Each line is one article: url, title, text, published (ISO 8601), source_outlet, lang; null or absent means unknown. "
            "They count as fetched at the moment of their publication. Without --as-live they are a backfill and can alert nobody. "
            "The same file twice changes nothing. Status 1 when a line could not be taken; the others are taken all the same."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--as-live", action="store_true", help="as if they came in now: they may alert")
        parser.add_argument("--in-given-order", action="store_true", help="in the order of the file, not in that of their dates")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.backfill.walk import be_quiet  # noqa: PLC0415

        super().process_options(args, opts)
        assert self.settings is not None
        be_quiet(self.settings, opts.loglevel)

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Loaded here: `scrapy -h` imports every command.
        from crawler.backfill.lines import BadLine, GivenLine, as_page, outlet_names, read_lines, source_id_of  # noqa: PLC0415
        from crawler.backfill.walk import walk  # noqa: PLC0415
        from crawler.sources import load_sources  # noqa: PLC0415

        if len(args) != 1:
            raise MfmError("ingest: give one file (see `scrapy ingest -h`)")
        given = list(read_lines(_lines_of(Path(args[0]))))
        bad = [line for line in given if isinstance(line, BadLine)]
        good = [line for line in given if isinstance(line, GivenLine)]
        if not opts.in_given_order:
            good.sort(key=_moment)
        known = outlet_names(load_sources(self.config.sources_path))
        ids = [source_id_of(line.article, known) for line in good]
        _make_ready(self.config.database_path, _new_outlets(good, ids, frozenset(known.values())))
        now = self.config.now()
        pages = [as_page(line, source_id, now, is_live=opts.as_live) for line, source_id in zip(good, ids, strict=True)]
        assert self.crawler_process is not None
        crawler = walk(self.crawler_process, pages)
        return _report(crawler, len(good), bad, is_live=opts.as_live)


def _lines_of(file: Path) -> Iterable[bytes]:
    try:
        with file.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise MfmError(f"{file}: {error.strerror}") from error


def _moment(line: "GivenLine") -> datetime:
    return line.article.published or datetime.max.replace(tzinfo=UTC)


def _new_outlets(lines: list["GivenLine"], ids: list[str], known: frozenset[str]) -> list["SourceRecord"]:
    """A row of its own for every outlet that the source files do not have; it is never crawled."""
    from db.records import SourceRecord  # noqa: PLC0415

    fresh = {source_id: line.article for line, source_id in zip(lines, ids, strict=True) if source_id not in known}
    return [
        SourceRecord(
            id=source_id,
            outlet_id=source_id,
            outlet_name=article.source_outlet.strip() or "given without an outlet",
            country="ZZ",
            kind="feed",
            outlet_kind="outlet",
            cadence_s=DAY_S,
            max_silence_s=365 * DAY_S,
            is_enabled=False,
            disabled_reason="known from given articles only",
        )
        for source_id, article in sorted(fresh.items())
    ]


def _make_ready(database: Path, outlets: list["SourceRecord"]) -> None:
    from db.connection import connect  # noqa: PLC0415
    from db.migrations import migrate  # noqa: PLC0415
    from db.queries.store import upsert_sources  # noqa: PLC0415

    migrate(database)
    db = connect(database)
    upsert_sources(db, outlets)
    db.close()


def _report(crawler: "Crawler", n_good: int, bad: list["BadLine"], *, is_live: bool) -> int:
    stats = crawler.stats.get_stats()
    stored, same = stats.get("item_scraped_count", 0), stats.get("item_dropped_count", 0)
    crashed = n_good - stored - same
    way = "as live" if is_live else "as backfill: they alert nobody"
    print(f"{n_good + len(bad)} lines: {stored} taken, {same} known already, {len(bad)} bad, {crashed} crashed ({way})")
    for line in bad[:MAX_TOLD]:
        print(f"  line {line.number}: {line.reason}")
    if len(bad) > MAX_TOLD:
        print(f"  and {len(bad) - MAX_TOLD} more")
    return 1 if bad or crashed else 0
