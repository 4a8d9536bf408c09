"""Rules R22 to R30: the path breaks or crawls for this site alone, proved by a swap or told by absence. Source: BLOCKING.md e.3."""

from statistics import median

from db.vocabulary import EvidenceKind, Failure, Verdict
from pipelines.detectors.reachability.case import Case, Ruling
from pipelines.detectors.reachability.facts import PATH_FAILURES, Look, Shake

_DNS_REASONS = {
    Failure.DNS_NXDOMAIN_ERROR: ("nxdomain", 0.8),
    Failure.DNS_REFUSED_ERROR: ("refused", 0.8),
    Failure.DNS_SERVFAIL_ERROR: ("servfail", 0.6),
    Failure.DNS_TIMEOUT: ("timeout", 0.6),
    Failure.DNS_NO_ANSWER: ("nodata", 0.6),
}
_TCP_REASONS = {
    Failure.CONNECTION_REFUSED: ("refused", 0.7),
    Failure.CONNECTION_RESET: ("reset", 0.7),
    Failure.GENERIC_TIMEOUT_ERROR: ("timeout", 0.6),
    Failure.HOST_UNREACHABLE: ("unreachable", 0.6),
    Failure.NETWORK_UNREACHABLE: ("unreachable", 0.6),
}
MIN_TRIES = 3
SLOW_HANDSHAKE_S = 2.0
FREEZE_BYTES = (14 * 1024, 40 * 1024)  # on the wire: 14 to 32 KiB of the body and the handshake before it


def r22_names_lie(case: Case) -> Ruling | None:
    """The resolver fails or points elsewhere, while the site's address answers for its name, or the given address is not the site's."""
    names = case.hop.names
    if case.controls.state != "ok" or names.engine == "literal" or case.clear_page is not None:
        return None
    works = any(shake.is_valid for shake in case.hop.swaps("control_address")) or any(
        purpose == "control_address" and status for purpose, status, _ in case.hop.others
    )
    if names.engine == "proxy":
        is_resolver = not case.hop.is_connected and works
        return Ruling("R22", Verdict.BLOCKED_DNS, "name-at-proxy", 0.6, EvidenceKind.DIFFERENTIAL, "dns") if is_resolver else None
    if names.late and case.is_mismatch and any(case.tables.is_near(address, case.known) for address in names.late):
        return Ruling("R22", Verdict.BLOCKED_DNS, "injected", 0.8, EvidenceKind.DIFFERENTIAL, "dns")
    if case.is_mismatch and (works or _is_given_address_wrong(case)):
        return Ruling("R22", Verdict.BLOCKED_DNS, "mismatch", 0.8, EvidenceKind.DIFFERENTIAL, "dns")
    if names.failure not in _DNS_REASONS or names.addresses:
        return None
    if names.failure is Failure.DNS_SERVFAIL_ERROR and names.unchecked:
        return Ruling("R22", Verdict.INCONCLUSIVE, "dnssec", 0.3, layer="dns")
    return _dns_ruling(case, works=works)


def _is_given_address_wrong(case: Case) -> bool:
    finished = [shake for shake in case.look.genuine if shake.address in case.hop.names.addresses and shake.chain]
    return bool(finished) and not any(shake.is_valid for shake in finished)


def _dns_ruling(case: Case, *, works: bool) -> Ruling | None:
    reason, confidence = _DNS_REASONS[case.hop.names.failure]
    if works:
        return Ruling("R22", Verdict.BLOCKED_DNS, reason, confidence, EvidenceKind.DIFFERENTIAL, "dns")
    if case.is_line_alive and confidence > 0.6:
        return Ruling("R22", Verdict.BLOCKED_DNS, reason, 0.6, EvidenceKind.ABSENCE, "dns")
    return None


def r23_no_connection(case: Case) -> Ruling | None:
    """Every usable address refuses, resets or is silent here, while the line is alive and the controls connect."""
    touches = case.hop.own_touches()
    if case.controls.state != "ok" or not touches or case.hop.is_connected or case.is_mismatch:
        return None
    usable = [touch for touch in touches if not (":" in touch.address and touch.failure is Failure.NETWORK_UNREACHABLE)]
    if not usable:
        return Ruling("R23", Verdict.INCONCLUSIVE, "ipv6-only", 0.3, layer="tcp")
    if all(touch.outcome in ("inside_address", "not_live") for touch in usable):
        return None
    if any(touch.failure is Failure.PROXY_ERROR for touch in usable):
        return _proxy_ruling(case, usable[0].outcome)
    if not case.is_line_alive:
        return Ruling("R23", Verdict.INCONCLUSIVE, "line-unproved", 0.3, layer="tcp")
    reason, confidence = _TCP_REASONS.get(usable[0].failure, ("unknown", 0.5))
    if _is_range_dead(case):
        reason, confidence = "range", 0.5
    elif any(touch.purpose == "other_port" and touch.failure is Failure.NONE for touch in case.hop.touches):
        reason, confidence = "port-or-ip", 0.5
    return Ruling("R23", Verdict.BLOCKED_TCP, reason, confidence, EvidenceKind.ABSENCE, "tcp")


def _proxy_ruling(case: Case, reply: str) -> Ruling:
    """A proxy's own complaint is a fact of the proxy, unless it is what this proxy says of any closed port."""
    if case.health.closed_reply and case.health.closed_reply == reply and case.is_line_alive:
        return Ruling("R23", Verdict.BLOCKED_TCP, "unknown", 0.5, EvidenceKind.ABSENCE, "tcp")
    return Ruling("R23", Verdict.INCONCLUSIVE, "proxy-error", 0.3, layer="proxy")


def _is_range_dead(case: Case) -> bool:
    here = [touch for touch in case.hop.touches if touch.purpose == "neighbour"]
    return bool(here) and all(touch.failure is not Failure.NONE for touch in here)


def _failed_shake(case: Case) -> Shake | None:
    """The handshake that broke on the path: the site's own, or with names that lie the one at the address a control knows."""
    shake = case.shake
    if shake and shake.failure in PATH_FAILURES:
        return shake
    if shake is None and case.hop.names.failure is not Failure.NONE:
        tried = case.hop.swaps("control_address")
        return tried[0] if tried and all(one.failure in PATH_FAILURES for one in tried) else None
    return None


def r24_server_name_filtered(case: Case) -> Ruling | None:
    """Same address, other name: answered; with the site's name: silence, reset or end. The swap is the proof (R25 with a second address)."""
    broken = _failed_shake(case)
    if case.controls.state != "ok" or broken is None or _is_lying_proxy(case):
        return None
    answered = [shake for shake in case.hop.swaps("neutral_sni", "neutral_sni_first", "control_address_neutral") if shake.is_answered]
    if not answered or (broken.is_answered and broken.failure is Failure.SSL_FAILED_HANDSHAKE):
        return None
    elsewhere = [shake for shake in case.hop.swaps("other_address", "control_address") if shake.address != broken.address]
    if case.hop.names.engine == "proxy":  # which address the proxy chose is not known: a known one may be the same
        elsewhere = case.hop.swaps("other_address")
    if any(shake.failure in PATH_FAILURES and not shake.is_answered for shake in elsewhere) and not any(one.is_valid for one in elsewhere):
        return Ruling("R25", Verdict.BLOCKED_TLS_SNI, "any-address", 0.95, EvidenceKind.DIFFERENTIAL, "tls")
    reason = {Failure.CONNECTION_RESET: "reset", Failure.EOF_ERROR: "eof", Failure.GENERIC_TIMEOUT_ERROR: "silence"}.get(broken.failure, "")
    return Ruling("R24", Verdict.BLOCKED_TLS_SNI, reason or "broken", 0.9, EvidenceKind.DIFFERENTIAL, "tls")


def _is_lying_proxy(case: Case) -> bool:
    return case.health.closed_reply == "succeeded" and not any(shake.is_answered for shake in case.hop.shakes)


def r26_tls_broken_for_any_name(case: Case) -> Ruling | None:
    """TCP works and TLS breaks for any name here, not at the controls: port or address; weak alone."""
    broken = _failed_shake(case)
    if case.controls.state != "ok" or broken is None or broken.is_answered or case.is_mismatch:
        return None
    neutral = case.hop.swaps("neutral_sni", "neutral_sni_first", "control_address_neutral")
    if not neutral or any(shake.is_answered for shake in neutral) or not (case.health.is_alive or case.batch.n_working):
        return None
    reason = "unknown" if _is_lying_proxy(case) else "port-or-ip"
    return Ruling("R26", Verdict.BLOCKED_TCP, reason, 0.5, EvidenceKind.ABSENCE, "tcp")


def r27_host_header_filtered(case: Case) -> Ruling | None:
    """Cleartext killed after the Host header, while another Host at the same address is answered."""
    page = case.hop.page
    if case.controls.state != "ok" or page is None or page.scheme != "http" or page.status or page.failure not in PATH_FAILURES:
        return None
    if any(purpose == "other_host" and status for purpose, status, _ in case.hop.others):
        return Ruling("R27", Verdict.BLOCKED_HTTP_RESET, "host-header", 0.85, EvidenceKind.DIFFERENTIAL, "http")
    return None


def _neutral_rates(tries: list[Look]) -> list[float]:
    rates = []
    for one in (one for look in tries for one in look.neutral_objects if one.outcome == "whole"):
        size = float(str(one.detail.get("n_bytes", 0)))
        rates.append(size / max(one.duration_s, 0.001))
    return rates


def r28_frozen(case: Case) -> Ruling | None:
    """The body stops at about the same byte, 14 to 32 KB in, three times of three, while others get it whole and neutral objects are whole."""
    sizes = [look.page.n_frozen for look in case.tries if look.page]
    if case.controls.state != "ok" or len(sizes) < MIN_TRIES or len(sizes) < len(case.tries) or not all(sizes):
        return None
    near = max(sizes) <= 1.3 * min(sizes) and FREEZE_BYTES[0] <= min(sizes) and max(sizes) <= FREEZE_BYTES[1]
    if near and not any(page.is_cut for page in case.controls.pages) and len(_neutral_rates(list(case.tries))) >= MIN_TRIES:
        return Ruling("R28", Verdict.THROTTLED, "freeze", 0.8, EvidenceKind.DIFFERENTIAL, "http")
    return None


def r29_slow(case: Case) -> Ruling | None:
    """Handshake of two seconds or a tenth of the neutral speed, three times of three, while the controls are fast."""
    if case.controls.state != "ok" or len(case.tries) < MIN_TRIES:
        return None
    shakes = [look.last.shake.seconds for look in case.tries if look.last.shake]
    neutral = [shake.seconds for look in case.tries for shake in look.last.swaps("neutral_timing") if shake.is_answered]
    objects = [
        float(str(one.detail.get("handshake_s", 0))) for look in case.tries for one in look.neutral_objects if one.outcome == "whole"
    ]
    there = [look.last.shake.seconds for look in case.controls.looks if look.last.shake]
    compared = neutral or objects
    if len(shakes) >= MIN_TRIES and len(compared) >= MIN_TRIES and there and min(shakes) >= SLOW_HANDSHAKE_S:
        slow = median(shakes)
        if median(compared) <= slow / 4 and median(there) <= slow / 4:
            return Ruling("R29", Verdict.THROTTLED, "sni" if neutral else "sni-or-ip", 0.7, EvidenceKind.DIFFERENTIAL, "tls")
    return _slow_rate(case)


def _slow_rate(case: Case) -> Ruling | None:
    rates = [look.page.rate for look in case.tries if look.page and look.page.rate]
    neutral = _neutral_rates(list(case.tries))
    there = [page.rate for page in case.controls.pages if page.rate]
    if len(rates) < MIN_TRIES or len(neutral) < MIN_TRIES or any(page.is_cut for page in case.controls.pages):
        return None
    if median(rates) <= median(neutral) / 10 and (not there or median(there) >= 4 * median(rates)):
        return Ruling("R29", Verdict.THROTTLED, "sni", 0.7, EvidenceKind.DIFFERENTIAL, "http")
    return None


def r30_slow_line(case: Case) -> Ruling | None:
    """The page is cut here, but so are neutral objects: the line is slow."""
    page = case.clear_page
    broken = [one for look in case.tries for one in look.neutral_objects if one.outcome != "whole"]
    if page and page.is_cut and broken:
        return Ruling("R30", Verdict.OK, "slow-vantage", 0.6, is_path_clear=True, layer="http")
    return None
