"""Keeps the bytes as received for the archive and unpacks the body for reading, within limits, whatever the labels say."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.config import Config
from crawler.middlewares.refusal import Refused
from db.vocabulary import Failure, FetchOutcome

# What we can read; more would only invite answers that we cannot (FIELD-TRAPS HT5).
ACCEPTED = b"gzip, deflate, br"
_GZIP_MAGIC = b"\x1f\x8b\x08"
_CHUNK_BYTES = 65_536
MAX_LAYERS = 2  # a body is unpacked at most twice beyond its label (FIELD-TRAPS FD7)


class TooLargeUnpackedError(ValueError):
    """The body grows beyond the limit while it is unpacked."""


class CutStreamError(ValueError):
    """The packed stream ends before its own end mark, or is damaged."""


@dataclass(kw_only=True, slots=True, frozen=True)
class Unpacked:
    """The readable body, and codings that nobody here can read (the body is then still packed)."""

    body: bytes
    unread: tuple[str, ...] = ()


def unpack(body: bytes, codings: Sequence[str], max_bytes: int) -> Unpacked:
    """Undo the codings from the last to the first, then gzip that nobody announced.

    Raises TooLargeUnpackedError and CutStreamError. A body that is labelled gzip but is not packed at all is taken as it is.
    """
    left = [coding for part in codings for coding in (each.strip().lower() for each in part.split(",")) if coding not in {"", "identity"}]
    while left and left[-1] in _READERS:
        body = _join(_READERS[left.pop()](body), max_bytes)
    if not left:
        for _ in range(MAX_LAYERS):
            if body.startswith(_GZIP_MAGIC):
                body = _join(_gunzip(body), max_bytes)
    return Unpacked(body=body, unread=tuple(left))


def _join(chunks: Iterator[bytes], max_bytes: int) -> bytes:
    """Put the chunks together, never holding more than one chunk above the limit."""
    found: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeUnpackedError(f"more than {max_bytes} bytes after unpacking")
        found.append(chunk)
    return b"".join(found)


def _gunzip(body: bytes) -> Iterator[bytes]:
    if not body.startswith(b"\x1f\x8b"):
        yield body  # the label lies: the body is plain
        return
    while body.startswith(b"\x1f\x8b"):  # several members may follow one another (RFC 1952, 2.2)
        reader = zlib.decompressobj(wbits=31)
        yield from _inflate(reader, body)
        body = reader.unused_data


def _undeflate(body: bytes) -> Iterator[bytes]:
    """`deflate` is zlib by RFC 9110, 8.4.1.2, but some servers send the raw stream."""
    if not body:
        return
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _inflate(zlib.decompressobj(wbits=15 if is_zlib else -15), body)


def _inflate(reader: "zlib._Decompress", body: bytes) -> Iterator[bytes]:
    try:
        yield reader.decompress(body, _CHUNK_BYTES)
        while reader.unconsumed_tail and not reader.eof:
            yield reader.decompress(reader.unconsumed_tail, _CHUNK_BYTES)
        yield reader.flush()
    except zlib.error as error:
        raise CutStreamError(f"damaged packed body: {error}") from error
    if not reader.eof:
        raise CutStreamError("the packed body ends before its end mark")


def _unbrotli(body: bytes) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 - only few sites use it, and each crawl is a process of its own

    reader = brotli.Decompressor()
    try:
        yield reader.process(body, output_buffer_limit=_CHUNK_BYTES)
        while not reader.is_finished():
            chunk = reader.process(b"", output_buffer_limit=_CHUNK_BYTES)
            if not chunk:
                raise CutStreamError("the packed body ends before its end mark")
            yield chunk
    except brotli.error as error:
        raise CutStreamError(f"damaged packed body: {error}") from error


_READERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
}


class UnpackMiddleware:
    """Nearest to the network of those that touch a body: `meta["mfm_wire"]` keeps body and headers as they came."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "UnpackMiddleware":
        """Take the limit from the house's settings."""
        config: Config = crawler.settings["MFM"]
        return cls(config.max_page_bytes)

    def process_request(self, request: Request) -> None:
        """Ask only for codings that we read."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response with a readable body; raises Refused for bombs and cut streams."""
        request.meta["mfm_wire"] = (response.body, plain_headers(response))
        if not response.body:
            return response
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        try:
            unpacked = unpack(response.body, codings, request.meta.get("download_maxsize", self._max_bytes))
        except TooLargeUnpackedError as error:
            raise Refused(FetchOutcome.TOO_LARGE, str(error)) from error
        except CutStreamError as error:
            raise Refused(FetchOutcome.TRUNCATED, str(error), Failure.EOF_ERROR) from error
        return _with_body(response, unpacked)


def _with_body(response: Response, unpacked: Unpacked) -> Response:
    if unpacked.unread:
        response.flags.append("unread_coding")
        return response
    if unpacked.body is response.body:
        return response
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    cls = responsetypes.from_args(headers=headers, url=response.url, body=unpacked.body)
    return response.replace(cls=cls, headers=headers, body=unpacked.body)


def plain_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Headers as text pairs; bytes that are no UTF-8 are read as Latin-1, which loses nothing (FIELD-TRAPS CS4)."""
    return tuple((_as_text(name), _as_text(value)) for name, values in response.headers.items() for value in values)


def _as_text(raw: bytes) -> str:
    return raw.decode("latin-1")
