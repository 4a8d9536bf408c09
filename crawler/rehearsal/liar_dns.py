"""A resolver on loopback that answers by script: truth, lies, refusals, silence, a forged first answer. UDP and TCP."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of a name: addresses, or a return code, or nothing; `after` is a second answer that comes later."""

    addresses: tuple[str, ...] = ()
    rcode: str = "NOERROR"
    is_silent: bool = False
    after: tuple[str, ...] = ()
    after_s: float = 0.1
    unchecked: tuple[str, ...] = ()


@dataclass(slots=True)
class LiarDns:
    """The server; `script` maps lower-case names to sayings, `default` speaks of all other names."""

    script: dict[str, Saying] = field(default_factory=dict)
    default: Saying = field(default_factory=lambda: Saying(rcode="NXDOMAIN"))
    host: str = "127.0.0.1"
    port: int = 0
    n_asked: int = 0
    _transport: asyncio.DatagramTransport | None = None
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on UDP and TCP at the same port."""
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve_tcp, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(self), local_addr=(self.host, self.port))

    async def stop(self) -> None:
        """Stop listening."""
        if self._transport:
            self._transport.close()
        if self._server:
            self._server.close()

    def answers(self, wire: bytes) -> list[tuple[float, bytes]]:
        """The answers to one question with the delay of each; none for silence."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return []
        self.n_asked += 1
        saying = self.script.get(str(query.question[0].name).rstrip(".").lower(), self.default)
        if saying.is_silent:
            return []
        is_unchecked = bool(query.flags & dns.flags.CD) and bool(saying.unchecked)
        first = _answer(query, saying.unchecked if is_unchecked else saying.addresses, "NOERROR" if is_unchecked else saying.rcode)
        later = [(saying.after_s, _answer(query, saying.after, "NOERROR"))] if saying.after else []
        return [(0.0, first), *later]

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            length = int.from_bytes(await reader.readexactly(2), "big")
            for _, wire in self.answers(await reader.readexactly(length))[:1]:
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, dns_server: LiarDns) -> None:
        self._dns = dns_server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for delay_s, wire in self._dns.answers(data):
            asyncio.get_running_loop().call_later(delay_s, self._send, wire, addr)

    def _send(self, wire: bytes, addr: tuple[str, int]) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(wire, addr)


def _answer(query: dns.message.Message, addresses: tuple[str, ...], rcode: str) -> bytes:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    answer.set_rcode(dns.rcode.from_text(rcode))
    question = query.question[0]
    version = {dns.rdatatype.A: ".", dns.rdatatype.AAAA: ":"}.get(question.rdtype, "")
    fitting = [address for address in addresses if version and version in address and (version == ":" or ":" not in address)]
    if fitting:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", dns.rdatatype.to_text(question.rdtype), *fitting))
    return answer.to_wire()
