"""robots.txt as RFC 9309 asks: 4xx means no rules, 5xx and silence mean that the host is left alone for this run."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.config import Config
from crawler.middlewares.kept import KeptTexts
from crawler.middlewares.refusal import Refused
from db.vocabulary import FetchOutcome

# RFC 9309, 2.4: a copy should not be used for more than 24 hours; 2.5: a limit of at least 500 kibibytes (read 2026-11-25).
KEEP = timedelta(hours=24)
MAX_BYTES = 512 * 1024


@dataclass(kw_only=True, slots=True, frozen=True)
class Rules:
    """What a host's robots.txt says: rules, no rules (empty text), or silence (a refusal for this run)."""

    text: str = ""
    refusal: Exception | None = None


def read_answer(status: int, body: bytes) -> Rules:
    """What an answer to /robots.txt means (FIELD-TRAPS UR5, RFC 9309, 2.3.1); pure."""
    if status == 429 or status >= 500:
        return Rules(refusal=Refused(FetchOutcome.ROBOTS_UNAVAILABLE, f"robots.txt answers {status}: the host is left alone in this run"))
    if not 200 <= status < 300:
        return Rules()
    return Rules(text=body[:MAX_BYTES].decode("utf-8-sig", errors="replace"))


class RobotsMiddleware:
    """Asks each origin once a day and obeys."""

    def __init__(self, crawler: Crawler, store: KeptTexts, config: Config) -> None:
        self._crawler = crawler
        self._store = store
        self._config = config
        self._user_agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._parsed: dict[str, Protego] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Keep copies under the data folder."""
        config: Config = crawler.settings["MFM"]
        return cls(crawler, KeptTexts(config.data_dir / "robots", KEEP), config)

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
        request.meta["mfm_pause_s"] = parser.crawl_delay(self._user_agent) or 0.0  # held by CourtesyMiddleware

    def _parser(self, origin: str, text: str) -> Protego:
        if origin not in self._parsed:
            self._parsed[origin] = Protego.parse(text)
        return self._parsed[origin]

    async def _ask(self, origin: str) -> Rules:
        kept = self._store.load(origin, self._config.now())
        if kept is not None:
            return Rules(text=kept)
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
