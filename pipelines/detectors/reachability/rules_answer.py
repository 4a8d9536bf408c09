"""Rules R7 to R11, R18 to R21 and R30a to R32: the site, its host, its registry or its wall answered. Source: BLOCKING.md e.3."""

from db.vocabulary import EvidenceKind, Failure, Verdict
from pipelines.detectors.reachability.case import Case, Ruling
from pipelines.detectors.reachability.facts import Page, alike
from pipelines.detectors.reachability.rules_artefact import MIN_SHARED_SITES, UNTRUSTED

MIN_LIKENESS = 0.7
_HOLDS = ("client hold", "server hold", "clienthold", "serverhold")
_EXPIRIES = ("redemption period", "pending delete", "redemptionperiod", "pendingdelete")


def _is_own_cleartext(case: Case, page: Page) -> bool:
    """True for a cleartext answer without a foreign redirect and without a block page's fingerprint."""
    return (
        page.scheme == "http"
        and case.hop.host in {case.host, *case.controls.hosts()}
        and not case.tables.page_fingerprints(page, case.line.country)
    )


def r7_challenge(case: Case) -> Ruling | None:
    """A wall against robots: the path is clear, whoever put the wall up is the site's own supplier."""
    page = case.clear_page
    if page and case.tables.mark_of(page, "challenge"):
        return Ruling("R7", Verdict.BOT_CHALLENGE, _reason(case, page, "challenge"), 0.9, is_path_clear=True, layer="http")
    page = case.look.page
    if page and page.status and _is_own_cleartext(case, page) and case.tables.mark_of(page, "challenge"):
        return Ruling("R7", Verdict.BOT_CHALLENGE, _reason(case, page, "challenge"), 0.7, layer="http")
    return None


def _reason(case: Case, page: Page, *says: str) -> str:
    mark = case.tables.mark_of(page, *says)
    return mark.reason if mark else ""


def r8_server_451(case: Case) -> Ruling | None:
    """451 over valid TLS that no control gets: the site or its supplier obeys an order for this country."""
    page = case.clear_page
    if page is None or page.status != 451 or any(other.status == 451 for other in case.controls.pages):
        return None
    return Ruling("R8", Verdict.BLOCKED_HTTP_451, "server", 0.9, EvidenceKind.ARTEFACT, "http", is_path_clear=True)


def r9_geo_block(case: Case) -> Ruling | None:
    """403 or a country notice over valid TLS while the control is served; two exits of the country must agree."""
    page = case.clear_page
    if page is None or not (page.status == 403 or case.tables.mark_of(page, "geo")) or not case.controls.is_fine:
        return None
    if len(case.batch.refusals.get(case.url, ())) >= 2:
        return Ruling("R9", Verdict.GEO_BLOCKED, "country", 0.8, is_path_clear=True, layer="http")
    return Ruling("R9", Verdict.INCONCLUSIVE, "maybe-geo", 0.4, is_path_clear=True, layer="http")


def r10_parked_or_suspended(case: Case) -> Ruling | None:
    """The page over valid TLS is a parking or a suspension page."""
    return _trouble(case.tables.mark_of(case.clear_page, "parked", "suspended"), "R10") if case.clear_page else None


def _trouble(mark: object, rule_id: str) -> Ruling | None:
    says, reason = getattr(mark, "says", ""), getattr(mark, "reason", "")
    if says == "parked":
        return Ruling(rule_id, Verdict.DOMAIN_EXPIRED_OR_PARKED, reason, 0.85, layer="http")
    return Ruling(rule_id, Verdict.HOSTING_SUSPENDED, reason, 0.85, layer="http") if says else None


def r11_answered(case: Case) -> Ruling | None:
    """A whole answer over valid TLS settles the network question, whatever it says."""
    page = case.clear_page
    if page is None or not 200 <= page.status < 400 or (page.is_cut and not any(other.is_cut for other in case.controls.pages)):
        return None
    return Ruling("R11", Verdict.OK, _ok_reason(case, page), 0.95, is_path_clear=True, layer="http")


def _ok_reason(case: Case, page: Page) -> str:
    best = case.controls.best
    if best is None or best.page is None or best.page.status >= 400:
        return "control-only-failure" if case.controls.looks else "no-control"
    if case.hop.host.removeprefix("www.") != case.host.removeprefix("www."):
        return "moved"
    if _is_ipv6_broken(case):
        return "ipv6-broken"
    return "" if page.title == best.page.title or alike(page, best.page) >= MIN_LIKENESS else "content-changed"


def _is_ipv6_broken(case: Case) -> bool:
    return any(":" in touch.address and touch.failure is not Failure.NONE for touch in case.look.hops[0].own_touches())


def r18_domain_is_gone(case: Case) -> Ruling | None:
    """The controls find no domain, or the registry says held, expired or moved to a parking server."""
    if case.controls.state != "fails":
        return None
    reason = _registry_reason(case)
    if not reason and all(look.hops[0].names.failure is Failure.DNS_NXDOMAIN_ERROR for look in case.controls.looks):
        reason = "nxdomain"
    if not reason and any(case.tables.mark_of(page, "parked") for page in case.controls.pages):
        reason = "parked"
    return Ruling("R18", Verdict.DOMAIN_EXPIRED_OR_PARKED, reason, 0.9, layer="dns") if reason else None


def _registry_reason(case: Case) -> str:
    facts = case.controls.registry
    if not facts:
        return ""
    statuses = " ".join(str(one) for one in _list(facts.get("statuses")))
    if any(word in statuses for word in _HOLDS):
        return "registry-suspended"
    moment = case.look.at
    if any(word in statuses for word in _EXPIRIES) or (moment and "" < str(facts.get("expires", ""))[:10] < moment.date().isoformat()):
        return "expired"
    servers = [str(one) for one in _list(facts.get("nameservers"))]
    if any(server.endswith(parking) for server in servers for parking in case.tables.parking_servers):
        return "parked"
    return "expired" if facts.get("outcome") == "not_found" else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def r19_host_suspended(case: Case) -> Ruling | None:
    """The controls get the host's suspension or default page."""
    if case.controls.state == "fails" and any(case.tables.mark_of(page, "suspended") for page in case.controls.pages):
        return Ruling("R19", Verdict.HOSTING_SUSPENDED, "host", 0.85, layer="http")
    return None


def r20_same_bad_certificate(case: Case) -> Ruling | None:
    """Control and vantage get the same bad certificate: the site's own fault."""
    shake = case.shake
    control = case.controls.hop(case.hop.host)
    other = control.shake if control else None
    if case.controls.state != "fails" or shake is None or other is None or shake.failure not in UNTRUSTED or other.failure not in UNTRUSTED:
        return None
    same_leaf = bool(shake.chain and other.chain) and shake.chain[0].sha256 == other.chain[0].sha256
    if same_leaf or (shake.failure is other.failure and shake.fault == other.fault):
        return Ruling("R20", Verdict.SITE_TLS_ERROR, shake.failure.value.removeprefix("ssl_").replace("_", "-"), 0.95, layer="tls")
    return None


def r21_down_for_all(case: Case) -> Ruling | None:
    """The controls fail too, or get the same complaint: the site is down; one control alone cannot say so."""
    refused = bool(case.clear_page and case.clear_page.status >= 400)
    same = refused and bool(case.controls.pages) and all(page.status >= 400 for page in case.controls.pages)
    is_limited = bool(case.clear_page and case.clear_page.status == 429)
    if (case.controls.state != "fails" and not same and not _is_same_complaint(case)) or is_limited:
        return None
    page = case.look.page
    if page and 0 < page.status < 400 and page.scheme == "http":
        return Ruling("R21", Verdict.INCONCLUSIVE, "control-only-failure", 0.3, layer="http")
    if len(case.controls.lines) < 2:
        return Ruling("R21", Verdict.INCONCLUSIVE, "single-control", 0.4)
    return Ruling("R21", Verdict.DOWN_EVERYWHERE, _down_reason(case), 0.8, is_path_clear=False)


def _is_same_complaint(case: Case) -> bool:
    """A cleartext complaint that every control gets too, with the same status and the same text: it comes from the site, not from the path."""
    page, others = case.look.page, case.controls.pages
    if page is None or page.scheme != "http" or page.status < 400 or page.status == 429 or not others:
        return False
    return all(other.status == page.status and other.text_sha256 == page.text_sha256 for other in others)


def _down_reason(case: Case) -> str:
    if pages := case.controls.pages:
        status = max(page.status for page in pages)
        return "server-error" if status >= 500 else "451-for-all" if status == 451 else f"http-{status}"
    names = [look.hops[0].names for look in case.controls.looks]
    if any(one.failure is Failure.DNS_SERVFAIL_ERROR and one.unchecked for one in names):
        return "dnssec"
    if all(one.failure is not Failure.NONE for one in names):
        return "dns"
    hops = [look.last for look in case.controls.looks]
    if any(hop.shake and not hop.shake.is_valid for hop in hops):
        return "tls"
    return "tcp" if not any(hop.is_connected for hop in hops) else "http"


def r30a_same_cleartext(case: Case) -> Ruling | None:
    """A cleartext page that is the control's page."""
    page, best = case.look.page, case.controls.best
    if page is None or best is None or best.page is None or page.scheme != "http" or page.status != best.page.status:
        return None
    same_title = bool(page.title) and page.title == best.page.title
    if page.status < 400 and (same_title or alike(page, best.page) >= MIN_LIKENESS or page.length == best.page.length == 0):
        return Ruling("R30a", Verdict.OK, "", 0.85, is_path_clear=True, layer="http")
    return None


def r31_different_cleartext(case: Case) -> Ruling | None:
    """A cleartext page that is not the control's and nobody knows; the same one on three sites is a block page to be."""
    page = case.look.page
    if page is None or not page.status or page.is_valid_tls or page.scheme != "http" or case.controls.state != "ok":
        return None
    key = page.text_sha256 or page.location
    if key and len(case.batch.pages.get(key, ())) >= MIN_SHARED_SITES:
        return Ruling("R16", Verdict.BLOCKED_HTTP_BLOCKPAGE, "candidate", 0.85, EvidenceKind.ARTEFACT, "http")
    return Ruling("R31", Verdict.INCONCLUSIVE, "http-diff", 0.4, layer="http")


def r32_server_complains(case: Case) -> Ruling | None:
    """A complaint over valid TLS that the control does not get: too many requests, or the server's own affair."""
    page = case.clear_page
    if page is None or page.status < 400:
        return None
    if page.status == 429 or case.tables.mark_of(page, "rate_limit"):
        return Ruling("R32", Verdict.BOT_CHALLENGE, "rate-limited", 0.6, is_path_clear=True, layer="http")
    return Ruling("R32", Verdict.INCONCLUSIVE, "server-answer", 0.6, is_path_clear=True, layer="http")
