"""The health of a line, once per batch: captive portal, canaries, known-blocked sites, exit, clock, resolver, proxy replies.

Sources of the checks: BLOCKING.md e.2 (vantage health 1 to 5). Addresses come from the settings; the built-in ones are
used in live runs only, so that a rehearsal touches nothing outside.
"""

import asyncio
import json
import re
from collections.abc import Awaitable

from crawler.config import Config
from crawler.probing.addresses import split_target
from crawler.probing.dns import engine_of, look_up
from crawler.probing.fetching import Fetched, fetch, reach
from crawler.probing.notes import Bench
from crawler.probing.tcp import connect
from db.vocabulary import Failure, ObservationStep

LIVE_CAPTIVE_URLS = {
    "http://connectivitycheck.gstatic.com/generate_204": "204",
    "http://detectportal.firefox.com/success.txt": "success",
}
LIVE_FOREIGN_CANARIES = ("https://www.wikipedia.org/", "https://www.cloudflare.com/", "https://www.debian.org/")
_ASN = re.compile(r"\bAS(\d{1,10})\b")


def captive_urls(config: Config) -> dict[str, str]:
    """The captive portal checks in force."""
    given = config.probing.captive_urls
    return given if given is not None else (LIVE_CAPTIVE_URLS if config.is_live else {})


def foreign_canaries(bench: Bench) -> tuple[str, ...]:
    """The canaries abroad for this line."""
    if bench.vantage.foreign_canaries is not None:
        return bench.vantage.foreign_canaries
    given = bench.config.probing.foreign_canaries
    return given if given is not None else (LIVE_FOREIGN_CANARIES if bench.config.is_live else ())


def domestic_canaries(bench: Bench) -> tuple[str, ...]:
    """The canaries inside the line's country; none for a control."""
    if bench.vantage.domestic_canaries is not None:
        return bench.vantage.domestic_canaries
    return () if bench.vantage.is_control else bench.config.probing.domestic_canaries.get(bench.vantage.country, ())


async def examine(bench: Bench) -> None:
    """Make every configured health check of a line side by side and write the results down."""
    jobs: list[Awaitable[None]] = [_check_captive(bench, url, wanted) for url, wanted in captive_urls(bench.config).items()]
    jobs += [_check_canary(bench, target, "canary_foreign") for target in foreign_canaries(bench)]
    jobs += [_check_canary(bench, target, "canary_domestic") for target in domestic_canaries(bench)]
    if not bench.vantage.is_control:
        blocked = bench.config.probing.known_blocked.get(bench.vantage.country, ())
        jobs += [_check_canary(bench, url, "known_blocked") for url in blocked]
    if bench.config.probing.exit_url:
        jobs.append(_check_exit(bench))
    if bench.vantage.resolver.kind in ("udp", "tcp", "doh"):
        jobs.append(_check_resolver(bench))
    if bench.vantage.kind in ("socks5", "http", "tor"):
        probing = bench.config.probing
        calibrations = {"calibration_closed": probing.closed_port, "calibration_silent": probing.silent_address}
        jobs += [_calibrate(bench, target, purpose) for purpose, target in calibrations.items() if target]
    await asyncio.gather(*jobs)


def _note(bench: Bench, target: str, purpose: str, fetched: Fetched, outcome: str) -> None:
    bench.notes.note(
        ObservationStep.PROXY,
        target,
        failure=fetched.failure,
        outcome=outcome,
        detail={
            "purpose": purpose,
            "is_line_fault": fetched.is_line_fault,
            "status": fetched.status,
            "date": fetched.answer.header("date"),
            "clock_offset_s": bench.vantage.clock_offset_s,
            "line": bench.vantage.line,
            "reply": fetched.outcome,
        },
    )


async def _check_captive(bench: Bench, url: str, wanted: str) -> None:
    fetched = await fetch(bench, url)
    body = fetched.answer.body.decode("utf-8", "replace").strip()
    is_right = fetched.status == 204 and not body if wanted == "204" else fetched.status == 200 and body == wanted
    outcome = "failed" if not fetched.status else "ok" if is_right else "captive"
    _note(bench, url, "captive", fetched, outcome)


async def _check_canary(bench: Bench, target: str, purpose: str) -> None:
    if target.startswith(("http://", "https://")):
        fetched = await fetch(bench, target)
    else:
        host, port = split_target(target)
        scratch = bench.with_notes(bench.notes.under())
        stream, _ = await reach(scratch, host, port)
        last = scratch.notes.observations[-1] if scratch.notes.observations else None
        failure = Failure.NONE if stream else last.failure if last else Failure.DNS_NO_ANSWER
        is_line_fault = bool(last and last.detail.get("is_line_fault"))
        fetched = Fetched(failure=failure, status=1 if stream else 0, is_line_fault=is_line_fault)
        if stream:
            stream.close()
    _note(bench, target, purpose, fetched, "ok" if fetched.is_good else "failed")


async def _check_exit(bench: Bench) -> None:
    """Country and network that the world sees this line come from, as the configured page says."""
    fetched = await fetch(bench, bench.config.probing.exit_url, accept="application/json")
    country = asn = ""
    try:
        facts = json.loads(fetched.answer.body or b"{}")
        country = str(facts.get("country") or facts.get("country_code") or "")[:2].upper()
        number = _ASN.search(f"{facts.get('asn', '')} {facts.get('org', '')}")
        asn = number[0] if number else f"AS{facts['asn']}" if isinstance(facts.get("asn"), int) else ""
    except (ValueError, AttributeError):
        pass
    is_other = (country not in ("", bench.vantage.country) and bench.vantage.country != "ZZ") or (
        bool(asn and bench.vantage.asn) and asn != bench.vantage.asn
    )
    _note(bench, f"{country} {asn}".strip(), "exit", fetched, "other" if is_other else "ok" if country or asn else "failed")


async def _check_resolver(bench: Bench) -> None:
    lookup = await look_up(bench.config, bench.vantage, bench.config.neutral_sni)
    fetched = Fetched(failure=Failure.NONE if lookup.failure is not Failure.DNS_TIMEOUT else lookup.failure)
    _note(bench, engine_of(bench.vantage), "resolver", fetched, "failed" if fetched.failure is not Failure.NONE else "ok")


async def _calibrate(bench: Bench, target: str, purpose: str) -> None:
    """What the proxy replies for a target whose true state is known: some say yes before they connect."""
    scratch = bench.with_notes(bench.notes.under())
    stream = await connect(scratch, split_target(target))
    last = scratch.notes.observations[-1]
    if stream:
        stream.close()
    reply = "succeeded" if stream else last.outcome or last.failure.value
    fetched = Fetched(failure=last.failure, outcome=reply, is_line_fault=bool(last.detail.get("is_line_fault")))
    _note(bench, target, purpose, fetched, reply)
