"""Certificates: facts of a presented chain, and whether our own pinned bundle trusts it for a name. Never the machine's store."""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from OpenSSL import crypto
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from crawler.probing.addresses import literal
from db.vocabulary import Failure

# OpenSSL's X509_V_ERR numbers (include/openssl/x509_vfy.h): not yet valid, expired, and the same for fields that cannot be read.
_TIME_ERRORS = {9: "not_yet_valid", 10: "expired", 13: "not_yet_valid", 14: "expired"}
_CHAIN_ERRORS = {2, 18, 19, 20, 21, 27}
MAX_CERTIFICATES = 10


@lru_cache(maxsize=4)
def _roots(bundle: Path | None) -> tuple[x509.Certificate, ...]:
    path = bundle or Path(certifi.where())
    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))


def check_chain(chain: list[bytes], name: str, bundle: Path | None, now: datetime) -> tuple[Failure, str]:
    """What a browser with our bundle would say of `chain` (DER, leaf first) for `name` at `now`; failure none when it is good."""
    if not chain:
        return Failure.SSL_INVALID_CERTIFICATE, "no_certificate"
    try:
        certificates = [x509.load_der_x509_certificate(data) for data in chain[:MAX_CERTIFICATES]]
    except ValueError as error:
        return Failure.SSL_INVALID_CERTIFICATE, f"unreadable: {error}"[:120]
    fault = _chain_fault(certificates, bundle, now)
    if fault[0] is not Failure.NONE:
        return fault
    return _name_fault(certificates[0], name)


def _chain_fault(certificates: list[x509.Certificate], bundle: Path | None, now: datetime) -> tuple[Failure, str]:
    store = crypto.X509Store()
    for root in _roots(bundle):
        store.add_cert(crypto.X509.from_cryptography(root))
    store.set_time(now.replace(tzinfo=None))
    presented = [crypto.X509.from_cryptography(certificate) for certificate in certificates]
    try:
        crypto.X509StoreContext(store, presented[0], presented[1:]).verify_certificate()
    except crypto.X509StoreContextError as error:
        code = error.errors[0] if error.errors and isinstance(error.errors[0], int) else 0
        if code in _TIME_ERRORS:
            return Failure.SSL_INVALID_CERTIFICATE, _TIME_ERRORS[code]
        return Failure.SSL_UNKNOWN_AUTHORITY if code in _CHAIN_ERRORS else Failure.SSL_INVALID_CERTIFICATE, str(error)[:120]
    return Failure.NONE, ""


def _name_fault(leaf: x509.Certificate, name: str) -> tuple[Failure, str]:
    try:
        if literal(name) is not None:
            verify_certificate_ip_address(leaf, name.strip("[]"))
        else:
            verify_certificate_hostname(leaf, name)
    except (VerificationError, CertificateError, ValueError):
        return Failure.SSL_INVALID_HOSTNAME, f"not for {name}"
    return Failure.NONE, ""


def describe(data: bytes) -> dict[str, object]:
    """Facts of one certificate (DER) that rules and people read; only hashes when it cannot be parsed."""
    facts: dict[str, object] = {"sha256": hashlib.sha256(data).hexdigest(), "sha1": hashlib.sha1(data, usedforsecurity=False).hexdigest()}
    try:
        certificate = x509.load_der_x509_certificate(data)
        facts |= {
            "subject": certificate.subject.rfc4514_string(),
            "issuer": certificate.issuer.rfc4514_string(),
            "not_before": certificate.not_valid_before_utc.isoformat(),
            "not_after": certificate.not_valid_after_utc.isoformat(),
            "names": _names(certificate),
            "authority_key": _authority_key(certificate),
            "key_sha256": hashlib.sha256(
                certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ).hexdigest(),
            "pem": certificate.public_bytes(Encoding.PEM).decode("ascii"),
        }
    except (ValueError, TypeError) as error:
        facts["unreadable"] = str(error)[:120]
    return facts


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName), *(str(ip) for ip in names.get_values_for_type(x509.IPAddress))][:100]


def _authority_key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return ""
    return key.hex().upper() if key else ""
