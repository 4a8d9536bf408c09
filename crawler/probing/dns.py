"""The DNS step: ask one resolver for A and AAAA, keep every answer, return code and late second answer. No verdicts."""

import asyncio
import base64
import contextlib
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from crawler.config import Config, Resolver, Vantage
from crawler.probing.addresses import literal, split_target
from crawler.probing.failures import StepError, failure_of
from crawler.probing.http import Ask, exchange
from crawler.probing.proxy import open_stream, within
from crawler.probing.tls import TlsError, start_tls
from db.vocabulary import Failure

_RCODES = {
    dns.rcode.NXDOMAIN: Failure.DNS_NXDOMAIN_ERROR,
    dns.rcode.SERVFAIL: Failure.DNS_SERVFAIL_ERROR,
    dns.rcode.REFUSED: Failure.DNS_REFUSED_ERROR,
}
HOSTS_FILE = Path("/etc/hosts")


@dataclass(slots=True)
class Lookup:
    """What one resolver said of one name. `late` are addresses of a second UDP answer; `unchecked` those without DNSSEC checking."""

    name: str
    engine: str
    failure: Failure = Failure.NONE
    addresses: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    rcodes: dict[str, str] = field(default_factory=dict)
    ttl: int | None = None
    unchecked: list[str] | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class _Answers:
    first: dns.message.Message
    later: list[dns.message.Message] = field(default_factory=list)


def engine_of(vantage: Vantage) -> str:
    """Who resolves names on this line: the proxy, the system, or a named resolver."""
    resolver = vantage.resolver
    if resolver.kind == "proxy" or (resolver.kind == "system" and _is_proxied(vantage) and vantage.names_at_proxy):
        return "proxy"
    return resolver.kind if resolver.kind == "system" else f"{resolver.kind}:{resolver.address}"


def _is_proxied(vantage: Vantage) -> bool:
    return vantage.kind in ("socks5", "http", "tor")


async def look_up(config: Config, vantage: Vantage, name: str) -> Lookup:
    """Both address families of `name` as this line's resolver answers; a literal is its own answer."""
    clock = asyncio.get_running_loop().time
    started = clock()
    lookup = Lookup(name, engine_of(vantage))
    if literal(name) is not None:
        lookup.engine, lookup.addresses = "literal", [name.strip("[]")]
    elif lookup.engine == "system":
        await _ask_system(config, name, lookup)
    elif lookup.engine != "proxy":
        await _ask_resolver(config, vantage, name, lookup)
    lookup.seconds = clock() - started
    return lookup


async def _ask_system(config: Config, name: str, lookup: Lookup) -> None:
    if not config.is_live and not _is_local_name(name):
        lookup.failure, lookup.rcodes = Failure.INTERRUPTED, {"A": "not_live"}
        return
    loop = asyncio.get_running_loop()
    try:
        found = await within(config.probing.dns_timeout_s, loop.getaddrinfo(name, None, type=socket.SOCK_STREAM))
        lookup.addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    except TimeoutError:
        lookup.failure = Failure.DNS_TIMEOUT
    except (OSError, UnicodeError) as error:
        lookup.failure = failure_of(error)


def _is_local_name(name: str) -> bool:
    """True for names that the hosts file answers, so that nothing leaves the machine."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    with contextlib.suppress(OSError):
        return any(name in line.split("#")[0].split()[1:] for line in HOSTS_FILE.read_text(encoding="utf-8", errors="replace").splitlines())
    return False


async def _ask_resolver(config: Config, vantage: Vantage, name: str, lookup: Lookup) -> None:
    failures: list[Failure] = []
    kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
    results = await asyncio.gather(*(_query(config, vantage, name, kind) for kind in kinds), return_exceptions=True)
    for kind, result in zip(kinds, results, strict=True):
        label = dns.rdatatype.to_text(kind)
        if isinstance(result, _Answers):
            failures.append(_take(lookup, label, result))
        elif isinstance(result, Exception):
            failures.append(_failure_of_query(result))
            lookup.rcodes[label] = failures[-1].value
        else:
            raise result
    if lookup.addresses:
        return
    lookup.failure = next((failure for failure in failures if failure is not Failure.DNS_NO_ANSWER), Failure.DNS_NO_ANSWER)
    if lookup.failure is Failure.DNS_SERVFAIL_ERROR:
        lookup.unchecked = await _ask_unchecked(config, vantage, name)


def _failure_of_query(error: Exception) -> Failure:
    if isinstance(error, TimeoutError | dns.exception.Timeout):
        return Failure.DNS_TIMEOUT
    if isinstance(error, dns.exception.DNSException):
        return Failure.UNKNOWN_FAILURE
    failure = failure_of(error)
    return Failure.DNS_TIMEOUT if failure is Failure.GENERIC_TIMEOUT_ERROR else failure


def _take(lookup: Lookup, label: str, answers: _Answers) -> Failure:
    """Note one answered question in the lookup; returns its failure."""
    code = answers.first.rcode()
    lookup.rcodes[label] = dns.rcode.to_text(code)
    found = _addresses_in(answers.first, lookup)
    lookup.addresses += [address for address in found if address not in lookup.addresses]
    for message in answers.later:
        lookup.late += [address for address in _addresses_in(message, None) if address not in lookup.late]
    if code != dns.rcode.NOERROR:
        return _RCODES.get(code, Failure.UNKNOWN_FAILURE)
    return Failure.NONE if found else Failure.DNS_NO_ANSWER


def _addresses_in(message: dns.message.Message, lookup: Lookup | None) -> list[str]:
    addresses: list[str] = []
    for group in message.answer:
        if group.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            addresses += [str(record.address) for record in group]
            if lookup is not None:
                lookup.ttl = group.ttl
        elif group.rdtype == dns.rdatatype.CNAME and lookup is not None:
            lookup.aliases += [str(record.target).rstrip(".") for record in group]
    return addresses


async def _ask_unchecked(config: Config, vantage: Vantage, name: str) -> list[str]:
    """The addresses when the resolver is told not to check DNSSEC; SERVFAIL that goes away then is the site's own fault."""
    with contextlib.suppress(OSError, EOFError, TimeoutError, dns.exception.DNSException, StepError, TlsError):
        answers = await _query(config, vantage, name, dns.rdatatype.A, is_unchecked=True)
        return _addresses_in(answers.first, None)
    return []


async def _query(config: Config, vantage: Vantage, name: str, kind: dns.rdatatype.RdataType, *, is_unchecked: bool = False) -> _Answers:
    query = dns.message.make_query(name, kind)
    if is_unchecked:
        query.flags |= dns.flags.CD
    resolver, timeout_s = vantage.resolver, config.probing.dns_timeout_s
    if resolver.kind == "udp":
        return await within(timeout_s + config.probing.late_answer_wait_s, _over_udp(config, resolver, query))
    ask = _over_tcp if resolver.kind == "tcp" else _over_https
    return _Answers(await within(timeout_s, ask(config, vantage, query)))


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue(maxsize=64)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.received.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        """An ICMP refusal: the wait goes on and ends as a timeout, which is what a resolver that is not there looks like."""


async def _over_udp(config: Config, resolver: Resolver, query: dns.message.Message) -> _Answers:
    host, port = split_target(resolver.address, 53)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(host, port))
    try:
        transport.sendto(query.to_wire())
        first = await within(config.probing.dns_timeout_s, _next_answer(protocol, query))
        later: list[dns.message.Message] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(config.probing.late_answer_wait_s):
                while True:
                    later.append(await _next_answer(protocol, query))
        return _Answers(first, later)
    finally:
        transport.close()


async def _next_answer(protocol: _Datagrams, query: dns.message.Message) -> dns.message.Message:
    while True:
        with contextlib.suppress(dns.exception.DNSException):
            message = dns.message.from_wire(await protocol.received.get(), ignore_trailing=True)
            if message.id == query.id:
                return message


async def _over_tcp(config: Config, vantage: Vantage, query: dns.message.Message) -> dns.message.Message:
    host, port = split_target(vantage.resolver.address, 53)
    stream = await open_stream(vantage, host, port, config.probing.dns_timeout_s)
    try:
        wire = query.to_wire()
        await stream.write(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await stream.read_exactly(2), "big")
        return dns.message.from_wire(await stream.read_exactly(length), ignore_trailing=True)
    finally:
        stream.close()


async def _over_https(config: Config, vantage: Vantage, query: dns.message.Message) -> dns.message.Message:
    """DNS over HTTPS by GET (RFC 8484); the resolver's own certificate is not judged here."""
    parts = urlsplit(vantage.resolver.address)
    host, timeout_s = parts.hostname or "", config.probing.dns_timeout_s
    port = parts.port or (443 if parts.scheme == "https" else 80)
    stream = await open_stream(vantage, host, port, timeout_s)
    carrier = await start_tls(stream, "" if literal(host) else host, timeout_s) if parts.scheme == "https" else stream
    try:
        question = base64.urlsafe_b64encode(query.to_wire()).rstrip(b"=").decode()
        ask = Ask(host=parts.netloc, path=f"{parts.path or '/dns-query'}?dns={question}", accept="application/dns-message")
        answer = await exchange(carrier, ask, config.probing)
        if answer.failure is not Failure.NONE or answer.status != 200:
            raise StepError(answer.failure if answer.failure is not Failure.NONE else Failure.UNKNOWN_FAILURE, f"doh:{answer.status}")
        return dns.message.from_wire(answer.body, ignore_trailing=True)
    finally:
        carrier.close()
