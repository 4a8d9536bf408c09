"""The page set of our own: invented pages in the manner of the region's outlets, read as a person reads them."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.vocabulary import CaptureRole
from pipelines.identity.canonical import choose_url
from pipelines.reading.extraction import read_page
from pipelines.reading.rules import PageRules
from tests.fixtures.pages.styles import pages
from tests.pipelines.reading.captures import capture

FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "pages"
EXPECTATIONS = sorted(FOLDER.glob("kz_*/*.expected.json"))
RULES = PageRules(languages=("ru", "kk"), country="KZ")
FETCHED = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def test_the_set_is_as_large_as_promised_and_as_made() -> None:
    assert len(EXPECTATIONS) >= 60
    for name, (page, expected) in pages().items():
        assert gzip.decompress((FOLDER / f"{name}.html.gz").read_bytes()) == page.markup.encode(page.charset, "xmlcharrefreplace"), name
        assert json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8")) == expected, name


@pytest.mark.parametrize("file", EXPECTATIONS, ids=lambda file: f"{file.parent.name}-{file.name.split('.')[0]}")
def test_page(file: Path) -> None:
    expected = json.loads(file.read_text(encoding="utf-8"))
    body = gzip.decompress(file.with_name(file.name.replace(".expected.json", ".html.gz")).read_bytes())
    taken = capture(
        body,
        url=expected["url"],
        role=CaptureRole(expected["role"]),
        status=expected["status"],
        content_type=expected["content_type"],
        fetched_at=FETCHED,
    )
    article = read_page(taken, RULES)
    assert article.page_class == expected["page_class"], article.reason
    if expected["page_class"] != "article":
        assert len(article.rows) == expected["rows"] and not article.text
        return
    assert article.title == expected["title"]
    assert str(article.published.on) == expected["published_on"]
    assert article.published.basis == expected["basis"]
    assert (article.language, article.charset) == (expected["language"], expected["charset"])
    assert expected["byline"] is None or article.byline == expected["byline"]
    assert not expected["canonical"] or choose_url(expected["url"], article.canonical_claim, ()) == expected["canonical"]
    missing = [paragraph for paragraph in [*expected["paragraphs"], *expected["extra"]] if paragraph not in article.text]
    assert not missing
    assert not [words for words in expected["absent"] if words in article.text]
    if expected["are_lines"]:
        assert set(article.text.split("\n")) - {*expected["paragraphs"], *expected["extra"]} <= {article.byline}, "nothing but the story"
