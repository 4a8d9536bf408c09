"""The clock: jobs from sources, children with a deadline, one clock at a time, one clear line for every wrong input."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from filelock import FileLock

import schedule
from crawler.clock.children import Children, Ending
from crawler.clock.due import due_now, jitter_s, plan
from crawler.clock.outcomes import Outcome, outcome_table, summarise
from crawler.clock.steps import ClockSteps
from crawler.clock.turns import HostTurns, hosts_of
from crawler.config import Config
from crawler.sources import Address, Source
from db.connection import connect
from db.migrations import migrate
from db.queries import clock
from db.queries.health import integrity_faults
from db.vocabulary import RunCause, RunState, SourceKind

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 9, 28, 14, 0, tzinfo=UTC)
NOBODY_LISTENS = "127.0.0.1:1"


def a_source(name: str, cadence: str = "1h", url: str = "", **more: object) -> Source:
    address = Address(url=url or f"http://{name}.example/feed.xml", kind=SourceKind.FEED)
    return Source.model_validate(
        {"id": f"kz_{name}", "outlet": name, "country": "KZ", "urls": [address.model_dump()], "cadence": cadence} | more
    )


def a_house(tmp_path: Path, *sources: Source, **settings: object) -> schedule.House:
    config = Config.model_validate({"data_dir": tmp_path} | settings)
    migrate(config.database_path)
    house = schedule.House(config, sources)
    house.settle()
    return house


class Recorder(Children):
    """Children that note what they were asked to run and end well at once."""

    def run(self, name: str, arguments: list[str], deadline_s: float) -> Ending:
        self.asked = arguments
        return Ending(exit_code=0, was_killed=False, duration_s=0.0, last_words="")


@pytest.mark.parametrize(("more", "spider"), [({}, "source"), ({"kind": "registry", "search_url": "http://r.example/?u={q}"}, "register")])
def test_a_register_is_asked_by_its_own_spider(tmp_path: Path, more: dict[str, object], spider: str) -> None:
    source = a_source("one", **more)
    house = a_house(tmp_path, source)
    house.children = children = Recorder(tmp_path / "run", tmp_path / "log")
    house.crawl(source)
    assert children.asked[:4] == ["crawl", spider, "-a", "source=kz_one"]


# --- who is due


def test_a_source_never_read_is_due_now_and_the_most_overdue_comes_first() -> None:
    sources = [a_source("fresh"), a_source("late"), a_source("very_late"), a_source("new")]
    last = {"kz_fresh": NOW - timedelta(minutes=5), "kz_late": NOW - timedelta(hours=2), "kz_very_late": NOW - timedelta(hours=9)}
    dues = plan(sources, last, NOW)
    assert [due.source.id for due in dues] == ["kz_very_late", "kz_late", "kz_new", "kz_fresh"]
    assert [due.source.id for due in due_now(dues, NOW)] == ["kz_very_late", "kz_late", "kz_new"]


def test_overdue_is_measured_in_the_sources_own_intervals() -> None:
    daily, hourly = a_source("daily", "1d"), a_source("hourly", "1h")
    last = {"kz_daily": NOW - timedelta(hours=30), "kz_hourly": NOW - timedelta(hours=4)}
    assert [due.source.id for due in plan([daily, hourly], last, NOW)] == ["kz_hourly", "kz_daily"]


def test_sc4_a_clock_set_back_never_makes_a_source_sleep_longer_than_its_cadence() -> None:
    dues = plan([a_source("one")], {"kz_one": NOW + timedelta(days=3)}, NOW)
    assert dues[0].planned_at == NOW + timedelta(hours=1)


def test_a_run_moved_by_its_jitter_still_counts_as_due() -> None:
    source = a_source("one", "1h")
    assert due_now(plan([source], {source.id: NOW - timedelta(hours=1) + timedelta(seconds=jitter_s(source))}, NOW), NOW)
    assert not due_now(plan([source], {source.id: NOW - timedelta(minutes=50)}, NOW), NOW)


def test_historic_disabled_and_addressless_sources_are_never_due() -> None:
    asleep = [a_source("old", is_historic=True), a_source("off", is_enabled=False), a_source("nowhere", urls=[])]
    assert plan(asleep, {}, NOW) == ()


# --- jobs


def test_one_job_per_source_in_utc_with_a_grace_of_minutes(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one", "30min"), a_source("two", "1d"))
    scheduler = schedule.build_scheduler(house, house.plan())
    jobs = {job.id: job for job in scheduler.get_jobs()}
    assert set(jobs) == {"kz_one", "kz_two", "assess", "notify", "clock", "tidy"}
    for name in ("kz_one", "kz_two"):
        job = jobs[name]
        assert job.trigger.timezone == UTC
        assert job.trigger.jitter > 0
        assert job.misfire_grace_time >= 300, "SC2: the default of one second drops runs"
    assert {jobs["assess"].executor, jobs["notify"].executor} == {"desk"}, "mails do not queue behind crawls"
    assert {jobs["kz_one"].executor, jobs["kz_two"].executor} == {"default"}
    assert scheduler._job_defaults["coalesce"] is True
    assert scheduler._job_defaults["max_instances"] == 1


def test_an_overdue_source_runs_at_start_and_a_fresh_one_waits(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("late"), a_source("fresh"))
    house.note("kz_fresh", RunState.OK, RunCause.NONE, "")
    before = datetime.now(UTC)
    jobs = {job.id: job for job in schedule.build_scheduler(house, house.plan()).get_jobs()}
    assert jobs["kz_late"].next_run_time <= datetime.now(UTC)
    assert jobs["kz_fresh"].next_run_time >= before + timedelta(minutes=55)


@pytest.mark.parametrize(("code", "state"), [(EVENT_JOB_MISSED, "misfired"), (EVENT_JOB_MAX_INSTANCES, "skipped")])
def test_a_job_that_could_not_start_becomes_a_row(tmp_path: Path, code: int, state: str) -> None:
    house = a_house(tmp_path, a_source("one"))
    schedule._note_missed(house, JobExecutionEvent(code, "kz_one", "default", NOW))
    rows = list(connect(house.config.database_path).query("select source_id, state, reason from crawl_run"))
    assert [(row["source_id"], row["state"]) for row in rows] == [("kz_one", state)]
    assert rows[0]["reason"]


def test_runs_left_running_by_a_kill_are_marked_and_their_sources_are_due_again(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one"))
    db = connect(house.config.database_path)
    db.execute(
        "insert into crawl_run (id, source_id, spider, started_at, state) values ('r', 'kz_one', 'source', '2026-09-28T00:00:00Z', 'running')"
    )
    assert house.settle() == ("kz_one",)
    assert clock.outcome(db, "r").state is RunState.KILLED
    assert house.plan()[0].planned_at <= house.config.now()
    assert house.settle() == (), "told once"


def test_a_row_that_the_crawl_has_judged_stays_unless_it_was_killed(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one"))
    db = connect(house.config.database_path)
    house.note("kz_one", RunState.OK, RunCause.NONE, "fine", "r")
    house.note("kz_one", RunState.FAILED, RunCause.BUG, "ended without judging its run", "r")
    assert clock.outcome(db, "r").state is RunState.OK
    house.note("kz_one", RunState.KILLED, RunCause.UNKNOWN, "too long", "r")
    assert clock.outcome(db, "r").state is RunState.KILLED


def test_sc4_a_step_of_the_clock_is_an_issue_until_it_runs_steadily_again(tmp_path: Path) -> None:
    wall, monotonic = iter([1000.0, 1060.0, 520.0, 580.0]), iter([0.0, 60.0, 120.0, 180.0])
    steps = ClockSteps(lambda: next(wall), lambda: next(monotonic))
    house = a_house(tmp_path, a_source("one"))
    db = connect(house.config.database_path)
    seen = []
    for _ in range(3):
        schedule._watch_clock(house, steps.look())
        seen.append([row["message"] for row in db.query("select message from issue where kind = 'clock' and fixed_at is null")])
    assert [len(messages) for messages in seen] == [0, 1, 0]
    assert "-600 s" in seen[1][0]


def test_old_logs_are_put_away_and_young_ones_stay(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one"))
    old, young = tmp_path / "log" / "old.log", tmp_path / "log" / "young.log"
    for log in (old, young):
        log.write_text("words")
    os.utime(old, (0, 0))
    house.tidy()
    assert (old.exists(), young.exists()) == (False, True)


def test_db2_db3_once_a_day_the_text_index_is_mended_and_the_write_ahead_file_cut(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one"))
    db = connect(house.config.database_path)
    db.conn.execute("insert into article_fts (rowid, title, search_text) values (7, 'ghost', 'ghost')")
    db.conn.commit()
    journal = house.config.database_path.with_name("mfm.db-wal")
    assert journal.stat().st_size > 0
    house.tidy()
    assert not integrity_faults(db)
    assert journal.stat().st_size == 0


def test_al7_the_baseline_is_over_once_a_source_was_read_even_if_the_run_had_a_fault(tmp_path: Path) -> None:
    house = a_house(tmp_path, a_source("one"))
    db = connect(house.config.database_path)
    for number, (state, pages, is_over) in enumerate(
        [("killed", 3, False), ("failed", 0, False), ("offline", 0, False), ("failed", 2, True)]
    ):
        house.note("kz_one", RunState(state), RunCause.UNKNOWN, "", f"r{number}")
        db.execute("update crawl_run set n_pages = ? where id = ?", (pages, f"r{number}"))
        assert ("kz_one" in clock.baseline_done(db)) is is_over, state


# --- children


def some_children(tmp_path: Path, script: str) -> Children:
    return Children(tmp_path / "run", tmp_path / "log", (sys.executable, "-c", script))


def test_a_child_ends_by_itself_and_leaves_its_last_words(tmp_path: Path) -> None:
    ending = some_children(tmp_path, "print('first'); print('last words'); raise SystemExit(3)").run("one", [], 30)
    assert (ending.exit_code, ending.was_killed, ending.last_words) == (3, False, "last words")
    assert not list((tmp_path / "run").iterdir())


STUBBORN_FAMILY = """
import os, signal, subprocess, sys
grandchild = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
print(grandchild.pid, flush=True)
signal.pause()
"""


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]
    except FileNotFoundError:
        return False


def test_sc3_a_hung_child_is_ended_at_its_deadline_with_everything_it_started(tmp_path: Path) -> None:
    ending = some_children(tmp_path, STUBBORN_FAMILY).run("one", [], 1.0)
    assert ending.was_killed
    assert ending.duration_s < 15
    assert not is_alive(int(ending.last_words))


def test_ending_all_ends_the_living_and_lets_nobody_new_begin(tmp_path: Path) -> None:
    children = some_children(tmp_path, STUBBORN_FAMILY)
    endings = []
    thread = threading.Thread(target=lambda: endings.append(children.run("one", [], 60)))
    thread.start()
    while not (tmp_path / "log" / "one.log").exists() or not (tmp_path / "log" / "one.log").read_text().strip():
        assert thread.is_alive()
    children.end_all()
    thread.join(20)
    assert endings[0].exit_code < 0
    assert not is_alive(int(endings[0].last_words))
    with pytest.raises(InterruptedError):
        children.run("two", [], 1)


@pytest.mark.parametrize("is_written", [True, False], ids=["number written", "killed before the number was written"])
def test_orphans_of_a_killed_clock_are_ended_and_strangers_are_left_alone(tmp_path: Path, is_written: bool) -> None:
    wait = "import signal; signal.pause()"
    name = f"run-of-kz-one-{uuid4().hex}"  # an orphan is looked for by this word in the whole machine
    orphan = subprocess.Popen([sys.executable, "-c", wait, name], start_new_session=True)
    stranger = subprocess.Popen([sys.executable, "-c", wait], start_new_session=True)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / f"{name}.pid").write_text(str(orphan.pid) if is_written else "")
    (tmp_path / "run" / "run-of-kz-two.pid").write_text(str(stranger.pid))
    try:
        reaper = threading.Thread(target=orphan.wait)
        reaper.start()
        assert some_children(tmp_path, "").end_orphans() == (name,)
        reaper.join(20)
        assert orphan.returncode == -signal.SIGTERM
        assert stranger.poll() is None
        assert not list((tmp_path / "run").iterdir())
    finally:
        orphan.kill()
        stranger.kill()
        stranger.wait()


def test_two_sources_on_one_host_are_never_read_at_the_same_time() -> None:
    turns, inside, most = HostTurns(), 0, 0
    one, two = (a_source(name, url=f"https://t.example/s/{name}") for name in ("one", "two"))
    guard = threading.Lock()

    def read(source: Source) -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns.of(source):
                with guard:
                    inside, most = inside + 1, max(most, inside + 1)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=read, args=(source,)) for source in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert hosts_of(one) == ("t.example",)


# --- what a person sees


def test_the_table_shows_failures_last_and_the_summary_adds_up() -> None:
    outcomes = [
        Outcome(source_id="kz_bad", state=RunState.FAILED, reason="zero items", n_pages=1),
        Outcome(source_id="kz_good", state=RunState.OK, n_pages=4, n_new=2, n_alerts=1),
    ]
    assert list(outcome_table(outcomes, "t").columns[0].cells) == ["kz_good", "kz_bad"]
    assert summarise(outcomes) == "2 sources (1 failed, 1 ok); 5 pages, 2 new, 1 alerts"


def run_clock(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("MFM_")}
    environment = mine | {"MFM_DATA_DIR": str(tmp_path)} | {f"MFM_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, str(ROOT / "schedule.py"), *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_unknown_country_and_source_are_one_clear_line(tmp_path: Path) -> None:
    assert "no sources for country xx" in refused(run_clock(tmp_path, "--once", "--country", "xx"))
    assert "no such source: kz_nobody" in refused(run_clock(tmp_path, "--once", "--source", "kz_nobody"))


def test_bad_configuration_is_one_clear_line(tmp_path: Path) -> None:
    assert "run_deadline_s" in refused(run_clock(tmp_path, "--once", RUN_DEADLINE_S="never"))
    (tmp_path / "broken.toml").write_text("data_dir = [")
    assert "broken.toml" in refused(run_clock(tmp_path, "--once", CONFIG=str(tmp_path / "broken.toml")))


def test_a_database_of_the_future_is_one_clear_line_and_stays_untouched(tmp_path: Path) -> None:
    database = tmp_path / "mfm.db"
    migrate(database)
    db = connect(database)
    db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('mfm', 'm9999_later', '2030-01-01')")
    db.close()
    assert "newer release" in refused(run_clock(tmp_path, "--once", "--country", "kz"))


def test_sc1_a_second_clock_exits_with_a_clear_line(tmp_path: Path) -> None:
    with FileLock(tmp_path / "clock.lock"):
        assert "another clock is running" in refused(run_clock(tmp_path, "--once", "--country", "kz"))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "not live"),
        ({"IS_LIVE": "true", "CONTACT_URL": "https://monitor.example/", "LINE_CANARIES": f'["{NOBODY_LISTENS}"]'}, NOBODY_LISTENS),
    ],
)
def test_offline_ends_in_seconds_with_a_row_per_source_and_no_alert(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    done = run_clock(tmp_path, "--once", "--country", "kz", **settings)
    assert done.returncode == schedule.EXIT_OFFLINE, done.stderr
    assert "The line is offline" in done.stdout
    assert says in done.stdout
    db = connect(tmp_path / "mfm.db")
    states = {row["state"] for row in db.query("select state from crawl_run")}
    crawlable = {row["id"] for row in db.query("select id from source where is_enabled = 1 and url <> ''")}
    noted = {row["source_id"] for row in db.query("select source_id from crawl_run")}
    assert states == {"offline"}
    assert len(noted) > 50
    assert noted <= crawlable
    for table in ("alert", "incident", "verdict", "outbox"):
        assert db.table(table).count == 0, table


def test_the_list_shows_every_job(tmp_path: Path) -> None:
    done = run_clock(tmp_path, "--list", "--country", "kz")
    assert done.returncode == 0, done.stderr
    assert "assess" in done.stdout
    assert "kz_vlast" in done.stdout
