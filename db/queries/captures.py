"""What the archive stage asks: whether a body of an address is in the archive already, and where."""

from dataclasses import dataclass

from sqlite_utils import Database

from db.identity import capture_id


@dataclass(kw_only=True, slots=True, frozen=True)
class KnownBody:
    """Where the bytes of an earlier capture lie."""

    archive_path: str
    offset: int
    length_bytes: int
    record_id: str


def known_body(db: Database, source_id: str, url: str, body_sha256: str) -> KnownBody | None:
    """The earlier capture with the same address and bytes; None when the body is new."""
    row = db.conn.execute(
        "select archive_path, archive_offset, archive_length_bytes, record_id from capture where id = ?",
        (capture_id(source_id, url, body_sha256),),
    ).fetchone()
    return KnownBody(archive_path=row[0], offset=row[1], length_bytes=row[2], record_id=row[3]) if row else None
