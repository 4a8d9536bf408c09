"""The archive in a real browser: hostile rows run nothing and stay inside a phone's window, and every page can be read by everybody."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from db.queries.store import store_page
from tests.db.sample_archive import empty_archive, fill, hostile_page

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: `make browser` installs it")
MARK = "window.ran=1;document.title='ran'"
HOSTILE = [
    f"<script>{MARK}</script>",
    f'"><img src=x onerror="{MARK}">',
    f"<svg/onload={MARK}>",
    f"</title></bdi></style><script>{MARK}</script>",
    f"javascript:{MARK}",
    f"⟦<b onmouseover={MARK}>⟧</mark><script>{MARK}</script>",
    "\u202eгнорт\u202c \u2066x \u200f\u05d0\u05d1\u05d2 \u2067\u0645\u0646",
    "Ұ" * 400,
    "https://kz_polosa.example/" + "a" * 300,
    "{{ 7*7 }}{% raw %}",
]
TABLES = ("alert", "article", "court_case", "incident")
LISTS = ("/", "/mfm", "/mfm/alert", "/mfm/article", "/mfm/court_case", "/mfm/finding", "/mfm/audit", "/mfm/alerts_of_the_week?days=99999")
PHONE = {"width": 360, "height": 740}


def fill_hostile(path: Path) -> list[str]:
    """An archive whose every text comes from an enemy; the addresses of its rows, in order."""
    db = empty_archive(path)
    fill(db)
    for number, words in enumerate(HOSTILE):
        store_page(db, hostile_page(number, words, n_lines=20))
    rows = [f"/mfm/{table}/{row['id']}" for table in TABLES for row in db.query(f"select id from {table} order by id")]
    outlets = [f"/mfm/outlet/{row['id']}" for row in db.query("select id from outlet where id like 'kz%' order by id")]
    db.close()
    return rows + outlets


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The address of the served hostile archive, and the paths of its row pages."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = fill_hostile(folder / "mfm.db")
    command = [sys.executable, "-u", "-m", "db.serve", "--data-dir", str(folder), "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout and server.stdout.readline().startswith("Archive")
        yield server.stdout.readline().split()[1].rstrip("/"), rows
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def open_page(browser: Browser, **wishes: object) -> tuple[Page, list[str]]:
    """A page and what it did that no page of ours does: dialogs, requests elsewhere."""
    opened = browser.new_context(**wishes).new_page()
    done: list[str] = []
    opened.on("dialog", lambda dialog: (done.append(f"dialog {dialog.message}"), dialog.dismiss()))
    opened.on("request", lambda request: done.append(request.url) if not request.url.startswith(("http://127.0.0.1:", "data:")) else None)
    return opened, done


def test_hostile_rows_run_nothing_and_stay_in_a_narrow_window(archive: tuple[str, list[str]], browser: Browser) -> None:
    base, rows = archive
    assert len(rows) > len(HOSTILE) * 2
    shown, done = open_page(browser, viewport=PHONE)
    paths = [*LISTS, *rows, *(f"/mfm/articles_mentioning?query={quote(words)}&since=" for words in ("script", "Ұ" * 400, HOSTILE[1]))]
    wide = []
    for path in paths:
        answer = shown.goto(base + path)
        assert answer and answer.status == 200, path
        assert shown.evaluate("window.ran") is None and shown.title() != "ran", path
        assert shown.locator("main script, main img, main svg, main [onerror], main [onload], main [onmouseover]").count() == 0, path
        assert shown.locator("a[href^='javascript:' i]").count() == 0, path
        if shown.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(path)
    assert not wide, f"these pages scroll sideways: {wide}"
    assert not done


def test_the_policy_and_not_luck_stops_a_script(archive: tuple[str, list[str]], browser: Browser) -> None:
    """Were a script to slip through, the browser is told not to run it; a page without the policy shows that the mark would be seen."""
    base, _ = archive
    add = f"() => {{ const each = document.createElement('script'); each.textContent = {MARK!r}; document.body.append(each); }}"
    shown, _ = open_page(browser)
    shown.set_content("<p>free</p>")
    shown.evaluate(add)
    assert shown.evaluate("window.ran") == 1
    shown.goto(base)
    shown.evaluate(add)
    assert shown.evaluate("window.ran") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/mfm",
        "/mfm/alert",
        "an alert",
        "/mfm/article",
        "/mfm/court_case/case-1",
        "/mfm/outlet/kz_polosa",
        "/mfm/incident/incident-1",
        "/mfm/cases_by_stage",
    ],
)
def test_axe_finds_nothing(archive: tuple[str, list[str]], browser: Browser, path: str, scheme: str) -> None:
    shown, _ = open_page(browser, color_scheme=scheme)
    answer = shown.goto(archive[0] + (archive[1][0] if path == "an alert" else path))
    assert answer and answer.status == 200
    found = Axe().run(shown, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]})
    assert not [(each["id"], node["target"], node["failureSummary"]) for each in found.response["violations"] for node in each["nodes"]]
