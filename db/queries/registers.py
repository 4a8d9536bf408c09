"""What registers say: looks and entries, with those that are gone; and their word as evidence beside a blocking incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from db.identity import content_id

_ANSWERS = """
select k.id, k.url, k.archive_path, k.archive_offset, k.last_seen_at from capture k
where k.source_id = :source_id and k.status = 200
    and k.last_seen_at = (select max(last_seen_at) from capture n where n.url = k.url and n.source_id = :source_id and n.status = 200)
    and not exists (select 1 from register_look l where l.capture_id = k.id and l.looked_at >= k.last_seen_at)
order by k.url, k.id
"""
_LOOK = """
insert into register_look (source_id, domain, capture_id, n_entries, looked_at)
values (:source_id, :domain, :capture_id, :n_entries, :looked_at)
on conflict (source_id, domain) do update set capture_id = excluded.capture_id, n_entries = excluded.n_entries, looked_at = excluded.looked_at
"""
_ENTRY = """
insert into register_entry (id, source_id, domain, register_key, address, category, court, decided_on, capture_id, first_seen_at, last_seen_at)
values (:id, :source_id, :domain, :key, :address, :category, :court, :decided_on, :capture_id, :looked_at, :looked_at)
on conflict (id) do update set last_seen_at = excluded.last_seen_at, gone_at = null, address = excluded.address,
    category = excluded.category, court = excluded.court, decided_on = excluded.decided_on, capture_id = excluded.capture_id
"""
_GONE = """
update register_entry set gone_at = :looked_at
where source_id = :source_id and domain = :domain and gone_at is null and last_seen_at < :looked_at
"""
_BLOCKED = """
select i.id as incident_id, o.homepage, (select id from alert a where a.incident_id = i.id order by a.number desc limit 1) as alert_id
from incident i join outlet o on o.id = i.outlet_id
where i.kind in ('blocking', 'throttling') and i.state in ('suspected', 'open', 'eased') and i.merged_into is null and i.country = :country
order by i.id
"""
_EVENT = """
insert into incident_event (id, incident_id, kind, happened_at, note) values (:id, :incident_id, 'register', :looked_at, :note)
on conflict (id) do nothing
"""
_EVIDENCE = """
insert into alert_evidence (id, alert_id, kind, capture_id, sha256, archive_path, archive_offset, note)
select :evidence_id, :alert_id, 'register', id, body_sha256, archive_path, archive_offset, :note from capture where id = :capture_id
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One decision as the table keeps it."""

    key: str
    address: str
    category: str
    court: str
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer about one domain."""

    source_id: str
    domain: str
    capture_id: str
    looked_at: str
    entries: Sequence[EntryRow]


def unread_answers(db: Database, source_id: str) -> list[dict[str, Any]]:
    """The newest answer of each address asked, when it has not been read yet."""
    return list(db.query(_ANSWERS, {"source_id": source_id}))


def store_look(db: Database, look: Look) -> None:
    """Write the entries of an answer; those that stood there and do no more are gone. Inside the caller's transaction."""
    head = {"source_id": look.source_id, "domain": look.domain, "capture_id": look.capture_id, "looked_at": look.looked_at}
    db.conn.execute(_LOOK, head | {"n_entries": len(look.entries)})
    for entry in look.entries:
        row = {"key": entry.key, "address": entry.address, "category": entry.category, "court": entry.court}
        day = entry.decided_on.isoformat() if entry.decided_on else None
        entry_id = content_id("register_entry", look.source_id, look.domain, entry.key)
        db.conn.execute(_ENTRY, head | row | {"id": entry_id, "decided_on": day})
    db.conn.execute(_GONE, head)


def blocked_outlets(db: Database, country: str) -> list[dict[str, Any]]:
    """Blocking incidents that are not over, with the outlet's front page and the newest alert."""
    return list(db.query(_BLOCKED, {"country": country}))


def store_word(db: Database, incident: dict[str, Any], look: Look, note: str) -> bool:
    """The register's word as an event of the incident and evidence of its alert; True when it is new. Inside a transaction."""
    row = {"incident_id": incident["incident_id"], "alert_id": incident["alert_id"], "capture_id": look.capture_id, "note": note}
    row |= {"looked_at": look.looked_at, "id": content_id("incident_event", incident["incident_id"], "register", note)}
    row["evidence_id"] = content_id("alert_evidence", str(incident["alert_id"]), "register", note)
    is_new = db.conn.execute(_EVENT, row).rowcount == 1
    if incident["alert_id"]:
        db.conn.execute(_EVIDENCE, row)
    return is_new
