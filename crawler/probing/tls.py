"""One TLS handshake by hand: chain kept, nothing refused, first bytes remembered. No verdicts.

pyOpenSSL with memory buffers, because the standard library hands out no chain before Python 3.13 and hides the bytes
that an interferer puts in the place of a ServerHello. The client hello is OpenSSL's; the observation says so.
"""

import asyncio
import contextlib
from functools import cache

from OpenSSL import SSL

from crawler.probing.failures import StepError
from crawler.probing.proxy import Stream
from db.vocabulary import Failure

FIRST_BYTES_KEPT = 64
_RECORD_TYPES = (0x14, 0x15, 0x16, 0x17)


@cache
def _context() -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    context.set_alpn_protos([b"http/1.1"])
    return context


class TlsStream:
    """A TLS client over a Stream, with the same read, write and close."""

    def __init__(self, stream: Stream, server_name: str) -> None:
        self._stream = stream
        self._tls = SSL.Connection(_context(), None)
        if server_name:
            self._tls.set_tlsext_host_name(server_name.encode("ascii", "ignore"))
        self._tls.set_connect_state()
        self.first_bytes = b""
        self.n_received = 0

    @property
    def is_answered(self) -> bool:
        """True when the other side spoke TLS at all: a ServerHello or an alert."""
        return len(self.first_bytes) >= 3 and self.first_bytes[0] in _RECORD_TYPES and self.first_bytes[1] == 3

    @property
    def is_injected(self) -> bool:
        """True when something came that is not TLS."""
        return bool(self.first_bytes) and not self.is_answered

    def chain(self) -> list[bytes]:
        """The presented certificates as DER, leaf first."""
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - slow import, only needed here

        presented = self._tls.get_peer_cert_chain(as_cryptography=True) or []
        return [certificate.public_bytes(Encoding.DER) for certificate in presented]

    async def handshake(self) -> None:
        """Shake hands; OSError, EOFError or StepError when that fails."""
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                await self._flush()
                await self._feed()
            except SSL.Error as error:
                with contextlib.suppress(OSError):
                    await self._flush()
                raise StepError(Failure.SSL_FAILED_HANDSHAKE, _reason(error)) from error
            else:
                await self._flush()
                return

    async def read(self, limit: int = 65536) -> bytes:
        """Decrypted bytes; empty at the end."""
        while True:
            try:
                return self._tls.recv(limit)
            except SSL.WantReadError:
                try:
                    await self._feed()
                except EOFError:
                    return b""
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise StepError(Failure.SSL_FAILED_HANDSHAKE, _reason(error)) from error

    async def write(self, data: bytes) -> None:
        """Encrypt and send."""
        self._tls.sendall(data)
        await self._flush()

    def close(self) -> None:
        """Give up the connection at once."""
        self._stream.close()

    async def _flush(self) -> None:
        while True:
            try:
                await self._stream.write(self._tls.bio_read(65536))
            except SSL.WantReadError:
                return

    async def _feed(self) -> None:
        data = await self._stream.read()
        if not data:
            raise EOFError("closed inside TLS")
        self.n_received += len(data)
        self.first_bytes = (self.first_bytes + data)[:FIRST_BYTES_KEPT]
        self._tls.bio_write(data)


def _reason(error: SSL.Error) -> str:
    details = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(detail[-1]) for detail in details)[:200] or type(error).__name__


async def start_tls(stream: Stream, server_name: str, timeout_s: float) -> TlsStream:
    """A finished handshake over `stream` within the time; the TlsStream rides on the error as `.tls` for its first bytes."""
    tls = TlsStream(stream, server_name)
    try:
        async with asyncio.timeout(timeout_s):
            await tls.handshake()
    except (OSError, EOFError, StepError, TimeoutError) as error:
        stream.close()
        raise TlsError(error, tls) from error
    return tls


class TlsError(Exception):
    """A handshake that failed; `cause` is what was raised, `tls` holds what was received."""

    def __init__(self, cause: Exception, tls: TlsStream) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.tls = tls
