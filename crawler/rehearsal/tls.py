"""Throw-away certificate authorities and leaves for loopback: trusted, unknown, interception-like, expired, wrong name. Keys live in memory and a temporary folder only."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ISCA_NAME = {"C": "KZ", "O": "ISCA", "CN": "Information Security Certification Authority"}
_OIDS = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME}


def _name(parts: dict[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_OIDS[key], value) for key, value in parts.items()])


class ThrowAwayAuthority:
    """A root of our own making. `pem` is its certificate; leaves are written under `folder`."""

    def __init__(self, folder: Path, name: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name or {"O": "Rehearsal", "CN": "Rehearsal Root"})
        now = datetime.now(UTC)
        builder = self._builder(self._name, self._key, now - timedelta(days=3650), now + timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = builder.sign(self._key, hashes.SHA256())
        self._n_leaves = 0

    @property
    def pem(self) -> bytes:
        """The root certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )

    def leaf(self, *names: str, subject: str = "", days: tuple[int, int] = (-3000, 3000)) -> Path:
        """A PEM file with key and chain for `names`, valid from and to so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        name = _name({"CN": subject or names[0]})
        builder = self._builder(name, key, now + timedelta(days=days[0]), now + timedelta(days=days[1]))
        alternatives = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        self._n_leaves += 1
        path = self._folder / f"leaf-{id(self)}-{self._n_leaves}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + certificate.public_bytes(Encoding.PEM) + self.pem)
        return path


def server_context(default: Path, by_name: dict[str, Path] | None = None) -> ssl.SSLContext:
    """A server that shows `default`, or the leaf that `by_name` holds for the asked name at the time it is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(default)
    leaves, made = by_name if by_name is not None else {}, dict[Path, ssl.SSLContext]()

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        path = leaves.get(name or "")
        if path is None:
            return
        if path not in made:
            made[path] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made[path].load_cert_chain(path)
        connection.context = made[path]

    context.sni_callback = choose
    return context
