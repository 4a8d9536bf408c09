"""How well articles are joined to cases: stories are fed through the real stages and compared with what was expected.

python -m benchmarks.linking [--stories FILE ...] [--shuffle SEED] [--replay] [--list] [--seed]
Prints pairwise precision and recall of case membership, confusable pairs kept apart, and alerts per story. With --seed only the chains
of the seed corpus: in how many cases each came out, linked or not, and at which stage. With --replay everything is read again before the
count (`scrapy replay --write`): a step that came before its case was known joins it only then, and alerts nobody.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

DEFAULT = (Path("../shared/corpus/stories.jsonl"), *sorted(Path("tests/gold").glob("stories*.jsonl")))

_THREADS = """
select a.canonical_url as url, coalesce(c.merged_into, c.id) as thread
from case_event e join article a on a.id = e.article_id join court_case c on c.id = e.case_id
"""
_CASE_OF = """
select distinct root.id, root.stage from case_event e join article a on a.id = e.article_id join case_member m on m.case_id = e.case_id
join court_case root on root.id = m.root_id where a.canonical_url = :url
"""
_ALERTS = """
select a.canonical_url as url, al.category, al.stage, coalesce(al.case_id, al.incident_id) as thread from alert al
join alert_article aa on aa.alert_id = al.id and aa.relation = 'trigger' join article a on a.id = aa.article_id
"""


SEED = Path("../shared/corpus/seed_cases.jsonl")
CHAINS = ("A2", "A16", "A19")


def main() -> int:
    """Run over the stories and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", nargs="+", type=Path, default=[path for path in DEFAULT if path.exists()])
    parser.add_argument("--shuffle", type=int, default=None, metavar="SEED", help="feed the articles in a random order")
    parser.add_argument("--replay", action="store_true", help="read everything again before counting")
    parser.add_argument("--list", action="store_true", help="name every miss")
    parser.add_argument("--seed", action="store_true", help="the chains A2, A16 and A19 of the seed corpus")
    options = parser.parse_args()
    if options.seed:
        return report_seed()
    stories = [json.loads(line) for path in options.stories for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not stories:
        print("no stories found")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        seconds = feed(stories, Path(folder), options.shuffle)
        if options.replay:
            run_scrapy(Path(folder), "replay", "--write")
        database = sqlite3.connect(Path(folder) / "mfm.db")
        return report(stories, database, seconds, names_misses=options.list)


def url_of(article: dict[str, object]) -> str:
    """The address that an article of a story bears here."""
    return f"https://stories.example/{str(article['id']).lower()}"


def feed(stories: list[dict[str, object]], folder: Path, seed: int | None) -> float:
    """Send all articles through `scrapy ingest --as-live` in the order of their dates (or shuffled); returns seconds."""
    articles = [article for story in stories for article in story["articles"]]  # type: ignore[attr-defined]
    articles.sort(key=lambda article: time.mktime(time.strptime(article["published"][:19], "%Y-%m-%dT%H:%M:%S")))
    if seed is not None:
        random.Random(seed).shuffle(articles)
    lines = folder / "articles.jsonl"
    with lines.open("w", encoding="utf-8") as stream:
        for article in articles:
            row = {name: article[name] for name in ("title", "text", "published", "source_outlet", "lang")}
            stream.write(json.dumps({"url": url_of(article), **row}, ensure_ascii=False) + "\n")
    begin = time.perf_counter()
    run_scrapy(folder, "ingest", str(lines), "--as-live", "--in-given-order")
    return time.perf_counter() - begin


def run_scrapy(folder: Path, *arguments: str) -> None:
    """One command of the house over the data in a folder."""
    environment = os.environ | {"MFM_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "scrapy", *arguments], env=environment, check=True, capture_output=True)


def report_seed() -> int:
    """Feed the whole seed corpus and print what its chains became; status 1 when there is no corpus."""
    if not SEED.exists():
        print(f"{SEED} is not there")
        return 1
    rows = [json.loads(line) for line in SEED.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["published"]]
    with tempfile.TemporaryDirectory() as folder:
        feed([{"articles": rows}], Path(folder), None)
        database = sqlite3.connect(Path(folder) / "mfm.db")
        tied = {frozenset(row) for row in database.execute("select case_id, other_id from case_relation")}
        for chain in CHAINS:
            told = [row for row in rows if row["row"] == chain]
            found = [set(database.execute(_CASE_OF, {"url": url_of(row)})) for row in told]
            cases = set.union(*found)
            is_linked = all(frozenset((one[0], other[0])) in tied for one, other in combinations(sorted(cases), 2))
            wanted = {row["stage"] for row in told}
            stages = {stage for _, stage in cases}
            print(
                f"{chain}: {sum(map(bool, found))} of {len(told)} reports in {len(cases)} case{'s' if len(cases) != 1 else ''}"
                f"{'' if len(cases) < 2 else ', linked' if is_linked else ', NOT linked'}; stage {', '.join(sorted(stages))},"
                f" expected {', '.join(sorted(wanted))}: {'right' if stages == wanted and is_linked and all(found) else 'WRONG'}"
            )
    return 0


def report(stories: list[dict], database: sqlite3.Connection, seconds: float, *, names_misses: bool) -> int:  # type: ignore[type-arg]
    """Print the measures; status 0."""
    database.row_factory = sqlite3.Row
    threads: dict[str, set[str]] = {}
    for row in database.execute(_THREADS):
        threads.setdefault(row["url"], set()).add(row["thread"])
    alerts = Counter(row["url"] for row in database.execute(_ALERTS))
    home = {
        url_of(a): (s["id"], number)
        for s in stories
        for number, c in enumerate(s["expected"]["cases"])
        for a in s["articles"]
        if a["id"] in c["article_ids"]
    }
    counts: Counter[str] = Counter()
    for one, other in combinations(sorted(home), 2):
        together = bool(threads.get(one, set()) & threads.get(other, set()))
        wanted = home[one] == home[other]
        counts["hit" if together and wanted else "wrong" if together else "missed" if wanted else "apart"] += 1
        if names_misses and together != wanted:
            print(f"{'joined wrongly' if together else 'not joined'}: {one.rsplit('/', 1)[1]} {other.rsplit('/', 1)[1]}")
    right = 0
    for story in stories:
        wanted_alerts = sorted(url_of({"id": alert["article_id"]}) for alert in story["expected"]["alerts"])
        got = sorted(url for article in story["articles"] for url in [url_of(article)] * alerts[url_of(article)])
        right += len(got) == len(wanted_alerts)
        if names_misses and got != wanted_alerts:
            print(
                f"{story['id']}: alerts for {[u.rsplit('/', 1)[1] for u in got]}, expected {[u.rsplit('/', 1)[1] for u in wanted_alerts]}"
            )
    pairs = [(s["id"], other) for s in stories for other in s["expected"].get("confusable_with", ()) if s["id"] < other]
    apart = sum(_are_apart(home, threads, one, other) for one, other in pairs)
    precision = counts["hit"] / max(1, counts["hit"] + counts["wrong"])
    recall = counts["hit"] / max(1, counts["hit"] + counts["missed"])
    print(f"stories {len(stories)}, articles {len(home)}, {seconds:.1f} s")
    print(
        f"pairs: precision {precision:.3f}, recall {recall:.3f} ({counts['hit']} joined, {counts['wrong']} wrongly, {counts['missed']} missed)"
    )
    print(f"confusable pairs apart: {apart} of {len(pairs)}")
    print(f"stories with the expected number of alerts: {right} of {len(stories)} ({right / len(stories):.2f})")
    return 0


def _are_apart(home: dict[str, tuple[str, int]], threads: dict[str, set[str]], one: str, other: str) -> bool:
    mine = {thread for url, (story, _) in home.items() if story == one for thread in threads.get(url, ())}
    theirs = {thread for url, (story, _) in home.items() if story == other for thread in threads.get(url, ())}
    return not mine & theirs


if __name__ == "__main__":
    sys.exit(main())
