"""What a look without news costs: bytes of the rehearsal's first day, of a quiet day, of that day run again, and of the next look.

The quiet day finds the web as the last day left it; each list that was last fetched in full a day ago is fetched in full again, to
catch validators that lie. It is run again after twenty minutes; the next look comes two hours later, when articles of some ages are
looked at again, some of which the site has rebuilt around another list of neighbours. All three ask every source. Ends with status 1
when the rerun costs 2 % or more. Run by hand: python -m benchmarks.quiet_day
"""

import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlite_utils import Database

from crawler.rehearsal.play import N_DAYS, Stage, play_once, raised
from crawler.rehearsal.world import moment_of
from db.connection import connect
from db.queries import rehearsed
from db.queries.times import iso

GOAL = 0.02
AGAIN = timedelta(minutes=20)
NEXT = timedelta(hours=2)


def main() -> int:
    """Play the days, a quiet day and its rerun, and compare."""
    console = Console()
    looks = [moment_of(day) for day in range(1, N_DAYS + 1)] + [moment_of(N_DAYS + 1) + wait for wait in (timedelta(0), AGAIN, NEXT)]
    with tempfile.TemporaryDirectory() as folder, raised(Path(folder) / "play") as stage:
        for number, look in enumerate(looks, start=1):
            stage.sites.day = min(number, N_DAYS)  # the looks after the last day find the web as it was
            with console.status(f"look {number} of {len(looks)} ..."):
                named = _all_sources(stage) if number > N_DAYS else ()
                play_once(stage, look, *named)
        db = connect(stage.house.data_dir / "mfm.db")
        ends = [*looks[1:], moment_of(N_DAYS + 2)]
        sums = {look: _sums(db, look, end) for look, end in zip(looks, ends, strict=True)}
    first, quiet, rerun, later = (sums[looks[number]] for number in (0, -3, -2, -1))
    table = Table(title="A look without news")
    for name in ("", "runs", "ok", "pages", "new", "received bytes", "of the first day"):
        table.add_column(name, justify="right")
    for name, row in (("first day", first), ("quiet day", quiet), ("its rerun", rerun), ("next look", later)):
        share = f"{row['received_bytes'] / first['received_bytes']:.2%}"
        table.add_row(name, *(str(row[key]) for key in ("n_runs", "n_ok", "n_pages", "n_new", "received_bytes")), share)
    console.print(table)
    share = rerun["received_bytes"] / first["received_bytes"]
    console.print(f"rerun: {share:.2%} of the first day's bytes (goal: less than {GOAL:.0%})")
    return 0 if share < GOAL and rerun["n_runs"] else 1


def _all_sources(stage: Stage) -> tuple[str, ...]:
    rows = connect(stage.house.data_dir / "mfm.db").query("select distinct source_id from crawl_run order by source_id")
    return tuple(word for row in rows for word in ("--source", str(row["source_id"])))


def _sums(db: Database, start: datetime, end: datetime) -> Mapping[str, int]:
    return rehearsed.day_sums(db, iso(start), iso(end))


if __name__ == "__main__":
    sys.exit(main())
