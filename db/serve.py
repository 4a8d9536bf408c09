"""Opens the archive in a browser, read-only: `python -m db.serve`. Builds Datasette's metadata and starts it on loopback."""

import argparse
import secrets
import socket
import sqlite3
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from db.connection import DatabaseError, connect_readonly
from db.errors import MfmError
from db.metadata import build_metadata
from db.migrations import is_current

HOME = Path(__file__).parent / "datasette"
KEY_FILE = "archive-key"
REHEARSAL = "rehearsal"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SETTINGS: dict[str, Any] = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 200,
    "suggest_facets": False,
    "allow_download": False,
    "allow_signed_tokens": False,
    "max_csv_mb": 100,
    "truncate_cells_html": 400,
    "num_sql_threads": 3,
}


def find_database(data_dir: Path) -> Path:
    """The database of a data folder, or of the rehearsal in it when nothing else is there; DatabaseError when neither is."""
    candidates = (data_dir / "mfm.db", data_dir / REHEARSAL / "mfm.db")
    for path in candidates:
        if path.exists():
            return path
    raise DatabaseError(f"{candidates[0]}: no archive yet (`make run` plays the rehearsal, `scrapy migrate` makes an empty one)")


def check_readable(path: Path) -> dict[str, list[str]]:
    """Columns of every table and view; DatabaseError in words a person can act on when the file cannot be served."""
    try:
        if not is_current(path):
            raise DatabaseError(f"{path}: made by an older release; run `scrapy migrate` first")
        db = connect_readonly(path)
        names = [row[0] for row in db.conn.execute("select name from sqlite_master where type in ('table', 'view') order by name")]
        columns = {name: [row[1] for row in db.conn.execute("select * from pragma_table_info(?)", (name,))] for name in names}
        db.close()
    except (sqlite3.Error, DatabaseError) as error:
        raise _explain(path, error) from error
    return columns


def _explain(path: Path, error: Exception) -> DatabaseError:
    """A write-ahead database needs its -shm file, which a reader without write access to the folder cannot make."""
    if "readonly" in str(error) or "unable to open" in str(error):
        return DatabaseError(
            f"{path}: this account may not write into {path.parent}, and the database is not open elsewhere; start the archive as "
            "the account that collects, or serve a copy made by `scrapy backup`"
        )
    return error if isinstance(error, DatabaseError) else DatabaseError(f"{path}: cannot be read: {error}")


def make_app(path: Path, *, allow_sql: bool = True, clock_offset_s: float = 0.0) -> Datasette:
    """Datasette over the live file: read-only, never immutable, since an immutable reader ignores the write-ahead file.

    `clock_offset_s` is the house's: links in mails end by its time, not by the machine's.
    """
    columns = check_readable(path)
    plugins = {"mail_answers": {"clock_offset_s": clock_offset_s}}
    return Datasette(
        [str(path)],
        metadata=build_metadata(columns, database=path.stem, allow_sql=allow_sql) | {"plugins": plugins},
        settings=SETTINGS | {"default_allow_sql": allow_sql},
        template_dir=str(HOME / "templates"),
        plugins_dir=str(HOME / "plugins"),
        static_mounts=[("mfm-static", str(HOME / "static"))],
        secret=_secret(path.parent),
    )


def _secret(folder: Path) -> str:
    """The key that signs cookies, made once and kept beside the database for its owner alone."""
    file = folder / KEY_FILE
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(32), encoding="ascii")
        return file.read_text(encoding="ascii").strip() or secrets.token_hex(32)
    except OSError:
        return secrets.token_hex(32)  # a folder that cannot be written: cookies hold until the next start


def serve(app: Datasette, path: Path, *, host: str = "127.0.0.1", port: int = 8001, opens: bool = False) -> None:
    """Serve until stopped."""
    # Loaded here: only this function runs a server.
    import uvicorn  # noqa: PLC0415

    door = _listen(host, port)
    address = f"http://{host}:{door.getsockname()[1]}/"
    print(f"Archive {path}\nopen {address} in a browser; Ctrl-C ends.", flush=True)
    if opens:
        threading.Timer(1.0, webbrowser.open, (address,)).start()
    uvicorn.Server(uvicorn.Config(app.app(), log_level="warning", lifespan="on")).run(sockets=[door])


def may_ask_freely(host: str, no_sql: bool) -> bool:
    """Free SQL is for this machine only: anyone who reaches the address could ask anything."""
    return not no_sql and host in LOOPBACK


def _listen(host: str, port: int) -> socket.socket:
    """Listening before anything is said, so that the address that is printed answers."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise MfmError(f"{host}:{port}: cannot be listened on ({error.strerror}); choose another with --port") from error


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m db.serve", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("var"), help="folder that holds mfm.db (default: var)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; free SQL only works on this machine's own")
    parser.add_argument("--port", type=int, default=8001, help="port; 0 takes a free one (default: 8001)")
    parser.add_argument("--open", action="store_true", help="open the browser")
    parser.add_argument("--no-sql", action="store_true", help="only the prepared questions")
    chosen = parser.parse_args(arguments)
    try:
        path = find_database(chosen.data_dir)
        app = make_app(path, allow_sql=may_ask_freely(chosen.host, chosen.no_sql))
        serve(app, path, host=chosen.host, port=chosen.port, opens=chosen.open)
    except MfmError as error:
        print(f"mfm: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
