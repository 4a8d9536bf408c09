"""Court lists read for watched outlets: a row over honour or reputation opens a case, or gives a known one its number."""

import json
from collections.abc import Iterator

from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Capture
from crawler.sources import Source, find_source, load_sources
from db.connection import connect, write
from db.migrations import migrate
from db.queries.court_watch import ListedCase, lists_of_late, store_listed
from db.queries.times import parse_iso
from db.records import PartyRecord
from db.vocabulary import CaptureRole, PartyRole
from db.warc import read_page
from pipelines.detect import outlet_index
from pipelines.extract import extract
from pipelines.linking.court_rows import MediaRow, media_rows
from pipelines.linking.names import name_key, same_organisation, same_person_key
from pipelines.linking.subjects import key_of


def watch_courts(config: Config) -> list[str]:
    """One line per case that was opened or joined now; the same lists twice change nothing."""
    migrate(config.database_path)
    db = connect(config.database_path)
    try:
        return list(_watch(db, config))
    finally:
        db.close()


def _watch(db: Database, config: Config) -> Iterator[str]:
    lists = lists_of_late(db, config.now())
    outlets = outlet_index(load_sources(config.sources_path)) if lists else None
    for row in lists:
        source = find_source(config.sources_path, row["source_id"])
        if source is None or outlets is None:
            continue
        body = read_page(config.archive_dir / row["archive_path"], row["archive_offset"]).body
        article = extract(_capture(row, body), source)
        for found in media_rows(article.rows, outlets):
            listed = _listed(found, source, row["id"], bool(row["is_backfill"]))
            done = write(db, lambda each, listed=listed: store_listed(each, listed, _is_same, config.now()))  # type: ignore[misc]
            if done:
                yield f"{done}: {listed.title} ({listed.case_number})"


def _capture(row: dict[str, str], body: bytes) -> Capture:
    return Capture(
        source_id=row["source_id"],
        run_id="",
        role=CaptureRole.COURT,
        url=row["url"],
        final_url=row["final_url"],
        status=200,
        fetched_at=parse_iso(row["captured_at"]),
        body=body,
        headers=tuple((name, value) for name, value in json.loads(row["headers_json"])),
    )


def _listed(found: MediaRow, source: Source, capture_id: str, is_backfill: bool) -> ListedCase:
    named = [("unknown", name, PartyRole.CLAIMANT) for name in found.claimants] + [("outlet", found.outlet_name, PartyRole.OUTLET)]
    return ListedCase(
        country=source.country,
        case_number=found.row.case_number.strip(),
        court=found.row.court.strip() or source.outlet,
        title=f"{found.claimants[0] if found.claimants else 'Claim'} v. {found.outlet_name}",
        outlet_id=found.outlet_id,
        outlet_name=found.outlet_name,
        parties=tuple(_party(kind, name, role) for kind, name, role in named if key_of(name)),
        starts_at=found.row.hearing_at,
        raw=found.row.raw,
        capture_id=capture_id,
        is_backfill=is_backfill,
    )


def _party(kind: str, name: str, role: PartyRole) -> PartyRecord:
    return PartyRecord(kind=kind, name=name, key=key_of(name), role=role, buckets=tuple(sorted(name_key(name).buckets)))


def _is_same(one: str, other: str) -> bool:
    keys = name_key(one), name_key(other)
    return same_organisation(*keys) or same_person_key(*keys) is True
