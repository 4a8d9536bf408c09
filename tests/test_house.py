"""End to end on the small web: the clock's own code, real crawls, real rows, real mails; killed, repeated, hung and stopped."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.rehearsal.house import Doors, RehearsalHouse
from crawler.rehearsal.post import PostOffice
from crawler.rehearsal.sites import Sites
from crawler.rehearsal.web import Answer, Answering, LoopbackWeb, Question
from crawler.rehearsal.world import World, load_world, moment_of
from db.connection import connect
from db.queries import rehearsed
from db.warc import check_file, read_page

Brought = tuple[list[tuple[str, str, str]], Counter[str]]
ROOT = Path(__file__).parent.parent
# The agency, one that copies it word by word, and one that tells the same in its own words.
CAST = ("kz_dala_aqparat", "kz_kerme", "kz_bozdala")


@dataclass(kw_only=True, slots=True)
class Play:
    """A house on its own small web."""

    house: RehearsalHouse
    sites: Sites
    office: PostOffice

    @property
    def database(self) -> Path:
        return self.house.data_dir / "mfm.db"

    def once(self, day: int, *arguments: str, later: timedelta = timedelta()) -> subprocess.CompletedProcess[str]:
        self.sites.day = day
        return self.house.play(moment_of(day) + later, *arguments)


def a_small_world() -> World:
    return World(tuple(outlet for outlet in load_world().outlets if outlet.id in CAST))


@contextmanager
def raised(folder: Path, answering: Callable[[Sites], Answering] = lambda sites: sites.from_inside) -> Iterator[Play]:
    """Raise web and mail server, and furnish `folder`, which may hold the data of an earlier day already."""
    world = a_small_world()
    sites = Sites(world)
    with ExitStack() as stack:
        web = stack.enter_context(LoopbackWeb(answering(sites)))
        office = stack.enter_context(PostOffice(folder / "letters"))
        house = RehearsalHouse(folder)
        house.furnish(world, Doors(inside=web.address, outside=web.address, beyond=web.address, smtp_port=office.port))
        yield Play(house=house, sites=sites, office=office)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the baseline."""
    folder = tmp_path_factory.mktemp("house") / "first"
    RehearsalHouse(folder).clear()
    with raised(folder) as play:
        done = play.once(1)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def second_day(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Brought:
    """What an undisturbed second day brings: alerts, and mails by recipient and subject."""
    folder = tmp_path_factory.mktemp("house") / "second"
    shutil.copytree(first_day, folder)
    with raised(folder) as play:
        done = play.once(2)
        assert done.returncode == 0, done.stdout + done.stderr
        return alerts(play), letters(play)


def alerts(play: Play) -> list[tuple[str, str, str]]:
    """What was told: which of several reports came first may differ between runs, and with it the wording."""
    told = [row for row in rehearsed.alerts(connect(play.database)) if not row.is_backfill]
    return sorted((row.category, row.stage, row.outlet_id) for row in told)


def letters(play: Play) -> Counter[str]:
    """Mails about the world by recipient; those to the maintainer are about the machine."""
    return Counter(letter.recipient for letter in play.office.letters if "maintainer" not in letter.recipient)


def all_is_sound(play: Play) -> int:
    """Database and archive hold what they promise: no broken page, no lost record, no open file. How many pages were read back."""
    db = connect(play.database)
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    assert db.execute("pragma foreign_key_check").fetchall() == []
    db.execute("insert into article_fts (article_fts, rank) values ('integrity-check', 1)")
    archive = play.house.data_dir / "archive"
    assert not list(archive.rglob("*.open"))
    for file in archive.rglob("*.warc.gz"):
        assert check_file(file) > 0
    captures = list(db.query("select archive_path, archive_offset, body_bytes from capture"))
    for row in captures:
        assert read_page(archive / row["archive_path"], row["archive_offset"]).body
    assert not list(db.query("select id from crawl_run where state = 'running'"))
    return len(captures)


def test_a_new_case_becomes_one_alert_and_one_mail_to_each_reader(second_day: Brought) -> None:
    found, mails = second_day
    assert found == [("defamation_civil", "claim_filed", "")], "Таспа has no source on this small web"
    assert mails == {"editor@rehearsal.example": 1, "lawyer@rehearsal.example": 1}


def test_the_same_day_twice_changes_nothing(first_day: Path, tmp_path: Path) -> None:
    folder = tmp_path / "twice"
    shutil.copytree(first_day, folder)
    with raised(folder) as play:
        play.once(2)
        before, mails = rehearsed.telling_counts(connect(play.database)), list(play.office.letters)
        again = play.once(2, "--all", later=timedelta(minutes=10))
        assert again.returncode == 0, again.stdout + again.stderr
        assert rehearsed.telling_counts(connect(play.database)) == before
        assert play.office.letters == mails
        nothing_due = play.once(2, later=timedelta(minutes=20))
        assert nothing_due.returncode == 0
        assert "nothing was due" in nothing_due.stdout


def _rows(database: Path, query: str) -> int:
    """A count read beside the writers; 0 while the file or the table is not there yet."""
    try:
        with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5) as db:
            return int(db.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


SECOND_DAYS_PAGES = "select count(*) from capture where captured_at >= '2026-09-29'"
MOMENTS = {
    "the first crawl starts": lambda play: bool(list((play.house.data_dir / "run").glob("*.pid"))),
    "the first page is stored": lambda play: _rows(play.database, SECOND_DAYS_PAGES) > 0,
    "the alert is stored": lambda play: _rows(play.database, "select count(*) from alert where is_backfill = 0") > 0,
    "the mail is being sent": lambda play: _rows(play.database, "select count(*) from outbox where state in ('sending', 'sent')") > 0,
}


def cut_power(folder: Path) -> None:
    for mark in (folder / "run").glob("*.pid"):
        with suppress(ValueError, ProcessLookupError, FileNotFoundError):
            os.killpg(int(mark.read_text()), signal.SIGKILL)


@pytest.mark.parametrize(
    ("moment", "is_power_cut"),
    [*((moment, False) for moment in MOMENTS), ("the first page is stored", True), ("the alert is stored", True)],
)
def test_kill_9_in_the_middle_loses_no_alert_and_sends_none_twice(
    first_day: Path, second_day: Brought, tmp_path: Path, moment: str, is_power_cut: bool
) -> None:
    folder = tmp_path / "killed"
    shutil.copytree(first_day, folder)
    with raised(folder) as play:
        play.sites.day = 2
        victim = subprocess.Popen(
            [sys.executable, "schedule.py", "--once"],
            cwd=ROOT,
            env=play.house.environment(moment_of(2)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while victim.poll() is None and not MOMENTS[moment](play):
            pass
        if is_power_cut:
            cut_power(folder)
        victim.kill()
        victim.wait()
        done = play.once(2, later=timedelta(minutes=5))
        assert done.returncode in (0, 1), done.stdout + done.stderr
        if is_power_cut:
            play.once(2, "--all", later=timedelta(minutes=10))
        assert alerts(play) == second_day[0], "an alert was lost or told twice"
        assert letters(play) == second_day[1], "a mail was lost or sent twice"
        assert not play.office.doubles
        all_is_sound(play)


def test_a_day_played_through_leaves_everything_sound(first_day: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sound"
    shutil.copytree(first_day, folder)
    with raised(folder) as play:
        before = all_is_sound(play)
        play.once(2)
        assert all_is_sound(play) > before > 0, "the second day brought pages, and each can be read back"


class Hanging:
    """A web on which nothing is ever answered until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def answer(self, question: Question) -> Answer:
        self.asked.set()
        self.let_go.wait(60)
        return Answer(status=503)


def test_a_site_that_never_answers_is_cut_at_the_deadline_and_the_day_goes_on(tmp_path: Path) -> None:
    web = Hanging()
    folder = tmp_path / "hung"
    RehearsalHouse(folder).clear()
    with raised(folder, lambda sites: web.answer) as play:
        config = folder / "mfm.toml"
        slow = re.sub(r"run_deadline_s = \d+", "run_deadline_s = 3", config.read_text())
        config.write_text(re.sub(r"download_timeout_s = [\d.]+", "download_timeout_s = 300.0\nresponse_deadline_s = 300.0", slow))
        try:
            done = play.once(1)
        finally:
            web.let_go.set()
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        states = {row["state"] for row in connect(play.database).query("select state from crawl_run")}
        assert states <= {"killed", "failed"}
        assert connect(play.database).table("crawl_run").count == len(CAST)


def test_sigterm_ends_the_daemon_and_leaves_no_crawl_behind(tmp_path: Path) -> None:
    web = Hanging()
    folder = tmp_path / "stopped"
    RehearsalHouse(folder).clear()
    with raised(folder, lambda sites: web.answer) as play:
        daemon = subprocess.Popen(
            [sys.executable, "schedule.py"],
            cwd=ROOT,
            env=play.house.environment(moment_of(1)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert web.asked.wait(60)
            crawls = [int(mark.read_text()) for mark in (folder / "run").glob("kz_*.pid") if mark.read_text()]
            daemon.send_signal(signal.SIGTERM)
            said, _ = daemon.communicate(timeout=60)
        finally:
            web.let_go.set()
            daemon.kill()
        assert crawls
        assert daemon.returncode == 0, said
        assert "stopped" in said
        assert not [pid for pid in crawls if Path(f"/proc/{pid}").exists()]
