"""SourceSpider: asks the addresses of one source, reads the lists, follows what is new; each address ends in exactly one outcome."""

import logging
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawler.config import Config
from crawler.items import Hint, Observation, Page
from crawler.sources import Address, Source, find_source
from crawler.spiders.captures import Ending, as_capture, as_observation, entry_capture, status_outcome
from crawler.spiders.failures import describe_failure, name_failure
from crawler.spiders.reading import Entry, ListPage, Reader, Reading
from db.vocabulary import CaptureRole, FetchOutcome, SourceKind

logger = logging.getLogger(__name__)

MAX_MAPS_PER_RUN = 10
MAX_MAP_DEPTH = 3
_ROLES = {
    SourceKind.FEED: CaptureRole.FEED,
    SourceKind.SITEMAP: CaptureRole.SITEMAP,
    SourceKind.LISTING: CaptureRole.LISTING,
    SourceKind.COURT: CaptureRole.COURT,
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
Output = Request | Page | Observation


class SourceSpider(Spider):
    """Base of the ways of looking; a child says which kinds of address it reads, and how."""

    readers: ClassVar[Mapping[SourceKind, Reader]] = {}

    def __init__(self, source: Source, config: Config, run_id: str = "", is_baseline: bool = False) -> None:
        super().__init__()
        self.source = source
        self.config = config
        self.run_id = run_id or f"{source.id}-{config.now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        self.is_baseline = is_baseline
        self._asked: set[str] = set()
        self._seen_maps: set[str] = set()
        self.warnings: dict[str, tuple[SourceKind, str]] = {}  # list pages that could be read but are not as they should be

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SourceSpider":
        """Take `source=ID`, and optionally `run_id=` and `baseline=1`, from the command line."""
        config: Config = crawler.settings["MFM"]
        source = _named_source(config, str(kwargs.pop("source", "")))
        known = {"run_id": str(kwargs.pop("run_id", "")), "is_baseline": str(kwargs.pop("baseline", "0")).lower() in {"1", "true", "yes"}}
        if kwargs:
            raise SystemExit(f"mfm: unknown spider argument {', '.join(sorted(kwargs))} (known: source, run_id, baseline)")
        return super().from_crawler(crawler, source=source, config=config, **known)

    async def start(self) -> AsyncIterator[Any]:
        """One request per address of the source that this spider reads."""
        addresses = [address for address in self.source.living_urls if address.kind in self.readers]
        if not addresses:
            logger.warning("%s has no address that the %s spider reads", self.source.id, self.name)
        for address in addresses:
            yield self._list_request(address)

    def _list_request(self, address: Address, url: str = "", depth: int = 0) -> Request:
        meta = self._meta(_ROLES[address.kind], url or address.url) | {
            "mfm_address": address,
            "mfm_depth": depth,
            "download_maxsize": self.config.max_feed_bytes
            if address.kind in {SourceKind.FEED, SourceKind.SITEMAP}
            else self.config.max_page_bytes,
        }
        return Request(url or address.url, self.parse_list, errback=self.fail, meta=meta, dont_filter=True, priority=10 - depth)

    def article_request(self, url: str, hint: Hint | None = None, *, is_revisit: bool = False) -> Request:
        """A request for one article; `hint` is what its list page said of it."""
        meta = self._meta(CaptureRole.ARTICLE, url) | {"mfm_hint": hint or Hint(), "mfm_is_revisit": is_revisit}
        # Not left to the duplicate filter: it would silently drop a redirect to a page that was asked before, loops included.
        return Request(url, self.parse_article, errback=self.fail, meta=meta, dont_filter=True)

    @staticmethod
    def _meta(role: CaptureRole, url: str) -> dict[str, Any]:
        return {"mfm_role": role, "mfm_url": url}

    def parse_list(self, response: Response) -> Iterator[Output]:
        """The list page itself, then what it names."""
        yield from self._page_of(response)
        if not _is_good(response):
            return
        assert response.request is not None
        address: Address = response.request.meta["mfm_address"]
        reading = self._read(response, address)
        self._count("entries", len(reading.entries))
        if reading.outcome is not FetchOutcome.OK:
            yield self._observe(response.request, Ending(outcome=reading.outcome, error=reading.reason))
        elif warning := reading.reason or _wrong_label(response, address.kind):
            self._count("warnings")
            self.warnings[address.url] = (address.kind, warning)
            logger.info("%s: %s", response.url, warning, extra={"source": self.source.id})
        yield from self._follow_maps(reading, address, response.request.meta["mfm_depth"])
        yield from self._follow(reading, self._at(response.request))

    def _read(self, response: Response, address: Address) -> Reading:
        charset = _CHARSET.search((response.headers.get("Content-Type") or b"").decode("latin-1"))
        return self.readers[address.kind](
            ListPage(
                url=response.url,
                asked_url=address.url,
                body=response.body,
                source=self.source,
                now=self.config.now(),
                header_charset=charset[1] if charset else "",
            )
        )

    def _follow_maps(self, reading: Reading, address: Address, depth: int) -> Iterator[Request]:
        """Further maps, each once whatever its query says, to a bounded depth and number (FIELD-TRAPS UR1, UR2)."""
        self._seen_maps.add(_map_key(address.url))
        for url in reading.maps:
            if depth >= MAX_MAP_DEPTH or len(self._seen_maps) > MAX_MAPS_PER_RUN:
                self._count("maps_left_out")
            elif _map_key(url) not in self._seen_maps:
                self._seen_maps.add(_map_key(url))
                yield self._list_request(address, url, depth + 1)

    def _follow(self, reading: Reading, at: datetime) -> Iterator[Output]:
        for entry in reading.entries:
            if entry.is_whole:
                yield self._entry_page(entry, at)
            elif entry.url in self._asked:
                self._count("asked_before")
            elif len(self._asked) < self.config.max_items_per_run:
                self._asked.add(entry.url)
                yield self.article_request(entry.url, entry.hint)
            else:
                self._count("left_out")

    def parse_article(self, response: Response) -> Iterator[Output]:
        """The article's page; its feed entry as well when the page is an error."""
        yield from self._page_of(response)
        if not _is_good(response) and response.status != 304:
            assert response.request is not None
            yield from self._entry_instead(response.request)

    def _page_of(self, response: Response) -> Iterator[Output]:
        """A Page for every response that carries bytes, and an observation for everything that is not simply well."""
        request = response.request
        assert request is not None
        outcome = status_outcome(response.status, has_body=bool(response.body))
        if response.body and outcome is not FetchOutcome.NOT_MODIFIED:
            yield Page(capture=as_capture(response, self._at(request), self.source.id, self.run_id, is_backfill=self.is_baseline))
        if "unread_coding" in response.flags:
            coding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
            yield self._observe(request, Ending(outcome=FetchOutcome.WRONG_TYPE, error=f"content coding {coding} cannot be read"))
        elif outcome is not FetchOutcome.OK:
            yield self._observe(request, Ending(outcome=outcome, status=response.status))

    def fail(self, failure: TwistedFailure) -> Iterator[Output]:
        """A request that brought no response."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value or RuntimeError("failure without an exception")
        outcome, name = name_failure(error, has_begun="download_latency" in request.meta)
        yield self._observe(request, Ending(outcome=outcome, failure=name, error=describe_failure(error)))
        yield from self._entry_instead(request)

    def _entry_instead(self, request: Request) -> Iterator[Page]:
        hint: Hint = request.meta.get("mfm_hint", Hint())
        if request.meta["mfm_role"] is CaptureRole.ARTICLE and (hint.title or hint.summary):
            yield self._entry_page(Entry(url=request.meta["mfm_url"], hint=hint), self._at(request))

    def _entry_page(self, entry: Entry, at: datetime) -> Page:
        self._count("entry_pages")
        return Page(capture=entry_capture(entry, at, self.source.id, self.run_id, is_backfill=self.is_baseline))

    def _observe(self, request: Request, ending: Ending) -> Observation:
        return as_observation(request, self._at(request), (self.source.id, self.run_id), ending)

    def _at(self, request: Request) -> datetime:
        """One moment for everything that comes of one response, so that it is one row."""
        at: datetime = request.meta.setdefault("mfm_at", self.config.now())
        return at

    def _count(self, what: str, number: int = 1) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"mfm/spider/{what}", number)


def _named_source(config: Config, source_id: str) -> Source:
    if not source_id:
        raise SystemExit("mfm: say which source: -a source=ID")
    source = find_source(config.sources_path, source_id)
    if source is None:
        raise SystemExit(f"mfm: no source {source_id} in {config.sources_path}")
    return source


def _is_good(response: Response) -> bool:
    return 200 <= response.status < 300 and bool(response.body) and "unread_coding" not in response.flags


def _wrong_label(response: Response, kind: SourceKind) -> str:
    """A sentence when XML is called a web page; it is read all the same (FIELD-TRAPS FD5)."""
    label = (response.headers.get("Content-Type") or b"").decode("latin-1")
    is_wrong = kind in {SourceKind.FEED, SourceKind.SITEMAP} and label.lower().startswith("text/html")
    return f"labelled {label[:80]}, but it is a {kind.value}" if is_wrong else ""


def _map_key(url: str) -> str:
    """A sitemap is the same one whatever its query says (FIELD-TRAPS UR1)."""
    return url.partition("://")[2].partition("?")[0].removeprefix("www.")
