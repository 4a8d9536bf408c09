"""Evidence bundles: the records of an alert or a case cut out of the archive into a WACZ file, with what was found in them.

The layout is WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/), so that a replay tool opens it; evidence.json, sheet.html
and logs/fetches.jsonl are added beside it.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from warcio.archiveiterator import ArchiveIterator

from db.errors import MfmError
from db.queries.times import iso
from db.warc import WarcError, ascii_url, existing

WARC = "archive/data.warc.gz"
INDEX = "indexes/index.cdx"
PAGES = "pages/pages.jsonl"
LOG = "logs/fetches.jsonl"
EVIDENCE = "evidence.json"
SHEET = "sheet.html"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
# The oldest time a ZIP can name: the same rows give the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# What a request record of ours can be at most: the search for its end reads no further.
_REQUEST_BYTES = 65_536


class BundleError(MfmError):
    """A bundle cannot be made or read; the message names the file."""


def make_bundle(evidence: Mapping[str, Any], archive_dir: Path, target: Path, now: datetime) -> str:
    """Write the bundle to `target` and return the file's SHA-256; BundleError when a record cannot be cut out."""
    title = evidence["case"]["title"] if evidence["case"] else evidence["alerts"][0]["title"]
    content = {**evidence, "title": title, "made_at": iso(now)}
    warc, places = _cut(evidence["captures"], archive_dir)
    files = {
        WARC: warc,
        INDEX: "".join(sorted(_index_line(row, places[row["id"]]) for row in evidence["captures"])).encode(),
        PAGES: _pages(evidence["captures"]),
        LOG: _lines([_log(row) for row in evidence["captures"]]),
        EVIDENCE: _json(content),
        SHEET: render_sheet(json.loads(_json(content))).encode(),
    }
    files[PACKAGE] = _package(files, title, iso(now))
    files[DIGEST] = _json({"path": PACKAGE, "hash": f"sha256:{_sha256(files[PACKAGE])}"})
    data = pack(files)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        raise BundleError(f"{target}: cannot be written: {error}") from error
    return _sha256(data)


def render_sheet(evidence: Mapping[str, Any]) -> str:
    """The printable page of the evidence: escaped, without script, the same for the same evidence."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(SHEET).render(**evidence)


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of the files, stored uncompressed as WACZ asks of its records."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as box:
        for name, data in files.items():
            box.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data)
    return stream.getvalue()


def _cut(captures: list[dict[str, Any]], archive_dir: Path) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """The records as they lie in the archive, each followed by its request, and their places in the new file."""
    parts, places, end = [], {}, 0
    for row in captures:
        try:
            with existing(archive_dir / row["archive_path"]).open("rb") as stream:
                stream.seek(row["archive_offset"])
                page = stream.read(row["archive_length_bytes"])
                request = _request_after(stream.read(_REQUEST_BYTES), row["record_id"])
        except OSError as error:
            raise BundleError(f"{row['archive_path']}: the record of {row['url']} cannot be read: {error}") from error
        if _record_id(page) != row["record_id"]:
            raise BundleError(f"{row['archive_path']}: another record lies where {row['url']} should")
        parts += [page, request]
        places[row["id"]] = (end, len(page))
        end += len(page) + len(request)
    return b"".join(parts), places


def _record_id(member: bytes) -> str:
    try:
        for record in ArchiveIterator(io.BytesIO(member)):
            return str(record.rec_headers.get_header("WARC-Record-ID"))
    except Exception as error:
        raise WarcError(f"a record is not readable as WARC: {error}") from error
    return ""


def _request_after(data: bytes, record_id: str) -> bytes:
    """The gzip member at the start of `data` when it is the request of the record, else nothing."""
    reader = zlib.decompressobj(wbits=31)
    try:
        head = reader.decompress(data, 8 * _REQUEST_BYTES)
    except zlib.error:
        return b""
    if not reader.eof or f"WARC-Concurrent-To: {record_id}".encode() not in head:
        return b""
    return data[: len(data) - len(reader.unused_data)]


def _index_line(row: Mapping[str, Any], place: tuple[int, int]) -> str:
    url = ascii_url(row["url"])
    fields = {"url": url, "mime": row["mime"] or "unk", "status": str(row["status"]), "digest": f"sha256:{row['body_sha256']}"}
    fields |= {"length": str(place[1]), "offset": str(place[0]), "filename": Path(WARC).name}
    return f"{_surt(url)} {re.sub('[^0-9]', '', row['captured_at'])} {json.dumps(fields)}\n"


def _surt(url: str) -> str:
    """The address as an index sorts it: host names backwards (`kz,polosa)/path`)."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    return f"{host}{port}){parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _pages(captures: list[dict[str, Any]]) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Captures"}
    return _lines([head, *({"id": row["id"], "url": ascii_url(row["url"]), "ts": row["captured_at"]} for row in captures)])


def _log(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "url", "final_url", "redirects", "status", "headers", "vantage", "ip_address", "captured_at", "body_sha256")
    return {name: row[name] for name in names}


def _package(files: Mapping[str, bytes], title: str, made_at: str) -> bytes:
    resources = [
        {"name": Path(name).name, "path": name, "hash": f"sha256:{_sha256(data)}", "bytes": len(data)} for name, data in files.items()
    ]
    head = {"profile": "data-package", "wacz_version": "1.1.1", "title": title, "created": made_at, "software": "Media Freedom Monitor"}
    return _json({**head, "resources": resources})


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
