"""Answers of official look-ups: what is read, what is refused, and the sentence that people get."""

import json
from datetime import date

import pytest

from pipelines.reading.registers import RegisterError, in_words, is_about, read_banned_sites

# Made up by us after the fields that net4people/bbs#462 describes.
ROW = {"id": 4711, "name": "x", "urladdress": "https://www.polosa.example/a", "categoryname": "экстремизм", "courtname": "Есильский районный суд",
       "courtdate": "12.03.2025", "extra": None}  # fmt: skip


def test_an_entry_with_a_court_is_read_and_said() -> None:
    entries = read_banned_sites(json.dumps([ROW]).encode(), "polosa.example")
    assert [(entry.key, entry.court, entry.decided_on) for entry in entries] == [("4711", "Есильский районный суд", date(2025, 3, 12))]
    assert in_words(entries) == "on the register by decision of a court of 2025-03-12: Есильский районный суд (экстремизм)"


def test_an_entry_without_a_court_is_an_order_and_none_proves_nothing() -> None:
    rows = [ROW | {"courtname": None, "courtdate": "31.02.2025"}, ROW | {"id": 2, "courtname": "", "categoryname": ""}]
    entries = read_banned_sites(json.dumps(rows).encode(), "www.polosa.example")
    assert in_words(entries) == "on the register by order of 2025-03-12, no court is named and 1 more"
    assert in_words(read_banned_sites(b"[]", "polosa.example")).startswith("nothing on record")


@pytest.mark.parametrize(
    ("address", "yes"),
    [
        ("http://polosa.example", True),
        ("rus.polosa.example/a?b", True),
        ("POLOSA.EXAMPLE:443", True),
        ("notpolosa.example", False),
        ("https://evil.example/polosa.example", False),
        ("polosa.example.evil", False),
        ("", False),
    ],
)
def test_only_entries_of_the_host_itself_count(address: str, yes: bool) -> None:
    assert is_about(address, "polosa.example") is yes


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": 1}', b'[{"id": 1}]', b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(RegisterError):
        read_banned_sites(body, "polosa.example")
