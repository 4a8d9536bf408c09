"""The HTTP step: one request, its answer with the curve of bytes over time, and what it looks like. No verdicts."""

import asyncio
import base64
import hashlib
import html
import re
import zlib
from dataclasses import dataclass, field
from typing import Protocol

import h11

from crawler.config import Probing
from crawler.probing.failures import StepError, failure_of
from db.vocabulary import Failure

USER_AGENT = "Mozilla/5.0 (compatible; MediaFreedomMonitor/1.0; reachability check)"
RAW_BYTES_KEPT = 256
MAX_HEADERS_KEPT = 60
BODY_BYTES_KEPT = 32 * 1024
EXCERPT_CHARACTERS = 4000
SKETCH_SIZE = 64


class Carrier(Protocol):
    """What a request is sent over: a Stream or a TlsStream. `n_received` counts the bytes on the wire."""

    n_received: int

    async def read(self, limit: int = 65536) -> bytes:
        """Bytes as they come; empty at the end."""

    async def write(self, data: bytes) -> None:
        """Send."""

    def close(self) -> None:
        """Give up."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One GET: the Host header, the path, and how it is named to the server."""

    host: str
    path: str = "/"
    accept: str = "text/html,application/xhtml+xml,*/*;q=0.8"
    user_agent: str = USER_AGENT
    max_bytes: int = 0


@dataclass(slots=True)
class Answer:
    """What came back. `failure` with a status means the body broke; `is_cut` that it ended before its announced end."""

    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    raw: bytes = b""
    failure: Failure = Failure.NONE
    is_cut: bool = False
    is_capped: bool = False
    is_stalled: bool = False
    first_byte_s: float = 0.0
    body_s: float = 0.0
    curve: list[tuple[float, int]] = field(default_factory=list)
    n_received: int = 0

    def header(self, name: str) -> str:
        """The first header of that name, lower case; empty when absent."""
        return next((value for key, value in self.headers if key == name), "")


async def exchange(carrier: Carrier, ask: Ask, timers: Probing) -> Answer:
    """Send the request and read the answer within the timers; never raises for what the network does."""
    answer = Answer()
    reader = _Reader(carrier, answer, timers, ask.max_bytes or timers.max_body_bytes)
    try:
        await carrier.write(_request(ask))
        async with asyncio.timeout(timers.first_byte_timeout_s):
            await reader.read_head()
        await reader.read_body()
    except h11.RemoteProtocolError as error:
        _broken(answer, Failure.EOF_ERROR if "closed" in str(error) or not answer.raw else Failure.UNKNOWN_FAILURE)
    except (OSError, EOFError, TimeoutError, StepError) as error:
        _broken(answer, failure_of(error))
    return answer


def _broken(answer: Answer, failure: Failure) -> None:
    answer.failure = failure
    answer.is_cut = bool(answer.status)
    answer.is_stalled = answer.is_cut and failure is Failure.GENERIC_TIMEOUT_ERROR


def _request(ask: Ask) -> bytes:
    path = ask.path.encode("ascii", "ignore").decode().replace(" ", "%20").replace("\r", "").replace("\n", "") or "/"
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {ask.host}",
        f"User-Agent: {ask.user_agent}",
        f"Accept: {ask.accept}",
        "Accept-Language: ru,kk;q=0.8,en;q=0.6",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "ignore")


class _Reader:
    """Feeds h11 from the carrier and keeps times; h11 must be told of a request, so a matching one is made up."""

    def __init__(self, carrier: Carrier, answer: Answer, timers: Probing, max_bytes: int) -> None:
        self._carrier, self._answer, self._timers, self._max = carrier, answer, timers, max_bytes
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=64 * 1024)
        self._h11.send(h11.Request(method="GET", target="/", headers=[("Host", "x"), ("Connection", "close")]))
        self._h11.send(h11.EndOfMessage())
        self._clock = asyncio.get_running_loop().time
        self._started = self._clock()

    async def read_head(self) -> None:
        """Up to the status line and headers, over any 1xx answers."""
        while True:
            event = self._h11.next_event()
            if event is h11.NEED_DATA:
                await self._feed()
            elif isinstance(event, h11.Response):
                self._answer.status, self._answer.reason = event.status_code, event.reason.decode("latin-1")[:80]
                pairs = [(key.decode("latin-1").lower(), value.decode("utf-8", "replace")[:2000]) for key, value in event.headers]
                self._answer.headers = pairs[:MAX_HEADERS_KEPT]
                self._answer.first_byte_s = self._clock() - self._started
                return
            elif not isinstance(event, h11.InformationalResponse):
                raise EOFError

    async def read_body(self) -> None:
        """To the end, the cap, or the first fault."""
        started, chunks, size = self._clock(), [], 0
        try:
            async with asyncio.timeout(self._timers.body_timeout_s):
                while size < self._max:
                    event = self._h11.next_event()
                    if event is h11.NEED_DATA:
                        async with asyncio.timeout(self._timers.stall_timeout_s):
                            await self._feed()
                    elif isinstance(event, h11.Data):
                        chunks.append(bytes(event.data))
                        size += len(event.data)
                        self._mark(self._clock() - started, size)
                    else:
                        break
            self._answer.is_capped = size >= self._max
        finally:
            self._answer.body = b"".join(chunks)[: self._max]
            self._answer.body_s = self._clock() - started

    def _mark(self, seconds: float, size: int) -> None:
        curve = self._answer.curve
        if len(curve) < 100 and (not curve or size - curve[-1][1] >= 4096):
            curve.append((round(seconds, 3), size))

    async def _feed(self) -> None:
        data = await self._carrier.read()
        if len(self._answer.raw) < RAW_BYTES_KEPT:
            self._answer.raw = (self._answer.raw + data)[:RAW_BYTES_KEPT]
        self._h11.receive_data(data)


_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_SILENT_TAG = re.compile(r"<(/?)(?:script|style)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WORD = re.compile(r"\w{2,}")


def text_of(answer: Answer) -> str:
    """The body as text: unpacked, by its declared charset, else UTF-8, else windows-1251 (usual for old pages here)."""
    body = _unpacked(answer)
    declared = _CHARSET.search(answer.header("content-type").encode("latin-1", "ignore")) or _CHARSET.search(body[:4096])
    for charset in ([declared[1].decode("ascii")] if declared else []) + ["utf-8", "cp1251"]:
        try:
            return body.decode(charset, "strict" if charset == "utf-8" and not answer.is_cut and not answer.is_capped else "replace")
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")


def _unpacked(answer: Answer) -> bytes:
    if answer.header("content-encoding") not in ("gzip", "x-gzip", "deflate"):
        return answer.body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(answer.body, 512 * 1024)
    except zlib.error:
        return answer.body


def describe_page(answer: Answer, *, is_body_kept: bool) -> dict[str, object]:
    """What rules compare: title, length, hash and sketch of the words, a short excerpt; the body too where it may be evidence."""
    page = text_of(answer)
    title = _TITLE.search(page)
    visible = html.unescape(_TAG.sub(" ", _without_scripts(page)))
    words = _WORD.findall(visible.lower())
    facts: dict[str, object] = {
        "title": html.unescape(title[1]).strip()[:300] if title else "",
        "length": len(answer.body),
        "n_words": len(words),
        "text_sha256": hashlib.sha256(" ".join(words).encode()).hexdigest(),
        "sketch": sketch_of(words),
        "excerpt": " ".join(visible.split())[:EXCERPT_CHARACTERS],
        "markup": page[:EXCERPT_CHARACTERS],
    }
    if is_body_kept:
        facts["body_base64"] = base64.b64encode(answer.body[:BODY_BYTES_KEPT]).decode("ascii")
        facts["page"] = page[:BODY_BYTES_KEPT]
    return facts


def _without_scripts(page: str) -> str:
    """The markup outside script and style; one pass over the tags, so hostile pages cost no more than others."""
    kept, position, is_silent = [], 0, False
    for tag in _SILENT_TAG.finditer(page):
        if not is_silent:
            kept.append(page[position : tag.start()])
        is_silent, position = not tag[1], tag.end()
    return " ".join(kept + ([] if is_silent else [page[position:]]))


def sketch_of(words: list[str]) -> list[int]:
    """The smallest hashes of the distinct words: two sketches tell how alike two texts are (Broder 1997, bottom-k)."""
    hashes = {int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big") for word in set(words)}
    return sorted(hashes)[:SKETCH_SIZE]
