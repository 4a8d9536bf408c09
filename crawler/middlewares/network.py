"""The connection itself: our own trusted roots, and two clocks per response, one for the first byte and one for all."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import certifi
from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import Certificate, CertificateOptions, TLSVersion, optionsForClientTLS, trustRootFromCertificates
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.config import Config
from crawler.middlewares.refusal import Refused
from crawler.sources import Source
from db.vocabulary import FetchOutcome

_PEM_END = b"-----END CERTIFICATE-----"
# OpenSSL 3: level 0 takes keys and digests that browsers still take (SSL_CTX_set_security_level(3)); servers without secure
# renegotiation (RFC 5746) need SSL_OP_LEGACY_SERVER_CONNECT, which pyOpenSSL does not name (openssl/ssl.h, bit 2). Read 2026-11-25.
_LEGACY_CIPHERS = b"ALL:!aNULL:!eNULL:@SECLEVEL=0"
_LEGACY_SERVER_CONNECT = 0x4


@implementer(IPolicyForHTTPS)
class TrustedRoots:
    """Verifies every certificate against one PEM file, the same on each machine; read at the first https request.

    Only hosts that the source names get the weaker handshake for old servers (FIELD-TRAPS HT1).
    """

    def __init__(self, bundle: Path, legacy_hosts: Iterable[str] = ()) -> None:
        self._bundle = bundle
        self._legacy_hosts = frozenset(host.lower() for host in legacy_hosts)
        self._roots: Any = None

    def creatorForNetloc(self, hostname: bytes, port: int) -> IOpenSSLClientConnectionCreator:
        """What Twisted needs to make a verified connection to `hostname`."""
        if self._roots is None:
            self._roots = trustRootFromCertificates(_read_certificates(self._bundle))  # type: ignore[no-untyped-call]
        host = hostname.decode("ascii")
        if host.lower() in self._legacy_hosts:
            options = _LegacyOptions(trustRoot=self._roots, insecurelyLowerMinimumTo=TLSVersion.TLSv1_0)
            return cast(IOpenSSLClientConnectionCreator, ClientTLSOptions(options._makeTLSConnection, host))
        return optionsForClientTLS(host, trustRoot=self._roots)


class _LegacyOptions(CertificateOptions):
    """A handshake with small keys, old versions and old renegotiation; who answers is verified as always."""

    def _makeContext(self, skipCiphers: bool = False) -> SSL.Context:
        context = super()._makeContext(skipCiphers=True)
        context.set_options(_LEGACY_SERVER_CONNECT)
        context.set_cipher_list(_LEGACY_CIPHERS)
        return context


def _read_certificates(bundle: Path) -> list[Certificate]:
    parts = bundle.read_bytes().split(_PEM_END)[:-1]
    return [Certificate.loadPEM(part[part.index(b"-----BEGIN") :] + _PEM_END) for part in parts]


class PatientHandler(HTTP11DownloadHandler):
    """Scrapy's handler, whose time limit covers the whole response, with a shorter limit for the first byte (FIELD-TRAPS HT4, CR2)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        config: Config = crawler.settings["MFM"]
        self._first_byte_s = config.download_timeout_s
        self._end = time.monotonic() + config.run_deadline_s
        source = getattr(crawler.spider, "source", None)
        legacy_hosts = source.tls_legacy_hosts if isinstance(source, Source) else ()
        self._contextFactory: Any = TrustedRoots(config.trust_bundle or Path(certifi.where()), legacy_hosts)

    async def download_request(self, request: Request) -> Response:
        """Download, but give a host that does not begin to answer only `download_timeout_s`."""
        if time.monotonic() > self._end:  # a closing run still empties its queue
            raise Refused(FetchOutcome.DEADLINE, "the deadline of the run is reached")
        gate = request.meta.get("mfm_gate")
        if gate is None:
            return await self._download(request)
        await gate.enter(request)
        try:
            response = await self._download(request)
        except Exception as error:
            gate.note_failure(request, error)
            raise
        gate.note_response(request, response)
        return response

    async def _download(self, request: Request) -> Response:
        request.meta.pop("download_latency", None)  # a redirect or a retry carries the one of the hop before
        download = asyncio.ensure_future(super().download_request(request))
        done, _ = await asyncio.wait({download}, timeout=self._first_byte_s)
        if not done and "download_latency" not in request.meta:
            download.cancel()
            raise DownloadTimeoutError(f"no answer within {self._first_byte_s:g} seconds")
        return await download
