"""`scrapy probe`: one look now at given addresses from every vantage beside the controls, with the verdict and its proof."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.command import HouseCommand
from crawler.config import Config, load_config
from db.errors import MfmError

if TYPE_CHECKING:
    from crawler.probing.runner import Site
    from pipelines.detectors.reachability.judge import Opinion

LINE_FIELDS = ("id", "country", "asn", "line", "sees_censorship", "is_control")

HELP = """Looks at each URL from every [[vantages]] entry of the settings: K0 (controls), the line's health, up to three tries with a
fresh port each (probing.tries_at_s), the swaps after a failure (neutral server name, the control's address, another Host), K1.

With --json one line per URL and vantage: url, vantage, verdict, reason, confidence, evidence_kind, rule_id, steps (dns, tcp,
tls, http, swaps), control (state, lines, steps), explanation. Without any vantage or control the verdict is an honest
"inconclusive". --watch repeats by the retry rules and prints the incident's state. --dry-run shows what would be contacted.

Everything is a setting, so that a look can be played on loopback: [[vantages]] (kind direct, source_address, socks5, http or
tor; address; names_at_proxy; resolver {kind system|udp|tcp|doh|proxy, address}; country; asn; line; sees_censorship; is_control;
clock_offset_s; foreign_canaries; domestic_canaries), trust_bundle (PEM, in place of certifi's), neutral_sni, fingerprints_dir
(OONI's fingerprints_dns.csv and fingerprints_http.csv) and [probing] (timers dns_timeout_s, tcp_timeout_s, tls_timeout_s,
first_byte_timeout_s, body_timeout_s, stall_timeout_s; tries_at_s; bogons; networks = {"127.0.2.0/24" = "AS64500"} for addresses
that count as public; captive_urls = {"http://..." = "204"}; foreign_canaries; domestic_canaries.KZ; known_blocked.KZ; exit_url;
clock_tolerance_s; neutral_object_url; sni_test_addresses; closed_port; silent_address; rdap_url; registers.KZ). A resolver of kind udp, tcp or
doh is the line's own; without one a proxied line resolves names at the proxy. See mfm.example.toml.

Probing is opt-in: a probe asks for sites that may be blocked, from a line that belongs to somebody. In live runs only vantages
with consent = true are used, and nothing outside loopback is contacted while is_live is false."""


class Command(HouseCommand):
    """Diagnose now."""

    def syntax(self) -> str:
        return "URL... [--config FILE] [--json | --ooni-json] [--watch] [--dry-run]"

    def short_desc(self) -> str:
        return "Look at addresses from all vantages now and say what stands in the way"

    def long_desc(self) -> str:
        return HELP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--config", metavar="FILE", type=Path, help="settings in place of mfm.toml")
        parser.add_argument("--json", action="store_true", help="one JSON line per URL and vantage")
        parser.add_argument("--ooni-json", action="store_true", help="one measurement in OONI's shape per URL and vantage")
        parser.add_argument("--watch", action="store_true", help="repeat by the retry rules and print the incident's state")
        parser.add_argument("--dry-run", action="store_true", help="show what would be contacted, contact nothing")
        parser.add_argument("--runs", type=int, default=0, metavar="N", help="with --watch: stop after N runs")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        """0 when every look was judged, 2 for a wrong call."""
        if not args:
            raise MfmError("probe: give at least one URL")
        sites = _checked(args)
        config = load_config(opts.config) if opts.config else self.config
        if opts.dry_run:
            print(_plan(config, [site.url for site in sites]))
            return 0
        _warn(config, is_quiet=opts.json or opts.ooni_json)
        from crawler.assessing.session import Watcher, look_once  # noqa: PLC0415 - heavy libraries, only when a look is made

        if opts.watch:
            watcher = Watcher(config, sites, lambda opinions, states: _tell(opinions, states, as_json=opts.json))
            asyncio.run(watcher.watch(opts.runs))
        else:
            opinions = asyncio.run(look_once(config, sites, config.probing.tries_at_s))
            if opts.ooni_json:
                _export(opinions)
            else:
                _report(opinions, as_json=opts.json)
        return 0


def _checked(urls: list[str]) -> "list[Site]":
    from crawler.probing.look import Hop  # noqa: PLC0415 - heavy libraries
    from crawler.probing.runner import Site  # noqa: PLC0415

    full = [url if "://" in url else f"https://{url}" for url in urls]
    for url in full:
        if Hop.of(url, 0) is None:
            raise MfmError(f"probe: {url}: not an http or https address")
    return [Site(url) for url in dict.fromkeys(full)]


def _plan(config: Config, urls: list[str]) -> str:
    from crawler.probing.health import LIVE_CAPTIVE_URLS, LIVE_FOREIGN_CANARIES  # noqa: PLC0415 - heavy libraries

    probing, live = config.probing, config.is_live
    captive = probing.captive_urls if probing.captive_urls is not None else LIVE_CAPTIVE_URLS if live else {}
    foreign = probing.foreign_canaries if probing.foreign_canaries is not None else LIVE_FOREIGN_CANARIES if live else ()
    lines = [f"{'live' if live else 'not live: only loopback is contacted'}; nothing was contacted"]
    for vantage in config.vantages:
        use = "used" if vantage.consent or not live else "NOT used: no consent on record"
        role = "control" if vantage.is_control else "vantage"
        lines.append(
            f"{role} {vantage.id}: {vantage.kind} {vantage.address}, resolver {vantage.resolver.kind} {vantage.resolver.address}: {use}"
        )
    lines += [f"would look at {url}" for url in urls]
    others = [*captive, *foreign, probing.neutral_object_url, probing.exit_url, *probing.sni_test_addresses]
    lines += [f"would ask {target}" for target in others if target]
    return "\n".join(lines)


def _warn(config: Config, *, is_quiet: bool) -> None:
    import sys  # noqa: PLC0415 - only for the warning

    lent = [vantage.id for vantage in config.vantages if not vantage.is_control and vantage.consent]
    if config.is_live and lent and not is_quiet:
        print(
            f"Careful: this asks for sites that may be blocked, over the lines {', '.join(lent)}. Their providers can see it;"
            " in some countries that can bring questions to the person who lends the line.",
            file=sys.stderr,
        )


def _tell(opinions: "list[Opinion]", states: list[str], *, as_json: bool) -> None:
    """One run of a watch; beside JSON lines the states go to the error stream, so that the lines stay lines."""
    import sys  # noqa: PLC0415 - only for the watch

    _report(opinions, as_json=as_json)
    for state in states:
        print(state, file=sys.stderr if as_json else sys.stdout, flush=True)


def _report(opinions: "list[Opinion]", *, as_json: bool) -> None:
    from pipelines.detectors.reachability.rules import RULES_VERSION  # noqa: PLC0415 - heavy libraries
    from pipelines.detectors.reachability.summary import as_record  # noqa: PLC0415

    if as_json:
        for opinion in opinions:
            print(json.dumps(as_record(opinion, RULES_VERSION), ensure_ascii=False, sort_keys=True), flush=True)
    else:
        _print_tables(opinions)


def _export(opinions: "list[Opinion]") -> None:
    from pipelines.detectors.reachability.export import as_measurement  # noqa: PLC0415 - heavy libraries
    from pipelines.detectors.reachability.rules import RULES_VERSION  # noqa: PLC0415

    for opinion in opinions:
        print(json.dumps(as_measurement(opinion, RULES_VERSION), ensure_ascii=False))


def _print_tables(opinions: "list[Opinion]") -> None:
    from rich.console import Console  # noqa: PLC0415 - heavy libraries
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from pipelines.detectors.reachability.summary import in_words  # noqa: PLC0415

    console = Console()
    for opinion in opinions:
        ruling = opinion.ruling
        table = Table(title=f"{escape(opinion.url)} from {escape(opinion.line.id)}", title_justify="left", show_header=False)
        for name, text in in_words(opinion):
            table.add_row(escape(name), escape(text[:200]))
        console.print(table)
        how = f"{ruling.rule_id}, {ruling.kind.value}, {ruling.confidence:.2f}"
        console.print(f"[bold]{ruling.verdict.value}[/bold] {escape(ruling.reason)} ({how})")
        console.print(escape(opinion.explanation) + "\n")
