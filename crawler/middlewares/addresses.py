"""Which hosts may be asked at all: pure judgements over host names and addresses; nothing is resolved here."""

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import unquote

from db.vocabulary import FetchOutcome

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

NOT_LIVE = "not live: nothing leaves this machine until `make live`"
# Names that mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN SAC113 for .internal), read 2026-11-25.
_LOCAL_NAME = re.compile(r"(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa)$")
# The last label of a host decides whether it is a number (WHATWG URL, "ends in a number checker", read 2026-11-25).
_NUMERIC_LAST_LABEL = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
# NAT64 carries an IPv4 address in its last 32 bits (RFC 6052, RFC 8215).
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
# Public by number, but the metadata and DNS server of every Azure machine (learn.microsoft.com "What is IP address 168.63.129.16").
_METADATA = frozenset({ipaddress.IPv4Address("168.63.129.16")})


def literal_address(host: str) -> IpAddress | None:
    """The address that a host spells, in any spelling a resolver takes (decimal, octal, hex, short, full-width); None for a name."""
    text = unicodedata.normalize("NFKC", unquote(host)).strip().strip("[]").rstrip(".").partition("%")[0].lower()
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    if not _NUMERIC_LAST_LABEL.search(text):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except OSError:
        return None


def is_inside(address: IpAddress) -> bool:
    """True for anything that is not a plain public unicast address, also when it hides in an IPv6 address."""
    if isinstance(address, ipaddress.IPv6Address):
        return address.is_multicast or address.is_site_local or not address.is_global or any(map(is_inside, _carried(address)))
    return address.is_multicast or not address.is_global or address in _METADATA


def _carried(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """IPv4 addresses inside an IPv6 one: mapped, 6to4, Teredo, NAT64."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(each for each in found if each is not None)


@dataclass(kw_only=True, slots=True, frozen=True)
class Refusal:
    """Why an address is not asked."""

    outcome: FetchOutcome
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class AddressPolicy:
    """The rule of this house: inside is refused unless allowed by name; outside only when live."""

    is_live: bool
    allowed: tuple[str, ...] = ()
    _networks: tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        networks = (_as_network(entry) for entry in self.allowed)
        object.__setattr__(self, "_networks", tuple(each for each in networks if each is not None))

    def refuse_host(self, host: str, port: int, *, has_proxy: bool = False) -> Refusal | None:
        """Judge a host before anything is resolved. Behind a permitted proxy only spelled addresses and local names are judged."""
        if not host or self._is_named(host, port):
            return None if host else Refusal(outcome=FetchOutcome.INSIDE_ADDRESS, reason="no host in the address")
        address = literal_address(host)
        if address and self.allows(address, port):
            return None
        if (address is not None and is_inside(address)) or _LOCAL_NAME.search(host.lower().rstrip(".")):
            return Refusal(outcome=FetchOutcome.INSIDE_ADDRESS, reason=f"{host} is an inside address")
        if not self.is_live and not has_proxy:
            return Refusal(outcome=FetchOutcome.OFFLINE, reason=NOT_LIVE)
        return None

    def refuse_proxy(self, host: str, port: int) -> Refusal | None:
        """A proxy on loopback or one that is allowed may be used any time, another one only when live."""
        address = literal_address(host)
        is_own = host.lower() == "localhost" or (address is not None and address.is_loopback)
        if self.is_live or is_own or self._is_named(host, port) or (address is not None and self.allows(address, port)):
            return None
        return Refusal(outcome=FetchOutcome.OFFLINE, reason=NOT_LIVE)

    def allows(self, address: IpAddress, port: int) -> bool:
        """Judge the address that a connection would really go to."""
        if any(address in network and wanted in (0, port) for network, wanted in self._networks):
            return True
        return self.is_live and not is_inside(address)

    def allows_resolved(self, name: str, address: IpAddress, port: int) -> bool:
        """The same for an address that `name` was resolved to; an allowed name vouches for its address."""
        return self._is_named(name, port) or self.allows(address, port)

    def _is_named(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        return name in self.allowed or f"{name}:{port}" in self.allowed


def _as_network(entry: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int] | None:
    """`127.0.0.1`, `127.0.0.1:8080`, `[::1]:80` or `10.0.0.0/8` as network and port (0: any); None for a name."""
    host, port = entry, 0
    if entry.startswith("[") or entry.count(":") == 1:
        host, _, digits = entry.rpartition(":")
        if not digits.isdigit():
            return None
        port = int(digits)
    try:
        return ipaddress.ip_network(host.strip("[]"), strict=False), port
    except ValueError:
        return None
