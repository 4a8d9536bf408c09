"""Which outlets OONI's volunteers do not measure: those missing from Citizen Lab's lists, with lines ready to propose."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from crawler.sources import Source
from db.errors import MfmError
from db.vocabulary import OutletKind

MEASURED = (OutletKind.OUTLET, OutletKind.AGENCY, OutletKind.NGO)


def listed_hosts(files: Iterable[Path]) -> set[str]:
    """Hosts of every address on the lists (CSV with a `url` column); MfmError names a file that is not one."""
    hosts: set[str] = set()
    for file in files:
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                hosts |= {host for row in csv.DictReader(lines) if (host := _bare(row["url"]))}
        except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
            raise MfmError(f"{file}: not a test list: {error}") from error
    return hosts


def _bare(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def missing(sources: Sequence[Source], hosts: set[str]) -> list[Source]:
    """Outlets with a front page whose host is on no list, each host once."""
    seen: set[str] = set()
    gaps = []
    for source in sources:
        host = _bare(source.homepage)
        if host and source.kind in MEASURED and not source.is_historic and host not in hosts and host not in seen:
            seen.add(host)
            gaps.append(source)
    return gaps


def proposal(source: Source, on: date) -> str:
    """A row in the lists' own shape (citizenlab/test-lists: url, category, description, date, source, notes)."""
    return f"{source.homepage},NEWS,News Media,{on.isoformat()},Media Freedom Monitor,{source.outlet.replace(',', ' ')}"


def run_list(sources: Sequence[Source]) -> str:
    """Addresses for an OONI Run link (run.ooni.org), one a line."""
    return "\n".join(source.homepage for source in sources)
