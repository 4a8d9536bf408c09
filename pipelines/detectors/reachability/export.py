"""An opinion as a measurement in OONI's own shape (ooni/spec ts-017, df-001 to df-006), so that others can check it. Pure."""

from db.vocabulary import Failure
from pipelines.detectors.reachability.facts import Hop, Look, Page, Shake, Touch
from pipelines.detectors.reachability.judge import Opinion

# OONI knows five answers to "blocking"; ours that have none of them are null, which means "not determined" (ts-017).
BLOCKING = {
    "blocked:dns": "dns", "blocked:tcp": "tcp_ip", "blocked:tls-sni": "http-failure", "blocked:tls-mitm": "http-failure",
    "blocked:http-reset": "http-failure", "blocked:http-blockpage": "http-diff", "blocked:http-451": "http-diff",
}  # fmt: skip


def as_measurement(opinion: Opinion, software_version: str) -> dict[str, object]:
    """The measurement of one opinion; addresses of the vantage are never in it, as OONI redacts them too."""
    at = f"{opinion.judged_at:%Y-%m-%d %H:%M:%S}" if opinion.judged_at else ""
    verdict = opinion.ruling.verdict.value
    is_ok = opinion.ruling.is_path_clear
    best = opinion.controls.best
    return {
        "data_format_version": "0.2.0",
        "input": opinion.url,
        "measurement_start_time": at,
        "test_start_time": at,
        "probe_asn": opinion.line.asn or "AS0",
        "probe_cc": opinion.line.country,
        "probe_ip": "127.0.0.1",
        "software_name": "media-freedom-monitor",
        "software_version": software_version,
        "test_name": "web_connectivity",
        "test_version": "0.4.3",
        "annotations": {"verdict": verdict, "reason": opinion.ruling.reason, "rule_id": opinion.ruling.rule_id},
        "test_keys": {
            **(_keys(opinion.look) if opinion.look else {}),
            "control": _control(best) if best else {},
            "control_failure": None if best else "unknown_failure",
            "blocking": False if is_ok else BLOCKING.get(verdict),
            "accessible": True if is_ok else False if verdict.startswith("blocked") else None,
        },
    }


def _keys(look: Look) -> dict[str, object]:
    hop = look.last
    return {
        "queries": [_query(one) for one in look.hops],
        "tcp_connect": [_connect(touch) for one in look.hops for touch in one.own_touches()],
        "tls_handshakes": [_handshake(one, shake) for one in look.hops for shake in one.shakes],
        "requests": [_request(page) for one in reversed(look.hops) for page in one.pages],
        "dns_experiment_failure": hop.names.failure.value or None,
        "http_experiment_failure": _failure_of(hop),
    }


def _failure_of(hop: Hop) -> str | None:
    if hop.page and hop.page.failure is not Failure.NONE:
        return hop.page.failure.value
    return (hop.shake.failure.value or None) if hop.shake else None


def _query(hop: Hop) -> dict[str, object]:
    answers = [{"answer_type": "AAAA", "ipv6": one} if ":" in one else {"answer_type": "A", "ipv4": one} for one in hop.names.addresses]
    return {
        "engine": hop.names.engine.partition(":")[0],
        "hostname": hop.host,
        "query_type": "ANY",
        "failure": hop.names.failure.value or None,
        "answers": answers or None,
    }


def _connect(touch: Touch) -> dict[str, object]:
    is_good = touch.failure is Failure.NONE
    port = touch.target.rpartition(":")[2]
    return {"ip": touch.address, "port": int(port), "status": {"failure": touch.failure.value or None, "success": is_good, "blocked": None}}


def _handshake(hop: Hop, shake: Shake) -> dict[str, object]:
    return {
        "address": shake.target,
        "server_name": hop.host if shake.purpose in ("site", "control_address", "other_address") else "",
        "failure": shake.failure.value or None,
        "no_tls_verify": False,
        "tags": [shake.purpose],
        "peer_certificates": [],
    }


def _request(page: Page) -> dict[str, object]:
    return {
        "failure": page.failure.value or None,
        "request": {"url": page.url, "method": "GET", "headers": {}},
        "response": {"code": page.status, "headers": page.headers, "body": page.page, "body_is_truncated": page.is_cut},
    }


def _control(best: Look) -> dict[str, object]:
    page = best.page
    return {
        "dns": {"failure": best.hops[0].names.failure.value or None, "addrs": list(best.hops[0].names.addresses)},
        "http_request": {
            "failure": None if page and page.status else "unknown_failure",
            "status_code": page.status if page else -1,
            "body_length": page.length if page else -1,
            "title": page.title if page else "",
            "headers": page.headers if page else {},
        },
        "tcp_connect": {
            touch.target: {"status": touch.failure is Failure.NONE, "failure": touch.failure.value or None}
            for hop in best.hops
            for touch in hop.own_touches()
        },
    }
