"""Evidence bundles: they open as WARC, agree with themselves, and every kind of tampering is found."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from db.bundle import DIGEST, EVIDENCE, PACKAGE, SHEET, WARC, BundleError, make_bundle, pack, render_sheet
from db.bundle_check import check_bundle
from db.warc import WarcFile, WarcPage, body_sha256

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TEXT = "Суд оштрафовал редактора за клевету. <script>alert(1)</script>"
QUOTE = "оштрафовал редактора за клевету"
Change = Callable[[dict[str, bytes]], None]


def _evidence(folder: Path) -> dict[str, Any]:
    body = f"<html><body><p>{TEXT}</p></body></html>".encode()
    warc = WarcFile(folder / "a" / "run.warc.gz")
    captures = []
    for number, url in enumerate(("https://polosa.example/news/1", "https://polosa.example/news/2?b=1")):
        place = warc.add(WarcPage(url=url, at=AT, body=body, headers=(("Content-Type", "text/html; charset=utf-8"),)))
        captures.append(
            {"id": f"c{number}", "source_id": "kz_polosa", "url": url, "final_url": url, "redirects": [], "status": 200, "headers": []}
            | {"mime": "text/html", "vantage": "direct", "ip_address": "", "body_sha256": body_sha256(body), "body_bytes": len(body)}
            | {"archive_path": "a/run.warc.gz", "archive_offset": place.offset, "archive_length_bytes": place.length_bytes}
            | {"record_id": place.record_id, "charset": "utf-8", "captured_at": "2026-03-02T08:00:00Z"}
        )
    warc.close()
    start = TEXT.index(QUOTE)
    finding = {"id": "f1", "article_id": "a1", "version_id": "v1", "rule_id": "r1", "rules_version": "7", "category": "defamation_civil"}
    finding |= {"confidence": 0.9, "found_at": "2026-03-02T08:01:00Z", "quote_number": 0, "field": "text", "quote_rule_id": "r1"}
    finding |= {"start_offset": start, "end_offset": start + len(QUOTE), "quote": QUOTE}
    alert = {"number": 1, "created_at": "2026-03-02T08:01:00Z", "status": "open", "title": "<b>Иск</b>", "reason": "", "category": "x"}
    return {
        "case": None,
        "alerts": [alert],
        "articles": [],
        "versions": [{"id": "v1", "capture_id": "c0", "title": "t", "text": TEXT}],
        "findings": [finding],
        "captures": captures,
        "verdicts": [],
        "observations": [],
        "labels": {"x": {"en": "Claim", "ru": "Иск", "kk": "Талап"}},
    }


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    target = tmp_path / "alert-1.wacz"
    make_bundle(_evidence(tmp_path), tmp_path, target, AT)
    return target


def _files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as box:
        return {name: box.read(name) for name in box.namelist()}


def _sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with digests made anew, as a careful forger would."""
    package = json.loads(files[PACKAGE])
    for entry in package["resources"]:
        entry["hash"] = f"sha256:{sha256(files[entry['path']]).hexdigest()}"
    files[PACKAGE] = json.dumps(package).encode()
    files[DIGEST] = json.dumps({"path": PACKAGE, "hash": f"sha256:{sha256(files[PACKAGE]).hexdigest()}"}).encode()
    return files


def _edit(files: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    evidence = json.loads(files[EVIDENCE])
    change(evidence)
    files[EVIDENCE] = json.dumps(evidence, ensure_ascii=False).encode()
    files[SHEET] = render_sheet(evidence).encode()


def _drop_record(files: dict[str, bytes]) -> None:
    second = files[WARC].index(b"\x1f\x8b\x08", 20)
    files[WARC] = files[WARC][second:]


def _change_clock(files: dict[str, bytes]) -> None:
    _edit(files, lambda evidence: evidence["captures"][0].update(captured_at="2026-03-01T08:00:00Z"))


def _forge_sheet(files: dict[str, bytes]) -> None:
    files[SHEET] = files[SHEET].replace(QUOTE.encode(), "оправдал редактора".encode())


def _forge_quote(files: dict[str, bytes]) -> None:
    _edit(files, lambda evidence: evidence["findings"][0].update(quote="оправдал редактора"))


def _forge_text_and_quote(files: dict[str, bytes]) -> None:
    def change(evidence: dict[str, Any]) -> None:
        other = QUOTE.replace("оштрафовал", "арестовала")
        evidence["versions"][0]["text"] = TEXT.replace(QUOTE, other)
        evidence["findings"][0]["quote"] = other

    _edit(files, change)


def test_a_bundle_agrees_with_itself_and_opens_as_warc(bundle: Path) -> None:
    assert check_bundle(bundle) == []
    records = [record.rec_type for record in ArchiveIterator(io.BytesIO(_files(bundle)[WARC]))]
    assert records == ["response", "request", "response", "request"]


def test_the_index_leads_to_each_record(bundle: Path) -> None:
    files = _files(bundle)
    lines = files["indexes/index.cdx"].decode().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["example,polosa)/news/1", "example,polosa)/news/2?b=1"]
    for line in lines:
        entry = json.loads(line.split(" ", 2)[2])
        start = int(entry["offset"])
        record = next(iter(ArchiveIterator(io.BytesIO(files[WARC][start : start + int(entry["length"])]))))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]


def test_the_sheet_is_escaped_and_loads_nothing(bundle: Path) -> None:
    sheet = _files(bundle)[SHEET].decode()
    assert "&lt;b&gt;Иск&lt;/b&gt;" in sheet
    assert "<script" not in sheet and "src=" not in sheet and "<link" not in sheet


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_drop_record, "is missing"),
        (_change_clock, "the record says 2026-03-02T08:00:00Z"),
        (_forge_sheet, "sheet.html: says something else"),
        (_forge_quote, "does not stand at"),
        (_forge_text_and_quote, "does not stand in the bytes"),
    ],
)
def test_tampering_is_found_also_with_digests_made_anew(bundle: Path, change: Change, words: str) -> None:
    files = _files(bundle)
    change(files)
    bundle.write_bytes(pack(_sealed(files)))
    assert words in "\n".join(check_bundle(bundle))


@pytest.mark.parametrize("name", [WARC, EVIDENCE, SHEET, PACKAGE, "pages/pages.jsonl", "indexes/index.cdx", "logs/fetches.jsonl"])
def test_a_flipped_byte_is_found(bundle: Path, name: str) -> None:
    files = _files(bundle)
    middle = len(files[name]) // 2
    files[name] = files[name][:middle] + bytes([files[name][middle] ^ 1]) + files[name][middle + 1 :]
    bundle.write_bytes(pack(files))
    assert any(name in fault for fault in check_bundle(bundle))


def test_what_is_no_bundle_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x.wacz").write_bytes(b"no zip")
    with pytest.raises(BundleError, match="not readable as a bundle"):
        check_bundle(tmp_path / "x.wacz")


def test_the_commands_make_and_check(tmp_path: Path) -> None:
    text = "Газета «Полоса» получила иск о защите чести и достоинства. Истец требует опровержения и 5 млн тенге."
    line = {"id": "1", "lang": "ru", "title": "На газету «Полоса» подали в суд", "text": text, "published": "2026-03-01T10:00:00+05:00"}
    (tmp_path / "given.jsonl").write_text(json.dumps(line | {"source_outlet": "Полоса", "country": "KZ"}), encoding="utf-8")
    folder = tmp_path / "data"

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
        environment = mine | {"MFM_DATA_DIR": str(folder), "MFM_RESERVE_BYTES": "0"}
        command = [sys.executable, "-m", "scrapy", *args]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert run("ingest", str(tmp_path / "given.jsonl"), "--as-live").returncode == 0
    made = run("bundle", "1")
    assert made.returncode == 0, made.stderr
    assert run("verify", str(folder / "bundles" / "alert-1.wacz")).returncode == 0
    missing = run("bundle", "99")
    assert missing.returncode == 2 and missing.stderr.strip() == "mfm: no alert with number 99"
