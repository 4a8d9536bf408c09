"""Notices when the machine's clock is set: wall time and monotonic time drift apart by more than a minute."""

import time
from collections.abc import Callable

TOLERATED_S = 60.0  # FIELD-TRAPS SC4: warn on a step above a minute


class ClockSteps:
    """Compares the two clocks at each look with the look before."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._last = (wall(), monotonic())

    def look(self) -> float:
        """Seconds by which the wall clock was moved since the last look; 0 when it ran as it should."""
        now = (self._wall(), self._monotonic())
        step = (now[0] - self._last[0]) - (now[1] - self._last[1])
        self._last = now
        return step if abs(step) > TOLERATED_S else 0.0
