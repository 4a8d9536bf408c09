"""Child processes of the clock: each in its own group, with a deadline, and found again when their parent was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock

PROJECT_DIR = Path(__file__).resolve().parents[2]
# Scrapy ends a crawl cleanly on the first SIGTERM (archive closed, run row judged); ten seconds are enough for one open page.
GRACE_S = 10.0


@dataclass(kw_only=True, slots=True, frozen=True)
class Ending:
    """How a child ended; `exit_code` is negative for a signal, `was_killed` tells that the deadline did it."""

    exit_code: int
    was_killed: bool
    duration_s: float
    last_words: str


class Children:
    """The processes that this clock has started and must not leave behind."""

    def __init__(self, run_dir: Path, log_dir: Path, command: tuple[str, ...] = (sys.executable, "-m", "scrapy")) -> None:
        self._command = command
        self._run_dir = run_dir
        self._log_dir = log_dir
        self._living: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = Lock()
        self._is_closing = False
        for folder in (run_dir, log_dir):
            folder.mkdir(parents=True, exist_ok=True)

    def run(self, name: str, arguments: list[str], deadline_s: float) -> Ending:
        """Run the command with these arguments to its end or its deadline; its output goes to `<log_dir>/<name>.log`."""
        log = self._log_dir / f"{name}.log"
        started = time.monotonic()  # durations are never measured with a clock that can be set back
        with log.open("ab") as out, self._child(name, arguments, out.fileno()) as child:
            was_killed = False
            try:
                child.wait(deadline_s)
            except subprocess.TimeoutExpired:
                was_killed = True
                end_group(child)
            return Ending(
                exit_code=child.returncode if child.returncode is not None else -signal.SIGKILL,
                was_killed=was_killed,
                duration_s=time.monotonic() - started,
                last_words=_last_line(log),
            )

    @contextmanager
    def _child(self, name: str, arguments: list[str], out: int) -> Iterator[subprocess.Popen[bytes]]:
        mark = self._run_dir / f"{name}.pid"
        with self._lock:
            if self._is_closing:
                raise InterruptedError("the clock is stopping")
            mark.touch()  # before the child begins: a kill between the two may not leave a child that nobody knows of
            child = subprocess.Popen(
                [*self._command, *arguments], cwd=PROJECT_DIR, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
            self._living[name] = child
        try:
            mark.write_text(str(child.pid), encoding="ascii")
            yield child
        finally:
            with self._lock:
                self._living.pop(name, None)
            mark.unlink(missing_ok=True)

    def end_all(self) -> None:
        """End every living child with its group; no new one starts afterwards."""
        with self._lock:
            self._is_closing = True
            living = list(self._living.values())
        for child in living:
            _signal_group(child.pid, signal.SIGTERM)
        for child in living:
            end_group(child)

    def remove_logs(self, older_than: timedelta) -> None:
        """Remove logs of runs that ended longer ago than this, by the machine's own clock."""
        limit = time.time() - older_than.total_seconds()
        for log in self._log_dir.glob("*.log"):
            if log.stat().st_mtime < limit:
                log.unlink(missing_ok=True)

    def end_orphans(self) -> tuple[str, ...]:
        """End children of a clock that was killed before them; returns their names.

        A process is touched only when its command line still carries the name, so a reused number harms nobody.
        """
        names = []
        for mark in sorted(self._run_dir.glob("*.pid")):
            pid = _read_pid(mark) or _find(mark.stem)
            if pid and _carries(pid, mark.stem):
                _end_stranger(pid, mark.stem)
                names.append(mark.stem)
            mark.unlink(missing_ok=True)
        return tuple(names)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Ask the child's group to end, then make it; returns when nothing of the group runs any more (at most two graces)."""
    _signal_group(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    _signal_group(child.pid, signal.SIGKILL)  # also what the child itself has left running
    child.wait(GRACE_S)
    _wait_for_group(child.pid)


def _end_stranger(pid: int, name: str) -> None:
    """End a process that is not our child: it can only be watched, not waited for."""
    _signal_group(pid, signal.SIGTERM)
    until = time.monotonic() + GRACE_S
    while _carries(pid, name) and time.monotonic() < until:
        time.sleep(0.05)
    _signal_group(pid, signal.SIGKILL)
    _wait_for_group(pid)


def _wait_for_group(group: int) -> None:
    """Wait until SIGKILL has reached every process of the group: it is delivered after the call that sends it returns."""
    until = time.monotonic() + GRACE_S
    while _is_running(group) and time.monotonic() < until:
        time.sleep(0.01)


def _is_running(group: int) -> bool:
    """True while a process of the group lives; the dead that nobody has collected yet do not count."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return any(_is_living_member(entry, group) for entry in Path("/proc").glob("[0-9]*"))


def _is_living_member(entry: Path, group: int) -> bool:
    try:
        state, _parent, its_group = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return int(its_group) == group and state not in "ZX"


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # gone already, which is what we want


def _read_pid(mark: Path) -> int:
    try:
        return int(mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _find(name: str) -> int:
    """The process that was started for the run `name`, 0 when there is none."""
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return next((pid for pid in pids if _carries(pid, name) and pid != os.getpid()), 0)


def _carries(pid: int, name: str) -> bool:
    """True when the process exists and was started for the run `name` (its id stands on the command line)."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return name.encode() in words


def _last_line(log: Path) -> str:
    """The last words of a child, for the table of outcomes; empty when it said nothing."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 2000))
        lines = file.read().decode("utf-8", "replace").split("\n")
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")
