"""OONI as a witness: files, its interface over a control line, and the gaps of the lists its volunteers work from."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crawler.assessing.coverage import listed_hosts, missing, proposal, run_list
from crawler.assessing.ooni_pages import OoniReader
from crawler.config import Config, Vantage
from crawler.probing.fetching import fetch
from crawler.probing.notes import Bench, Heading, Notebook
from crawler.probing.runner import lines_of
from crawler.sources import load_sources
from db.errors import MfmError
from pipelines.detectors.reachability.ooni import read_document, weigh
from pipelines.detectors.reachability.tables import Tables

DAYS_READ_AGAIN = 7  # late uploads are more common during censorship (BLOCKING.md e.6)
MAX_ANSWER_BYTES = 8 * 2**20


def read_files(files: Sequence[Path], tables: Tables) -> Iterator[str]:
    """One line per measurement or aggregate in the files; MfmError names a file that is not one."""
    for file in files:
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise MfmError(f"{file}: not an OONI file: {error}") from error
        for witness in read_document(document, tables):
            yield f"{file.name}: {witness.in_words()}"


def gaps(config: Config, lists: Sequence[Path]) -> Iterator[str]:
    """Outlets that no list holds: rows to propose to Citizen Lab, then addresses for an OONI Run link."""
    found = missing(load_sources(config.sources_path, config.countries), listed_hosts(lists))
    yield f"# {len(found)} outlets are on none of the lists; to propose at test-lists.ooni.org:"
    yield from (proposal(source, config.now().date()) for source in found)
    yield "# addresses for an OONI Run link (run.ooni.org), for volunteers:"
    yield run_list(found)


async def ask(config: Config) -> AsyncIterator[str]:
    """What OONI's volunteers saw of each outlet in the last week, asked over a control line; MfmError without one or when not live."""
    _, controls = lines_of(config)
    if not config.is_live and "127.0.0.1" not in config.probing.ooni_api_url:
        raise MfmError("ooni: this house is not live, nothing leaves the machine (is_live = true)")
    line = controls[0] if controls else Vantage(id="direct", consent=True)
    bench = Bench(config, line, Notebook(Heading("", "ooni", "ooni", "", line.id, is_control=True), config.now))

    async def get(url: str) -> tuple[int, dict[str, str], bytes]:
        fetched = await fetch(bench, url, max_bytes=MAX_ANSWER_BYTES, accept="application/json")
        return fetched.status, dict(fetched.answer.headers), fetched.answer.body

    reader = OoniReader(config.probing.ooni_api_url, get, asyncio.sleep)
    until = config.now()
    for source in load_sources(config.sources_path, config.countries):
        host = urlsplit(source.homepage).hostname
        if host and source.is_crawlable:
            seen = await reader.measurements(host, source.country, until - timedelta(days=DAYS_READ_AGAIN), until)
            yield f"{source.id} {host}: {len(seen)} measurements, {weigh(seen)}"
