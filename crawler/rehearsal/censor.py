"""A proxy on loopback with a censor inside: SOCKS5 and HTTP CONNECT, acts by target, by server name or by Host header.

Nothing here needs root: the censor sits in the proxy, reads the ClientHello or the request, and passes, cuts, resets, hangs,
slows, freezes, injects or hands the connection to another server (BLOCKING.md f.1). Without acts it is an honest proxy.
"""

import asyncio
import base64
import contextlib
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

Target = tuple[str, int]
CHUNK_BYTES = 16384


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to a connection.

    `do` is one of pass, silent, reset, eof, inject, divert, freeze, slow (once the name is known), and hang, refuse (before).
    `port` narrows it; `reply` is a SOCKS reply or HTTP status; `to` a diversion; `after_bytes`, `delay_s`, `bytes_per_s` measure.
    """

    do: str = "pass"
    port: int = 0
    reply: int = 5
    to: Target = ("", 0)
    data: bytes = b""
    after_bytes: int = 16 * 1024
    delay_s: float = 0.0
    bytes_per_s: int = 0


@dataclass(slots=True)
class Censor:
    """The proxy. `places` says where a name or address really is; `by_target` acts on connecting, `by_name` on SNI or Host."""

    places: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[Target, Target] = field(default_factory=dict)
    by_target: dict[str, Act] = field(default_factory=dict)
    by_name: dict[str, Act] = field(default_factory=dict)
    password: str = ""
    is_lying: bool = False
    remembers_s: float = 0.0
    host: str = "127.0.0.1"
    port: int = 0
    seen: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _blocked_until: dict[str, float] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every open connection."""
        if self._server:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """host:port for a vantage's settings."""
        return f"{self.host}:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._handle(reader, writer)
        except (OSError, EOFError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        caller = _Socks(reader, writer) if first == b"\x05" else _Connect(reader, writer, first)
        target = await caller.greet(self.password)
        if target is None:
            return
        self.seen.append(f"{target[0]}:{target[1]}")
        act = self._act_for(self.by_target, target[0], target[1])
        if act.do == "hang":
            await reader.read()
            return
        if act.do == "refuse" and not self.is_lying:
            await caller.reply(act.reply)
            return
        await self._connect(caller, target, act)

    def _act_for(self, acts: dict[str, Act], name: str, port: int) -> Act:
        act = acts.get(name) or acts.get("*") or Act()
        return act if act.port in (0, port) else Act()

    def _place(self, target: Target) -> Target:
        if target in self.ports:
            return self.ports[target]
        host = self.places.get(target[0], target[0])
        return self.ports.get((host, target[1]), (host, target[1]))

    async def _connect(self, caller: "_Caller", target: Target, act: Act) -> None:
        place = self._place(target)
        if self.is_lying:
            await caller.reply(0)
            if act.do == "refuse":
                return
        try:
            there, back = await asyncio.open_connection(*place)
        except OSError:
            if not self.is_lying:
                await caller.reply(5)
            return
        back.close()
        del there
        if not self.is_lying:
            await caller.reply(0)
        if act.do == "reset":
            _reset(caller.writer)
            return
        await self._after_hello(caller, target, place)

    async def _after_hello(self, caller: "_Caller", target: Target, place: Target) -> None:
        hello = await caller.reader.read(CHUNK_BYTES)
        if not hello:
            return
        name = server_name(hello) or host_header(hello)
        act = self._act_for(self.by_name, name, target[1])
        clock = asyncio.get_running_loop().time
        if self.remembers_s and act.do in ("silent", "reset", "eof"):
            self._blocked_until[target[0]] = clock() + self.remembers_s
        elif self._blocked_until.get(target[0], 0) > clock():
            act = Act("silent")
        if act.do == "silent":
            await caller.reader.read()
        elif act.do == "reset":
            _reset(caller.writer)
        elif act.do == "inject":
            caller.writer.write(act.data)
            await caller.writer.drain()
        elif act.do != "eof":
            await self._relay(caller, act.to if act.do == "divert" else place, hello, act)

    async def _relay(self, caller: "_Caller", place: Target, hello: bytes, act: Act) -> None:
        there, back = await asyncio.open_connection(*place)
        try:
            await asyncio.sleep(act.delay_s)
            back.write(hello)
            up = asyncio.ensure_future(_pump(caller.reader, back))
            try:
                await _pump(there, caller.writer, act)
            finally:
                up.cancel()
                await asyncio.gather(up, return_exceptions=True)
        finally:
            back.close()


class _Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def greet(self, password: str) -> Target | None:
        """The wanted target, after the password; None when it is wrong."""
        raise NotImplementedError

    async def reply(self, code: int) -> None:
        """Tell how connecting went; 0 is well."""
        raise NotImplementedError


class _Socks(_Caller):
    async def greet(self, password: str) -> Target | None:
        methods = await self.reader.readexactly((await self.reader.readexactly(1))[0])
        if password and not await self._is_right(methods, password):
            return None
        if not password:
            self.writer.write(b"\x05\x00")
        _, _, _, kind = await self.reader.readexactly(4)
        if kind == 1:
            host = socket.inet_ntoa(await self.reader.readexactly(4))
        elif kind == 4:
            host = socket.inet_ntop(socket.AF_INET6, await self.reader.readexactly(16))
        else:
            host = (await self.reader.readexactly((await self.reader.readexactly(1))[0])).decode("ascii")
        return host, int.from_bytes(await self.reader.readexactly(2), "big")

    async def _is_right(self, methods: bytes, password: str) -> bool:
        if 2 not in methods:
            self.writer.write(b"\x05\xff")
            return False
        self.writer.write(b"\x05\x02")
        await self.reader.readexactly(1)
        await self.reader.readexactly((await self.reader.readexactly(1))[0])
        given = await self.reader.readexactly((await self.reader.readexactly(1))[0])
        self.writer.write(b"\x01\x00" if given.decode() == password else b"\x01\x01")
        return given.decode() == password

    async def reply(self, code: int) -> None:
        self.writer.write(bytes([5, code, 0, 1]) + bytes(6))
        await self.writer.drain()


class _Connect(_Caller):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> None:
        super().__init__(reader, writer)
        self._first = first

    async def greet(self, password: str) -> Target | None:
        head = (self._first + await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        host, _, port = head.split(" ")[1].rpartition(":")
        if password and base64.b64encode(f"user:{password}".encode()).decode() not in head:
            await self.reply(407)
            return None
        return host.strip("[]"), int(port)

    async def reply(self, code: int) -> None:
        status = 200 if code == 0 else code if code >= 100 else 502
        self.writer.write(f"HTTP/1.1 {status} X\r\n\r\n".encode())
        await self.writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, act: Act | None = None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while data := await reader.read(2048 if act and act.bytes_per_s else CHUNK_BYTES):
            if act and act.do == "freeze" and passed + len(data) > act.after_bytes:
                writer.write(data[: max(0, act.after_bytes - passed)])
                await writer.drain()
                await asyncio.Event().wait()
            passed += len(data)
            writer.write(data)
            await writer.drain()
            if act and act.bytes_per_s:
                await asyncio.sleep(len(data) / act.bytes_per_s)
        writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: linger on, zero seconds."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def server_name(hello: bytes) -> str:
    """The server name of a TLS ClientHello (RFC 8446, RFC 6066); empty when there is none or it cannot be read."""
    try:
        if hello[0] != 0x16 or hello[5] != 1:
            return ""
        at = 5 + 4 + 2 + 32
        at += 1 + hello[at]
        at += 2 + int.from_bytes(hello[at : at + 2], "big")
        at += 1 + hello[at]
        end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
        at += 2
        while at + 4 <= end:
            kind, size = int.from_bytes(hello[at : at + 2], "big"), int.from_bytes(hello[at + 2 : at + 4], "big")
            if kind == 0:
                return hello[at + 9 : at + 4 + size].decode("ascii", "replace")
            at += 4 + size
    except IndexError:
        pass
    return ""


def host_header(request: bytes) -> str:
    """The Host of a cleartext request, without its port."""
    for line in request.split(b"\r\n")[1:30]:
        key, _, value = line.partition(b":")
        if key.lower() == b"host":
            return value.strip().decode("latin-1").rsplit(":", 1)[0] if b":" in value.strip() else value.strip().decode("latin-1")
    return ""
