"""What the registry says of a domain, asked over a control line when the site fails there too (RFC 9083). No verdicts."""

import json
from functools import cache
from urllib.parse import urlsplit

import tldextract

from crawler.config import Config
from crawler.probing.fetching import fetch
from crawler.probing.notes import Bench
from db.vocabulary import Failure, ObservationStep

LIVE_RDAP_URL = "https://rdap.org/domain/{domain}"
MAX_ANSWER_BYTES = 256 * 1024


@cache
def _extract() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def registrable(host: str) -> str:
    """The domain a registry knows of, by the public suffix list shipped with tldextract; the host itself when there is none."""
    return _extract()(host).top_domain_under_public_suffix or host


def rdap_url(config: Config) -> str:
    """The RDAP address in force; empty when none is asked."""
    return config.probing.rdap_url or (LIVE_RDAP_URL if config.is_live else "")


async def ask_registry(bench: Bench, host: str) -> None:
    """Write down status, expiry and name servers of the domain; outcome `not_found` when the registry does not know it."""
    domain = registrable(host)
    url = rdap_url(bench.config).replace("{domain}", domain)
    fetched = await fetch(bench, url, max_bytes=MAX_ANSWER_BYTES, accept="application/rdap+json", redirects=4)
    facts = _read(fetched.answer.body) if fetched.status == 200 else {}
    outcome = "found" if facts else "not_found" if fetched.status == 404 else "failed"
    failure = fetched.failure if fetched.failure is not Failure.NONE or facts or fetched.status == 404 else Failure.UNKNOWN_FAILURE
    bench.notes.note(ObservationStep.RDAP, domain, failure=failure, outcome=outcome, detail={"purpose": "registry", **facts})


async def ask_register(bench: Bench, host: str, address: str) -> None:
    """Whether a state register of banned sites names this host; entries that only contain its letters do not count.

    Shape as of www.gov.kz/banned_sites (net4people/bbs 462): an array of urladdress, courtname, courtdate, categoryname.
    Many blocks have no entry: it can raise confidence and name a court, its absence proves nothing (BLOCKING.md c.1).
    """
    fetched = await fetch(bench, address.replace("{domain}", host), max_bytes=MAX_ANSWER_BYTES, accept="application/json", redirects=2)
    try:
        rows = json.loads(fetched.answer.body) if fetched.status == 200 else None
    except ValueError:
        rows = None
    own = [row for row in rows if isinstance(row, dict) and _host_of(row) == host.removeprefix("www.")] if isinstance(rows, list) else []
    kept = [{key: str(row.get(key, ""))[:200] for key in ("courtname", "courtdate", "categoryname")} for row in own[:5]]
    outcome = "failed" if rows is None else "listed" if own else "not_listed"
    bench.notes.note(ObservationStep.RDAP, host, failure=fetched.failure, outcome=outcome, detail={"purpose": "register", "entries": kept})


def _host_of(row: dict[str, object]) -> str:
    text = str(row.get("urladdress", "")).strip().lower()
    try:
        return (urlsplit(text if "://" in text else f"http://{text}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _read(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(answer, dict):
        return {}
    events = [event for event in answer.get("events") or [] if isinstance(event, dict)]
    servers = [server for server in answer.get("nameservers") or [] if isinstance(server, dict)]
    expiry = next((str(event.get("eventDate", "")) for event in events if event.get("eventAction") == "expiration"), "")
    return {
        "statuses": [str(status).lower() for status in answer.get("status") or []][:20],
        "expires": expiry[:40],
        "nameservers": [str(server.get("ldhName", "")).lower() for server in servers][:10],
    }
