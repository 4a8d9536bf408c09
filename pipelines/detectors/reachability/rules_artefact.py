"""Rules R4 to R6 and R12 to R17: what only an interferer produces. Source: BLOCKING.md c.1, c.5, e.3."""

from collections.abc import Callable, Iterator

from db.vocabulary import EvidenceKind, Failure, Verdict
from pipelines.detectors.reachability.case import Case, Ruling
from pipelines.detectors.reachability.facts import Page, Shake

UNTRUSTED = (Failure.SSL_UNKNOWN_AUTHORITY, Failure.SSL_INVALID_HOSTNAME, Failure.SSL_INVALID_CERTIFICATE)
MIN_SHARED_SITES = 3


def r4_known_interception(case: Case) -> Ruling | None:
    """A presented certificate bears a known interception authority's name or key, even when the chain validates."""
    for shake in _presented(case):
        if any(table.fits(one) for table in case.tables.interceptions for one in shake.chain):
            return Ruling("R4", Verdict.BLOCKED_TLS_MITM, "known-ca", 0.97, EvidenceKind.ARTEFACT, "tls")
    return None


def _presented(case: Case) -> Iterator[Shake]:
    for hop in case.look.hops:
        yield from (shake for shake in hop.shakes if shake.purpose in ("site", "control_address", "other_address"))


def r5_unknown_interception(case: Case) -> Ruling | None:
    """The right address shows a strange certificate that copies the site's own, or whose issuer stands before other sites too.

    An old certificate, or one for another name, that a trusted authority signed is a stale or misconfigured edge, no interception.
    """
    shake, good = case.shake, _good_shake(case)
    if (
        shake is None
        or good is None
        or shake.failure is not Failure.SSL_UNKNOWN_AUTHORITY
        or not shake.chain
        or not _is_at_right_address(case, shake)
    ):
        return None
    leaf, real = shake.chain[0], good.chain[0]
    if leaf.sha256 == real.sha256:
        return None
    sites = case.batch.issuers.get(leaf.issuer, set()) - {case.hop.host}
    is_copy = leaf.key_sha256 != real.key_sha256 and (
        (bool(leaf.names) and set(leaf.names) == set(real.names)) or (bool(leaf.subject) and leaf.subject == real.subject)
    )
    if not sites and not is_copy:
        return None
    return Ruling("R5", Verdict.BLOCKED_TLS_MITM, "unknown-ca", 0.85, EvidenceKind.ARTEFACT, "tls")


def _good_shake(case: Case) -> Shake | None:
    hop = case.controls.hop(case.hop.host)
    return hop.shake if hop and hop.shake and hop.shake.is_valid else None


def _is_at_right_address(case: Case, shake: Shake) -> bool:
    if case.is_genuine:
        return True
    issuer = shake.chain[0].issuer
    literal = case.hop.swaps("control_address")
    return any(other.failure in UNTRUSTED and other.chain and other.chain[0].issuer == issuer for other in literal)


def _given(case: Case) -> list[str]:
    names = case.hop.names
    if case.clear_page is not None or names.engine in ("proxy", "literal"):
        return []
    return [address for address in names.addresses if address not in case.known]


def r12_blockpage_address(case: Case) -> Ruling | None:
    """The resolver gives an address that is known to serve block pages in this country."""
    if any(case.tables.dns_fingerprint(address, case.line.country) for address in _given(case)):
        return Ruling("R12", Verdict.BLOCKED_DNS, "blockpage-ip", 0.95, EvidenceKind.ARTEFACT, "dns")
    return None


def r13_bogon(case: Case) -> Ruling | None:
    """The resolver gives an address that no public name may have, and a control knows a real one."""
    real = [address for address in case.known if not case.tables.is_bogon(address)]
    if real and any(case.tables.is_bogon(address) for address in _given(case)):
        return Ruling("R13", Verdict.BLOCKED_DNS, "bogon", 0.9, EvidenceKind.ARTEFACT, "dns")
    return None


def r14_shared_sinkhole(case: Case) -> Ruling | None:
    """The same odd address for three or more unrelated sites, known to no control."""
    for address in _given(case):
        if case.is_mismatch and len(case.batch.addresses.get(address, ())) >= MIN_SHARED_SITES:
            return Ruling("R14", Verdict.BLOCKED_DNS, "shared-sinkhole", 0.85, EvidenceKind.ARTEFACT, "dns")
    return None


def _doubtful_pages(case: Case) -> list[Page]:
    """Pages that an interferer could have written: cleartext, or under a certificate that is not the site's."""
    if case.clear_page is not None and all(hop.shake and hop.shake.is_valid for hop in case.look.hops):
        return []
    return [page for hop in case.look.hops for page in hop.pages if not page.is_valid_tls]


def r15_cleartext_451(case: Case) -> Ruling | None:
    """451 over cleartext that no control gets."""
    if not case.controls.pages or any(page.status == 451 for page in case.controls.pages):
        return None
    if any(page.status == 451 for page in _doubtful_pages(case)):
        return Ruling("R15", Verdict.BLOCKED_HTTP_451, "network", 0.9, EvidenceKind.ARTEFACT, "http")
    return None


def r16_block_page(case: Case) -> Ruling | None:
    """Redirect or page of a known block page of this country; void where a control's page shows the same."""
    controls = [page for look in case.controls.looks for hop in look.hops for page in hop.pages]
    void = {name for page in controls for name in case.tables.page_fingerprints(page, case.line.country)}
    for page in _doubtful_pages(case):
        if case.tables.page_fingerprints(page, case.line.country) - void:
            return Ruling("R16", Verdict.BLOCKED_HTTP_BLOCKPAGE, "fingerprint", 0.95, EvidenceKind.ARTEFACT, "http")
    return None


def r17_injected_bytes(case: Case) -> Ruling | None:
    """Known bytes of an injector in the place of an answer."""
    for hop in case.look.hops:
        if any(known in shake.first_bytes for shake in hop.shakes if shake.purpose == "site" for known in case.tables.injected):
            return Ruling("R17", Verdict.BLOCKED_TLS_SNI, "injected", 0.85, EvidenceKind.ARTEFACT, "tls")
        if any(known in page.raw for page in hop.pages if not page.status for known in case.tables.injected):
            return Ruling("R17", Verdict.BLOCKED_HTTP_BLOCKPAGE, "injected", 0.85, EvidenceKind.ARTEFACT, "http")
    return None


ARTEFACT_RULES: tuple[Callable[[Case], Ruling | None], ...] = (
    r4_known_interception,
    r5_unknown_interception,
    r12_blockpage_address,
    r13_bogon,
    r14_shared_sinkhole,
    r15_cleartext_451,
    r16_block_page,
    r17_injected_bytes,
)


def has_artefact(case: Case) -> bool:
    """True when any artefact rule fires."""
    return any(rule(case) is not None for rule in ARTEFACT_RULES)
