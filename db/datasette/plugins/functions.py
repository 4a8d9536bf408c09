"""SQL functions that every query may use: `mfm_query(text)` turns what people type into a query of the text index."""

import sqlite3

from datasette import hookimpl

from db.search import fts_query


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Register the functions on a connection."""
    conn.create_function("mfm_query", 1, lambda text: fts_query(str(text or "")), deterministic=True)
