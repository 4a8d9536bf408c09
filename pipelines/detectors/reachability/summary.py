"""An opinion as plain values for people and machines: the steps by vantage and the control beside them. Pure."""

from db.vocabulary import Failure
from pipelines.detectors.reachability.case import Controls
from pipelines.detectors.reachability.facts import Hop, Look, Page, Shake
from pipelines.detectors.reachability.judge import Opinion


def as_record(opinion: Opinion, rules_version: str) -> dict[str, object]:
    """One JSON line of `scrapy probe --json`."""
    ruling = opinion.ruling
    return {
        "url": opinion.url,
        "vantage": opinion.line.id,
        "country": opinion.line.country,
        "asn": opinion.line.asn,
        "verdict": ruling.verdict.value,
        "reason": ruling.reason,
        "confidence": ruling.confidence,
        "evidence_kind": ruling.kind.value,
        "rule_id": ruling.rule_id,
        "rules_version": rules_version,
        "layer": ruling.layer,
        "is_path_clear": ruling.is_path_clear,
        "explanation": opinion.explanation,
        "n_tries": len(opinion.tries),
        "steps": steps_of(opinion.look) if opinion.look else {},
        "control": control_of(opinion.controls),
        "register": {"outcome": opinion.controls.register.get("outcome"), "entries": opinion.controls.register.get("entries", [])},
        "vantage_health": {"fault": opinion.health.fault, "sees_censorship": opinion.health.sees_censorship},
    }


def control_of(controls: Controls) -> dict[str, object]:
    """State and steps of the controls, side by side with the vantage's."""
    best = controls.best or (controls.looks[-1] if controls.looks else None)
    return {
        "state": controls.state,
        "lines": sorted(controls.lines),
        "n_looks": len(controls.looks),
        "steps": steps_of(best) if best else {},
    }


def steps_of(look: Look) -> dict[str, object]:
    """DNS, TCP, TLS and HTTP of the hop the look ended at; `redirects` are the hops before."""
    hop = look.last
    return {
        "dns": _dns(hop),
        "tcp": [{"target": touch.target, "failure": touch.failure.value, "outcome": touch.outcome} for touch in hop.own_touches()],
        "tls": _tls(hop.shake) if hop.shake else None,
        "http": _http(hop.page) if hop.page else None,
        "swaps": [
            {"purpose": shake.purpose, "target": shake.target, "failure": shake.failure.value, "is_answered": shake.is_answered}
            for shake in hop.shakes
            if shake.purpose != "site"
        ]
        + [{"purpose": purpose, "status": status, "failure": failure.value} for purpose, status, failure in hop.others],
        "redirects": [one.page.url for one in look.hops[:-1] if one.page],
    }


def _dns(hop: Hop) -> dict[str, object]:
    names = hop.names
    return {
        "host": hop.host,
        "engine": names.engine,
        "failure": names.failure.value,
        "addresses": list(names.addresses),
        "late_addresses": list(names.late),
        "rcodes": names.rcodes,
    }


def _tls(shake: Shake) -> dict[str, object]:
    return {
        "target": shake.target,
        "failure": shake.failure.value,
        "fault": shake.fault,
        "is_answered": shake.is_answered,
        "seconds": shake.seconds,
        "first_bytes": shake.first_bytes.hex(),
        "chain": [{"subject": one.subject, "issuer": one.issuer, "sha256": one.sha256} for one in shake.chain],
    }


def _http(page: Page) -> dict[str, object]:
    return {
        "url": page.url,
        "status": page.status or None,
        "failure": page.failure.value,
        "location": page.location,
        "title": page.title,
        "length": page.length,
        "text_sha256": page.text_sha256,
        "body_s": page.body_s,
        "is_truncated": page.is_cut,
    }


def in_words(opinion: Opinion) -> list[tuple[str, str]]:
    """The steps as pairs of name and short text, for a table."""
    look = opinion.look
    if look is None:
        return []
    hop = look.last
    rows = [("DNS", hop.names.failure.value or ", ".join(hop.names.addresses) or f"by {hop.names.engine}")]
    rows.append(("TCP", "; ".join(f"{one.target} {one.failure.value or 'ok'}" for one in hop.own_touches()) or "not tried"))
    if hop.shake:
        issuer = hop.shake.chain[0].issuer if hop.shake.chain else ""
        rows.append(("TLS", f"{hop.shake.failure.value or 'valid'} {issuer}".strip()))
    rows += [(f"swap {one.purpose}", "answered" if one.is_answered else one.failure.value) for one in hop.shakes if one.purpose != "site"]
    if hop.page:
        page = hop.page
        rows.append(("HTTP", f"{page.status or page.failure.value} {page.title}".strip() + (" (cut)" if page.is_cut else "")))
    state = opinion.controls.state
    names = ", ".join(sorted(opinion.controls.lines)) or "none"
    rows.append(("controls", f"{state} ({names})"))
    return [(name, text if text != Failure.NONE.value else "ok") for name, text in rows]
