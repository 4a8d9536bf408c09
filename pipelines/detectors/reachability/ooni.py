"""OONI's measurements and API answers as witnesses: read in every published shape, weighed, never believed blindly. Pure.

Shapes: ooni/spec df-*, ts-017; api.ooni.org /api/v1/measurements, measurement_meta, aggregation (BLOCKING.md g). The verdict in the
file is OONI's; ours is made anew from its parts, because old rows hold known false positives (BLOCKING.md e.6, f.3).
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.vocabulary import EvidenceKind, Failure, Verdict
from pipelines.detectors.reachability.facts import Page
from pipelines.detectors.reachability.tables import Tables, load_tables

CERTIFICATE_FAILURES = ("ssl_invalid_certificate", "ssl_unknown_authority", "ssl_invalid_hostname")
_TITLE = re.compile(r"<title[^>]{0,100}>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What one row says: of which address, from which country and network, when, and what we make of it."""

    input: str = ""
    country: str = "ZZ"
    asn: str = "AS0"
    measured_at: str = ""
    uid: str = ""
    verdict: Verdict = Verdict.INCONCLUSIVE
    reason: str = ""
    kind: EvidenceKind = EvidenceKind.NONE
    is_usable: bool = True
    is_missing: bool = False
    is_confirmed: bool = False
    n_measured: int = 1
    n_bad: int = 0
    n_failed: int = 0

    def in_words(self) -> str:
        """One line for a person."""
        if self.is_missing:
            return "measurement missing at OONI; to be asked for again"
        if self.n_measured > 1:
            return f"{self.measured_at} {self.input or 'all'}: {self.n_bad} of {self.n_measured - self.n_failed} measurements anomalous"
        use = "" if self.is_usable else " (ignored)"
        return f"{self.measured_at} {self.input} {self.country} {self.asn}: {self.verdict.value} {self.reason}{use}"


def read_document(document: Any, tables: Tables | None = None) -> Iterator[Witness]:
    """Witnesses in one API answer or measurement; a shape nobody knows gives none."""
    known = tables or load_tables(None, None, {})
    if isinstance(document, dict) and isinstance(document.get("results"), list):
        yield from (read_row(row) for row in document["results"] if isinstance(row, dict))
    elif isinstance(document, dict) and "result" in document:
        found = document["result"] if isinstance(document["result"], list) else [document["result"]]
        yield from (read_aggregate(row) for row in found if isinstance(row, dict))
    elif isinstance(document, dict) and "test_keys" in document:
        yield read_measurement(document, known)
    elif document == {} or (isinstance(document, dict) and document.get("raw_measurement", None) == ""):
        yield Witness(is_missing=True, is_usable=False)
    elif isinstance(document, dict) and isinstance(document.get("raw_measurement"), str):
        yield _read_meta(document, known)


def _read_meta(document: Mapping[str, Any], tables: Tables) -> Witness:
    try:
        inner = json.loads(document["raw_measurement"])
    except ValueError:
        return Witness(is_missing=True, is_usable=False)
    inner = inner if isinstance(inner, dict) else {}
    merged = {"measurement_uid": document.get("measurement_uid", ""), "x_confirmed": document.get("confirmed") is True, **inner}
    return read_measurement(merged, tables) if inner.get("test_keys") else Witness(is_missing=True, is_usable=False)


def read_row(row: Mapping[str, Any]) -> Witness:
    """A row of a measurements list. Fingerprints of scope fp and vbw never confirm; only nat and isp of the probe's country do."""
    raw = row.get("scores")
    scores: Mapping[str, Any] = json.loads(raw) if isinstance(raw, str) else raw if isinstance(raw, dict) else {}
    country = str(row.get("probe_cc", "ZZ"))
    confirming = [
        one
        for one in scores.get("fingerprints") or []
        if one.get("scope") in ("nat", "isp") and country in (one.get("expected_countries") or [])
    ]
    is_confirmed = row.get("confirmed") is True and bool(confirming)
    is_bad = is_confirmed or row.get("anomaly") is True
    asn = str(row.get("probe_asn", "AS0"))
    is_usable = row.get("failure") is not True and country != "ZZ" and asn not in ("AS0", "0")
    return Witness(
        input=str(row.get("input", "")),
        country=country,
        asn=asn if asn.startswith("AS") else f"AS{asn}",
        measured_at=str(row.get("measurement_start_time", "")),
        uid=str(row.get("measurement_uid", "")),
        verdict=Verdict.BLOCKED_HTTP_BLOCKPAGE if is_confirmed else Verdict.INCONCLUSIVE if is_bad else Verdict.OK,
        reason="ooni-confirmed" if is_confirmed else "ooni-anomaly" if is_bad else "",
        kind=EvidenceKind.ARTEFACT if is_confirmed else EvidenceKind.NONE,
        is_usable=is_usable,
        is_confirmed=is_confirmed,
        n_bad=int(is_bad),
    )


def read_aggregate(row: Mapping[str, Any]) -> Witness:
    """One cell of an aggregation. `anomaly_count` leaves out confirmed and failed ones, so they are added."""
    counts = {name: int(row.get(f"{name}_count") or 0) for name in ("anomaly", "confirmed", "failure", "ok", "measurement")}
    return Witness(
        input=str(row.get("domain") or row.get("input") or ""),
        country=str(row.get("probe_cc") or "ZZ"),
        asn=str(row.get("probe_asn") or "AS0"),
        measured_at=str(row.get("measurement_start_day", "")),
        reason="aggregate",
        n_measured=counts["measurement"],
        n_bad=counts["anomaly"] + counts["confirmed"],
        n_failed=counts["failure"],
    )


def read_measurement(document: Mapping[str, Any], tables: Tables) -> Witness:
    """One raw measurement, judged from its own parts."""
    keys: Mapping[str, Any] = document.get("test_keys") or {}
    country, asn = str(document.get("probe_cc") or "ZZ"), str(document.get("probe_asn") or "AS0")
    verdict, reason, kind = _judge(keys, country, tables)
    is_ignored = reason == "probe-bug"
    return Witness(
        input=str(document.get("input") or ""),
        country=country,
        asn=asn,
        measured_at=str(document.get("measurement_start_time") or ""),
        uid=str(document.get("measurement_uid") or ""),
        verdict=verdict,
        reason=reason,
        kind=kind,
        is_usable=not is_ignored and country != "ZZ" and asn != "AS0",
        is_confirmed=kind is EvidenceKind.ARTEFACT,
        n_bad=int(verdict.value.startswith("blocked")),
    )


_Said = tuple[Verdict, str, EvidenceKind]


def _judge(keys: Mapping[str, Any], country: str, tables: Tables) -> _Said:
    nothing = EvidenceKind.NONE
    control: Mapping[str, Any] = keys.get("control") or {}
    fetched: Mapping[str, Any] = control.get("http_request") or {}
    real = [text for text in (control.get("dns") or {}).get("addrs") or [] if _is_address(text)]
    if artefact := _artefact(keys, country, tables, real):
        return artefact
    if str(keys.get("http_experiment_failure") or "").startswith("unknown_failure"):
        return Verdict.INCONCLUSIVE, "probe-bug", nothing
    if keys.get("control_failure") or not fetched:
        return Verdict.INCONCLUSIVE, "control-unavailable", nothing
    failure = str(fetched.get("failure") or "")
    shake = _certificate_failure(keys)
    if failure and shake:
        reason = shake if shake in CERTIFICATE_FAILURES else "ssl_invalid_certificate"
        return Verdict.SITE_TLS_ERROR, reason.removeprefix("ssl_").replace("_", "-"), nothing
    answered = [page for page in _pages(keys) if page.status]
    if any(tables.mark_of(page, "parked") for page in answered) or _is_parked_text(answered, fetched):
        return Verdict.DOMAIN_EXPIRED_OR_PARKED, "parked", nothing
    if failure:
        return _control_failed(keys, failure, answered)
    # A block page in a row that OONI calls accessible confirms nothing by itself (BLOCKING.md e.6); a person should look.
    is_marked = any(page.scheme == "http" and tables.page_fingerprints(page, country) for page in answered)
    return _compare(keys, answered, is_marked=is_marked)


def _control_failed(keys: Mapping[str, Any], failure: str, answered: Sequence[Page]) -> _Said:
    if answered:
        return Verdict.INCONCLUSIVE, "control-only-failure", EvidenceKind.NONE
    if failure == "connection_refused" and any(_failure(one) == "generic_timeout_error" for one in keys.get("tcp_connect") or []):
        return Verdict.INCONCLUSIVE, "control-unavailable", EvidenceKind.NONE
    return Verdict.DOWN_EVERYWHERE, "control-failed", EvidenceKind.NONE


def _compare(keys: Mapping[str, Any], answered: Sequence[Page], *, is_marked: bool) -> _Said:
    if keys.get("accessible") is True or (keys.get("blocking") is False and answered):
        return Verdict.OK, "fingerprint-for-review" if is_marked else "", EvidenceKind.NONE
    if keys.get("blocking") is False:
        return Verdict.DOWN_EVERYWHERE, "no-answer", EvidenceKind.NONE
    said = {
        "dns": Verdict.BLOCKED_DNS,
        "tcp_ip": Verdict.BLOCKED_TCP,
        "http-failure": Verdict.BLOCKED_TLS_SNI if any(one.get("failure") for one in keys.get("tls_handshakes") or []) else None,
    }.get(str(keys.get("blocking")))
    if said:
        return said, "ooni-anomaly", EvidenceKind.ABSENCE
    return Verdict.INCONCLUSIVE, "http-diff" if keys.get("blocking") == "http-diff" else "unexplained", EvidenceKind.NONE


def _artefact(keys: Mapping[str, Any], country: str, tables: Tables, real: Sequence[str]) -> _Said | None:
    """Fingerprint addresses, bogons, block pages and interception certificates; whatever OONI said."""
    given = [str(one.get("ipv4") or one.get("ipv6") or "") for query in keys.get("queries") or [] for one in query.get("answers") or []]
    strange = [address for address in given if address and address not in real]
    if any(tables.dns_fingerprint(address, country) for address in strange):
        return Verdict.BLOCKED_DNS, "blockpage-ip", EvidenceKind.ARTEFACT
    if any(tables.is_bogon(address) for address in strange) and any(not tables.is_bogon(address) for address in real):
        return Verdict.BLOCKED_DNS, "bogon", EvidenceKind.ARTEFACT
    for page in _pages(keys):
        if keys.get("blocking") and page.scheme == "http" and tables.page_fingerprints(page, country):
            return Verdict.BLOCKED_HTTP_BLOCKPAGE, "fingerprint", EvidenceKind.ARTEFACT
    if any(_is_intercepted(one, tables) for one in keys.get("tls_handshakes") or []):
        return Verdict.BLOCKED_TLS_MITM, "known-ca", EvidenceKind.ARTEFACT
    return None


def _is_intercepted(shake: Mapping[str, Any], tables: Tables) -> bool:
    """True when a presented certificate bears an interception authority's name; its bytes are searched, since nothing else is needed."""
    for one in shake.get("peer_certificates") or []:
        data = one.get("data", "") if isinstance(one, dict) else ""
        try:
            der = base64.b64decode(data, validate=True)
        except ValueError:
            continue
        country_kz = b"\x06\x03\x55\x04\x06\x13\x02"
        for table in tables.interceptions:
            names = [*table.organisations, *table.common_names]
            if country_kz + table.country.encode() in der and any(name.encode() in der for name in names):
                return True
    return False


def _pages(keys: Mapping[str, Any]) -> list[Page]:
    """The answers of the probe, newest first as in the file."""
    return [page for one in keys.get("requests") or [] if (page := _page(one))]


def _page(one: Mapping[str, Any]) -> Page | None:
    response: Mapping[str, Any] = one.get("response") or {}
    status = int(response.get("code") or 0)
    if not status:
        return None
    url = str((one.get("request") or {}).get("url") or "")
    headers = _headers(response)
    body = _body(response.get("body"))
    title = _TITLE.search(body)
    return Page(
        url=url,
        scheme=url.partition(":")[0],
        status=status,
        failure=Failure.NONE,
        headers=headers,
        location=headers.get("location", ""),
        title=title[1].strip() if title else "",
        excerpt=body[:4000],
        markup=body[:4000],
        page=body[:32768],
        n_words=len(body.split()),
        length=len(body),
    )


def _headers(response: Mapping[str, Any]) -> dict[str, str]:
    given = response.get("headers") or response.get("headers_list") or {}
    pairs = given.items() if isinstance(given, dict) else [pair for pair in given if isinstance(pair, list) and len(pair) == 2]
    return {str(key).lower(): value if isinstance(value, str) else _body(value) for key, value in pairs}


def _body(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, dict) and body.get("format") == "base64":
        try:
            data = base64.b64decode(str(body.get("data", "")))
        except ValueError:
            return ""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1251", "replace")
    return ""


def _failure(one: Mapping[str, Any]) -> str:
    return str((one.get("status") or {}).get("failure") or "")


def _certificate_failure(keys: Mapping[str, Any]) -> str:
    found = [str(keys.get("http_experiment_failure") or "")]
    found += [str(one.get("failure") or "") for one in [*(keys.get("requests") or []), *(keys.get("tls_handshakes") or [])]]
    return next((text for text in found if text in CERTIFICATE_FAILURES or text.startswith("ssl_")), "")


def _is_parked_text(answered: Sequence[Page], fetched: Mapping[str, Any]) -> bool:
    """Both sides get a small page of a parking host: sizes differ, the control's page is a few hundred bytes (sample 11)."""
    words = ("page cannot be displayed", "domain for sale", "parked")
    small = 0 < int(fetched.get("body_length") or 0) < 2000
    return small and any(word in page.page.lower() for page in answered for word in words)


def _is_address(text: object) -> bool:
    return isinstance(text, str) and bool(re.fullmatch(r"[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]+", text))


def weigh(witnesses: Sequence[Witness]) -> str:
    """confirmed, likely, support, ok or insufficient for one country and domain over a day (BLOCKING.md e.6); doubles count once."""
    own = list({one.uid or str(number): one for number, one in enumerate(witnesses) if one.is_usable and not one.is_missing}.values())
    bad = [one for one in own if one.n_bad]
    networks = {one.asn for one in own}
    if sum(one.is_confirmed for one in own) >= 2:
        return "confirmed"
    if len(own) >= 5 and len(networks) >= 2 and len(bad) >= 0.6 * len(own):
        return "likely"
    if len(own) >= 5 and len(networks) >= 2 and len(bad) <= 0.1 * len(own):
        return "ok"
    return "support" if len(bad) >= 2 else "insufficient"
