"""The WARC files: writing one record per gzip member, reading a body back, checking a file, repairing one that was cut off."""

import contextlib
import fcntl
import hashlib
import os
import re
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit, urlunsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from db.errors import MfmError

OPEN_SUFFIX = ".open"
BROKEN_SUFFIX = ".broken"
# A WARC header must not carry what would begin another header.
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


class WarcError(MfmError):
    """An archive file is not what it should be; the message names the file."""


@dataclass(kw_only=True, slots=True, frozen=True)
class WarcPage:
    """What goes into the archive for one page: the bytes as received, under their own headers."""

    url: str
    at: datetime
    body: bytes = field(repr=False)
    status: int = 200
    protocol: str = "HTTP/1.1"
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    request_headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    ip_address: str = ""
    is_made_by_us: bool = False
    extra: Sequence[tuple[str, str]] = ()


@dataclass(kw_only=True, slots=True, frozen=True)
class WarcPlace:
    """Where a record lies in its file, in bytes."""

    offset: int
    length_bytes: int
    record_id: str


class _Sha256Writer(WARCWriter):  # type: ignore[misc]
    """warcio's writer with SHA-256 in place of SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _RawHeaders(StatusAndHeaders):  # type: ignore[misc]
    """Header bytes as they came; warcio would percent-encode what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        lines = [f"{self.protocol} {self.statusline}".strip(), *(f"{name}: {value}" for name, value in self.headers)]
        self.headers_buff = ("\r\n".join(_BREAKS.sub(" ", line) for line in lines) + "\r\n\r\n").encode("latin-1", "replace")


class WarcFile:
    """One open file of one run: `<path>.open` until it is closed and checked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open_path = path.with_name(path.name + OPEN_SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = self.open_path.open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # tells a living run's file from one left by a killed run
        self._writer = _Sha256Writer(self._file, gzip=True, warc_version="WARC/1.1")
        self._n_records = 0

    def add(self, page: WarcPage) -> WarcPlace:
        """Write a page (and the request that brought it), on the disk when this returns; OSError leaves whole records only."""
        start = self._file.tell()
        try:
            record_id = self._write_page(page)
            length = self._file.tell() - start
            if not page.is_made_by_us:
                self._write_request(page, record_id)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._cut_back(start)
            raise
        self._n_records += 1
        return WarcPlace(offset=start, length_bytes=length, record_id=record_id)

    def close(self) -> Path | None:
        """Close, check and rename; an empty file is removed and None returned. WarcError when the check fails: it stays open."""
        self._file.close()
        if self._n_records == 0:
            self.open_path.unlink(missing_ok=True)
            return None
        check_file(self.open_path)
        self.open_path.rename(self.path)
        _sync_directory(self.path.parent)
        return self.path

    def _write_page(self, page: WarcPage) -> str:
        record_id = f"<urn:uuid:{uuid.uuid4()}>"
        headers = _RawHeaders(str(page.status), list(page.headers), protocol=page.protocol)
        record = self._writer.create_warc_record(
            ascii_url(page.url),
            "resource" if page.is_made_by_us else "response",
            payload=BytesIO(page.body),
            length=len(page.body),
            http_headers=None if page.is_made_by_us else headers,
            warc_content_type="application/xml; charset=utf-8" if page.is_made_by_us else "application/http; msgtype=response",
            warc_headers_dict={"WARC-Record-ID": record_id, **_rec_headers(page)},
        )
        self._writer.write_record(record)
        return record_id

    def _write_request(self, page: WarcPage, response_id: str) -> None:
        url = urlsplit(ascii_url(page.url))
        target = urlunsplit(("", "", url.path or "/", url.query, ""))
        names = {name.lower() for name, _ in page.request_headers}
        host = [] if "host" in names else [("Host", url.netloc.rpartition("@")[2])]
        headers = _RawHeaders(f"{target} HTTP/1.1", [*host, *page.request_headers], protocol="GET")
        record = self._writer.create_warc_record(
            ascii_url(page.url),
            "request",
            payload=BytesIO(b""),
            length=0,
            http_headers=headers,
            warc_headers_dict={"WARC-Date": _warc_date(page.at), "WARC-Concurrent-To": response_id},
        )
        self._writer.write_record(record)

    def _cut_back(self, start: int) -> None:
        """After a failed write nothing of the half record may stay (a full disk fails in the middle)."""
        with contextlib.suppress(OSError):
            self._file.flush()
        self._file.seek(start)
        self._file.truncate(start)


def ascii_url(url: str) -> str:
    """The address as it was requested: host in punycode, all else percent-encoded (FIELD-TRAPS WA4)."""
    parts = urlsplit(_BREAKS.sub("", url))
    host = parts.netloc
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    safe = "%/:?#[]@!$&'()*+,;=~-._"
    return urlunsplit((parts.scheme, quote(host, safe=safe), quote(parts.path, safe=safe), quote(parts.query, safe=safe), ""))


def body_sha256(body: bytes) -> str:
    """Hex SHA-256 of the bytes as received."""
    return hashlib.sha256(body).hexdigest()


def _rec_headers(page: WarcPage) -> dict[str, str]:
    headers = {"WARC-Date": _warc_date(page.at)}
    if page.ip_address:
        headers["WARC-IP-Address"] = page.ip_address
    return headers | {name: _BREAKS.sub(" ", value)[:2000] for name, value in page.extra if value}


def _warc_date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(kw_only=True, slots=True, frozen=True)
class ReadPage:
    """A page read back: the wire bytes, the headers they came with, and the record's own headers."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    record_headers: tuple[tuple[str, str], ...] = ()


def read_page(file: Path, offset: int) -> ReadPage:
    """The record at `offset` of a closed or still open file; WarcError when its digest does not hold."""
    with existing(file).open("rb") as stream:
        stream.seek(offset)
        for record in _checked_records(file, stream):
            return _as_page(file, record)
    raise WarcError(f"{file}: no record at {offset}")


def read_pages(file: Path) -> Iterator[ReadPage]:
    """All pages of a file in order, requests left out; WarcError at the first record that does not hold."""
    with existing(file).open("rb") as stream:
        for record in _checked_records(file, stream):
            if record.rec_type in {"response", "resource"}:
                yield _as_page(file, record)


def existing(file: Path) -> Path:
    """The file under its final or its open name: a run may still be writing it."""
    return file if file.exists() else file.with_name(file.name + OPEN_SUFFIX)


def _as_page(file: Path, record: Any) -> ReadPage:
    body = record.raw_stream.read()
    if record.digest_checker.passed is False:
        raise WarcError(f"{file}: {', '.join(record.digest_checker.problems)}")
    http = record.http_headers
    return ReadPage(
        url=record.rec_headers.get_header("WARC-Target-URI") or "",
        status=int(http.get_statuscode()) if http else 200,
        headers=tuple(http.headers) if http else (),
        body=body,
        record_headers=tuple(record.rec_headers.headers),
    )


def _checked_records(file: Path, stream: BinaryIO) -> Iterator[Any]:
    try:
        yield from ArchiveIterator(stream, check_digests=True)
    except Exception as error:
        raise WarcError(f"{file}: not readable as WARC: {error}") from error


def check_file(file: Path) -> int:
    """Check that every gzip member ends and every digest holds; returns the number of records. WarcError names the file."""
    if whole_bytes(file) != file.stat().st_size:
        raise WarcError(f"{file}: the last record is cut off")
    n_records = 0
    with file.open("rb") as stream:
        for record in _checked_records(file, stream):
            record.raw_stream.read()
            if record.digest_checker.passed is False:
                raise WarcError(f"{file}: {', '.join(record.digest_checker.problems)}")
            n_records += 1
    return n_records


def whole_bytes(file: Path) -> int:
    """Length of the leading part of a file that consists of whole gzip members (a cut one reads without an error: WA1)."""
    end = 0
    with file.open("rb") as stream:
        data = stream.read()
    while end < len(data):
        reader = zlib.decompressobj(wbits=31)
        try:
            position = end
            while not reader.eof and position < len(data):
                reader.decompress(data[position : position + 65_536])
                position += 65_536
        except zlib.error:
            return end
        if not reader.eof:
            return end
        end = min(position, len(data)) - len(reader.unused_data)
    return end


def recover(open_path: Path) -> Path | None:
    """Mend a file left open by a killed run: cut back to whole records, keep the tail as `.broken`, check, rename.

    Returns the final path, None when nothing whole was in it or when a living run still writes it.
    """
    with open_path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
    final = open_path.with_name(open_path.name.removesuffix(OPEN_SUFFIX))
    whole = whole_bytes(open_path)
    size = open_path.stat().st_size
    if whole < size:
        with open_path.open("r+b") as file:
            file.seek(whole)
            final.with_name(final.name + BROKEN_SUFFIX).write_bytes(file.read())
            file.truncate(whole)
            os.fsync(file.fileno())
    if whole == 0:
        open_path.unlink()
        return None
    check_file(open_path)
    open_path.rename(final)
    _sync_directory(final.parent)
    return final


def _sync_directory(directory: Path) -> None:
    """A rename is on the disk only when its directory is."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
