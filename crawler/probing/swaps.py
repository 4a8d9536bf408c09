"""The swaps after a failure: the same look with one thing changed (name, address, host), which is what proves a filter."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace

from crawler.probing.addresses import by_family, join_target, literal, split_target
from crawler.probing.dns import engine_of
from crawler.probing.handshake import Handshake, shake_hands
from crawler.probing.http import Ask, exchange
from crawler.probing.notes import Bench
from crawler.probing.tcp import connect, is_reachable
from db.vocabulary import Failure, ObservationStep

_PATH_FAILURES = (
    Failure.CONNECTION_RESET,
    Failure.EOF_ERROR,
    Failure.GENERIC_TIMEOUT_ERROR,
    Failure.SSL_FAILED_HANDSHAKE,
    Failure.UNKNOWN_FAILURE,
)


@dataclass(slots=True)
class Broken:
    """Where one hop of a look broke, filled in while the look goes on."""

    host: str
    port: int
    scheme: str
    path: str = "/"
    hop: int = 0
    tried: list[str] = field(default_factory=list)
    reached: str = ""
    dns_failure: Failure = Failure.NONE
    tls_failure: Failure = Failure.NONE
    tls_outcome: str = ""
    http_failure: Failure = Failure.NONE
    is_rehearsed: bool = False

    @property
    def is_reached(self) -> bool:
        """True when some address took the connection."""
        return bool(self.reached)

    @property
    def is_broken(self) -> bool:
        """True when the look did not end in an answer over a good path."""
        return not self.is_reached or self.tls_failure is not Failure.NONE or self.http_failure is not Failure.NONE

    def before_the_site(self) -> "Broken":
        """The same hop, for trying the neutral name first (on every second try: a filter may remember the site's name)."""
        return replace(self, is_rehearsed=True)


async def try_swaps(bench: Bench, broken: Broken, known: tuple[str, ...]) -> None:
    """Make the swaps that fit what broke; `known` are the site's addresses as the controls resolve them."""
    jobs: list[Awaitable[object]] = []
    if broken.is_rehearsed:
        targets = [broken.host] if engine_of(bench.vantage) == "proxy" else list(known[:1])
        if broken.scheme == "https":
            jobs += [_neutral(bench, target, broken.port, "neutral_sni_first") for target in targets]
    elif broken.scheme == "https":
        jobs += _tls_swaps(bench, broken, known)
    else:
        jobs += _cleartext_swaps(bench, broken, known)
    await asyncio.gather(*jobs)


def _tls_swaps(bench: Bench, broken: Broken, known: tuple[str, ...]) -> list[Awaitable[object]]:
    jobs: list[Awaitable[object]] = []
    if broken.is_reached and broken.tls_failure in _PATH_FAILURES:
        jobs.append(_neutral(bench, broken.reached, broken.port, "neutral_sni"))
        jobs.append(shake_hands_shut(bench, Handshake(broken.reached, broken.port, "", "no_sni", broken.host)))
        others = [split_target(target) for target in bench.config.probing.sni_test_addresses]
        jobs += [shake_hands_shut(bench, Handshake(host, port, broken.host, "other_address")) for host, port in others]
    for address in by_family([address for address in known if address != broken.reached], bench.config.probing.max_addresses):
        jobs.append(shake_hands_shut(bench, Handshake(address, broken.port, broken.host, "control_address")))
        if not broken.is_reached or broken.tls_failure in _PATH_FAILURES:
            jobs.append(_neutral(bench, address, broken.port, "control_address_neutral"))
    if broken.port == 443 and broken.tried:
        jobs.append(is_reachable(bench, (broken.reached or broken.tried[0], 80), "other_port"))
    return jobs


def _cleartext_swaps(bench: Bench, broken: Broken, known: tuple[str, ...]) -> list[Awaitable[object]]:
    jobs: list[Awaitable[object]] = []
    if broken.is_reached:
        jobs.append(ask_host(bench, (broken.reached, broken.port), bench.config.neutral_sni, "other_host", broken.path))
    others = by_family([address for address in known if address != broken.reached], bench.config.probing.max_addresses)
    jobs += [ask_host(bench, (other, broken.port), broken.host, "control_address", broken.path) for other in others]
    return jobs


def _neutral(bench: Bench, target: str, port: int, purpose: str) -> Awaitable[object]:
    return shake_hands_shut(bench, Handshake(target, port, bench.config.neutral_sni, purpose))


async def shake_hands_shut(bench: Bench, wanted: Handshake) -> None:
    """A handshake for its observation alone."""
    tls = await shake_hands(bench, wanted)
    if tls:
        tls.close()


async def ask_host(bench: Bench, target: tuple[str, int], host: str, purpose: str, path: str) -> None:
    """One cleartext request with another Host header or to another address, for its observation alone."""
    stream = await connect(bench, target, purpose)
    if stream is None:
        return
    try:
        answer = await exchange(stream, Ask(host=host, path=path, max_bytes=4096), bench.config.probing)
    finally:
        stream.close()
    bench.notes.note(
        ObservationStep.HTTP,
        join_target(*target),
        failure=Failure.NONE if answer.status else answer.failure,
        outcome=f"http_{answer.status}" if answer.status else "no_answer",
        seconds=answer.first_byte_s,
        detail={"purpose": purpose, "asked_host": host, "status": answer.status, "is_literal": literal(target[0]) is not None},
    )
