"""Courtesy towards hosts: Retry-After is waited for, a host that keeps failing is left alone for the rest of the run."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.config import Config
from crawler.middlewares.refusal import Refused
from db.vocabulary import FetchOutcome

logger = logging.getLogger(__name__)

# A wait longer than this is not slept through: the address is put back for a later run.
MAX_WAIT_S = 60.0
# Without Retry-After a refusal is taken for this long.
DEFAULT_WAIT_S = 30.0
MAX_REFUSALS = 2
_NETWORK_ERRORS = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)


def wait_asked_for(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); None when it says nothing readable."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 10**6))
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


class CourtesyMiddleware:
    """Per host: a time until which it is not asked, and a budget of failures."""

    def __init__(self, budget: int, now: Callable[[], datetime], seconds_left: Callable[[], float]) -> None:
        self._budget = budget
        self._now = now
        self._seconds_left = seconds_left
        self._failures: Counter[str] = Counter()
        self._last_fault: dict[str, Exception] = {}
        self._quiet_until: dict[str, float] = {}
        self._asked_at: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CourtesyMiddleware":
        """Take budget and deadline from the house's settings."""
        config: Config = crawler.settings["MFM"]
        end = time.monotonic() + config.run_deadline_s
        return cls(config.host_failure_budget, config.now, lambda: end - time.monotonic())

    def process_request(self, request: Request) -> None:
        """Refuse a host that is parked; the same is judged again when the request's turn has come, since it may have queued meanwhile."""
        self._judge(urlparse_cached(request).netloc)
        request.meta["mfm_gate"] = self

    async def enter(self, request: Request) -> None:
        """Called when the request's turn has come. Wait for a host that asked for time; the requests of other hosts go on."""
        host = urlparse_cached(request).netloc
        wait = max(self._judge(host), self._pause_left(host, request.meta.get("mfm_pause_s", 0.0)))
        if wait > 0:
            await asyncio.sleep(wait)
        self._asked_at[host] = time.monotonic()

    def _pause_left(self, host: str, pause_s: float) -> float:
        """What is left of the pause that robots.txt asks for; what the run has no time for is put back for a later run."""
        left = self._asked_at.get(host, float("-inf")) + pause_s - time.monotonic()
        if left > self._seconds_left():
            raise Refused(FetchOutcome.RATE_LIMITED, f"robots.txt asks for {pause_s:g} s between requests: put back for a later run")
        return left

    def _judge(self, host: str) -> float:
        """Seconds to wait; raises Refused when the host is parked or asks for too much."""
        if self._failures[host] >= self._budget:
            raise Refused(FetchOutcome.DEADLINE, f"{host} is left alone in this run after {self._failures[host]} failures") from (
                self._last_fault.get(host)
            )
        wait = self._quiet_until.get(host, 0.0) - time.monotonic()
        if wait > min(MAX_WAIT_S, self._seconds_left()):
            raise Refused(FetchOutcome.RATE_LIMITED, f"{host} asked to wait {wait:.0f} s: put back for a later run")
        return wait

    def note_response(self, request: Request, response: Response) -> None:
        """Called before the next request of the host can begin. Note refusals and server errors."""
        host = urlparse_cached(request).netloc
        if _is_refusal(response):
            self._failures[host] += 1
            self._quiet_until[host] = max(self._quiet_until.get(host, 0.0), time.monotonic() + self._wait_of(response))
        elif response.status >= 500 or b"cf-mitigated" in response.headers:
            self._failures[host] += 1
        elif response.status < 400:
            self._failures[host] = 0

    def note_failure(self, request: Request, exception: Exception) -> None:
        """Count what the network did against the host's budget, also when the request is tried again."""
        if isinstance(exception, _NETWORK_ERRORS):
            host = urlparse_cached(request).netloc
            self._failures[host] += 1
            self._last_fault[host] = exception

    def _wait_of(self, response: Response) -> float:
        header = response.headers.get(b"Retry-After") or b""
        wait = wait_asked_for(header.decode("latin-1"), self._now())
        return DEFAULT_WAIT_S if wait is None else wait

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """A refused request is asked again after the wait, which `enter` holds for the whole host."""
        if not _is_refusal(response):
            return response
        wait = self._wait_of(response)
        n_refusals = request.meta.get("mfm_refusals", 0) + 1
        if n_refusals > MAX_REFUSALS or wait > min(MAX_WAIT_S, self._seconds_left()):
            return response
        logger.info("%s asks to wait %.0f s", urlparse_cached(request).netloc, wait)
        again = request.copy()
        again.meta["mfm_refusals"] = n_refusals
        again.dont_filter = True
        return again


def _is_refusal(response: Response) -> bool:
    return response.status == 429 or (response.status == 503 and b"Retry-After" in response.headers)
