"""A resolver whose every answer is this machine, as an attacker's name server gives it (DNS rebinding)."""

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from crawler.middlewares.guard import GuardedResolver


@implementer(IHostnameResolver)
class ThisMachine:
    """Answers 127.0.0.1 whatever is asked."""

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *rest: Any, **more: Any) -> Any:
        receiver.resolutionBegan(self)
        receiver.addressResolved(IPv4Address("TCP", "127.0.0.1", portNumber))
        receiver.resolutionComplete()
        return self


class LyingResolver(GuardedResolver):
    """The guard in front of a name server that lies."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.original_resolver = ThisMachine()
