"""The guard against inside addresses: every request is judged by its host, and again by the address it would connect to."""

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver, dnscache
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.config import Config
from crawler.line import split_address
from crawler.middlewares.addresses import AddressPolicy, Refusal
from crawler.middlewares.refusal import Refused
from db.vocabulary import FetchOutcome

_PORTS = {"http": 80, "https": 443}


def policy_of(config: Config) -> AddressPolicy:
    """The address rule that the settings ask for."""
    return AddressPolicy(is_live=config.is_live, allowed=tuple(entry.lower() for entry in config.allow_inside))


def proxies_of(config: Config) -> dict[str, str]:
    """Proxy per scheme: `proxy_url`, or else what the usual variables of the system say."""
    if config.proxy_url:
        return dict.fromkeys(_PORTS, config.proxy_url)
    return {scheme: url for scheme, url in getproxies().items() if scheme in _PORTS}


class GuardMiddleware:
    """Refuses inside hosts, outside hosts while not live, and sets the proxy; also sees each hop of a redirect."""

    def __init__(self, policy: AddressPolicy, proxies: Mapping[str, str]) -> None:
        self._policy = policy
        self._proxies = proxies

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        """Take the rule from the house's settings."""
        config: Config = crawler.settings["MFM"]
        return cls(policy_of(config), proxies_of(config))

    def process_request(self, request: Request) -> None:
        """Let the request pass or raise Refused."""
        url = urlparse_cached(request)
        proxy = self._proxies.get(url.scheme)
        request.meta["proxy"] = proxy
        refusal = self._judge(url.hostname or "", _port_of(request), proxy)
        if refusal:
            raise Refused(refusal.outcome, refusal.reason)

    def _judge(self, host: str, port: int, proxy: str | None) -> Refusal | None:
        if not proxy:
            return self._policy.refuse_host(host, port)
        proxy_host, proxy_port = split_address(proxy.partition("://")[2].rpartition("@")[2].rstrip("/") or proxy)
        return self._policy.refuse_proxy(proxy_host, proxy_port) or self._policy.refuse_host(host, port, has_proxy=True)

    def process_response(self, request: Request, response: Response) -> Response:
        """A last look at the address that answered; it must be one that was allowed."""
        if response.ip_address and not request.meta.get("proxy"):
            host = urlparse_cached(request).hostname or ""
            address = ipaddress.ip_address(str(response.ip_address))
            if not self._policy.allows_resolved(host, address, _port_of(request)):
                raise Refused(FetchOutcome.INSIDE_ADDRESS, f"{host} answered from the inside address {address}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell a name whose addresses were all withheld by the resolver from a name that does not exist."""
        host = urlparse_cached(request).hostname or ""
        if isinstance(exception, CannotResolveHostError) and not request.meta.get("proxy") and dnscache.get(host):
            raise Refused(FetchOutcome.INSIDE_ADDRESS, f"{host} resolves to inside addresses only") from exception


def _port_of(request: Request) -> int:
    url = urlparse_cached(request)
    try:
        return url.port or _PORTS.get(url.scheme, 0)
    except ValueError:
        return 0


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes on only the addresses that the rule allows."""

    def __init__(self, receiver: IResolutionReceiver, policy: AddressPolicy, name: str, port: int) -> None:
        self._receiver = receiver
        self._policy = policy
        self._name = name
        self._port = port

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)  # type: ignore[call-arg, misc]

    def addressResolved(self, address: IAddress) -> None:
        number = ipaddress.ip_address(getattr(address, "host", "0.0.0.0").partition("%")[0])  # noqa: S104 - refused below
        if self._policy.allows_resolved(self._name, number, self._port):
            self._receiver.addressResolved(address)  # type: ignore[call-arg, misc]

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()  # type: ignore[misc]


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver behind a sieve: what is connected to is what was judged, so that a changing answer cannot slip by."""

    def __init__(self, reactor: ReactorBase, cache_size: int, policy: AddressPolicy, proxies: Sequence[str] = ()) -> None:
        super().__init__(reactor, cache_size)
        self._policy = policy
        self._proxies = frozenset(proxies)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "GuardedResolver":
        """Take the rule from the house's settings."""
        config: Config = crawler.settings["MFM"]
        hosts = tuple(split_address(url.partition("://")[2].rpartition("@")[2].rstrip("/"))[0] for url in proxies_of(config).values())
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), policy_of(config), hosts)

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve as Scrapy does; a proxy named in the settings was judged already and passes."""
        receiver = resolutionReceiver
        if hostName not in self._proxies:
            receiver = _Sieve(resolutionReceiver, self._policy, hostName, portNumber)  # type: ignore[assignment]
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
