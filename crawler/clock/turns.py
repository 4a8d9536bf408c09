"""Hosts take turns: two sources on one host (two channels of one messenger, say) are never read at the same time."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from urllib.parse import urlsplit

from crawler.sources import Source


class HostTurns:
    """One lock per host for the life of this clock; politeness holds across crawl processes."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._guard = Lock()

    @contextmanager
    def of(self, source: Source) -> Iterator[None]:
        """Hold the turn of every host that this source is read from; taken in name order, so nobody waits in a ring."""
        with self._guard:
            locks = [self._locks[host] for host in hosts_of(source)]
        with ExitStack() as turns:
            for lock in locks:
                turns.enter_context(lock)
            yield


def hosts_of(source: Source) -> tuple[str, ...]:
    """Hosts of the source's addresses, sorted, each once."""
    return tuple(sorted({urlsplit(address.url).hostname or "" for address in source.urls}))
