"""The director: raises the small web, moves the clock from day to day, shows each day and what came of it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crawler.rehearsal.expected import check
from crawler.rehearsal.house import Doors, RehearsalHouse
from crawler.rehearsal.post import PostOffice
from crawler.rehearsal.sites import Sites
from crawler.rehearsal.web import LoopbackWeb
from crawler.rehearsal.world import load_world, moment_of
from db.connection import connect
from db.errors import MfmError
from db.queries import rehearsed
from db.queries.times import iso

N_DAYS = 6
# What the daemon's half-hourly `assess` does in between; the censor is caught and cleared by looks over time (BLOCKING.md e.4, e.5).
EXTRA_LOOKS = {3: ("19:40", "20:20"), 5: ("19:40", "20:20"), 6: ("19:40", "20:20")}
TWICE_ON = 2
TWICE = ("kz_dala_aqparat", "kz_kerme", "kz_bozdala")  # the agency, its copy and its paraphrase
HAPPENS = {
    1: "baseline: everything is read for the first time",
    2: "a developer sues Таспа; the agency's report is copied twice",
    3: "a censor stands before Таспа; a blogger is fined; a bot wall before Арқан; Үкі falls silent",
    4: "Желкен is suspended by a court and by its host; the feed of Керме is broken",
    5: "the censor is gone; a headline is edited; the court moves the hearing",
    6: "a quiet day",
}


@dataclass(kw_only=True, slots=True, frozen=True)
class Stage:
    """What stands while the play goes on."""

    house: RehearsalHouse
    sites: Sites
    office: PostOffice


def rehearse(data_dir: Path, n_days: int, console: Console) -> int:
    """Play `n_days` days and show them; 0 when all that was expected came true, 1 otherwise."""
    started = time.monotonic()
    with raised(data_dir) as stage:
        for day in range(1, n_days + 1):
            with console.status(f"day {day} of {n_days} is being played ..."):
                n_letters = _play_day(stage, day)
            _show_day(stage, day, n_letters, console)
        answers = check(connect(stage.house.data_dir / "mfm.db"), stage.office, n_days)
        _show_alerts(stage, console)
        for says, holds in answers:
            console.print(f"{'yes' if holds else 'NO '}  {says}", style=None if holds else "bold red", markup=False, highlight=False)
        _show_end(stage, time.monotonic() - started, console)
    return 0 if all(holds for _, holds in answers) else 1


@contextmanager
def raised(data_dir: Path) -> Iterator[Stage]:
    """Raise the small web, its censor and its mail server around an empty data folder."""
    house, world = RehearsalHouse(data_dir), load_world()
    house.clear()
    sites = Sites(world)
    with ExitStack() as stack:
        inside, outside, beyond = (
            stack.enter_context(LoopbackWeb(answering)) for answering in (sites.from_inside, sites.from_outside, sites.from_outside)
        )
        office = stack.enter_context(PostOffice(house.data_dir / "letters"))
        house.furnish(world, Doors(inside=inside.address, outside=outside.address, beyond=beyond.address, smtp_port=office.port))
        yield Stage(house=house, sites=sites, office=office)


def _play_day(stage: Stage, day: int) -> int:
    """One day with its looks in between; returns how many mails it brought."""
    stage.sites.day = day
    before = len(stage.office.letters)
    play_once(stage, moment_of(day))
    if day == TWICE_ON:
        _twice(stage, day)
    for at in EXTRA_LOOKS.get(day, ()):
        hour, minute = at.split(":")
        play_once(stage, moment_of(day, time_of_day(int(hour), int(minute))))
    return len(stage.office.letters) - before


def play_once(stage: Stage, now: datetime, *arguments: str) -> None:
    """One round of the clock at the time `now`; raises MfmError when it ends otherwise than well or with failed sources."""
    done = stage.house.play(now, *arguments)
    if done.returncode not in (0, 1):
        raise MfmError(
            f"the clock of {now:%Y-%m-%d %H:%M} ended with status {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}"
        )
    with (stage.house.data_dir / "clock.log").open("a", encoding="utf-8") as log:
        log.write(f"=== {now:%Y-%m-%d %H:%M} UTC\n{done.stdout}{done.stderr}")


def _twice(stage: Stage, day: int) -> None:
    """The same day once more for those with news: no table in which a row is news may have grown."""
    db = connect(stage.house.data_dir / "mfm.db")
    before, letters = rehearsed.telling_counts(db), len(stage.office.letters)
    play_once(stage, moment_of(day) + timedelta(minutes=20), *(word for name in TWICE for word in ("--source", name)))
    after = rehearsed.telling_counts(db)
    grown = [f"{name} {before[name]} -> {after[name]}" for name in before if after[name] != before[name]]
    if len(stage.office.letters) != letters:
        grown.append(f"mails {letters} -> {len(stage.office.letters)}")
    if grown:
        raise MfmError(f"day {day} run twice changed something: {', '.join(grown)}")


def _show_day(stage: Stage, day: int, n_letters: int, console: Console) -> None:
    db = connect(stage.house.data_dir / "mfm.db")
    start, end = iso(moment_of(day, time_of_day(0))), iso(moment_of(day + 1, time_of_day(0)))
    sums = rehearsed.day_sums(db, start, end)
    told = [row for row in rehearsed.alerts(db) if start <= row.created_at < end and not row.is_backfill]
    console.rule(f"Day {day}, {moment_of(day):%A %d %B %Y}", align="left")
    console.print(HAPPENS.get(day, ""), style="italic", highlight=False)
    console.print(
        f"{sums['n_runs']} runs ({sums['n_ok']} ok), {sums['n_pages']} pages, {sums['n_new']} new, "
        f"{sums['received_bytes'] / 1024:.0f} kB, {len(told)} alerts, {n_letters} mails",
        highlight=False,
    )
    for row in told:
        console.print(f"  alert {row.number}: {row.title}", markup=False, highlight=False)


def _show_alerts(stage: Stage, console: Console) -> None:
    told = [row for row in rehearsed.alerts(connect(stage.house.data_dir / "mfm.db")) if not row.is_backfill]
    if not told:
        return
    table = Table(title="Alerts", title_justify="left")
    for name in ("no.", "category", "stage", "title", "reports"):
        table.add_column(name)
    for row in told:
        table.add_row(str(row.number), row.category, row.stage, row.title, str(row.n_reports))
    console.print(table)


def _show_end(stage: Stage, duration_s: float, console: Console) -> None:
    folder = stage.house.data_dir
    for line in (
        f"{len(stage.office.letters)} mails arrived by SMTP; read them in {stage.office.maildir} (a Maildir, any mail program opens it)",
        f"Open the archive: make serve   (or: MFM_DATA_DIR={folder} python -m db.serve)",
        f"Played in {duration_s:.0f} s. Nothing has left this machine.",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
