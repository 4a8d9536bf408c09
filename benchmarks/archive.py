"""How fast the served archive answers as it grows: `python benchmarks/archive.py [--articles 10000 100000 1000000]`.

Makes an archive of invented rows in a temporary folder (seeded, so that two runs make the same), then asks each page and each
prepared question through Datasette itself and prints the median of several times in milliseconds, and bytes on disk per article.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from db.connection import connect
from db.identity import content_id
from db.metadata import read_questions
from db.migrations import migrate
from db.queries.times import iso
from db.serve import make_app
from db.stems import stems_of_text

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OUTLETS = 200
# Words as unequal as in a language (Zipf): a few in every article, most of them rare; the searched ones in about one in fifty.
WORDS = tuple(content_id("word", number)[:7] for number in range(30_000))
WEIGHTS = tuple(accumulate(1 / (rank + 3) for rank in range(len(WORDS))))
SEARCHED = "клевета журналиста суд"
CATEGORIES = ("defamation_civil", "defamation_administrative", "arrest_or_detention", "blocking", "suspension_or_ban")
STAGES = ("claim_filed", "hearing", "verdict", "appeal", "closed")
LIMIT_MS = 200


def main() -> int:
    """Print the table; status 1 when a median is above the limit at the largest size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    columns: list[dict[str, float]] = []
    for n_articles in chosen.articles:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mfm.db"
            began = time.perf_counter()
            build(path, n_articles, max(20, n_articles // 50))
            made = time.perf_counter() - began
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
            column = asyncio.run(measure(path, chosen.times))
            columns.append({"(seconds to make)": made, "(bytes per article)": size / n_articles, **column})
    print_table(chosen.articles, columns)
    return int(any(value > LIMIT_MS for name, value in columns[-1].items() if not name.startswith("(")))


def print_table(sizes: list[int], columns: list[dict[str, float]]) -> None:
    """One row for each page or question, one column for each size."""
    print(f"{'median ms':34}" + "".join(f"{size:>14,}" for size in sizes))
    for name in columns[0]:
        values = [column[name] for column in columns]
        slow = "  slow" if not name.startswith("(") and values[-1] > LIMIT_MS else ""
        print(f"{name:34}" + "".join(f"{value:>14,.1f}" for value in values) + slow)


async def measure(path: Path, times: int) -> dict[str, float]:
    """Median milliseconds of each page, asked through the application without a network."""
    app = make_app(path)
    await app.invoke_startup()
    db = app.databases["mfm"]
    ids = {
        table: (await db.execute(f"select id from {table} order by rowid desc limit 1")).first()[0]
        for table in ("alert", "article", "court_case", "incident")
    }
    known = {"number": "7", "incident": ids["incident"], "court_case": ids["court_case"], "outlet": "kz_o1", "article": ids["article"]}
    known |= {"query": "клевета журналист", "row": ids["court_case"], "url": "https://kz_o1.example/1"}
    pages = {"start page": "/"} | {f"{table} page": f"/mfm/{table}/{row_id}" for table, row_id in ids.items()}
    pages |= {"outlet page": "/mfm/outlet/kz_o1", "alert table": "/mfm/alert", "article table": "/mfm/article"}
    for question in read_questions():
        pages[f"? {question.name}"] = f"/mfm/{question.name}?" + "&".join(f"{name}={known.get(name, '')}" for name, _ in question.params)
    found = {}
    for name, address in pages.items():
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            answer = await app.client.get(address)
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:  # the time limit of the server: it is no measure, but it is slow
                taken.append(float("inf"))
        found[name] = statistics.median(taken)
    app.executor.shutdown()
    return found


def build(path: Path, n_articles: int, n_cases: int) -> None:
    """Fill a new archive; cases, alerts and findings hang on every fiftieth article."""
    migrate(path)
    db = connect(path)
    chance = random.Random(7)
    for pragma in ("foreign_keys = off", "synchronous = off", "cache_size = -400000"):
        db.conn.execute(f"pragma {pragma}")
    db.conn.execute("drop trigger article_fts_insert")  # the index is made at the end in one go, several times as fast
    with db.conn:
        _fill_outlets(db.conn)
    for statement, rows in chain(_article_rows(n_articles, chance), _case_rows(n_cases, n_articles, chance)):
        with db.conn:
            db.conn.executemany(statement, rows)
    with db.conn:
        db.conn.execute("insert into article_fts (article_fts) values ('rebuild')")
    db.conn.execute("analyze")
    db.conn.execute("pragma wal_checkpoint(truncate)")
    db.close()


def _fill_outlets(conn: object) -> None:
    names = [(f"kz_o{number}", f"Outlet {number}") for number in range(OUTLETS)]
    conn.executemany("insert into outlet (id, name, country, kind) values (?, ?, 'KZ', 'outlet')", names)
    conn.executemany(
        "insert into source (id, outlet_id, country, kind, cadence_s, max_silence_s, last_run_at, last_ok_at, last_new_item_at) "
        "values (?, ?, 'KZ', 'feed', 3600, 86400, '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-20T00:00:00Z')",
        [(name, name) for name, _ in names],
    )


def _article_rows(n_articles: int, chance: random.Random) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    for first in range(0, n_articles, 20_000):
        numbers = range(first, min(first + 20_000, n_articles))
        articles, versions, captures, runs, fetches = [], [], [], [], []
        for number in numbers:
            name, outlet = f"a{number}", f"kz_o{number % OUTLETS}"
            at = iso(NOW - timedelta(minutes=(n_articles - number) * 525_600 * 3 // n_articles))
            words = chance.choices(WORDS, cum_weights=WEIGHTS, k=150)
            title, text = " ".join(words[:8]), " ".join(words[8:])
            text += f" {SEARCHED}" if number % 50 == 0 else ""
            url = f"https://{outlet}.example/{number}"
            sha = content_id(name) * 2
            copy = f"a{number - 1}" if number % 25 == 24 else None
            articles.append(
                (name, outlet, outlet, url, title, text, at, at[:10], at, at, sha, copy, f"{title} {text}", stems_of_text(text))
            )
            versions.append((f"v{number}", name, f"c{number}", title, text, sha, at))
            captures.append((f"c{number}", outlet, url, url, sha, at, at))
            fetches.append((f"f{number}", f"r{number // 20}", outlet, url, at, f"c{number}"))
            if number % 20 == 0:
                runs.append((f"r{number // 20}", outlet, at, "failed" if number % 1000 == 0 else "ok"))
        yield "insert into crawl_run (id, source_id, spider, started_at, state) values (?, ?, 'feed', ?, ?)", runs
        yield (
            "insert into capture (id, source_id, role, url, final_url, status, body_sha256, body_bytes, archive_path, archive_offset, "
            "archive_length_bytes, record_id, captured_at, last_seen_at) values (?, ?, 'article', ?, ?, 200, ?, 1, 'x.warc.gz', 0, 1, 'r', ?, ?)",
            captures,
        )
        yield (
            "insert into fetch (id, run_id, source_id, role, url, fetched_at, outcome, capture_id) "
            "values (?, ?, ?, 'article', ?, ?, 'ok', ?)",
            fetches,
        )
        yield (
            "insert into article (id, source_id, outlet_id, canonical_url, title, text, published_at, published_on, first_seen_at, "
            "last_seen_at, text_fingerprint, copy_of, search_text, search_stems) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            articles,
        )
        yield (
            "insert into article_version (id, article_id, number, capture_id, title, text, text_fingerprint, seen_at) "
            "values (?, ?, 1, ?, ?, ?, ?, ?)",
            versions,
        )


def _case_rows(n_cases: int, n_articles: int, chance: random.Random) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    cases, events, findings, alerts, reports, parties, roles, laws, sums, hearings, incidents, happenings, proofs, audits = (
        [] for _ in range(14)
    )  # type: tuple[list[tuple[object, ...]], ...]
    for number in range(n_cases):
        article = number * n_articles // n_cases
        at = iso(NOW - timedelta(minutes=(n_cases - number) * 525_600 * 3 // n_cases))
        category, stage, outlet = chance.choice(CATEGORIES), chance.choice(STAGES), f"kz_o{number % OUTLETS}"
        closed = at[:10] if stage == "closed" else None
        cases.append((f"k{number}", category, f"Case {number}", f"Суд {number % 300}", outlet, stage, closed, at, at))
        for step in range(3):
            events.append((f"e{number}-{step}", f"k{number}", STAGES[step], at[:10], f"a{min(article + step, n_articles - 1)}", at))
        findings.append((f"f{number}", f"a{article}", f"v{article}", f"rule.{number % 60}", category, stage, at))
        alerts.append(
            (f"l{number}", number + 1, category, category, stage, f"Alert {number}", outlet, f"Outlet {outlet}", f"k{number}", at, at)
        )
        reports.append((f"l{number}", f"a{article}", at))
        proofs.append((f"p{number}", f"l{number}", f"f{number}", f"c{article}"))
        parties.append((f"p{number % 4000}", f"Claimant {number % 4000}", f"claimant {number % 4000}"))
        roles.append((f"k{number}", f"p{number % 4000}"))
        laws.append((f"k{number}", f"kz-{number % 90}"))
        sums.append((f"s{number}", f"k{number}", 1000.0 * (number % 977), at[:10]))
        day = NOW + timedelta(days=number % 40 - 30)
        if number % 20 == 0:
            hearings.append((f"h{number}", f"k{number}", day.date().isoformat(), f"h{number}@x", at, at))
            incidents.append((f"i{number}", outlet, "open" if number % 400 == 0 else "closed", f"Incident {number}", at, at, at))
            happenings.append((f"n{number}", f"i{number}", at, f"a{article}"))
        audits.append((at, f"k{number}"))
    known = "court_case (id, country, category, title, court, outlet_id, stage, closed_on, first_seen_at, updated_at, new_basis)"
    yield f"insert into {known} values (?, 'KZ', ?, ?, ?, ?, ?, ?, ?, ?, 'first_filing')", cases
    yield "insert into case_event (id, case_id, stage, kind, event_on, article_id, seen_at) values (?, ?, ?, 'report', ?, ?, ?)", events
    yield (
        "insert into finding (id, article_id, version_id, rule_id, rules_version, category, stage, confidence, alert_kind, found_at) "
        "values (?, ?, ?, ?, '1', ?, ?, 0.9, 'at_once', ?)",
        findings,
    )
    yield (
        "insert into alert (id, number, kind, category, alert_kind, stage, country, severity, title, confidence, outlet_id, outlet_name, "
        "case_id, thread_key, rules_version, created_at, updated_at) "
        "values (?, ?, ?, ?, 'at_once', ?, 'KZ', 4, ?, 0.9, ?, ?, ?, '', '1', ?, ?)",
        alerts,
    )
    yield "insert into alert_article (alert_id, article_id, relation, added_at) values (?, ?, 'trigger', ?)", reports
    yield "insert into alert_evidence (id, alert_id, kind, finding_id, capture_id) values (?, ?, 'quote', ?, ?)", proofs
    yield "insert into party (id, name, name_folded) values (?, ?, ?) on conflict do nothing", parties
    yield "insert into case_party (case_id, party_id, role) values (?, ?, 'claimant')", roles
    yield "insert into case_provision (case_id, provision_id) values (?, ?)", laws
    yield "insert into case_amount (id, case_id, role, value, currency, reported_on) values (?, ?, 'claimed', ?, 'KZT', ?)", sums
    yield "insert into hearing (id, case_id, starts_on, ical_uid, first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?)", hearings
    yield (
        "insert into incident (id, outlet_id, country, kind, state, title, started_at, last_evidence_at, updated_at) "
        "values (?, ?, 'KZ', 'blocking', ?, ?, ?, ?, ?)",
        incidents,
    )
    yield "insert into incident_event (id, incident_id, kind, happened_at, article_id) values (?, ?, 'opened', ?, ?)", happenings
    yield "insert into audit (at, actor, table_name, row_id, operation) values (?, 'monitor', 'court_case', ?, 'insert')", audits


if __name__ == "__main__":
    sys.exit(main())
