"""The table of scenarios: what a network does, as data, played on the testbed over real sockets; verdict, rule, confidence and alert come out.

One file per subject in `scenarios/`. An entry holds `id`, `says` (in words), the keys below, and `expect`; `tempts` names the rules that
a hasty reader would give and that must not decide it:

urls (default: the site's https page), sites {name: address}, serve and plain {name: page}, pages {name: page} and servers
{name: {leaf, page}} to lead names to, leaves {name: leaf}, authorities {name: parts}, places [addresses], servers_at {"address:port":
server}, vantage, second, controls and control0 {names, targets, places, password, lying, remembers_s, stopped}, answers {here, there,
all: {name: saying}}, line, probing, bundle [authorities], uses [fingerprints, canaries, object], exits, n_controls, free_after_s,
crowd {of, bad, target or name: act}. An act is a word or {do: ..., divert: server}; a saying is addresses, an RCODE or a mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from crawler.assessing.rows import run_of
from crawler.rehearsal.tls import ThrowAwayAuthority, server_context
from db.vocabulary import Verdict
from pipelines.detectors.reachability.judge import Opinion
from pipelines.detectors.reachability.life import Incident, Run, advance, trouble_of
from tests.probes.bed import ARTICLE, Act, Bed, Origin, Saying, Served

FOLDER = Path(__file__).parent / "scenarios"
SITE, ADDRESS, URL = "orda.test", "127.0.2.10", "https://orda.test/"
OTHERS = {"vlast.test": "127.0.4.11", "kaztag.test": "127.0.2.12"}
FINGERPRINTS = {
    "fingerprints_dns.csv": "iran,nat,,dns,full,127.0.3.36,5,IR,own,,\nkazakh,nat,,dns,full,127.0.3.37,5,KZ,own,,\n",
    "fingerprints_http.csv": "mts,isp,,header.location,prefix,http://blocked.mts.ru,5,KZ,own,,\neais,nat,,body,contains,http://eais.rkn.gov.ru/,5,KZ,own,,\n",
}
HEAD = "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp,expected_countries,source,exp_url,notes\n"
START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
MOMENTS = (0, 15, 60, *range(180, 30 * 60, 120))  # minutes: a failing site is looked at again after 15, 45, 120 minutes (BLOCKING.md e.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come out for every URL, seen from the vantage."""

    verdict: str
    reason: str
    rule: str
    confidence: float
    alert: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One row of the table; `setup` holds the keys that make the network."""

    id: str
    says: str
    expect: Expected
    urls: tuple[str, ...] = (URL,)
    tempts: tuple[str, ...] = ()
    setup: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""


KEYS = frozenset(
    [
        "sites",
        "serve",
        "plain",
        "pages",
        "servers",
        "leaves",
        "authorities",
        "places",
        "servers_at",
        "vantage",
        "second",
        "controls",
        "control0",
        "answers",
        "line",
        "probing",
        "bundle",
        "uses",
        "exits",
        "n_controls",
        "free_after_s",
        "crowd",
    ]
)


def load(folder: Path = FOLDER) -> list[Scenario]:
    """Every scenario of the folder; ValueError naming file and entry for an unknown key or an id given twice."""
    found: dict[str, Scenario] = {}
    for file in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            rest = {key: value for key, value in entry.items() if key not in ("id", "says", "tempts", "urls", "expect")}
            if set(rest) - KEYS or entry["id"] in found:
                raise ValueError(f"{file.name}: {entry['id']}: given twice, or unknown keys {sorted(set(rest) - KEYS)}")
            found[entry["id"]] = Scenario(
                id=entry["id"], says=entry["says"], expect=Expected(**{"reason": "", **entry["expect"]}),
                urls=tuple(entry.get("urls", (URL,))), tempts=tuple(entry.get("tempts", ())), setup=rest, file=file.name,
            )  # fmt: skip
    return list(found.values())


async def play(scenario: Scenario, folder: Path) -> list[Opinion]:
    """The opinions about the scenario's URLs from every vantage of the bed, in the order of the URLs."""
    async with Bed(folder) as bed:
        await bed.site(SITE, ADDRESS)
        for other, address in OTHERS.items():
            await bed.site(other, address)
        urls = await Scene(bed, scenario.setup).build() or scenario.urls
        return await bed.probe(*urls)


def alert_of(opinions: list[Opinion]) -> str:
    """What staff are told, and when, if every look from now on is like this one; the clock is given, nothing is waited for."""
    if any(one.ruling.verdict is Verdict.NETWORK_SHUTDOWN for one in opinions):
        return "one event of the country"
    incident: Incident | None = None
    seen: list[Run] = []
    for minutes in MOMENTS:
        new = [replace(run_of(one, ""), at=START + timedelta(minutes=minutes)) for one in opinions if one.judged_at]
        incident, events = advance(incident, seen, new)
        seen += new
        if events and incident:
            return f"{events[0].kind}, class {incident.class_}, {minutes} min"
        trouble = trouble_of([run for run in seen if run.vantage == "kz"])
        if trouble:
            return f"{trouble[0].value}, class {trouble[1]}, {minutes} min"
    return "none"


def got_of(opinions: list[Opinion], url: str) -> Expected:
    """What came out for a URL, in the shape of what was expected."""
    own = [one for one in opinions if one.url == url]
    ruling = next(one for one in own if one.line.id == "kz").ruling
    return Expected(
        verdict=ruling.verdict.value, reason=ruling.reason, rule=ruling.rule_id, confidence=ruling.confidence, alert=alert_of(own)
    )


class Scene:
    """Makes the network of one entry on a bed."""

    def __init__(self, bed: Bed, setup: Mapping[str, Any]) -> None:
        self.bed, self.setup = bed, setup
        self.pages: dict[str, Any] = {}
        self.servers: dict[str, tuple[str, int]] = {}
        self.authorities = {"root": bed.root, "isca": bed.isca, "stranger": bed.stranger}

    async def build(self) -> tuple[str, ...]:
        """Everything in place; the URLs to look at when the entry speaks of a crowd, else none."""
        bed, setup = self.bed, self.setup
        self.authorities |= {name: ThrowAwayAuthority(bed.folder, parts) for name, parts in setup.get("authorities", {}).items()}
        bed.with_second, bed.n_controls = setup.get("exits", 1) > 1, setup.get("n_controls", 2)
        for name, address in setup.get("sites", {}).items():
            await bed.site(name.encode("idna").decode(), address)
        await self._pages()
        self._answers()
        for place, server in setup.get("servers_at", {}).items():
            address, _, port = place.rpartition(":")
            bed.places[(address, int(port))] = self.servers[server]
        for use in setup.get("uses", ()):
            await getattr(self, f"_use_{use}")()
        for name in ("vantage", "second", "control0", "controls"):
            await self._censor(name, setup.get(name, {}))
        self._settings()
        return await self._crowd(setup.get("crowd"))

    async def _pages(self) -> None:
        bed, setup = self.bed, self.setup
        for name, page in setup.get("serve", {}).items():
            bed.both(name, self._served(page))
        for name, page in setup.get("plain", {}).items():
            bed.plain.hosts[name] = self._served(page)
        for name, leaf in setup.get("leaves", {}).items():
            bed.leaves[name] = self._leaf(leaf, name)
        for address in setup.get("places", ()):
            bed.place(address)
        for name, server in setup.get("servers", {}).items():
            context = server_context(self._leaf(server["leaf"], SITE)) if "leaf" in server else None
            origin = Origin(context)
            origin.default = self._served(server.get("page", {}))
            await bed.add_origin(origin)
            self.servers[name] = ("127.0.0.1", origin.port)

    def _leaf(self, leaf: Any, name: str) -> Path:
        if leaf == "own":
            return self.bed.leaves[name]
        authority = self.authorities[leaf["by"]]
        return authority.leaf(leaf.get("name", name), days=tuple(leaf.get("days", (-3000, 3000))))

    def _served(self, page: Mapping[str, Any]) -> Served:
        fill, times = page.get("fill", ("", 0))
        body = page.get("body", "" if fill else ARTICLE) + fill * times + page.get("after", "")
        announced = len(body.encode()) + page["announced_more"] if "announced_more" in page else None
        return Served(
            page.get("status", 200), body, page.get("headers", {}), announced, page.get("delay_s", 0.0), page.get("is_reset", False)
        )

    def _answers(self) -> None:
        bed, answers = self.bed, self.setup.get("answers", {})
        for whose, resolvers in (("here", [bed.lies]), ("there", [bed.truth]), ("all", [bed.lies, bed.truth])):
            for name, said in answers.get(whose, {}).items():
                for resolver in resolvers:
                    if name == "*":
                        resolver.script.clear()
                        resolver.default = _saying(said)
                    resolver.script[name] = _saying(said)

    def _act(self, act: Any) -> Act:
        if isinstance(act, str):
            return Act(act)
        values = {key: value for key, value in act.items() if key != "divert"}
        if "divert" in act:
            values |= {"do": "divert", "to": self.servers[act["divert"]]}
        return Act(**({**values, "data": values["data"].encode("latin-1")} if "data" in values else values))

    async def _censor(self, name: str, spec: Mapping[str, Any]) -> None:
        bed = self.bed
        for one in {"vantage": [bed.vantage], "second": [bed.second], "control0": bed.controls[:1], "controls": bed.controls}[name]:
            one.by_name |= {key.encode("idna").decode() if key else "": self._act(act) for key, act in spec.get("names", {}).items()}
            one.by_target |= {key: self._act(act) for key, act in spec.get("targets", {}).items()}
            one.places = {**one.places, **spec.get("places", {})}
            one.password, one.is_lying = spec.get("password", ""), spec.get("lying", False)
            one.remembers_s = spec.get("remembers_s", 0.0)
            if spec.get("stopped"):
                await one.stop()

    def _settings(self) -> None:
        bed, setup = self.bed, self.setup
        bed.lines |= self._filled(setup.get("line", {}))
        bed.timers |= self._filled(setup.get("probing", {}))
        if "bundle" in setup:
            (bed.folder / "roots.pem").write_bytes(b"".join(self.authorities[name].pem for name in setup["bundle"]))
        if "free_after_s" in setup:
            bed.free_after(SITE, setup["free_after_s"])

    def _filled(self, value: Any) -> Any:
        """The value with ports in place of $lies, $truth and $<server>."""
        if isinstance(value, dict):
            return {key: self._filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return tuple(self._filled(one) for one in value)
        if not isinstance(value, str):
            return value
        ports = {"lies": self.bed.lies.port, "truth": self.bed.truth.port} | {name: port for name, (_, port) in self.servers.items()}
        for name, port in ports.items():
            value = value.replace(f"${name}", f"127.0.0.1:{port}")
        return value

    async def _use_fingerprints(self) -> None:
        for name, rows in FINGERPRINTS.items():
            (self.bed.folder / name).write_text(HEAD + rows, encoding="utf-8")
        self.bed.settings["fingerprints_dir"] = self.bed.folder

    async def _use_canaries(self) -> None:
        self.bed.lines["foreign_canaries"] = ("127.0.4.50:443",)
        self.bed.place("127.0.4.50")

    async def _use_object(self) -> None:
        await self.bed.site("object.test", "127.0.4.60", Served(body="x" * 100_000))
        self.bed.timers["neutral_object_url"] = "https://object.test/"

    async def _crowd(self, crowd: Mapping[str, Any] | None) -> tuple[str, ...]:
        if crowd is None:
            return ()
        for number in range(crowd["of"]):
            await self.bed.site(f"site{number}.test", f"127.0.2.{number + 100}")
        for number in range(crowd["bad"]):
            if "target" in crowd:
                self.bed.vantage.by_target[f"127.0.2.{number + 100}"] = self._act(crowd["target"])
            if "name" in crowd:
                self.bed.vantage.by_name[f"site{number}.test"] = self._act(crowd["name"])
        return tuple(f"https://site{number}.test/" for number in range(crowd["of"]))


def _saying(said: Any) -> Saying:
    if isinstance(said, str):
        return Saying(rcode=said)
    if isinstance(said, list):
        return Saying(tuple(said))
    return Saying(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})
