"""A run: K0, the lines' health, the tries from each vantage, K1. Yields Observations; says nothing about what they mean.

Order and retries: BLOCKING.md e.2 and e.4. The controls look before, beside every failed try and after, so that a site
that flaps for everybody is seen to flap.
"""

import asyncio
import hashlib
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.config import Config, Vantage
from crawler.items import Observation
from crawler.probing.addresses import literal
from crawler.probing.fetching import reach
from crawler.probing.handshake import Handshake, shake_hands
from crawler.probing.health import examine
from crawler.probing.look import Hints, Hop, Looker
from crawler.probing.notes import Bench, Heading, Notebook
from crawler.probing.rdap import ask_register, ask_registry, rdap_url
from crawler.probing.tcp import is_reachable
from crawler.probing.throughput import is_slow, measure_neutral
from db.vocabulary import Failure, ObservationStep

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Site:
    """One address to look at, and whose it is."""

    url: str
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What identifies a run: `tries_at_s` are the earliest starts of its tries in seconds."""

    run_id: str
    batch_id: str
    tries_at_s: tuple[float, ...]


def batch_of(run_id: str, urls: Sequence[str]) -> str:
    """An id for one batch of a run, from its content."""
    return hashlib.sha256("\n".join([run_id, *sorted(urls)]).encode()).hexdigest()[:24]


def lines_of(config: Config) -> tuple[list[Vantage], list[Vantage]]:
    """The vantages and the controls that may be used: in live runs only those whose owner agreed."""
    usable = [vantage for vantage in config.vantages if vantage.consent or not config.is_live]
    return [line for line in usable if not line.is_control], [line for line in usable if line.is_control]


class Runner:
    """Makes one run over many sites side by side. `sleep` is injected so that tests and rehearsals do not wait."""

    def __init__(self, config: Config, run: Run, sleep: Sleep = asyncio.sleep) -> None:
        self._config = config
        self._run = run
        self._sleep = sleep
        self._vantages, self._controls = lines_of(config)
        self._loopers = asyncio.Semaphore(config.probing.concurrency)

    async def observe(self, sites: Sequence[Site]) -> AsyncIterator[list[Observation]]:
        """The health observations first, then one list per site as sites are done."""
        yield await self._examine_lines()
        tasks = [asyncio.ensure_future(self._with_limit(site)) for site in sites]
        try:
            for task in asyncio.as_completed(tasks):
                yield await task
        finally:
            for pending in tasks:
                pending.cancel()

    async def _examine_lines(self) -> list[Observation]:
        benches = [self._bench(line, Site("")) for line in [*self._vantages, *self._controls]]
        await asyncio.gather(*(examine(bench) for bench in benches))
        return [observation for bench in benches for observation in bench.notes.observations]

    async def _with_limit(self, site: Site) -> list[Observation]:
        async with self._loopers:
            return await self._look_at(site)

    def _bench(self, line: Vantage, site: Site, attempt: int = 1, moment: str = "try") -> Bench:
        heading = Heading(
            site.source_id, self._run.run_id, self._run.batch_id, site.url, line.id, line.is_control, attempt=attempt, moment=moment
        )
        return Bench(self._config, line, Notebook(heading, self._config.now))

    async def _look_at(self, site: Site) -> list[Observation]:
        before = await self._look_from_controls(site, "K0")
        hints = _hints(before)
        tried = await asyncio.gather(*(self._try_from(line, site, hints) for line in self._vantages))
        observations = before + [observation for part in tried for observation in part]
        if any(is_failed(part) for part in tried):
            observations += await self._look_from_controls(site, "K1")
            observations += await self._ask_registers(site)
        if self._controls and rdap_url(self._config) and not _is_seen(before):
            bench = self._bench(self._controls[0], site, moment="K0")
            await ask_registry(bench, urlsplit(site.url).hostname or "")
            observations += bench.notes.observations
        return observations

    async def _ask_registers(self, site: Site) -> list[Observation]:
        """What the registers of the vantages' countries say of a site that failed there."""
        addresses = {line.country: self._config.probing.registers.get(line.country, "") for line in self._vantages}
        if not self._controls:
            return []
        bench = self._bench(self._controls[0], site, moment="K1")
        for address in filter(None, addresses.values()):
            await ask_register(bench, urlsplit(site.url).hostname or "", address)
        return bench.notes.observations

    async def _look_from_controls(self, site: Site, moment: str, attempt: int = 1) -> list[Observation]:
        benches = [self._bench(line, site, attempt, moment) for line in self._controls]
        await asyncio.gather(*(Looker(self._config, bench.vantage).look(site.url, bench.notes) for bench in benches))
        return [observation for bench in benches for observation in bench.notes.observations]

    async def _try_from(self, line: Vantage, site: Site, hints: Hints) -> list[Observation]:
        clock = asyncio.get_running_loop().time
        started, done = clock(), []
        for attempt, earliest in enumerate(self._run.tries_at_s or (0.0,), start=1):
            if (wait := earliest - (clock() - started)) > 0:
                await self._sleep(wait)
            seen = await self._try_once(line, site, hints, attempt)
            done += seen
            if not is_failed(seen) and not any(is_slow(observation) for observation in seen):
                break
            if is_failed(seen):
                done += await self._look_from_controls(site, "beside", attempt)
        return done

    async def _try_once(self, line: Vantage, site: Site, hints: Hints, attempt: int) -> list[Observation]:
        bench = self._bench(line, site, attempt)
        await Looker(self._config, line).look(site.url, bench.notes, hints)
        seen = bench.notes.observations
        if slow := next((observation for observation in seen if is_slow(observation)), None):
            await measure_neutral(bench, _tls_target(seen) if slow.detail.get("scheme") != "http" else None)
        seen += await self._check_genuine(site, seen, hints, attempt)
        if not _is_connected(seen):
            await self._touch_neutral(bench, site)
            if self._config.probing.check_neighbours:
                seen += await self._try_neighbours(line, site, hints, attempt)
        return seen

    async def _touch_neutral(self, bench: Bench, site: Site) -> None:
        """A sign of life of the line: does the neutral host take a connection when the site does not?"""
        hop = Hop.of(site.url, 0)
        scratch = bench.with_notes(bench.notes.under())
        stream, target = await reach(scratch, self._config.neutral_sni, hop.port if hop else 443)
        if stream:
            stream.close()
            bench.notes.note(ObservationStep.TCP, target, outcome="connected", detail={"purpose": "neutral_host"})

    async def _check_genuine(self, site: Site, seen: list[Observation], hints: Hints, attempt: int) -> list[Observation]:
        """From a control, shake hands with the addresses that only the vantage was given: a valid certificate makes them genuine."""
        strange: list[tuple[str, str]] = []
        for observation in seen:
            if observation.step is ObservationStep.DNS and observation.detail.get("engine") != "literal":
                given = [str(address) for address in _list(observation.detail.get("addresses"))]
                strange += [
                    (address, observation.target) for address in given if address not in hints.addresses.get(observation.target, ())
                ]
        hop = Hop.of(site.url, 0)
        if not strange or not self._controls or hop is None or hop.scheme != "https":
            return []
        bench = self._bench(self._controls[0], site, attempt)
        for address, name in dict.fromkeys(strange[:4]):
            tls = await shake_hands(bench, Handshake(address, hop.port, name, "genuine"))
            if tls:
                tls.close()
        return bench.notes.observations

    async def _try_neighbours(self, line: Vantage, site: Site, hints: Hints, attempt: int) -> list[Observation]:
        """Addresses next to the silent one that answer a control: are they silent from the vantage too?"""
        hop = Hop.of(site.url, 0)
        known = hints.addresses.get(hop.host, ()) if hop else ()
        if hop is None or not self._controls or not known:
            return []
        control = self._bench(self._controls[0], site, attempt, "neighbour")
        nearby = neighbours_of(known[0])
        answers = await asyncio.gather(*(is_reachable(control, (address, hop.port), "neighbour") for address in nearby))
        alive = [address for address, is_alive in zip(nearby, answers, strict=True) if is_alive][:2]
        bench = self._bench(line, site, attempt)
        await asyncio.gather(*(is_reachable(bench, (address, hop.port), "neighbour") for address in alive))
        return [observation for observation in control.notes.observations if observation.failure is Failure.NONE] + bench.notes.observations


def neighbours_of(address: str) -> list[str]:
    """Up to four addresses beside an IPv4 address within its /24; none for IPv6 or a name."""
    own = literal(address)
    if not isinstance(own, ipaddress.IPv4Address):
        return []
    home = ipaddress.ip_network(f"{own}/24", strict=False)
    nearby = [own + step for step in (1, -1, 2, -2) if 0 < (int(own) & 255) + step < 255]
    return [str(other) for other in nearby if other in home]


def is_failed(seen: Sequence[Observation]) -> bool:
    """True when no hop of the look ended in a whole answer over a good path."""
    pages = [one for one in seen if one.step is ObservationStep.HTTP and one.detail.get("purpose") == "site" and not one.is_control]
    if not pages:
        return True
    last = pages[-1]
    shaken = [
        one for one in seen
        if one.step is ObservationStep.TLS and one.detail.get("purpose") == "site" and one.detail.get("hop") == last.detail.get("hop")
    ]  # fmt: skip
    unreached = max((int(str(one.detail.get("hop", 0))) for one in seen if one.detail.get("purpose") == "site"), default=0)
    return (
        last.failure is not Failure.NONE
        or any(one.failure is not Failure.NONE for one in shaken)
        or int(str(last.detail.get("hop", 0))) < unreached
    )


def _is_seen(observations: Sequence[Observation]) -> bool:
    return any(one.step is ObservationStep.HTTP and one.detail.get("status") for one in observations)


def _is_connected(seen: Sequence[Observation]) -> bool:
    own = [one for one in seen if one.step is ObservationStep.TCP and one.detail.get("purpose") == "site" and not one.is_control]
    return not own or any(one.failure is Failure.NONE for one in own)


def _tls_target(seen: Sequence[Observation]) -> tuple[str, int] | None:
    for one in seen:
        if one.step is ObservationStep.TLS and one.detail.get("purpose") == "site":
            host, _, port = one.target.rpartition(":")
            return host.strip("[]"), int(port)
    return None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _hints(before: Sequence[Observation]) -> Hints:
    addresses: dict[str, tuple[str, ...]] = {}
    for one in before:
        if one.step is ObservationStep.DNS:
            given = tuple(str(address) for address in _list(one.detail.get("addresses")))
            addresses[one.target] = tuple(dict.fromkeys(addresses.get(one.target, ()) + given))
    return Hints(addresses)
