"""Asks the addresses of all sources once, each source by its own crawl of one list page, and compares with what is expected."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from crawler.care.checks import Check, Level
from crawler.config import Config
from crawler.sources import Source

_LONGEST_S = 120


def ask_sources(config: Config, sources: tuple[Source, ...]) -> tuple[Check, ...]:
    """One check per crawlable source; `concurrent_crawls` at a time."""
    crawled = [source for source in sources if source.is_crawlable]
    with ThreadPoolExecutor(config.concurrent_crawls) as pool:
        return tuple(check for found in pool.map(_ask, crawled) for check in found)


def _ask(source: Source) -> tuple[Check, ...]:
    """Run `scrapy crawl checkup` for one source; its last line of output is a JSON list of addresses."""
    command = [sys.executable, "-m", "scrapy", "crawl", "checkup", "-a", f"source={source.id}", "--loglevel", "ERROR"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        return (Check(source.id, Level.FIX, f"no answer within {_LONGEST_S} s"),)
    try:
        answers = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return (Check(source.id, Level.FIX, f"could not be asked: {done.stderr.strip()[-200:]}"),)
    return tuple(_judge(source, answers))


def _judge(source: Source, answers: list[dict[str, object]]) -> Iterator[Check]:
    for answer in answers:
        n_entries, reason = int(str(answer["n_entries"])), str(answer["reason"])
        if reason:
            yield Check(source.id, Level.FIX, f"{answer['url']}: {reason}")
        elif n_entries < source.expect.min_items:
            yield Check(source.id, Level.WATCH, f"{answer['url']}: {n_entries} entries; at least {source.expect.min_items} expected")
        else:
            yield Check(source.id, Level.WELL, f"{answer['url']}: {n_entries} entries")
