"""A small web on loopback: a forward proxy that is also every site behind it, also through CONNECT, with and without TLS."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close sends RST (BLOCKING.md f.1)


@dataclass(kw_only=True, slots=True, frozen=True)
class Question:
    """One request as a site sees it; header names are lower case."""

    method: str
    scheme: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The whole address asked for."""
        return f"{self.scheme}://{self.host}{self.path}"


@dataclass(kw_only=True, slots=True, frozen=True)
class Answer:
    """What a site says; `is_reset` cuts the connection instead of answering."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    is_reset: bool = False


Answering = Callable[[Question], Answer]
ContextFor = Callable[[str], ssl.SSLContext]


class LoopbackWeb:
    """Serves on one port of loopback until closed; `asked` counts what was asked for, per address."""

    def __init__(self, answering: Answering, context_for: ContextFor | None = None, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.answering, self._server.context_for = answering, context_for
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="loopback-web")

    @property
    def address(self) -> str:
        """host:port of the proxy."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    answering: Answering
    context_for: ContextFor | None

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is its own affair; the crawl's log tells what it saw."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Server
    tunnel = ""

    def do_CONNECT(self) -> None:
        """Become the host that is asked for: TLS under the throw-away authority on port 443, plain HTTP on any other."""
        host, _, port = self.path.rpartition(":")
        if port == "443" and self.server.context_for is None:
            self.send_error(502, "no TLS on this web")
            return
        self.send_response(200)
        self.end_headers()
        self.tunnel = f"http://{host}"
        if port == "443" and self.server.context_for:
            self.connection = self.server.context_for(host).wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", 0)
            self.tunnel = f"https://{host}"

    def do_GET(self) -> None:
        """Answer for whichever host is asked."""
        answer = self.server.answering(self._question())
        if answer.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body)

    do_HEAD = do_GET
    do_POST = do_GET

    def _question(self) -> Question:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        scheme, _, tunnelled = self.tunnel.partition("://")
        host = tunnelled or parts.hostname or headers.get("host", "").rsplit(":", 1)[0]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Question(method=self.command, scheme=scheme or "http", host=host, path=path, headers=headers)

    def version_string(self) -> str:
        return "rehearsal"

    def log_message(self, format: str, *args: object) -> None:
        """The crawls keep the record of what was asked."""
