"""A certificate authority made at start and thrown away at the end: TLS for the small web, trusted by nobody else."""

import ssl
from pathlib import Path
from threading import Lock

import trustme


class ThrowAwayAuthority:
    """Makes a certificate for any host that is asked for; its own goes into `trust_bundle` of a configuration."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Media Freedom Monitor rehearsal")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()

    def write_bundle(self, path: Path) -> Path:
        """The authority's certificate as PEM; the key stays in memory."""
        self._authority.cert_pem.write_to_path(str(path))
        return path

    def context_for(self, host: str) -> ssl.SSLContext:
        """What a server needs to speak as `host`."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]
