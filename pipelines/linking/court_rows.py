"""Rows of court lists that name a watched outlet on the side that is sued over honour or reputation; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from crawler.items import CourtRow
from db.vocabulary import PartyRole
from pipelines.languages.outlets import OutletIndex
from pipelines.text import fold_plain

_ACTING = frozenset({PartyRole.CLAIMANT, PartyRole.JUDGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow:
    """A row with the outlet that is sued and those who sue, as the list names them."""

    row: CourtRow
    outlet_id: str
    outlet_name: str
    claimants: tuple[str, ...]


@cache
def _honour() -> tuple[str, ...]:
    words = yaml.safe_load(Path(__file__).with_name("court_rows.yaml").read_text(encoding="utf-8"))["honour"]
    return tuple(fold_plain(word) for word in words)


def media_rows(rows: Iterable[CourtRow], outlets: OutletIndex) -> tuple[MediaRow, ...]:
    """The rows that concern us. An outlet that sues, a row without a number, and a quarrel over rent or wages are left out."""
    return tuple(found for row in rows if row.case_number and is_honour(row) and (found := _media_row(row, outlets)))


def is_honour(row: CourtRow) -> bool:
    """True when the subject or the provision speaks of honour, dignity or reputation."""
    folded = fold_plain(f"{row.subject} {row.provision}")
    return any(word in folded for word in _honour())


def _media_row(row: CourtRow, outlets: OutletIndex) -> MediaRow | None:
    sides = [side for name, role in row.parties for side in _sides(name, role)]
    for name, role in sides:
        sued = [each for each in outlets.find(name, "ru") if each.outlet_id] if role not in _ACTING else []
        if sued:
            claimants = tuple(other for other, part in sides if part is PartyRole.CLAIMANT)
            return MediaRow(row=row, outlet_id=sued[0].outlet_id, outlet_name=sued[0].name, claimants=claimants)
    return None


def _sides(name: str, role: PartyRole) -> list[tuple[str, PartyRole]]:
    """A cell such as "A – B" names who sues before the dash and who is sued after it."""
    acting, dash, sued = name.replace("—", "–").replace(" - ", " – ").partition(" – ")
    if role is not PartyRole.OTHER or not dash:
        return [(name, role)]
    return [(acting.strip(), PartyRole.CLAIMANT), (sued.strip(), PartyRole.DEFENDANT)]
