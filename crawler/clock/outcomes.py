"""How a round of runs ended, and how it is shown: a moving board on a terminal, plain lines elsewhere, a table at the end."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from db.vocabulary import RunState

_GOOD = frozenset({RunState.OK, RunState.SKIPPED})
_COLOURS = {RunState.OK: "green", RunState.FAILED: "red", RunState.KILLED: "red", RunState.OFFLINE: "yellow", RunState.SKIPPED: "yellow"}


@dataclass(kw_only=True, slots=True, frozen=True)
class Outcome:
    """One source's run in numbers; `reason` is a sentence when the state is not ok."""

    source_id: str
    state: RunState
    reason: str = ""
    n_pages: int = 0
    n_new: int = 0
    n_alerts: int = 0
    received_bytes: int = 0
    duration_s: float = 0.0

    @property
    def is_good(self) -> bool:
        """True when nobody has to look at it."""
        return self.state in _GOOD


class Board(Protocol):
    """What shows a round while it goes on."""

    def began(self, source_id: str) -> None:
        """A crawl of this source starts."""

    def ended(self, outcome: Outcome) -> None:
        """A crawl has ended."""


class PlainBoard:
    """One line per ended run, for logs and pipes."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._n_ended = 0

    def began(self, source_id: str) -> None:
        """Nothing: a line that says nothing yet is noise in a log."""

    def ended(self, outcome: Outcome) -> None:
        """Print one line."""
        self._n_ended += 1
        self._console.print(f"[{self._n_ended}/{self._total}] {describe(outcome)}", markup=False, highlight=False, soft_wrap=True)


class MovingBoard:
    """A bar with sources done, pages, alerts and failures."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("crawling", total=total, pages=0, alerts=0, failures=0)
        self._sums: Counter[str] = Counter()
        self._living: set[str] = set()

    def began(self, source_id: str) -> None:
        """Show the name of the source that is being read."""
        self._living.add(source_id)
        self._progress.update(self._task, description=", ".join(sorted(self._living)))

    def ended(self, outcome: Outcome) -> None:
        """Add the run's numbers to the bar."""
        self._living.discard(outcome.source_id)
        self._sums.update(pages=outcome.n_pages, alerts=outcome.n_alerts, failures=not outcome.is_good)
        self._progress.update(
            self._task,
            advance=1,
            description=", ".join(sorted(self._living)) or "done",
            pages=self._sums["pages"],
            alerts=self._sums["alerts"],
            failures=self._sums["failures"],
        )


@contextmanager
def open_board(console: Console, total: int) -> Iterator[Board]:
    """A moving board when a person watches, plain lines otherwise."""
    if not console.is_terminal:
        yield PlainBoard(console, total)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("pages {task.fields[pages]}  alerts {task.fields[alerts]}  failures {task.fields[failures]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield MovingBoard(progress, total)


def describe(outcome: Outcome) -> str:
    """One line about one run."""
    numbers = f"{outcome.n_pages} pages, {outcome.n_new} new, {outcome.n_alerts} alerts, {outcome.duration_s:.1f} s"
    reason = f" - {outcome.reason}" if outcome.reason and not outcome.is_good else ""
    return f"{outcome.source_id}: {outcome.state.value}: {numbers}{reason}"


def outcome_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """All runs of a round, the bad ones last, where the eye ends up."""
    table = Table(title=title, title_justify="left", expand=False)
    for name in ("source", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("pages", "new", "alerts", "kB", "s"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for item in sorted(outcomes, key=lambda item: (not item.is_good, item.source_id)):
        table.add_row(
            item.source_id,
            Text(item.state.value, style=_COLOURS.get(item.state, "")),
            str(item.n_pages),
            str(item.n_new),
            str(item.n_alerts),
            f"{item.received_bytes / 1024:.0f}",
            f"{item.duration_s:.1f}",
            Text("" if item.is_good else item.reason),
        )
    return table


def summarise(outcomes: Sequence[Outcome]) -> str:
    """The round in one line."""
    if not outcomes:
        return "nothing was due"
    states = Counter(item.state.value for item in outcomes)
    parts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    pages, new, alerts = (sum(getattr(item, name) for item in outcomes) for name in ("n_pages", "n_new", "n_alerts"))
    return f"{len(outcomes)} sources ({parts}); {pages} pages, {new} new, {alerts} alerts"
