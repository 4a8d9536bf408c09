"""Is our own line up? One short look at well-known hosts, shared by the clock and the run log. No opinion about outlets."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as WaitTimeout
from dataclasses import dataclass

from crawler.config import Config

CONNECT_TIMEOUT_S = 3.0
TOTAL_TIMEOUT_S = 4.5
NOT_LIVE = "not live: nothing leaves this machine until `make live`"

Connect = Callable[[str, int], bool]


@dataclass(kw_only=True, slots=True, frozen=True)
class Line:
    """Whether the line is up, and a sentence for a person."""

    is_up: bool
    reason: str


def is_line_up(config: Config) -> bool:
    """True when at least one canary answers; takes under five seconds."""
    return check_line(config).is_up


def check_line(config: Config, connect: Connect | None = None) -> Line:
    """Try the canaries at the same time; the first that accepts a connection proves the line.

    When not live only canaries that `allow_inside` names are tried, so that nothing leaves the machine.
    """
    canaries = config.line_canaries if config.is_live else tuple(each for each in config.line_canaries if _is_allowed(each, config))
    if not canaries:
        return Line(is_up=False, reason="no line_canaries are configured" if config.is_live else NOT_LIVE)
    if config.is_live and config.proxy_url:
        canaries = (_proxy_address(config.proxy_url),)
    return judge_line(dict.fromkeys(canaries, False) | _try_all(canaries, connect or _connects))


def judge_line(answers: dict[str, bool]) -> Line:
    """The line is up when any canary answered; pure."""
    answered = [name for name, is_open in answers.items() if is_open]
    if answered:
        return Line(is_up=True, reason=f"{answered[0]} answers")
    return Line(is_up=False, reason=f"the line is offline: none of {', '.join(answers)} answers")


def _try_all(canaries: tuple[str, ...], connect: Connect) -> dict[str, bool]:
    """Answers until the first good one or the time limit; a canary that has not answered by then counts as silent."""
    answers: dict[str, bool] = {}
    pool = ThreadPoolExecutor(max_workers=len(canaries), thread_name_prefix="canary")
    futures = {pool.submit(connect, *split_address(canary)): canary for canary in canaries}
    try:
        for future in as_completed(futures, timeout=TOTAL_TIMEOUT_S):
            answers[futures[future]] = future.result()
            if future.result():
                break
    except WaitTimeout:
        pass  # silence is the answer
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return answers


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def split_address(address: str) -> tuple[str, int]:
    """`host:port` or `[v6]:port`; port 443 when none is given."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return address.strip("[]"), 443
    return host.strip("[]"), int(port)


def _is_allowed(canary: str, config: Config) -> bool:
    return canary in config.allow_inside or split_address(canary)[0] in config.allow_inside


def _proxy_address(url: str) -> str:
    return url.partition("://")[2].rpartition("@")[2].rstrip("/")
