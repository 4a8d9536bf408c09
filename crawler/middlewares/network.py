"""The connection itself: our own trusted roots, and two clocks per response, one for the first byte and one for all."""

import asyncio
import time
from pathlib import Path
from typing import Any

import certifi
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.config import Config
from crawler.middlewares.refusal import Refused
from db.vocabulary import FetchOutcome

_PEM_END = b"-----END CERTIFICATE-----"


@implementer(IPolicyForHTTPS)
class TrustedRoots:
    """Verifies every certificate against one PEM file, the same on each machine; read at the first https request."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._roots: Any = None

    def creatorForNetloc(self, hostname: bytes, port: int) -> IOpenSSLClientConnectionCreator:
        """What Twisted needs to make a verified connection to `hostname`."""
        if self._roots is None:
            self._roots = trustRootFromCertificates(_read_certificates(self._bundle))  # type: ignore[no-untyped-call]
        return optionsForClientTLS(hostname.decode("ascii"), trustRoot=self._roots)


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
        self._contextFactory: Any = TrustedRoots(config.trust_bundle or Path(certifi.where()))

    async def download_request(self, request: Request) -> Response:
        """Download, but give a host that does not begin to answer only `download_timeout_s`."""
        if time.monotonic() > self._end:  # a closing run still empties its queue
            raise Refused(FetchOutcome.DEADLINE, "the deadline of the run is reached")
        request.meta.pop("download_latency", None)  # a redirect or a retry carries the one of the hop before
        download = asyncio.ensure_future(super().download_request(request))
        done, _ = await asyncio.wait({download}, timeout=self._first_byte_s)
        if not done and "download_latency" not in request.meta:
            download.cancel()
            raise DownloadTimeoutError(f"no answer within {self._first_byte_s:g} seconds")
        return await download
