"""A month counted by hand in every layout: new, carried over, reports and people apart, each thing once per heading."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlite_utils import Database

from crawler.commands.report import LAYOUTS
from db.month import NOT_LISTED, TOTAL, Line, as_csv, as_page, as_workbook, headings_of, read_layouts, table
from db.queries.monthly import read_month
from db.vocabulary import Category
from pipelines.taxonomy import load_taxonomy

# In March: a new civil claim against P1 (two reports), an appeal in another civil case of P1 (one report), one more report of a
# criminal case against P2 that began in February, and a blocking told by the first report of the claim. One alert was dismissed.
CASES = [
    ("A", "defamation_civil", "first_filing", "2026-03-02T00:00:00Z", "P1"),
    ("B", "defamation_civil", "appeal", "2026-03-05T00:00:00Z", "P1"),
    ("C", "defamation_criminal", "first_filing", "2026-02-20T00:00:00Z", "P2"),
]
ALERTS = [
    (1, "defamation_civil", "A", None, "open", "2026-03-02T00:00:00Z", ("r1", "r2")),
    (2, "defamation_civil", "B", None, "confirmed", "2026-03-05T00:00:00Z", ("r3",)),
    (3, "defamation_criminal", "C", None, "open", "2026-03-31T23:59:59Z", ("r4",)),
    (4, "blocking", None, "I", "open", "2026-03-02T00:00:00Z", ("r1",)),
    (5, "threat", None, "J", "dismissed", "2026-03-02T00:00:00Z", ("r9",)),
    (6, "blocking", None, "K", "open", "2026-04-01T00:00:00Z", ("r8",)),
]
JFJ = "Attacks via judicial and/or economic means: "
ALL = Line(TOTAL, 2, 2, 4, 2)
EXPECTED = {
    "adilsoz": [
        Line("Blocking of resource or account", 1, 0, 1, 0),
        Line("Civil court and pre-trial claims", 1, 1, 3, 1),
        Line("Criminal accusation: slander", 0, 1, 1, 1),
        ALL,
    ],
    "jfj": [
        Line(f"{JFJ}blocking, removal of materials", 1, 0, 1, 0),
        Line(f"{JFJ}charge of libel", 0, 1, 1, 1),
        Line(f"{JFJ}lawsuit on reputation", 1, 1, 3, 1),
        ALL,
    ],
    "mfrr": [
        Line("Blocked journalistic activity / online censorship", 1, 0, 1, 0),
        Line("Civil lawsuit (SLAPP)", 1, 1, 3, 1),
        Line("Criminal charges / defamation", 0, 1, 1, 1),
        ALL,
    ],
    "cpj": [Line("Censored", 1, 0, 1, 0), Line("Legal action", 1, 2, 4, 2), ALL],
    "coe": [
        Line("Harassment and intimidation (judicial)", 1, 2, 4, 2),
        Line("Other acts having chilling effects", 1, 0, 1, 0),
        ALL,
    ],
}


@pytest.fixture
def month(fresh_db: Database) -> Database:
    fresh_db.execute("pragma foreign_keys = off")  # only what is counted is there
    for case_id, category, basis, seen_at, person in CASES:
        row = {"id": case_id, "country": "KZ", "category": category, "title": "x", "new_basis": basis, "first_seen_at": seen_at}
        fresh_db["court_case"].insert(row | {"updated_at": seen_at})
        fresh_db["party"].insert({"id": person, "kind": "person", "name": person, "name_folded": person}, ignore=True)
        fresh_db["party"].insert({"id": f"by{case_id}", "kind": "person", "name": "x", "name_folded": "x"})
        fresh_db["case_party"].insert({"case_id": case_id, "party_id": person, "role": "journalist"})
        fresh_db["case_party"].insert({"case_id": case_id, "party_id": f"by{case_id}", "role": "claimant"})
    for number, category, case_id, incident_id, status, at, reports in ALERTS:
        row = {"id": str(number), "number": number, "kind": "x", "alert_kind": "digest", "category": category, "country": "KZ"}
        row |= {"severity": 3, "status": status, "title": "x", "confidence": 1.0, "case_id": case_id, "incident_id": incident_id}
        fresh_db["alert"].insert(row | {"thread_key": case_id or incident_id, "rules_version": "1", "created_at": at, "updated_at": at})
        for report in reports:
            fresh_db["alert_article"].insert({"alert_id": str(number), "article_id": report, "relation": "trigger", "added_at": at})
    return fresh_db


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_month_equals_the_count_by_hand(month: Database, layout: str) -> None:
    crosswalks = {name: entry.crosswalk for name, entry in load_taxonomy().categories.items()}
    assert table(read_month(month, "2026-03"), headings_of(read_layouts()[layout], crosswalks)) == EXPECTED[layout]


def test_every_layout_is_described_and_names_only_known_categories() -> None:
    layouts = read_layouts()
    assert set(layouts) == set(LAYOUTS)
    assert set(layouts["coe"]["headings"]) <= {category.value for category in Category}


def test_what_has_no_heading_is_said_and_an_empty_month_is_zero(month: Database) -> None:
    assert [line.heading for line in table(read_month(month, "2026-03"), {})] == [NOT_LISTED, TOTAL]
    assert table(read_month(month, "2020-01"), {}) == [Line(TOTAL, 0, 0, 0, 0)]


def test_no_cell_is_a_formula_and_the_page_is_escaped(tmp_path: Path) -> None:
    lines = [Line("=cmd|' /C calc'!A0", 1, 0, 0, 0), Line("<script>", 0, 0, 0, 0)]
    assert "\r\n'=cmd" in as_csv("@x", lines) and as_csv("@x", lines).startswith("'@x")
    cells = [cell for row in load_workbook(io.BytesIO(as_workbook("=1+1", lines))).active for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"} and cells[0].value == "'=1+1"
    page = as_page("x", lines)
    assert "<script" not in page and "&lt;script&gt;" in page and "1 + 0" in page
