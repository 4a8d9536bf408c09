"""The archive files: bytes as received, cut files mended, living files left alone (FIELD-TRAPS WA1, WA2, WA4)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.warc import WarcError, WarcFile, WarcPage, ascii_url, check_file, read_page, recover

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def page(body: bytes, url: str = "https://сайт.example/сот?а=б") -> WarcPage:
    return WarcPage(url=url, at=NOW, body=body, headers=(("Content-Encoding", "gzip"), ("X-Bad", "\xcf\xf0\r\nInjected: 1")))


def test_a_page_is_read_back_as_it_came(tmp_path: Path) -> None:
    file = WarcFile(tmp_path / "a.warc.gz")
    place = file.add(page(b"\x1f\x8bpacked"))
    assert read_page(tmp_path / "a.warc.gz", place.offset).body == b"\x1f\x8bpacked"
    assert file.close() == tmp_path / "a.warc.gz"
    read = read_page(tmp_path / "a.warc.gz", place.offset)
    assert read.url == ascii_url("https://сайт.example/сот?а=б") and read.url.isascii()
    assert read.headers == (("Content-Encoding", "gzip"), ("X-Bad", "\xcf\xf0 Injected: 1"))
    assert check_file(tmp_path / "a.warc.gz") == 2


@pytest.mark.parametrize("cut", [1, 60, 200])
def test_a_file_cut_by_a_kill_keeps_its_whole_records(tmp_path: Path, cut: int) -> None:
    file = WarcFile(tmp_path / "a.warc.gz")
    first = file.add(page(b"one"))
    file.add(page(b"two"))
    file._file.close()
    left = tmp_path / "a.warc.gz.open"
    left.write_bytes(left.read_bytes()[:-cut])
    with pytest.raises(WarcError):
        check_file(left)
    assert recover(left) == tmp_path / "a.warc.gz"
    assert check_file(tmp_path / "a.warc.gz") >= 2
    assert read_page(tmp_path / "a.warc.gz", first.offset).body == b"one"
    assert (tmp_path / "a.warc.gz.broken").stat().st_size > 0


def test_a_living_run_keeps_its_file_and_an_empty_one_leaves_none(tmp_path: Path) -> None:
    file = WarcFile(tmp_path / "a.warc.gz")
    assert recover(tmp_path / "a.warc.gz.open") is None
    assert (tmp_path / "a.warc.gz.open").exists()
    assert file.close() is None
    assert list(tmp_path.iterdir()) == []
