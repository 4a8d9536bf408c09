"""Rules R0 to R3: the line, the control and the crowd before the site. Source: BLOCKING.md e.3."""

from db.vocabulary import Failure, Verdict
from pipelines.detectors.reachability.case import Case, Ruling
from pipelines.detectors.reachability.rules_artefact import has_artefact

_TIME_FAULTS = ("expired", "not_yet_valid")


def r0_line_is_down(case: Case) -> Ruling | None:
    """The line fails its own checks, its proxy does not serve us, or its clock makes good certificates bad."""
    fault = case.health.fault or _fault_of_try(case)
    return Ruling("R0", Verdict.VANTAGE_OFFLINE, fault) if fault else None


def _fault_of_try(case: Case) -> str:
    touches = [touch for look in case.tries for hop in look.hops for touch in hop.touches if not touch.purpose.startswith("neighbour_")]
    if touches and all(touch.is_line_fault for touch in touches):
        return touches[0].outcome.replace("_", "-") or "proxy"
    if touches and all(touch.outcome == "not_live" for touch in touches):
        return "not-live"
    if any(hop.names.rcodes.get("A") == "not_live" for look in case.tries for hop in look.hops):
        return "not-live"
    return "clock" if _is_clock_off(case) else ""


def _is_clock_off(case: Case) -> bool:
    """The same leaf is good at the control and out of its time here: our clock is wrong, not the certificate."""
    shake, control = case.shake, case.controls.hop(case.hop.host)
    if shake is None or shake.fault not in _TIME_FAULTS or not shake.chain:
        return False
    other = control.shake if control else None
    return bool(other and other.is_valid and other.chain[0].sha256 == shake.chain[0].sha256)


def r1_country_is_cut_off(case: Case) -> Ruling | None:
    """Nothing abroad answers while the country's own sites do: one event of the country, never of this site."""
    return Ruling("R1", Verdict.NETWORK_SHUTDOWN, "foreign-canaries-dead") if case.health.is_shutdown else None


def r2_control_is_unknown(case: Case) -> Ruling | None:
    """Without a control there is no verdict, unless the try itself holds an artefact or a full answer over valid TLS."""
    if case.controls.state != "unknown" or case.clear_page is not None or has_artefact(case):
        return None
    reason = "control-unavailable" if not case.controls.looks else "control-unsteady"
    return Ruling("R2", Verdict.INCONCLUSIVE, "control-unavailable" if reason == "control-unavailable" else reason)


def r3_too_many_fail_at_once(case: Case) -> Ruling | None:
    """A third of the sites newly failing at once is the line or the country, not sixty blocks."""
    if not case.batch.is_mass_failure or case.clear_page is not None or has_artefact(case):
        return None
    return Ruling("R3", Verdict.INCONCLUSIVE, "mass-failure")


def r33_nothing_fits(case: Case) -> Ruling:
    """Nothing else fits: say so, with the step that broke."""
    if case.look.page and case.look.page.is_cut:
        return Ruling("R33", Verdict.INCONCLUSIVE, "truncated", layer="http")
    if case.shake and case.shake.failure is not Failure.NONE:
        return Ruling("R33", Verdict.INCONCLUSIVE, f"tls-{case.shake.failure.value}".replace("_", "-"), layer="tls")
    return Ruling("R33", Verdict.INCONCLUSIVE, "unexplained")
