"""Checks an evidence bundle with nothing but itself: digests, records, clocks, quotes at their places, the sheet."""

import contextlib
import hashlib
import html
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from db.bundle import DIGEST, EVIDENCE, INDEX, LOG, PACKAGE, PAGES, SHEET, WARC, BundleError, render_sheet

NEEDED = (WARC, INDEX, PAGES, LOG, EVIDENCE, SHEET, PACKAGE, DIGEST)
# A bundle comes from outside: what unpacks to more is not read.
MAX_BYTES = 2 * 2**30


def check_bundle(path: Path) -> list[str]:
    """What is wrong with the bundle, in words; empty when every part agrees. BundleError when it is no bundle at all."""
    files, faults = _read(path)
    faults += [f"{name}: is not there" for name in NEEDED if name not in files]
    if faults:
        return faults
    try:
        evidence = json.loads(files[EVIDENCE])
        return [
            *_digests(files),
            *_records(files[WARC], evidence["captures"]),
            *_clocks(files, evidence["captures"]),
            *_quotes(evidence),
            *_quotes_in_bytes(files[WARC], evidence),
            *_sheet(files[SHEET], evidence),
        ]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return [*_digests_or_none(files), f"a part has not the shape of a bundle: {type(error).__name__} {error}"]


def _read(path: Path) -> tuple[dict[str, bytes], list[str]]:
    files: dict[str, bytes] = {}
    faults: list[str] = []
    try:
        with zipfile.ZipFile(path) as box:
            if sum(entry.file_size for entry in box.infolist()) > MAX_BYTES:
                raise BundleError(f"{path}: unpacks to more than {MAX_BYTES} bytes")
            for entry in box.infolist():
                if entry.filename in files:
                    faults.append(f"{entry.filename}: is there twice")
                try:
                    files[entry.filename] = box.read(entry)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
                    faults.append(f"{entry.filename}: damaged: {error}")
                    files[entry.filename] = b""
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{path}: not readable as a bundle: {error}") from error
    return files, faults


def _digests_or_none(files: Mapping[str, bytes]) -> list[str]:
    try:
        return list(_digests(files))
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{PACKAGE}: cannot be read"]


def _digests(files: Mapping[str, bytes]) -> Iterator[str]:
    if json.loads(files[DIGEST])["hash"] != _hash(files[PACKAGE]):
        yield f"{PACKAGE}: its SHA-256 is not the one of {DIGEST}"
    listed = {entry["path"]: entry["hash"] for entry in json.loads(files[PACKAGE])["resources"]}
    for name in sorted(set(files) | set(listed)):
        if name in (PACKAGE, DIGEST):
            continue
        if name not in listed:
            yield f"{name}: is not listed in {PACKAGE}"
        elif name not in files or _hash(files[name]) != listed[name]:
            yield f"{name}: its SHA-256 is not the one of {PACKAGE}"


def _records(warc: bytes, captures: list[dict[str, Any]]) -> Iterator[str]:
    """Each capture has its record, with the bytes and the time that the evidence names."""
    expected = {row["record_id"]: row for row in captures}
    try:
        for record in ArchiveIterator(io.BytesIO(warc), check_digests=True):
            body = record.raw_stream.read()
            record_id = record.rec_headers.get_header("WARC-Record-ID")
            if record.digest_checker.passed is False:
                yield f"{WARC}: record {record_id}: its digest does not hold"
            if record.rec_type == "request":
                continue
            row = expected.pop(record_id, None)
            if row is None:
                yield f"{WARC}: record {record_id} belongs to no capture of {EVIDENCE}"
                continue
            if hashlib.sha256(body).hexdigest() != row["body_sha256"]:
                yield f"capture {row['id']}: the bytes of its record are not those of its SHA-256"
            at = record.rec_headers.get_header("WARC-Date")
            if at != row["captured_at"]:
                yield f"capture {row['id']}: the record says {at}, {EVIDENCE} says {row['captured_at']}"
    except Exception as error:  # a damaged record ends warcio in many ways; it is a fault to tell, not a crash
        yield f"{WARC}: not readable: {error}"
    for row in expected.values():
        yield f"capture {row['id']}: its record {row['record_id']} is missing"


def _clocks(files: Mapping[str, bytes], captures: list[dict[str, Any]]) -> Iterator[str]:
    """Pages, log and index tell the same times."""
    times = {row["id"]: row["captured_at"] for row in captures}
    for name, field in ((PAGES, "ts"), (LOG, "captured_at")):
        rows = [json.loads(line) for line in files[name].decode().splitlines()]
        if {row["id"]: row[field] for row in rows if field in row} != times:
            yield f"{name}: its times or captures are not those of {EVIDENCE}"
    stamps = sorted(line.split(" ")[1] for line in files[INDEX].decode().splitlines())
    if stamps != sorted("".join(filter(str.isdigit, time)) for time in times.values()):
        yield f"{INDEX}: its times are not those of {EVIDENCE}"


def _quotes(evidence: Mapping[str, Any]) -> Iterator[str]:
    versions = {row["id"]: row for row in evidence["versions"]}
    for row in evidence["findings"]:
        version = versions.get(row["version_id"])
        text = version["title" if row["field"] == "title" else "text"] if version else ""
        if not row["quote"] or text[row["start_offset"] : row["end_offset"]] != row["quote"]:
            yield f"finding {row['id']}, quote {row['quote_number']}: does not stand at {row['start_offset']} of its text"
    captures = {row["id"] for row in evidence["captures"]}
    for version in evidence["versions"]:
        if version["capture_id"] not in captures:
            yield f"version {version['id']}: its capture is missing"


def _quotes_in_bytes(warc: bytes, evidence: Mapping[str, Any]) -> Iterator[str]:
    """The letters and digits of each quote stand, in this order, in the page of its record; spaces and marks are not compared."""
    names = {row["record_id"]: row for row in evidence["captures"]}
    pages: dict[str, str] = {}
    with contextlib.suppress(Exception):  # what is damaged was told by _records
        for record in ArchiveIterator(io.BytesIO(warc)):
            row = names.get(record.rec_headers.get_header("WARC-Record-ID"))
            if row and record.rec_type != "request":
                pages[row["id"]] = _letters(_page_text(record.content_stream().read(), row["charset"]))
    capture_of = {row["id"]: row["capture_id"] for row in evidence["versions"]}
    for row in evidence["findings"]:
        page = pages.get(capture_of.get(row["version_id"], ""))
        if page is not None and _letters(row["quote"]) not in page:
            yield f"finding {row['id']}, quote {row['quote_number']}: does not stand in the bytes of its record"


def _page_text(body: bytes, charset: str) -> str:
    try:
        text = body.decode(charset or "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)  # given articles are JSON
    return html.unescape(re.sub(r"<[^<>]*>", " ", text)) + html.unescape(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _sheet(sheet: bytes, evidence: Mapping[str, Any]) -> Iterator[str]:
    if sheet != render_sheet(evidence).encode():
        yield f"{SHEET}: says something else than {EVIDENCE}"


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
