"""The monthly table in the headings of others: one record, each thing counted once per heading; as CSV or a page to print."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from db.queries.monthly import Month

NOT_LISTED = "Not in this list"
COLUMNS = ("new", "carried over", "reports", "people")
TOTAL = "All, each once"
FOOTNOTE = (
    "Headings are our reading and need a check by the organisation concerned before official use. Reports are articles; new and carried-over "
    "are cases and incidents; people are distinct persons of the media side named in cases. Months are UTC, by the day of the alert."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    heading: str
    n_new: int
    n_carried_over: int
    n_reports: int
    n_people: int


def read_layouts() -> dict[str, Any]:
    """The layouts by name."""
    return dict(yaml.safe_load(Path(__file__).with_name("layouts.yaml").read_text(encoding="utf-8")))


def headings_of(layout: Mapping[str, Any], crosswalks: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The heading of each category in a layout: its own, or those of its scheme in the taxonomy."""
    if "headings" in layout:
        return dict(layout["headings"])
    scheme = layout["scheme"]
    return {category: names[scheme] for category, names in crosswalks.items() if scheme in names}


def table(month: Month, headings: Mapping[str, str]) -> list[Line]:
    """Rows by heading, then all together; what falls under two headings is counted in each and once in the last row."""
    groups = (month.new, month.carried, month.reports, month.people)
    used = sorted({headings.get(category, NOT_LISTED) for group in groups for category, _ in group})
    lines = [
        Line(name, *(len({unit for category, unit in group if headings.get(category, NOT_LISTED) == name}) for group in groups))
        for name in used
    ]
    return [*lines, Line(TOTAL, *(len({unit for _, unit in group}) for group in groups))]


def as_csv(title: str, lines: list[Line]) -> str:
    """The table as CSV, the footnote last; no cell begins a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([_plain(title), *COLUMNS])
    writer.writerows([_plain(line.heading), *list(asdict(line).values())[1:]] for line in lines)
    writer.writerow([FOOTNOTE])
    return stream.getvalue()


def as_workbook(title: str, lines: list[Line]) -> bytes:
    """The table as an XLSX file of text and numbers; no cell is a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 - a third of a second that the other forms do not need

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "month"
    for row in ([_plain(title), *COLUMNS], *([_plain(line.heading), *list(asdict(line).values())[1:]] for line in lines), [FOOTNOTE]):
        sheet.append(row)
    sheet.column_dimensions["A"].width = 60
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_page(title: str, lines: list[Line]) -> str:
    """A page to print: the table and a picture of it, without script or anything from elsewhere."""
    most = max((line.n_new + line.n_carried_over for line in lines), default=0) or 1
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("month.html").render(title=title, lines=lines, most=most, footnote=FOOTNOTE)


def _plain(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
