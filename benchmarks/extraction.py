"""How well pages are read: titles, days and text F1 of ours, of trafilatura alone and of news-please, on pages with known answers.

    python -m benchmarks.extraction [--pages DIR] [--news-please PYTHON] [--missed]

DIR holds `index.jsonl` (file, url, title, published, text; the last three only where known) and gzipped pages. news-please pulls
in an old stack, so it is run by the interpreter of a virtual environment of its own (`--news-please .venv-np/bin/python`).
A title is right when it equals the known one but for white space, soft hyphens and Unicode form. A day is right when it is the day
that the known date states. Text F1 is the mean over pages of the F1 of two bags of words (single signs in scripts without spaces).
"""

import argparse
import gzip
import json
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trafilatura
from rich.console import Console
from rich.table import Table

from crawler.items import Capture
from db.vocabulary import CaptureRole, PageClass
from pipelines.reading.extraction import read_page
from pipelines.reading.rules import PageRules

DEFAULT = Path(__file__).parent.parent.parent / "shared" / "data" / "real-pages"
FLOORS = {"titles": 0.95, "days": 0.98, "text": 0.95}  # issue 3, done 2
_FILE_DAY = re.compile(r"(20\d\d)_(\d\d)_(\d\d)")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_NEWS_PLEASE = """
import gzip, json, sys
from newsplease import NewsPlease
for line in sys.stdin:
    page = json.loads(line)
    try:
        article = NewsPlease.from_html(gzip.open(page["path"]).read(), url=page["url"])
        answer = {"title": article.title or "", "day": str(article.date_publish or "")[:10], "text": article.maintext or ""}
    except Exception as error:
        answer = {"title": "", "day": "", "text": "", "error": repr(error)}
    print(json.dumps(answer), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What a reader says of a page, or what is known of it."""

    title: str
    day: str
    text: str


@dataclass(frozen=True)
class Sample:
    """One saved page with its known answer."""

    name: str
    path: Path
    url: str
    now: datetime
    known: Answer

    @property
    def body(self) -> bytes:
        """The page as served."""
        return gzip.decompress(self.path.read_bytes())


@dataclass(frozen=True)
class Score:
    """How one answer compares with the known one."""

    name: str
    title: bool
    day: bool
    text: float
    answer: Answer


def read_samples(pages: Path) -> list[Sample]:
    """The pages of `pages` that have a known answer."""
    rows = [json.loads(line) for line in (pages / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    return [_sample(pages, row) for row in rows if row.get("text") and row.get("title") and row.get("published")]


def _sample(pages: Path, row: dict[str, str]) -> Sample:
    saved = _FILE_DAY.search(row["file"])
    now = datetime(*map(int, saved.groups()), 12, tzinfo=UTC) + timedelta(days=1) if saved else datetime.now(UTC)
    return Sample(row["file"], pages / row["file"], row["url"], now, Answer(row["title"], row["published"][:10], row["text"]))


def ours(sample: Sample) -> Answer:
    """Our reading, without any rule for the site."""
    capture = Capture(
        source_id="xx_benchmark",
        run_id="",
        role=CaptureRole.ARTICLE,
        url=sample.url,
        final_url=sample.url,
        status=200,
        fetched_at=sample.now,
        body=sample.body,
    )
    article = read_page(capture, PageRules(zone="UTC"))
    if article.page_class is not PageClass.ARTICLE:
        return Answer(f"({article.page_class}: {article.reason})", "", "")
    return Answer(article.title, str(article.published.on or ""), article.text)


def trafilatura_alone(sample: Sample) -> Answer:
    """The library as its manual shows it."""
    found = trafilatura.bare_extraction(sample.body, url=sample.url, with_metadata=True, include_comments=False)
    return Answer(found.title or "", found.date or "", found.text or "") if found else Answer("", "", "")


def news_please(python: str, samples: list[Sample]) -> list[Answer]:
    """Answers of news-please, given by its own interpreter."""
    pages = "".join(json.dumps({"path": str(sample.path), "url": sample.url}) + "\n" for sample in samples)
    done = subprocess.run([python, "-c", _NEWS_PLEASE], input=pages, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"news-please: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [Answer(row["title"], row["day"], row["text"]) for row in rows]


def judge(sample: Sample, answer: Answer) -> Score:
    """One answer held against the known one."""
    is_title = plain(answer.title) == plain(sample.known.title)
    return Score(sample.name, is_title, answer.day == sample.known.day, text_f1(answer.text, sample.known.text), answer)


def plain(text: str) -> str:
    """`text` without what nobody sees: white space, soft hyphens, Unicode form."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00ad", "").split())


def text_f1(found: str, known: str) -> float:
    """F1 of two bags of words, 0 to 1."""
    mine, theirs = _bag(found), _bag(known)
    total = sum(mine.values()) + sum(theirs.values())
    return 2 * sum((mine & theirs).values()) / total if total else 1.0


def _bag(text: str) -> Counter[str]:
    text = plain(text).lower()
    return Counter(re.findall(r"\w", text) if _NO_SPACES.search(text) else re.findall(r"\w+", text))


def _timed(reader: Callable[[Sample], Answer], samples: list[Sample]) -> tuple[list[Answer], float]:
    started = time.perf_counter()
    return [reader(sample) for sample in samples], time.perf_counter() - started


def shares(scores: list[Score]) -> dict[str, float]:
    """Share of right titles and days, mean text F1."""
    n = len(scores)
    return {"titles": sum(s.title for s in scores) / n, "days": sum(s.day for s in scores) / n, "text": sum(s.text for s in scores) / n}


def main() -> int:
    """Print the table and our misses; 1 when a floor is broken, 2 when there are no pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=DEFAULT, help="folder with index.jsonl and gzipped pages")
    parser.add_argument("--news-please", metavar="PYTHON", default="", help="interpreter of a virtual environment with news-please")
    arguments = parser.parse_args()
    console = Console(width=160)
    if not (arguments.pages / "index.jsonl").exists():
        console.print(f"{arguments.pages}: no index.jsonl, nothing to measure")
        return 2
    samples = read_samples(arguments.pages)
    ours(samples[0])  # imports and word lists are not measured
    runs = {"ours": _timed(ours, samples), "trafilatura alone": _timed(trafilatura_alone, samples)}
    if arguments.news_please:
        runs["news-please"] = (news_please(arguments.news_please, samples), float("nan"))
    scores = {name: [judge(sample, answer) for sample, answer in zip(samples, answers, strict=True)] for name, (answers, _) in runs.items()}
    _print_table(console, scores, {name: seconds for name, (_, seconds) in runs.items()})
    if not arguments.news_please:
        console.print("news-please: absent (give --news-please the interpreter of its virtual environment)")
    _print_misses(console, samples, scores["ours"])
    broken = [f"{name} {share:.4f} < {FLOORS[name]}" for name, share in shares(scores["ours"]).items() if share < FLOORS[name]]
    console.print("floors: " + (", ".join(broken) if broken else "all held"))
    return 1 if broken else 0


def _print_table(console: Console, scores: dict[str, list[Score]], seconds: dict[str, float]) -> None:
    table = Table(title=f"{len(scores['ours'])} pages with known answers")
    for heading in ("reader", "titles", "days", "text F1", "worst F1", "ms a page"):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    for name, mine in scores.items():
        share = shares(mine)
        table.add_row(
            name,
            *(f"{share[key]:.4f}" for key in ("titles", "days", "text")),
            f"{min(score.text for score in mine):.3f}",
            f"{seconds[name] / len(mine) * 1000:.0f}",
        )
    console.print(table)


def _print_misses(console: Console, samples: list[Sample], scores: list[Score]) -> None:
    console.print("our misses:")
    for sample, score in zip(samples, scores, strict=True):
        if not score.title:
            console.print(f"  title {score.name}\n    read  {score.answer.title}\n    known {sample.known.title}", markup=False)
        if not score.day:
            console.print(f"  day   {score.name}: read {score.answer.day or 'none'}, known {sample.known.day}", markup=False)
        if score.text < 0.9:
            console.print(f"  text  {score.name}: F1 {score.text:.3f}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
