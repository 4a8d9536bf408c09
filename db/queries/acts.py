"""The last act of a person on a row of the archive, by the audit: what a later act must have seen. Changes by rules do not count."""

from typing import Any

from sqlite_utils import Database

_LAST = """
select id, at, actor, operation, before_json, after_json from audit
where table_name = :table_name and row_id = :id and via <> 'rule' order by id desc limit 1
"""


def last_act(db: Database, table_name: str, row_id: str) -> dict[str, Any] | None:
    """The audit row of the last act of a person; None when nobody has acted."""
    return next(iter(db.query(_LAST, {"table_name": table_name, "id": row_id})), None)


def last_version(db: Database, table_name: str, row_id: str) -> int:
    """The number of that act; 0 when nobody has acted."""
    return int(last["id"]) if (last := last_act(db, table_name, row_id)) else 0
