"""Known marks of walls, error pages and parked domains, loaded from fingerprints/page_marks.yaml and matched against one page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from db.vocabulary import PageClass
from pipelines.text import fold_plain

_FILE = Path(__file__).parent.parent / "fingerprints" / "page_marks.yaml"
NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: what the page is when it matches, and where to look."""

    id: str
    page_class: PageClass
    html: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    titles: frozenset[str]
    texts: tuple[str, ...]
    urls: tuple[str, ...]
    without: tuple[str, ...]
    status: frozenset[int]
    max_text: int
    needs_all: bool


@dataclass(frozen=True, slots=True)
class Surface:
    """What marks are held against: markup, folded title, headline and visible text, headers in lower case."""

    html: str
    titles: frozenset[str]
    text: str
    headers: tuple[tuple[str, str], ...]
    url: str
    status: int


@cache
def load_marks() -> tuple[Mark, ...]:
    """All marks in the order of the file; the first that matches wins."""
    document = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return tuple(_mark(entry) for entry in document["marks"])


def find_mark(surface: Surface, only: frozenset[PageClass] | None = None, *, believes_words: bool = True) -> Mark | None:
    """The first mark that `surface` bears, or None. `only` limits the classes looked for.

    Without `believes_words` the words of the text do not count: a page with paragraphs of its own may quote a notice.
    """
    marks = (mark for mark in load_marks() if only is None or mark.page_class in only)
    return next((mark for mark in marks if _matches(mark, surface, believes_words)), None)


def _mark(entry: dict[str, object]) -> Mark:
    def words(key: str) -> tuple[str, ...]:
        value = entry.get(key, [])
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    headers = entry.get("headers", {})
    limit = entry.get("max_text", NO_LIMIT)
    return Mark(
        id=str(entry["id"]),
        page_class=PageClass(str(entry["class"])),
        html=words("html"),
        headers=tuple((str(name), str(part)) for name, part in headers.items()) if isinstance(headers, dict) else (),
        titles=frozenset(map(fold_plain, words("title"))),
        texts=tuple(map(fold_plain, words("text"))),
        urls=words("url"),
        without=words("without"),
        status=frozenset(int(code) for code in words("status")),
        max_text=limit if isinstance(limit, int) else NO_LIMIT,
        needs_all=bool(entry.get("needs_all")),
    )


def _matches(mark: Mark, surface: Surface, believes_words: bool) -> bool:
    if mark.status and surface.status not in mark.status:
        return False
    if mark.urls and not any(part in surface.url for part in mark.urls):
        return False
    if any(part in surface.html for part in mark.without):
        return False
    if any(part in value for name, part in mark.headers for key, value in surface.headers if key == name):
        return True
    if mark.titles & surface.titles and len(surface.text) <= max(mark.max_text, 1500):
        return True
    if len(surface.text) > mark.max_text:
        return False
    in_html = any(part in surface.html for part in mark.html)
    in_text = believes_words and any(part in surface.text for part in mark.texts)
    return (in_html and in_text) if mark.needs_all else (in_html or in_text)
