"""Coverage-guided fuzzing of everything that reads bytes from outside; run by hand for an hour before a release.

    pip install atheris
    python -m benchmarks.fuzz TARGET CORPUS_DIR -max_total_time=600

TARGET is gate, dates, address, feed, sitemap or robots. CORPUS_DIR is filled with the page set at first and then by the fuzzer;
further arguments are libFuzzer's. An exception or a hang of ten seconds is a crash, and its input is left beside the command.
"""

import gzip
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import atheris  # type: ignore[import-not-found]

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
PAGES = Path(__file__).parent.parent / "tests" / "fixtures" / "pages"
MAX_SEED_BYTES = 8_000

with atheris.instrument_imports(include=["pipelines", "crawler"]):
    from crawler.items import Capture
    from crawler.middlewares.robots import read_answer
    from crawler.sources import Source
    from crawler.spiders.feed import read_feed
    from crawler.spiders.reading import ListPage
    from crawler.spiders.sitemap import read_sitemap
    from db.vocabulary import CaptureRole, DateBasis
    from pipelines.identity.canonical import canonical_url, choose_url
    from pipelines.reading.dates import DateRules, read_date
    from pipelines.reading.extraction import read_page
    from pipelines.reading.rules import PageRules
    from pipelines.text import clean, fold, sentences

SOURCE = Source(id="kz_fuzz", outlet="Fuzz", country="KZ", languages=("ru", "kk"))
RULES = PageRules(outlet_names=("Fuzz",), languages=("ru", "kk"), country="KZ")
ROLES = tuple(CaptureRole)


def gate(data: bytes) -> None:
    """A page from bytes; the first two bytes choose role and status."""
    role, status = ROLES[data[0] % len(ROLES)] if data else CaptureRole.ARTICLE, (200, 403, 404, 500)[data[1] % 4 if len(data) > 1 else 0]
    url = "https://fuzz.example/n/1"
    article = read_page(
        Capture(source_id="kz_fuzz", run_id="", role=role, url=url, final_url=url, status=status, fetched_at=NOW, body=data[2:]), RULES
    )
    choose_url(url, article.canonical_claim, ())
    assert article.page_class == "article" or not article.text


def dates(data: bytes) -> None:
    """A date from a text."""
    read_date(data.decode("utf-8", "replace"), DateRules(now=NOW), DateBasis.TEXT)


def address(data: bytes) -> None:
    """A canonical address, and text folding beside it."""
    text = data.decode("utf-8", "surrogateescape")
    once = canonical_url(text)
    assert canonical_url(once) == once
    choose_url("https://fuzz.example/n/1", text, ())
    folded = fold(clean(text))
    folded.span(0, len(folded.text))
    sentences(clean(text))


def feed(data: bytes) -> None:
    """A feed."""
    read_feed(ListPage(url="https://fuzz.example/rss", body=data, source=SOURCE, now=NOW))


def sitemap(data: bytes) -> None:
    """A sitemap."""
    read_sitemap(ListPage(url="https://fuzz.example/sitemap.xml", body=data, source=SOURCE, now=NOW))


def robots(data: bytes) -> None:
    """An answer to a request for robots.txt."""
    read_answer(200, data)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "gate": gate, "dates": dates, "address": address, "feed": feed, "sitemap": sitemap, "robots": robots,
}  # fmt: skip


def main() -> None:
    """Fill an empty corpus with the page set and fuzz."""
    if len(sys.argv) < 3 or sys.argv[1] not in TARGETS:
        raise SystemExit(__doc__)
    name, corpus = sys.argv[1], Path(sys.argv[2])
    corpus.mkdir(parents=True, exist_ok=True)
    for page in sorted(PAGES.glob("*/*.html.gz")) if name == "gate" else ():
        seed = corpus / f"{page.parent.name}-{page.name.removesuffix('.html.gz')}"
        if not seed.exists():
            seed.write_bytes(b"\x00\x00" + gzip.decompress(page.read_bytes())[:MAX_SEED_BYTES])
    atheris.Setup([sys.argv[0], str(corpus), f"-max_len={MAX_SEED_BYTES}", "-timeout=10", *sys.argv[3:]], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
