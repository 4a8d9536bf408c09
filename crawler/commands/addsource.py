"""`scrapy addsource`: looks at a site, finds how it can be read, saves a page to check, and writes the source entry."""

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand

from crawler.command import report_errors
from crawler.config import Config, ConfigError
from crawler.discovery.candidates import Candidate
from crawler.discovery.choosing import Answer, as_address, choose, expectation_of
from crawler.discovery.entry import append_entry, entry_text, source_id
from crawler.discovery.imports import ImportList, Listed, read_opml, read_test_list
from crawler.discovery.samples import save_sample
from crawler.sources import Address, Source, load_sources
from db.vocabulary import SourceKind

_NO_ROOMS = {"ITEM_PIPELINES": {}, "SPIDER_MIDDLEWARES": {"crawler.middlewares.known.KnownMiddleware": None}}
_ZONES = {
    "KZ": "Asia/Almaty",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "KG": "Asia/Bishkek",
    "UZ": "Asia/Tashkent",
    "BY": "Europe/Minsk",
}


class Command(ScrapyCommand):
    """Add a source by looking at it, or many from a list."""

    requires_project = True

    def syntax(self) -> str:
        return "[ID] URL | --opml FILE | --testlist FILE"

    def short_desc(self) -> str:
        return "Add a source: find its feeds, sitemaps or listing and write its entry"

    def long_desc(self) -> str:
        return (
            "Asks the site's front page and robots.txt, tries what they announce (then the customary places), keeps what answers as it should, "
            "saves one article with a draft expectation to be checked by eye, and appends the entry to the file of its country. "
            "Robots, delays and the guard against inside addresses hold as in any crawl; outside addresses need a live configuration. "
            "--opml and --testlist add the sites of a list without asking them: their addresses stay `verified: false` until the first run."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--country", default="kz", metavar="CC", help="country file the entry goes to (default: kz)")
        parser.add_argument("--language", action="append", default=[], metavar="ISO", help="language of the site; may be given twice")
        parser.add_argument("--name", default="", help="name of the outlet (default: its host)")
        parser.add_argument("--to", type=Path, metavar="DIR", help="folder of source files in place of the configured one")
        parser.add_argument("--dry-run", action="store_true", help="show the entry, write nothing")
        parser.add_argument("--opml", type=Path, metavar="FILE", help="add the feeds of an OPML file")
        parser.add_argument("--testlist", type=Path, metavar="FILE", help="add the news sites of a Citizen Lab test list (CSV)")
        parser.add_argument("--category", action="append", default=[], metavar="CODE", help="category of the test list (default: NEWS)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.backfill.walk import be_quiet  # noqa: PLC0415 - `scrapy -h` imports every command

        super().process_options(args, opts)
        assert self.settings is not None
        be_quiet(self.settings, opts.loglevel)

    @report_errors
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look at one site, or read a list."""
        assert self.settings is not None
        config: Config = self.settings["MFM"]
        directory = opts.to or config.sources_path
        if opts.opml or opts.testlist:
            self.exitcode = _add_list(_read_list(opts), directory, opts)
            return
        if not 1 <= len(args) <= 2 or not args[-1].startswith(("http://", "https://")):
            raise ConfigError("addsource: give the address of the site, beginning with http:// or https://")
        host = urlsplit(args[-1]).hostname or ""
        draft = _draft(args[0] if len(args) == 2 else source_id(opts.country, host), opts.name or host.removeprefix("www."), args[-1], opts)
        self.exitcode = self._look(draft, directory, opts)

    def _look(self, draft: Source, directory: Path, opts: argparse.Namespace) -> int:
        from crawler.spiders.discover import DiscoverSpider  # noqa: PLC0415 - Scrapy's machinery only when a site is asked
        from pipelines.extract import extract  # noqa: PLC0415

        assert self.settings is not None and self.crawler_process is not None
        for name, value in _NO_ROOMS.items():
            self.settings.set(name, value, priority="cmdline")
        self.settings["EXTENSIONS"]["crawler.extensions.runlog.RunLogExtension"] = None
        self.settings["DOWNLOADER_MIDDLEWARES"]["crawler.middlewares.conditional.ConditionalMiddleware"] = None
        crawler = self.crawler_process.create_crawler(DiscoverSpider)
        self.crawler_process.crawl(crawler, source=draft)
        self.crawler_process.start()
        spider = crawler.spider
        assert isinstance(spider, DiscoverSpider)
        answers = [_answer(each.candidate, each.n_entries, each.dates) for each in spider.found]
        _show(answers, spider.failed)
        chosen = choose(answers)
        if not chosen:
            print(f"{draft.homepage}: nothing that can be read was found; no entry written")
            return 1
        today = f"{self.settings['MFM'].now():%Y-%m-%d}"
        source = draft.model_copy(update={"urls": tuple(as_address(each, today) for each in chosen), "expect": expectation_of(chosen[0])})
        if opts.dry_run:
            print(entry_text(source))
            return 0
        print(f"{source.id}: written to {append_entry(directory, source)}")
        if spider.sample:
            draft_of = extract(spider.sample, source)
            claims = {
                "title": draft_of.title,
                "published": str(draft_of.published.at or draft_of.published.on or ""),
                "text": draft_of.text,
            }
            print(f"look at this page and its draft expectation: {save_sample(spider.sample, claims, self.settings['MFM'].data_dir)}")
        return 0


def _draft(source: str, name: str, homepage: str, opts: argparse.Namespace) -> Source:
    country = "INT" if opts.country.lower() == "int" else opts.country.upper()
    zone = _ZONES.get(country, "UTC")
    try:
        return Source(
            id=source, outlet=name, country=country, homepage=homepage, languages=tuple(opts.language), zone=zone, aliases=(name,)
        )
    except ValueError as error:
        raise ConfigError(f"addsource: {' '.join(str(error).split())[:200]}") from error


def _answer(candidate: Candidate, n_entries: int, dates: tuple[object, ...]) -> Answer:
    return Answer(
        url=candidate.url,
        kind=candidate.kind,
        format=candidate.format,
        evidence=candidate.evidence,
        n_entries=n_entries,
        dates=dates,  # type: ignore[arg-type]
    )


def _show(answers: list[Answer], failed: list[tuple[str, str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only when there is a table to show
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Column, Table  # noqa: PLC0415

    table = Table("kind", Column("address", overflow="fold"), "entries", "newest", "why", title="What answered")
    for each in answers:
        table.add_row(
            each.kind, escape(each.url), str(each.n_entries), f"{each.dates[0]:%Y-%m-%d}" if each.dates else "unknown", each.evidence
        )
    for url, reason in failed:
        table.add_row("-", escape(url), "-", "-", escape(reason))
    Console().print(table)


def _read_list(opts: argparse.Namespace) -> ImportList:
    path: Path = opts.opml or opts.testlist
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if opts.opml:
        return read_opml(data, str(path))
    wanted = frozenset(code.upper() for code in opts.category) or frozenset({"NEWS"})
    return read_test_list(data, str(path), wanted)


def _add_list(found: ImportList, directory: Path, opts: argparse.Namespace) -> int:
    """Append what is not there yet; counts added, known and refused, and names the refused."""
    known = load_sources(directory)
    hosts = {_host(url) for source in known for url in (source.homepage, *(address.url for address in source.urls))}
    ids = {source.id for source in known}
    counts = {"added": 0, "there already": 0, "refused": len(found.refused)}
    for listed in found.entries:
        draft = _draft(source_id(opts.country, _host(listed.feed_url or listed.homepage)), listed.name, listed.homepage, opts)
        if _host(listed.homepage) in hosts or draft.id in ids:
            counts["there already"] += 1
            continue
        source = draft.model_copy(
            update={"urls": (_listed_address(listed, "named by an imported list; not yet asked"),), "notes": listed.notes}
        )
        if not opts.dry_run:
            append_entry(directory, source)
        hosts.add(_host(listed.homepage))
        ids.add(source.id)
        counts["added"] += 1
    for url, reason in found.refused:
        print(f"refused: {url!r}: {reason}")
    print(", ".join(f"{number} {word}" for word, number in counts.items()) + (" (dry run: nothing written)" if opts.dry_run else ""))
    return 0


def _listed_address(listed: Listed, evidence: str) -> Address:
    if listed.feed_url:
        return Address(url=listed.feed_url, kind=SourceKind.FEED, format="rss", evidence=evidence)
    return Address(url=listed.homepage, kind=SourceKind.LISTING, format="html", evidence=evidence)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
