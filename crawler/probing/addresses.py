"""Addresses and targets: literals, host:port, and which addresses this house may touch. Pure."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.config import Config

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def literal(host: str) -> Address | None:
    """The address that `host` spells, or None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def split_target(text: str, default_port: int = 443) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or `host` as a pair; ValueError when the port is not a number."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest.lstrip(":") or default_port)
    if text.count(":") == 1:
        host, port = text.split(":")
        return host, int(port)
    return text, default_port


def join_target(host: str, port: int) -> str:
    """The reverse of split_target."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Gate:
    """Which literal addresses a probe may connect to: nothing outside loopback unless live, never inside ones when live."""

    is_live: bool
    open_networks: tuple[Network, ...]
    open_hosts: frozenset[str]

    @classmethod
    def of(cls, config: Config) -> "Gate":
        """The gate of these settings."""
        networks = tuple(ipaddress.ip_network(text, strict=False) for text in config.probing.networks)
        return cls(config.is_live, networks, frozenset(config.allow_inside))

    def is_open(self, host: str, port: int) -> bool:
        """True when a connection to this address is allowed; a name is judged by its proxy, so it passes."""
        address = literal(host)
        if address is None or host in self.open_hosts or join_target(host, port) in self.open_hosts:
            return True
        if any(address.version == network.version and address in network for network in self.open_networks):
            return True
        return address.is_global if self.is_live else address.is_loopback


def by_family(addresses: Sequence[str], most: int) -> list[str]:
    """At most `most` addresses of each family, in the given order, IPv4 first."""
    unique = list(dict.fromkeys(addresses))
    four = [address for address in unique if ":" not in address][:most]
    return four + [address for address in unique if ":" in address][:most]
