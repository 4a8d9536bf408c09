"""Real pages under their real addresses through real crawls: every page one outcome, archived, stored, found, and silent.

A forward proxy on loopback answers for every host, with TLS by CONNECT under a throw-away authority; `scrapy crawl source` reads them
through a feed that is made here. Prints pages, articles and seconds, and ends with status 1 when a page is missing anywhere.
Run by hand: python benchmarks/real_pages.py [--pages ../shared/data/real-pages] [--limit N]
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from warcio.archiveiterator import ArchiveIterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crawler.rehearsal.authority import ThrowAwayAuthority  # noqa: E402
from crawler.rehearsal.web import Answer, LoopbackWeb, Question  # noqa: E402
from db.connection import connect  # noqa: E402
from db.migrations import migrate  # noqa: E402

FEED_HOST = "feeds.example"
READ_AT = datetime(2026, 9, 28, 12, 0, tzinfo=UTC)


class RealWeb:
    """The saved pages behind their addresses, and one feed per country that names them."""

    def __init__(self, directory: Path, limit: int) -> None:
        lines = (directory / "index.jsonl").read_text(encoding="utf-8").splitlines()
        self.rows = [json.loads(line) for line in lines][: limit or None]
        self.by_country: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._files = {}
        for row in self.rows:
            self.by_country[row["country"].lower()].append(row)
            self._files[row["url"]] = directory / row["file"]

    def answer(self, question: Question) -> Answer:
        """A feed, a page as served, or a robots file that allows all."""
        if question.path == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=b"User-agent: *\nAllow: /\n")
        if question.host == FEED_HOST:
            return Answer(headers={"Content-Type": "application/rss+xml"}, body=self._feed(question.path.strip("/")))
        file = self._files.get(question.url)
        if file is None:
            return Answer(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>404</h1>")
        page = file.read_bytes()
        if "gzip" in question.headers.get("accept-encoding", ""):
            return Answer(headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}, body=page)
        return Answer(headers={"Content-Type": "text/html"}, body=gzip.decompress(page))

    def _feed(self, country: str) -> bytes:
        items = "".join(
            f"<item><title>{escape(row.get('title') or '')}</title><link>{escape(row['url'])}</link><guid>{escape(row['url'])}</guid>"
            f"{_pub_date(row)}</item>"
            for row in self.by_country[country]
        )
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>real</title>{items}</channel></rss>'.encode()

    def sources(self) -> dict[str, object]:
        """A source file with one source per country."""
        return {
            "sources": [
                {
                    "id": f"zz_real_{country}",
                    "outlet": f"Real pages {country}",
                    "country": "ZZ",
                    "urls": [{"url": f"https://{FEED_HOST}/{country}", "kind": "feed"}],
                    "hosts": sorted({urlsplit(row["url"]).hostname or "" for row in rows}),
                }
                for country, rows in self.by_country.items()
            ]
        }


def _pub_date(row: dict[str, str]) -> str:
    if not row.get("published"):
        return ""
    return f"<pubDate>{format_datetime(datetime.fromisoformat(row['published']).astimezone(UTC))}</pubDate>"


def crawl_all(web: RealWeb, folder: Path) -> float:
    """Crawl every source, two at a time; returns the seconds it took."""
    authority = ThrowAwayAuthority()
    (folder / "sources").mkdir()
    (folder / "sources" / "zz.yaml").write_text(yaml.safe_dump(web.sources(), allow_unicode=True), encoding="utf-8")
    with LoopbackWeb(web.answer, authority.context_for) as proxy:
        settings = {
            "DATA_DIR": str(folder),
            "SOURCES_DIR": str(folder / "sources"),
            "COUNTRIES": '["zz"]',
            "PROXY_URL": f"http://{proxy.address}",
            "ALLOW_INSIDE": json.dumps([proxy.address, "127.0.0.1"]),
            "TRUST_BUNDLE": str(authority.write_bundle(folder / "authority.pem")),
            "DOWNLOAD_DELAY_S": "0",
            "RESERVE_BYTES": "0",
            "CLOCK_OFFSET_S": f"{(READ_AT - datetime.now(UTC)) / timedelta(seconds=1):.0f}",
        }
        mine = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
        environment = mine | {f"MFM_{name}": value for name, value in settings.items()}
        migrate(folder / "mfm.db")
        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda country: _crawl(country, folder, environment), web.by_country))
        return time.monotonic() - started


def _crawl(country: str, folder: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "source", "-a", f"source=zz_real_{country}", "-a", f"run_id=run-{country}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    (folder / f"{country}.log").write_text(done.stdout + done.stderr, encoding="utf-8")


def measure(web: RealWeb, folder: Path) -> tuple[Counter[str], dict[str, list[str]]]:
    """Counts of what became of the pages, and the addresses that are missing per place (all empty when all is well)."""
    db = connect(folder / "mfm.db")
    wanted = {row["url"] for row in web.rows}
    fetches = Counter(str(row["url"]) for row in db.query("select url from fetch where role = 'article'"))
    captured = {str(row["url"]) for row in db.query("select url from capture where role = 'article'")}
    classes = Counter(str(row["page_class"]) for row in db.query("select page_class from capture where role = 'article'"))
    articles = list(db.query("select article.rowid as id, canonical_url, title from article"))
    found = {int(row["rowid"]) for row in db.query("select rowid from article_fts")}
    archived = {uri for file in sorted((folder / "archive").rglob("*.warc.gz")) for uri in _responses(file)}
    missing = {
        "exactly one outcome": sorted(url for url in wanted if fetches[url] != 1),
        "in the archive": sorted(wanted - archived),
        "in the store": sorted(wanted - captured),
        "in the text index": sorted(str(row["canonical_url"]) for row in articles if int(row["id"]) not in found),
        "silent": [str(row["title"]) for row in db.query("select title from alert")],
    }
    counts = Counter({"pages": len(wanted), "articles": len(articles), "findings": db.table("finding").count})
    return counts + Counter({f"class {name}": count for name, count in classes.items()}), missing


def _responses(file: Path) -> list[str]:
    with file.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests="raise")
        return [record.rec_headers.get_header("WARC-Target-URI") for record in records if record.rec_type == "response"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, default=ROOT.parent / "shared" / "data" / "real-pages")
    parser.add_argument("--limit", type=int, default=0, help="only the first N pages")
    options = parser.parse_args()
    if not (options.pages / "index.jsonl").exists():
        print(f"{options.pages}: no pages there, nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        web = RealWeb(options.pages, options.limit)
        duration_s = crawl_all(web, Path(folder))
        counts, missing = measure(web, Path(folder))
    for name, count in sorted(counts.items()):
        print(f"{name:24} {count}")
    print(f"{'seconds':24} {duration_s:.1f}")
    for name, urls in missing.items():
        print(f"{name:24} {'all' if not urls else f'NOT: {len(urls)}'}")
        for url in urls[:20]:
            print(f"    {url}")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
