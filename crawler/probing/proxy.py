"""The way out of a line: direct, a source address, SOCKS5 (Tor too) or HTTP CONNECT. Bytes only; no verdicts.

Own code rather than a proxy library, because a diagnosis needs to know at which byte the proxy failed: reaching it,
its greeting, its password, or its reply about the site (RFC 1928, RFC 1929, RFC 9110 section 9.3.6).
"""

import asyncio
import base64
import ipaddress
from collections.abc import Awaitable
from typing import TypeVar

from crawler.config import Vantage
from crawler.probing.addresses import literal, split_target
from crawler.probing.failures import StepError, failure_of
from db.vocabulary import Failure

_T = TypeVar("_T")
_SOCKS_REPLIES = {
    3: Failure.NETWORK_UNREACHABLE,
    4: Failure.HOST_UNREACHABLE,
    5: Failure.CONNECTION_REFUSED,
    6: Failure.GENERIC_TIMEOUT_ERROR,
}
MAX_CONNECT_HEAD_BYTES = 16 * 1024


class Stream:
    """A byte stream to the target; what was received first is kept, since injected bytes are evidence."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.n_received = 0

    async def read(self, limit: int = 65536) -> bytes:
        """Bytes as they come; empty at the end."""
        data = await self._reader.read(limit)
        self.n_received += len(data)
        return data

    async def read_exactly(self, count: int) -> bytes:
        """Exactly `count` bytes; asyncio.IncompleteReadError when the other side ends before."""
        return await self._reader.readexactly(count)

    async def write(self, data: bytes) -> None:
        """Send, waiting while the other side is slow."""
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        """Give up the connection at once; what is still unsent is lost."""
        self._writer.transport.abort()


async def within(seconds: float, work: Awaitable[_T]) -> _T:
    """`work` or TimeoutError."""
    async with asyncio.timeout(seconds):
        return await work


async def open_stream(vantage: Vantage, host: str, port: int, timeout_s: float) -> Stream:
    """A stream from this line to host:port; StepError tells the failure and whether the line itself is at fault."""
    if vantage.kind in ("direct", "source_address"):
        return await _open_direct(vantage, host, port, timeout_s)
    stream = await _reach_proxy(vantage, timeout_s)
    try:
        ask = _ask_connect if vantage.kind == "http" else _ask_socks
        await within(timeout_s, ask(stream, vantage, host, port))
    except (OSError, EOFError, TimeoutError) as error:
        stream.close()
        if isinstance(error, TimeoutError):
            raise StepError(Failure.GENERIC_TIMEOUT_ERROR, "proxy_silent") from error
        raise StepError(Failure.PROXY_ERROR, "proxy_closed") from error
    except BaseException:
        stream.close()
        raise
    return stream


async def _open_direct(vantage: Vantage, host: str, port: int, timeout_s: float) -> Stream:
    local = (vantage.address, 0) if vantage.kind == "source_address" else None
    try:
        return Stream(*await within(timeout_s, asyncio.open_connection(host, port, local_addr=local)))
    except OSError as error:
        raise StepError(failure_of(error)) from error


async def _reach_proxy(vantage: Vantage, timeout_s: float) -> Stream:
    host, port = split_target(vantage.address, 1080)
    try:
        return Stream(*await within(timeout_s, asyncio.open_connection(host, port)))
    except OSError as error:
        raise StepError(failure_of(error), "proxy_unreachable", is_line_fault=True) from error


async def _ask_socks(stream: Stream, vantage: Vantage, host: str, port: int) -> None:
    await _greet_socks(stream, vantage)
    await stream.write(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2, "big"))
    version, reply, _, kind = await stream.read_exactly(4)
    if version != 5:
        raise StepError(Failure.PROXY_ERROR, "proxy_not_socks", is_line_fault=True)
    if reply:
        raise StepError(_SOCKS_REPLIES.get(reply, Failure.PROXY_ERROR), f"socks:{reply}")
    length = {1: 4, 4: 16}.get(kind) or (await stream.read_exactly(1))[0]
    await stream.read_exactly(length + 2)


async def _greet_socks(stream: Stream, vantage: Vantage) -> None:
    user, secret = vantage.username.encode()[:255], vantage.password.get_secret_value().encode()[:255]
    await stream.write(b"\x05\x02\x00\x02" if user else b"\x05\x01\x00")
    try:
        version, method = await stream.read_exactly(2)
    except asyncio.IncompleteReadError as error:
        raise StepError(Failure.PROXY_ERROR, "proxy_closed", is_line_fault=True) from error
    if version != 5 or method not in (0, 2) or (method == 2 and not user):
        raise StepError(Failure.PROXY_ERROR, "proxy_auth" if version == 5 else "proxy_not_socks", is_line_fault=True)
    if method == 2:
        await stream.write(b"\x01" + bytes([len(user)]) + user + bytes([len(secret)]) + secret)
        answer = await stream.read_exactly(2)
        if answer[1]:
            raise StepError(Failure.PROXY_ERROR, "proxy_auth", is_line_fault=True)


def _socks_address(host: str) -> bytes:
    address = literal(host)
    if isinstance(address, ipaddress.IPv4Address):
        return b"\x01" + address.packed
    if isinstance(address, ipaddress.IPv6Address):
        return b"\x04" + address.packed
    name = host.encode("idna" if not host.isascii() else "ascii")[:255]
    return b"\x03" + bytes([len(name)]) + name


async def _ask_connect(stream: Stream, vantage: Vantage, host: str, port: int) -> None:
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    if vantage.username:
        pair = f"{vantage.username}:{vantage.password.get_secret_value()}".encode()
        head += f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}\r\n"
    await stream.write(head.encode("idna" if not head.isascii() else "ascii") + b"\r\n")
    status = _status_of(await _read_head(stream))
    if status == 407:
        raise StepError(Failure.PROXY_ERROR, "proxy_auth", is_line_fault=True)
    if not 200 <= status < 300:
        raise StepError(Failure.PROXY_ERROR, f"http:{status}")


async def _read_head(stream: Stream) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < MAX_CONNECT_HEAD_BYTES:
        head += await stream.read_exactly(1)
    return head


def _status_of(head: bytes) -> int:
    parts = head.split(b" ", 2)
    if not head.startswith(b"HTTP/") or len(parts) < 2 or not parts[1][:3].isdigit():
        raise StepError(Failure.PROXY_ERROR, "proxy_not_http", is_line_fault=True)
    return int(parts[1][:3])
