"""Reads an article that was given as a JSON line and not fetched: its text is the text. Pure."""

import json
from datetime import UTC, datetime

from crawler.items import Article, Capture, DateClaim
from db.vocabulary import DateBasis, DatePrecision, PageClass
from pipelines.languages.identify import identify
from pipelines.text import clean, fold


def read_given(capture: Capture) -> Article:
    """The article of a given line; a line that cannot be read any more is an empty page."""
    try:
        line = json.loads(capture.body)
        title, text = (clean(str(line.get(key) or "")).strip() for key in ("title", "text"))
    except (ValueError, AttributeError, RecursionError):
        return Article(page_class=PageClass.EMPTY, reason="not a line of an article")
    language = str(line.get("lang") or "") or identify(fold(f"{title}\n{text}").text)[0]
    return Article(
        page_class=PageClass.ARTICLE,
        title=title,
        text=text,
        language=language,
        published=_published(str(line.get("published") or "")),
        charset="utf-8",
        charset_basis="given",
        extractor="given",
    )


def _published(raw: str) -> DateClaim:
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return DateClaim(raw=raw)
    moment = at.replace(tzinfo=at.tzinfo or UTC)
    is_day = len(raw) <= len("2026-01-31")
    return DateClaim(
        at=None if is_day else moment.astimezone(UTC),
        on=at.date(),
        precision=DatePrecision.DAY if is_day else DatePrecision.MOMENT,
        basis=DateBasis.STATED,
        raw=raw,
    )
