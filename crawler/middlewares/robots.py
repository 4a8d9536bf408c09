"""robots.txt as RFC 9309 asks: 4xx means no rules, 5xx and silence mean that the host is left alone for this run."""

import asyncio
import hashlib
import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.config import Config
from crawler.middlewares.refusal import Refused
from db.vocabulary import FetchOutcome

logger = logging.getLogger(__name__)

# RFC 9309, 2.4: a copy should not be used for more than 24 hours; 2.5: a limit of at least 500 kibibytes (read 2026-11-25).
KEEP = timedelta(hours=24)
MAX_BYTES = 512 * 1024


@dataclass(kw_only=True, slots=True, frozen=True)
class Rules:
    """What a host's robots.txt says: rules, no rules (empty text), or silence (a refusal for this run)."""

    text: str = ""
    refusal: Exception | None = None


class RobotsStore:
    """The last good robots.txt of each host, kept for a day in the data folder, so that runs in between need not ask."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def load(self, origin: str, now: datetime) -> Rules | None:
        """The copy of `origin`, None when there is none or it is older than a day."""
        try:
            kept = json.loads(self._path(origin).read_text(encoding="utf-8"))
            age = now - datetime.fromisoformat(kept["at"])
            return Rules(text=str(kept["text"])) if timedelta(0) <= age < KEEP else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # absent or damaged: ask again

    def save(self, origin: str, text: str, now: datetime) -> None:
        """Keep a copy; a full disk only costs the copy."""
        path = self._path(origin)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{id(self)}.part")
            part.write_text(json.dumps({"origin": origin, "at": now.isoformat(), "text": text}), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            logger.warning("robots.txt of %s cannot be kept: %s", origin, error)

    def _path(self, origin: str) -> Path:
        return self._directory / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"


def read_answer(status: int, body: bytes) -> Rules:
    """What an answer to /robots.txt means (FIELD-TRAPS UR5, RFC 9309, 2.3.1); pure."""
    if status == 429 or status >= 500:
        return Rules(refusal=Refused(FetchOutcome.ROBOTS_UNAVAILABLE, f"robots.txt answers {status}: the host is left alone in this run"))
    if not 200 <= status < 300:
        return Rules()
    return Rules(text=body[:MAX_BYTES].decode("utf-8-sig", errors="replace"))


class RobotsMiddleware:
    """Asks each origin once a day and obeys."""

    def __init__(self, crawler: Crawler, store: RobotsStore, config: Config) -> None:
        self._crawler = crawler
        self._store = store
        self._config = config
        self._user_agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._parsed: dict[str, Protego] = {}
        self._next_turn: dict[str, float] = {}
        self._end = time.monotonic() + config.run_deadline_s

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Keep copies under the data folder."""
        config: Config = crawler.settings["MFM"]
        return cls(crawler, RobotsStore(config.data_dir / "robots"), config)

    async def process_request(self, request: Request) -> None:
        """Let the request pass or raise Refused."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(origin))
        rules = await asyncio.shield(self._rules[origin])
        if rules.refusal is not None:
            raise rules.refusal
        parser = self._parser(origin, rules.text)
        if not parser.can_fetch(request.url, self._user_agent):
            raise Refused(FetchOutcome.ROBOTS_DENIED, "forbidden by robots.txt")
        await self._wait_turn(origin, parser.crawl_delay(self._user_agent) or 0.0)

    async def _wait_turn(self, origin: str, delay_s: float) -> None:
        """Hold the pause that robots.txt asks for; what the run has no time for is put back for a later run."""
        now = time.monotonic()
        turn = max(now, self._next_turn.get(origin, now))
        if turn > self._end:
            raise Refused(FetchOutcome.RATE_LIMITED, f"robots.txt asks for {delay_s:g} s between requests: put back for a later run")
        self._next_turn[origin] = turn + delay_s
        await asyncio.sleep(turn - now)

    def _parser(self, origin: str, text: str) -> Protego:
        if origin not in self._parsed:
            self._parsed[origin] = Protego.parse(text)
        return self._parsed[origin]

    async def _ask(self, origin: str) -> Rules:
        kept = self._store.load(origin, self._config.now())
        if kept is not None:
            return kept
        meta = {"dont_obey_robotstxt": True, "download_maxsize": self._config.max_feed_bytes, "dont_retry": True}
        request = Request(f"{origin}/robots.txt", priority=1000, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except IgnoreRequest as error:
            return self._without_answer(error)
        except Exception as error:
            return Rules(refusal=error)
        rules = read_answer(response.status, response.body)
        if rules.refusal is None:
            self._store.save(origin, rules.text, self._config.now())
        return rules

    @staticmethod
    def _without_answer(error: IgnoreRequest) -> Rules:
        """Too many redirects mean no rules (RFC 9309, 2.3.1.2); an answer that cannot be taken means silence."""
        if isinstance(error, Refused):
            return Rules(refusal=error)
        return Rules()
