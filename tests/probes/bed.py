"""The testbed: sites, a censor before the vantage, honest controls, liar resolvers and throw-away authorities, all on loopback."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from pathlib import Path

from crawler.assessing.session import look_once
from crawler.config import Config, Probing, Resolver, Vantage
from crawler.probing.runner import Site
from crawler.rehearsal.censor import Act, Censor
from crawler.rehearsal.liar_dns import LiarDns, Saying
from crawler.rehearsal.tls import ISCA_NAME, ThrowAwayAuthority, server_context
from pipelines.detectors.reachability.judge import Opinion

NETWORKS = {"127.0.2.0/24": "AS64500", "127.0.4.0/24": "AS64501", "127.0.3.0/24": "AS64666"}
TIMERS = {
    "dns_timeout_s": 0.3, "tcp_timeout_s": 0.4, "tls_timeout_s": 0.4, "first_byte_timeout_s": 0.5, "body_timeout_s": 2.0,
    "stall_timeout_s": 0.3, "late_answer_wait_s": 0.05, "tries_at_s": (0.0, 0.0, 0.0), "captive_urls": {}, "foreign_canaries": (),
    "check_neighbours": False,
}  # fmt: skip
ARTICLE = "<html><head><title>Orda Example</title></head><body>" + "<p>Новости дня и события недели в городе.</p>" * 40 + "</body></html>"


@dataclass
class Served:
    """What an origin says for a host."""

    status: int = 200
    body: str = ARTICLE
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    delay_s: float = 0.0
    is_reset: bool = False


class Origin:
    """A web server for many hosts, in TLS and cleartext; one fault at a time."""

    def __init__(self, context=None) -> None:
        self.context, self.hosts, self.default = context, {}, Served()
        self.port = 0
        self.server: asyncio.Server | None = None
        self.tasks: set[asyncio.Task] = set()

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self.port

    async def stop(self) -> None:
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader, writer) -> None:
        self.tasks.add(task := asyncio.current_task())
        task.add_done_callback(self.tasks.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            host = next(line.split(":", 1)[1].strip() for line in head.split("\r\n") if line.lower().startswith("host:"))
            served = self.hosts.get(host, self.hosts.get(host.split(":")[0], self.default))
            if served.is_reset:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return
            await asyncio.sleep(served.delay_s)
            body = served.body.encode()
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(served.announced or len(body)), **served.headers}
            lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
            writer.write(f"HTTP/1.1 {served.status} X\r\n{lines}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError, StopIteration):
            pass
        finally:
            writer.close()


class Bed:
    """Two controls and a vantage `kz` over proxies; sites are names with addresses in 127.0.2.0/24."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = ThrowAwayAuthority(folder)
        self.isca = ThrowAwayAuthority(folder, ISCA_NAME)
        self.stranger = ThrowAwayAuthority(folder, {"O": "Nobody", "CN": "Stranger Root"})
        self.leaves: dict[str, Path] = {}
        self.places: dict[tuple[str, int], tuple[str, int]] = {}
        self.vantage, self.second = Censor(), Censor()
        self.controls = [Censor(), Censor()]
        self.truth, self.lies = LiarDns(), LiarDns()
        self.origins: list[Origin] = []
        self.dead: set[str] = set()
        self.settings: dict[str, object] = {}
        self.timers: dict[str, object] = {}
        self.lines: dict[str, object] = {"line": "residential", "sees_censorship": "yes"}
        self.with_second = False
        self.n_controls = 2

    async def __aenter__(self) -> "Bed":
        self.leaves["neutral.test"] = self.root.leaf("neutral.test")
        self.secure = Origin(server_context(self.leaves["neutral.test"], self.leaves))
        self.plain = Origin()
        for server in (self.secure, self.plain):
            await self.add_origin(server)
        for proxy in (self.vantage, self.second, *self.controls):
            proxy.ports = self.places
            await proxy.start()
        await self.truth.start()
        await self.lies.start()
        (self.folder / "roots.pem").write_bytes(self.root.pem)
        return self

    async def add_origin(self, origin: Origin) -> Origin:
        await origin.start()
        self.origins.append(origin)
        return origin

    async def __aexit__(self, *_: object) -> None:
        await self.truth.stop()
        await self.lies.stop()
        for one in (self.vantage, self.second, *self.controls, *self.origins):
            await one.stop()

    async def site(self, name: str, address: str, served: Served | None = None, leaf: Path | None = None) -> None:
        """A site with a good certificate, served over TLS and cleartext, known to both resolvers."""
        self.leaves[name] = leaf or self.root.leaf(name)
        self.secure.hosts[name] = self.plain.hosts[name] = served or Served()
        self.place(address)
        for resolver in (self.truth, self.lies):
            resolver.script[name] = Saying((address,))

    def place(self, address: str) -> None:
        """Make the address lead to our servers."""
        self.places[(address, 443)] = ("127.0.0.1", self.secure.port)
        self.places[(address, 80)] = ("127.0.0.1", self.plain.port)

    def free_after(self, name: str, seconds: float) -> None:
        """The vantage's censor forgets the name after so long."""
        asyncio.get_running_loop().call_later(seconds, self.vantage.by_name.pop, name, None)

    def both(self, name: str, served: Served) -> None:
        self.secure.hosts[name] = self.plain.hosts[name] = served

    def config(self) -> Config:
        honest = Resolver(kind="udp", address=f"127.0.0.1:{self.truth.port}")
        lying = Resolver(kind="udp", address=f"127.0.0.1:{self.lies.port}")
        kz = {"country": "KZ", "kind": "socks5", "resolver": lying, "names_at_proxy": False, **self.lines}
        lines = [Vantage(id="kz", address=self.vantage.address, asn="AS9198", **kz)]
        if self.with_second:
            lines.append(Vantage(id="kz2", address=self.second.address, asn="AS21299", **kz))
        lines += [
            Vantage(id=f"c{number}", is_control=True, country="DE", kind="socks5", address=one.address, resolver=honest)
            for number, one in enumerate(self.controls[: self.n_controls])
        ]
        return Config(
            vantages=tuple(lines),
            trust_bundle=self.folder / "roots.pem",
            neutral_sni="neutral.test",
            probing=Probing(**{**TIMERS, "networks": NETWORKS, **self.timers}),
            **self.settings,
        )

    async def probe(self, *urls: str) -> list[Opinion]:
        config = self.config()
        return await look_once(config, [Site(url) for url in urls], config.probing.tries_at_s)


__all__ = ["ARTICLE", "Act", "Bed", "Origin", "Saying", "Served"]
