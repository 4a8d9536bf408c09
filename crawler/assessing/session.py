"""One look now, or a watch: run the probing, judge the observations, tell. No database."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from crawler.assessing.rows import run_of
from crawler.config import Config, Vantage
from crawler.items import Observation
from crawler.probing.runner import Run as ProbeRun
from crawler.probing.runner import Runner, Site, batch_of, lines_of
from db.errors import MfmError
from db.vocabulary import Verdict
from pipelines.detectors.reachability.case import Controls, Health, LineInfo, Ruling
from pipelines.detectors.reachability.judge import Basis, Opinion, judge
from pipelines.detectors.reachability.life import Incident, Run, advance
from pipelines.detectors.reachability.tables import Tables, TablesError, load_tables


def tables_of(config: Config) -> Tables:
    """The tables these settings name; MfmError in one line when one cannot be read."""
    try:
        return load_tables(config.fingerprints_dir, config.probing.bogons, config.probing.networks)
    except TablesError as error:
        raise MfmError(str(error)) from error


def basis_of(config: Config, tables: Tables, was_failing: Collection[tuple[str, str]] = frozenset()) -> Basis:
    """What the judgement needs of the settings."""
    lines = tuple(_info(vantage) for part in lines_of(config) for vantage in part)
    return Basis(lines, tables, config.probing.clock_tolerance_s, was_failing)


def _info(vantage: Vantage) -> LineInfo:
    return LineInfo(
        id=vantage.id,
        country=vantage.country,
        asn=vantage.asn,
        line=vantage.line,
        sees_censorship=vantage.sees_censorship,
        is_control=vantage.is_control,
    )


async def collect(config: Config, sites: Sequence[Site], run: ProbeRun) -> list[Observation]:
    """All observations of one run."""
    return [one async for part in Runner(config, run).observe(sites) for one in part]


async def look_once(config: Config, sites: Sequence[Site], tries_at_s: tuple[float, ...]) -> list[Opinion]:
    """One run over the sites, judged; one opinion per URL and vantage, honest ones where no line can be used."""
    tables = tables_of(config)
    run_id = f"probe-{config.now():%Y%m%dT%H%M%S}"
    run = ProbeRun(run_id, batch_of(run_id, [site.url for site in sites]), tries_at_s)
    opinions = judge(await collect(config, sites, run), basis_of(config, tables))
    order = {site.url: number for number, site in enumerate(sites)}
    return sorted([*opinions, *_without_line(config, sites, tables)], key=lambda one: (order[one.url], one.line.id))


def _without_line(config: Config, sites: Sequence[Site], tables: Tables) -> list[Opinion]:
    """Opinions for lines that may not be used, and one per site when there is no vantage at all."""
    usable, _ = lines_of(config)
    barred = [vantage for vantage in config.vantages if not vantage.is_control and vantage not in usable]
    infos = [(_info(vantage), Ruling("R0", Verdict.VANTAGE_OFFLINE, "no-consent")) for vantage in barred]
    if not usable and not barred:
        infos = [(LineInfo(""), Ruling("R2", Verdict.INCONCLUSIVE, "control-unavailable"))]
    return [
        Opinion(
            url=site.url,
            line=info,
            source_id=site.source_id,
            ruling=ruling,
            explanation=_why_not(ruling),
            look=None,
            tries=(),
            controls=Controls((), tables),
            health=Health(fault=ruling.reason if ruling.rule_id == "R0" else ""),
        )
        for site in sites
        for info, ruling in infos
    ]


def _why_not(ruling: Ruling) -> str:
    if ruling.reason == "no-consent":
        return "This line is not used: its owner's consent is not on record (consent = true in its [[vantages]] entry)."
    return (
        "No judgement: no vantage inside a country and no control outside are configured, so neither «blocked» nor «fine» can be said."
        " Add [[vantages]] entries to the settings (see mfm.example.toml)."
    )


@dataclass(slots=True)
class Watcher:
    """Looks again and again by the retry rules (BLOCKING.md e.4): soon after a failure, slowly while all is well.

    Keeps the incident of each address in memory; `tell` gets each run's opinions and one line per address with its state.
    """

    config: Config
    sites: Sequence[Site]
    tell: Callable[[list[Opinion], list[str]], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    runs: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    incidents: dict[str, Incident | None] = field(default_factory=dict)

    async def watch(self, n_runs: int) -> None:
        """Make `n_runs` runs; 0 never ends."""
        done, n_failures = 0, 0
        while True:
            opinions = await look_once(self.config, self.sites, self.config.probing.run_tries_at_s)
            self.tell(opinions, [self._move(site.url, opinions) for site in self.sites])
            done += 1
            if n_runs and done >= n_runs:
                return
            n_failures = n_failures + 1 if any(not one.ruling.is_path_clear for one in opinions) else 0
            pauses = self.config.probing.watch_pauses_s
            await self.sleep(pauses[min(n_failures, len(pauses)) - 1] if n_failures and pauses else self.config.probing.quiet_pause_s)

    def _move(self, url: str, opinions: Sequence[Opinion]) -> str:
        new = [run_of(one, "") for one in opinions if one.url == url and one.judged_at]
        incident, events = advance(self.incidents.get(url), self.runs[url], new)
        self.runs[url] += new
        self.incidents[url] = incident
        told = ", ".join(event.kind.replace("_", " ") for event in events)
        state = f"{incident.state.value} (class {incident.class_}, {incident.method})" if incident else "no incident"
        return f"incident of {url}: {state}{f'; now: {told}' if told else ''}"
