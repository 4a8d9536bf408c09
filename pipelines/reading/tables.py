"""Rows of a court list or case card, read by the selectors of the source: row by row, each checked before it is believed."""

import re
from dataclasses import dataclass
from datetime import datetime

import lxml.html

from crawler.items import CourtRow
from db.vocabulary import DateBasis, PartyRole
from pipelines.reading.dates import DateRules, read_date
from pipelines.reading.document import Document, text_of
from pipelines.reading.rules import PageRules
from pipelines.reading.words import load_words
from pipelines.text import fold_plain

MAX_ROWS = 2_000
MIN_GOOD_SHARE = 0.7  # a page on which more rows than that fail has changed its layout (FIELD-TRAPS CT2)
# Case numbers of the region: Kazakh registry "7599-25-00-2/1234", Russian "02-1234/2025", "3а-12/2026", "А40-1234/2025".
_CASE_NUMBER = re.compile(r"\d{1,6}(?:[-/]\d{1,6}){1,5}|[А-ЯA-Zа-я]{0,2}\d{0,3}[-/]\d{1,6}/\d{2,4}|№\s?\d{1,8}")
_ROLES = {"claimant": PartyRole.CLAIMANT, "defendant": PartyRole.DEFENDANT, "judge": PartyRole.JUDGE}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that passed, and why the page was refused or rows were left out."""

    rows: tuple[CourtRow, ...] = ()
    reason: str = ""
    n_bad: int = 0


def read_rows(document: Document, rules: PageRules, dates: DateRules) -> Table:
    """The rows of the page. Without a row selector the columns are found by their headings; a page where many rows fail is refused."""
    elements = _row_elements(document, rules)[:MAX_ROWS]
    columns = dict(rules.columns)
    if not elements or not columns:
        elements, columns = _by_headings(document)
    if not elements:
        return Table(reason="no rows found: an empty list or a changed layout")
    rows = [_row(element, columns, document.url, dates) for element in elements]
    good = tuple(row for row in rows if _is_sound(row))
    n_bad = len(rows) - len(good)
    if len(good) < len(rows) * MIN_GOOD_SHARE:
        return Table(reason=f"refused: {n_bad} of {len(rows)} rows have no case number or an impossible date", n_bad=n_bad)
    return Table(good, f"{n_bad} rows left out" if n_bad else "", n_bad)


def _row_elements(document: Document, rules: PageRules) -> list[lxml.html.HtmlElement]:
    if not rules.row:
        return []
    found = document.tree.xpath(rules.row) if rules.row.startswith("//") else document.tree.cssselect(rules.row)
    return [element for element in found if isinstance(element, lxml.html.HtmlElement)]


def _by_headings(document: Document) -> tuple[list[lxml.html.HtmlElement], dict[str, str]]:
    """Rows and columns of the table whose headings are words we know; ([], {}) when there is none."""
    for table in document.tree.xpath("//table")[:30]:
        heads = table.xpath(".//tr[th][1]/*[self::th or self::td]") or table.xpath(".//tr[1]/td")
        columns = {name: f"*[{number}]" for number, head in enumerate(heads, start=1) if (name := _column_of(text_of(head)))}
        if "case_number" in columns and len(columns) >= 2:
            return table.xpath(".//tr[td][not(th)]" if table.xpath(".//tr[th]") else ".//tr[td][position() > 1]"), columns
    return [], {}


def _column_of(heading: str) -> str:
    folded = fold_plain(heading)
    for name, words in load_words("court_columns").items():
        if isinstance(words, list) and any(str(word) in folded for word in words):
            return name
    return ""


def _row(element: lxml.html.HtmlElement, columns: dict[str, str], url: str, dates: DateRules) -> CourtRow:
    values = {name: _cell(element, selector) for name, selector in columns.items()}
    hearing_raw = " ".join(filter(None, (values.get("hearing", ""), values.get("hearing_time", ""))))
    links = element.xpath(".//a/@href")
    return CourtRow(
        court=values.get("court", ""),
        case_number=values.get("case_number", ""),
        parties=tuple((values[name], role) for name, role in _ROLES.items() if values.get(name) and name != "judge")
        + _parties(values.get("parties", "")),
        subject=values.get("subject", ""),
        provision=values.get("provision", ""),
        judge=values.get("judge", ""),
        stage_text=values.get("stage", ""),
        hearing_at=_hearing(hearing_raw, dates),
        hearing_raw=hearing_raw,
        outcome_text=values.get("outcome", ""),
        url=str(links[0]) if links else url,
        raw=text_of(element)[:4000],
    )


def _cell(element: lxml.html.HtmlElement, selector: str) -> str:
    is_xpath = selector.startswith(("/", "./", "*[", "@"))
    found = element.xpath(selector) if is_xpath else element.cssselect(selector)
    if not found:
        return ""
    return text_of(found[0]) if hasattr(found[0], "tag") else str(found[0]).strip()


def _parties(text: str) -> tuple[tuple[str, PartyRole], ...]:
    """Claimant and defendant of a cell such as "А. к Б." or "Истец: А. Ответчик: Б."; a cell without such words is one party."""
    if not text:
        return ()
    marked = re.split(r"(?i)(истец|ответчик|талапкер|жауапкер)\s*:\s*", text)
    if len(marked) > 2:
        names = zip(marked[1::2], marked[2::2], strict=False)
        return tuple(
            (name.strip(" ,;."), PartyRole.CLAIMANT if fold_plain(word) in ("истец", "талапкер") else PartyRole.DEFENDANT)
            for word, name in names
        )
    sides = re.split(r"\s+к\s+", text, maxsplit=1)
    if len(sides) == 2:
        return ((sides[0].strip(), PartyRole.CLAIMANT), (sides[1].strip(), PartyRole.DEFENDANT))
    return ((text.strip(), PartyRole.OTHER),)


def _hearing(raw: str, dates: DateRules) -> datetime | None:
    """The moment of a hearing; hearings lie ahead, so the limit of publication dates does not hold for them."""
    ahead = DateRules(
        now=dates.now.replace(year=dates.now.year + 2, day=min(dates.now.day, 28)), zone=dates.zone, day_first=dates.day_first
    )
    claim = read_date(raw, ahead, DateBasis.STATED) if any(char.isdigit() for char in raw) else None
    return claim.at if claim else None


def _is_sound(row: CourtRow) -> bool:
    has_number = bool(_CASE_NUMBER.search(row.case_number))
    return has_number and (
        not row.hearing_raw
        or not any(char.isdigit() for char in row.hearing_raw)
        or row.hearing_at is not None
        or ":" not in row.hearing_raw
    )
