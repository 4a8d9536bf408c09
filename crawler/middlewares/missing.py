"""Sites that answer 200 for addresses that do not exist: a random path is asked once a week and its answer known again (FIELD-TRAPS BL4)."""

import asyncio
import hashlib
import re
import secrets
from datetime import timedelta

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.config import Config
from crawler.middlewares.kept import KeptTexts
from crawler.middlewares.refusal import Refused
from db.vocabulary import CaptureRole, FetchOutcome

KEEP = timedelta(days=7)
MAX_CHARACTERS = 200_000
_WORDS = re.compile(r"[^\W\d_]+")


def fingerprint(response: HtmlResponse) -> str:
    """What a reader sees, without numbers (clocks, counters) and without the words of the address, which such pages like to repeat."""
    texts = response.xpath("//title//text() | //body//text()[not(parent::script or parent::style or parent::noscript)]").getall()
    own = set(_WORDS.findall(response.url.lower()))
    words = [word for word in _WORDS.findall(" ".join(texts)[:MAX_CHARACTERS].lower()) if word not in own]
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]


class MissingMiddleware:
    """Refuses an article that reads exactly like the answer to an address that nobody ever had."""

    def __init__(self, crawler: Crawler, kept: KeptTexts, config: Config) -> None:
        self._crawler = crawler
        self._kept = kept
        self._config = config
        self._answers: dict[str, asyncio.Task[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "MissingMiddleware":
        """Keep what was learnt under the data folder."""
        config: Config = crawler.settings["MFM"]
        return cls(crawler, KeptTexts(config.data_dir / "missing", KEEP), config)

    async def process_request(self, request: Request) -> None:
        """Ask before the first article of a host, so that no article waits for it in the host's queue."""
        url = urlparse_cached(request)
        if request.meta.get("mfm_role") is CaptureRole.ARTICLE:
            await self._answer_of(f"{url.scheme}://{url.netloc}")

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response itself; raises Refused when it stands for an address that does not exist. The front page is exempt."""
        url = urlparse_cached(response)
        is_article = request.meta.get("mfm_role") is CaptureRole.ARTICLE and response.status == 200
        if not is_article or not isinstance(response, HtmlResponse) or len(url.path) < 2:
            return response
        if fingerprint(response) == await self._answer_of(f"{url.scheme}://{url.netloc}"):
            raise Refused(FetchOutcome.HTTP_4XX, "answers like an address that does not exist, though with status 200 (soft 404)")
        return response

    async def _answer_of(self, origin: str) -> str:
        if origin not in self._answers:
            self._answers[origin] = asyncio.ensure_future(self._ask(origin))
        return await asyncio.shield(self._answers[origin])

    async def _ask(self, origin: str) -> str:
        """Fingerprint of the answer to a random path; empty when the site says that it does not exist, or says nothing."""
        kept = self._kept.load(origin, self._config.now())
        if kept is not None:
            return kept
        meta = {"dont_retry": True, "download_maxsize": self._config.max_page_bytes}
        request = Request(f"{origin}/{secrets.token_hex(12)}", meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except Exception:
            return ""  # the world failed: nothing was learnt, and the next run asks again
        answer = fingerprint(response) if isinstance(response, HtmlResponse) and response.status == 200 else ""
        self._kept.save(origin, answer, self._config.now())
        return answer
