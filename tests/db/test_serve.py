"""The served archive: every question answers, every column has words, hostile content stays text, nothing can be written."""

import csv
import importlib.util
import io
import itertools
import re
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from db.connection import DatabaseError
from db.errors import MfmError
from db.metadata import build_metadata, describe_columns, read_descriptions, read_questions
from db.migrations import migrate
from db.queries import pages
from db.queries.store import store_page
from db.serve import check_readable, find_database, main, make_app
from tests.db.sample_archive import empty_archive, fill, hostile_page, page

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("exports", ROOT / "db" / "datasette" / "plugins" / "exports.py")
assert _spec and _spec.loader
exports = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(exports)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; drop table alert; --",
    "{{ 7*7 }}{% raw %}",
    "\u202eгнорт\u202c \u2066x",
    "javascript:alert(1)",
    "⟦<b>⟧</mark><script>",
    "=cmd|' /C calc'!A0",
]


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    db = empty_archive(tmp_path / "mfm.db")
    fill(db)
    yield db
    db.close()


@pytest.fixture
async def site(archive: Database, tmp_path: Path) -> Datasette:
    app = make_app(tmp_path / "mfm.db")
    await app.invoke_startup()
    yield app
    app.executor.shutdown()


async def rows(site: Datasette, path: str) -> list[dict[str, object]]:
    answer = await site.client.get(f"{path}{'&' if '?' in path else '?'}_shape=array")
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()


def test_there_are_enough_questions_for_each_reader() -> None:
    questions = read_questions()
    assert len(questions) >= 40
    assert {question.group for question in questions} == {"staff", "lawyer", "researcher", "maintainer"}
    for question in questions:
        used = set(re.findall(r":([a-z_]+)", question.sql))
        assert used == {name for name, _ in question.params}, f"{question.name}: parameters and words differ"
        assert question.description.endswith(".") and question.title


# Questions to which the sample archive has no answer; all others have one.
QUIET = {
    "hearings_ahead",
    "silent_sources",
    "runs_that_failed",
    "sources_never_ok",
    "issues_open",
    "removed_articles",
    "verdicts_of_an_outlet",
    "outcomes_by_category",
    "changed_articles",
    "walls_and_surprises",
}


async def test_every_question_runs(site: Datasette) -> None:
    known = {
        "number": "1",
        "incident": "incident-1",
        "court_case": "case-1",
        "outlet": "kz_polosa",
        "query": "иск",
        "days": "100000",
        "url": "https://kz_polosa.example/1",
        "row": "case-1",
        "provision": "kz-cc-143",
        "name": "Ак",
        "court": "Жетысуский районный суд",
        "article": str((await rows(site, "/mfm/article.json"))[0]["id"]),
    }
    for question in read_questions():
        values = known | ({"days": "0"} if question.name == "cases_gone_quiet" else {})
        filled = "&".join(f"{name}={values.get(name, '')}" for name, _ in question.params)
        got = await rows(site, f"/mfm/{question.name}.json?{filled}")
        assert bool(got) != (question.name in QUIET), question.name
        empty = "&".join(f"{name}=" for name, _ in question.params)
        shown = await site.client.get(f"/mfm/{question.name}?{empty}")
        assert shown.status_code == 200 and "message-error" not in shown.text, question.name


def test_every_table_and_column_has_words(archive: Database, tmp_path: Path) -> None:
    words = read_descriptions()
    there = {name: columns for name, columns in check_readable(tmp_path / "mfm.db").items() if not name.startswith("article_fts_")}
    there.pop("sqlite_sequence", None)
    for name, columns in there.items():
        assert words["tables"].get(name, {}).get("description"), f"{name}: no words"
        assert words["tables"][name].get("name"), f"{name}: no name"
        missing = set(columns) - set(describe_columns(words, name, columns))
        assert not missing, f"{name}: no words for {sorted(missing)}"
    gone = {
        f"{name}.{column}"
        for name, entry in words["tables"].items()
        for column in entry["columns"]
        if name in there and column not in there[name]
    }
    assert not gone, "words for columns that are not there"
    assert set(words["tables"]) - set(there) <= {"party_bucket"}


async def test_pages_of_our_own_show_what_matters(site: Datasette) -> None:
    start = (await site.client.get("/")).text
    assert "Blocking: Полоса 7, enforced" in start and "3 sources read" in start
    alert = (await rows(site, "/mfm/alert.json"))[-1]
    shown = (await site.client.get(f"/mfm/alert/{alert['id']}")).text
    for piece in (
        "<mark>подала иск к газете «Алатау Обзор»</mark>",
        "20,000,000",
        "SHA-256",
        "2 reports, 2 outlets",
        "run.warc.gz",
    ):
        assert piece in shown, piece
    case = (await site.client.get("/mfm/court_case/case-1")).text
    assert "Суд взыскал" in case and "1,500,000" in case
    assert case.count("<dt>Outlet</dt>") == 1 and '<a href="/mfm/outlet/kz_alatau"><bdi>Alatau</bdi></a>' in case
    incident = (await site.client.get("/mfm/incident/incident-1")).text
    assert "Сайт «Полоса 7» заблокирован" in incident
    outlet = (await site.client.get("/mfm/outlet/kz_polosa")).text
    assert "Blocking: Полоса 7" in outlet
    assert (await site.client.get("/mfm/alert/no-such-alert")).status_code == 404


async def test_a_hearing_is_the_next_one_while_it_lies_ahead(site: Datasette, archive: Database) -> None:
    alert = next(row["id"] for row in await rows(site, "/mfm/alert.json") if row["case_id"] == "case-1")
    paths = (f"/mfm/alert/{alert}", "/mfm/court_case/case-1")
    for day, is_next in (("2026-03-01", False), ("2999-04-14", True)):
        archive.conn.execute("update hearing set starts_on = ?", [day])
        archive.conn.commit()
        for path in paths:
            assert ("Next hearing" in (await site.client.get(path)).text) is is_next, path


@pytest.mark.parametrize(
    "path", ["/", "/mfm", "/mfm/alert", "/mfm/alert.json", "/mfm/no_such_table", "/mfm-static/mfm.css", "/mfm?sql=select+1"]
)
async def test_no_script_runs_and_nothing_comes_from_elsewhere(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r'(src|href)="(https?:)?//(?!localhost|datasette\.io)', answer.text.replace("https://kz_", ""))
    if "text/html" in answer.headers["content-type"] and path != "/mfm?sql=select+1":
        assert "<script" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/mfm", "/mfm/alert", "/mfm/article", "/mfm/cases_by_stage", "/mfm?sql=select+1", "/mfm/court_case/case-1"]
)
async def test_every_page_can_be_read_aloud(site: Datasette, path: str) -> None:
    """What axe found on Datasette's own pages: no language, fields without a label, headings out of order."""
    body = (await site.client.get(path)).text
    assert '<html lang="en">' in body and body.count("<main") == 1 and body.count("<h1") == 1
    labelled = set(re.findall(r'<label for="([^"]+)"', body))
    for field in re.findall(r"<(?:input|select|textarea)[^>]*>", body):
        if re.search(r'type="(?:hidden|submit|checkbox)"', field):
            continue
        name = re.search(r'id="([^"]+)"', field)
        assert "aria-label" in field or (name and name[1] in labelled), field
    levels = [int(level) for level in re.findall(r"<h([1-6])", body)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels


async def test_hostile_content_stays_text(archive: Database, tmp_path: Path) -> None:
    for number, words in enumerate(HOSTILE):
        store_page(archive, hostile_page(number, words, n_lines=50))
    app = make_app(tmp_path / "mfm.db")
    await app.invoke_startup()
    paths = ["/", "/mfm/alert", "/mfm/article", "/mfm/court_case", "/mfm/finding", "/mfm/audit", "/mfm/alerts_of_the_week?days=9999"]
    paths += [f"/mfm/{table}/{row['id']}" for table in ("alert", "article", "court_case") for row in await rows(app, f"/mfm/{table}.json")]
    paths += [f"/mfm/articles_mentioning?query={words}&since=" for words in ("script", "alert", "<script>", '"><img')]
    for path in paths:
        answer = await app.client.get(path)
        assert answer.status_code == 200, path
        body = answer.text
        assert "<script>alert" not in body and "<img src=x" not in body and "</mark><script>" not in body, path
        assert "49" not in re.findall(r"<bdi>(\d+)</bdi>", body), "a template was run"
        assert not re.search(r'href="\s*javascript:', body), path
    app.executor.shutdown()


async def test_no_export_carries_a_formula(archive: Database, tmp_path: Path) -> None:
    titles = ["=1+1", "+7 701", '@sum(a1)\n,"=2"', "-x", "-5", "plain, =3", '"=4']
    for number, title in enumerate(titles):
        store_page(archive, page(f"https://kz_polosa.example/f{number}", title))
    app = make_app(tmp_path / "mfm.db")
    await app.invoke_startup()
    for path in ("/mfm/article.csv", "/mfm/article.csv?_stream=1", "/mfm.csv?sql=select+title+from+article"):
        answer = await app.client.get(path)
        assert answer.status_code == 200
        found = [row["title"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
        assert len(found) == 5 + len(titles)
        assert {"'=1+1", "'+7 701", "'-x", "-5", "plain, =3"} <= set(found)
        assert not any(title.startswith(("=", "+", "@")) for title in found), path
    app.executor.shutdown()


@given(
    st.lists(st.lists(st.text(alphabet='a=+-@1,"\n\r \t', max_size=6), min_size=1, max_size=4), min_size=1, max_size=5), st.integers(1, 7)
)
def test_guarded_rows_are_the_same_rows(rows: list[list[str]], size: int) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    whole = out.getvalue().encode()
    guard = exports.RowGuard()
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    got = b"".join(guard.feed(piece, is_last=number == len(pieces)) for number, piece in enumerate(pieces, start=1))
    read = list(csv.reader(io.StringIO(got.decode(), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == list(csv.reader(io.StringIO(whole.decode(), newline="")))
    assert not any(cell[:1] in ("=", "+", "@") for row in read for cell in row)


async def test_links_outward_tell_nothing(site: Datasette) -> None:
    for path in ("/mfm/article", "/mfm/most_copied_articles", f"/mfm/article/{(await rows(site, '/mfm/article.json'))[0]['id']}"):
        for tag in re.findall(r'<a [^>]*href="https?://[^>]*>', (await site.client.get(path)).text):
            assert 'rel="noreferrer nofollow noopener"' in tag, tag


async def test_nothing_can_be_written_or_read_that_is_private(site: Datasette) -> None:
    assert (await site.client.get("/mfm/outbox.json")).status_code == 403
    assert (await site.client.get("/mfm/delivery")).status_code == 403
    refused = await site.client.get("/mfm.json?sql=delete+from+alert")
    assert refused.status_code == 400
    listed = (await site.client.get("/mfm")).text
    assert "/mfm/outbox" not in listed and "/mfm/alert" in listed and "/mfm/article_near" not in listed


async def test_without_free_sql_only_the_questions_answer(archive: Database, tmp_path: Path) -> None:
    app = make_app(tmp_path / "mfm.db", allow_sql=False)
    await app.invoke_startup()
    assert (await app.client.get("/mfm.json?sql=select+1")).status_code == 403
    assert (await app.client.get("/mfm/cases_by_stage.json")).status_code == 200
    app.executor.shutdown()


async def test_bad_search_syntax_is_a_message(site: Datasette) -> None:
    answer = await site.client.get("/mfm/articles_mentioning?query==NEAR(&since=")
    assert answer.status_code in (200, 400) and "fts5" in answer.text and "Traceback" not in answer.text


async def test_a_live_file_shows_new_rows_at_once(site: Datasette, archive: Database) -> None:
    """DS1: an immutable reader would not see what lies in the write-ahead file."""
    before = len(await rows(site, "/mfm/article.json"))
    store_page(archive, page("https://kz_polosa.example/new", "Новое"))
    assert len(await rows(site, "/mfm/article.json")) == before + 1


def test_metadata_names_only_what_is_there(archive: Database, tmp_path: Path) -> None:
    columns = check_readable(tmp_path / "mfm.db")
    made = build_metadata(columns, database="mfm", allow_sql=False)["databases"]["mfm"]
    for name, table in made["tables"].items():
        for key in ("label_column", "sort_desc"):
            assert table.get(key) in (None, *columns[name]), f"{name}: {key}"
        assert set(table.get("facets", ())) <= set(columns[name])


def test_what_cannot_be_served_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("mfm: ") and "no archive yet" in str(find_error(tmp_path))
    (tmp_path / "mfm.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseError, match="cannot be opened as a database"):
        check_readable(tmp_path / "mfm.db")


def find_error(folder: Path) -> MfmError:
    with pytest.raises(MfmError) as caught:
        find_database(folder)
    return caught.value


def test_the_rehearsal_is_found_when_nothing_else_is_there(tmp_path: Path) -> None:
    migrate(tmp_path / "rehearsal" / "mfm.db")
    assert find_database(tmp_path) == tmp_path / "rehearsal" / "mfm.db"
    migrate(tmp_path / "mfm.db")
    assert find_database(tmp_path) == tmp_path / "mfm.db"


READER = """
import os, sys
from pathlib import Path
from db.errors import MfmError
from db.serve import check_readable
path = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
try:
    print(len(check_readable(path)))
except MfmError as error:
    print(error)
"""


def test_a_reader_who_may_not_write_is_told_what_to_do(archive: Database) -> None:
    """DS2: without its side files a write-ahead database cannot be opened in a folder that may not be written."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        target = folder / "mfm.db"
        archive.conn.execute("pragma wal_checkpoint(truncate)")
        target.write_bytes(Path(archive.conn.execute("pragma database_list").fetchone()[2]).read_bytes())
        target.chmod(0o444)
        folder.chmod(0o555)
        run = subprocess.run([sys.executable, "-c", READER, str(target)], cwd=ROOT, capture_output=True, text=True)
        folder.chmod(0o755)
    assert "may not write into" in run.stdout and "scrapy backup" in run.stdout, run.stderr


def test_a_taken_port_is_one_clear_line(archive: Database, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = subprocess.run(
            [sys.executable, "-m", "db.serve", "--data-dir", str(tmp_path), "--port", port], cwd=ROOT, capture_output=True, text=True
        )
    assert run.returncode == 2 and run.stderr.count("\n") == 1 and "choose another with --port" in run.stderr


def test_the_key_is_kept_for_its_owner(archive: Database, tmp_path: Path) -> None:
    first, second = make_app(tmp_path / "mfm.db"), make_app(tmp_path / "mfm.db")
    assert first._secret == second._secret
    assert (tmp_path / "archive-key").stat().st_mode & 0o077 == 0


def test_it_is_served_over_http(archive: Database, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "db.serve", "--data-dir", str(tmp_path), "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout and server.stdout.readline().startswith("Archive")
        address = server.stdout.readline().split()[1]
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert "Media Freedom Monitor" in answer.read().decode()
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_an_archive_of_days_gone_by_is_shown_as_of_its_last_look(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "mfm.db")
    db.conn.execute("delete from crawl_run where id = 'run-today'")
    db.conn.commit()
    last = db.conn.execute("select max(started_at) from crawl_run").fetchone()[0]
    assert db.conn.execute("select now from moment").fetchone()[0] == last
    assert pages.today(db)["is_past"] is True


@pytest.mark.parametrize(("language", "heading"), [("en", "New alerts"), ("ru", "Новые оповещения"), ("kk", "Жаңа хабарламалар")])
async def test_a_page_is_in_the_language_asked_for_and_stays_so(site: Datasette, language: str, heading: str) -> None:
    asked = await site.client.get(f"/?lang={language}", headers={"accept-language": "de"})
    assert f'<html lang="{language}">' in asked.text and heading in asked.text
    assert asked.headers["content-language"] == language
    assert f"mfm-language={language};" in asked.headers["set-cookie"]
    kept = await site.client.get("/", headers={"accept-language": "de"}, cookies={"mfm-language": language})
    assert f'<html lang="{language}">' in kept.text and "mfm-language" not in kept.headers.get("set-cookie", "")
    liked = await site.client.get("/mfm/court_case/case-1", headers={"accept-language": f"de, {language};q=0.5"})
    assert f'<html lang="{language}">' in liked.text


@pytest.mark.parametrize(("language", "name"), [("en", "Court cases"), ("ru", "Судебные дела"), ("kk", "Сот істері")])
async def test_the_way_back_names_a_table_in_words(site: Datasette, language: str, name: str) -> None:
    body = (await site.client.get(f"/mfm/court_case/case-1?lang={language}")).text
    assert f'<a href="/mfm/court_case">{name}</a></p>' in body


async def test_data_have_no_language(site: Datasette) -> None:
    plain = await site.client.get("/mfm/alert.json")
    asked = await site.client.get("/mfm/alert.json", headers={"accept-language": "kk"})
    assert asked.json()["rows"] == plain.json()["rows"] and "content-language" not in asked.headers
