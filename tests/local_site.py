"""A real HTTP(S) server on loopback with the failure modes of FIELD-TRAPS: every path says how it misbehaves."""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: close sends RST


@dataclass(kw_only=True, slots=True)
class Answer:
    """What a path answers; `mode` names a way to misbehave: reset, silent, trickle, cut, close. `first` is given once, before it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    mode: str = ""
    etag: str = ""
    first: "Answer | None" = None


class LocalSite:
    """Answers by path until closed; `asked` counts what was asked for, `asked_at` says when, `is_silent` is set by a silent answer."""

    def __init__(self, context: ssl.SSLContext | None = None, missing: Callable[[str, int], Answer] | None = None) -> None:
        self.missing = missing or (lambda path, n_asked: Answer(status=404, body=b"none"))
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.asked_at: list[tuple[str, float]] = []
        self.is_silent = threading.Event()
        self.headers: dict[str, dict[str, str]] = {}
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if context else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str = "/") -> str:
        return f"{self._scheme}://{self.address}{path}"

    def put(self, path: str, body: str | bytes = b"", **options: object) -> str:
        """Answer `path` with `body`; returns its address."""
        raw = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body=raw, **options)  # type: ignore[arg-type]
        return self.url(path)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: LocalSite

    def do_GET(self) -> None:
        path = self.path
        self.site.asked[path] += 1
        self.site.asked_at.append((path, time.monotonic()))
        self.site.headers[path] = {name.lower(): value for name, value in self.headers.items()}
        answer = self.site.answers.get(path) or self.site.answers.get(path.partition("?")[0])
        answer = answer or self.site.missing(path, self.site.asked.total())
        if answer.first:
            answer.first, answer = None, answer.first
        with contextlib.suppress(OSError):
            getattr(self, f"_{answer.mode or 'well'}")(answer)

    def _well(self, answer: Answer) -> None:
        if answer.etag and self.headers.get("If-None-Match") == answer.etag:
            answer = Answer(status=304, headers={"ETag": answer.etag})
        self._head(answer, len(answer.body))
        self.wfile.write(answer.body)

    def _head(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Length", str(length))
        for name, value in ({"ETag": answer.etag} if answer.etag and answer.status != 304 else {}).items():
            self.send_header(name, value)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def _reset(self, answer: Answer) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()
        self.close_connection = True

    def _close(self, answer: Answer) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _silent(self, answer: Answer) -> None:
        self.site.is_silent.set()
        self.site.closing.wait(20)
        self.close_connection = True

    def _trickle(self, answer: Answer) -> None:
        self._head(answer, 100_000)
        until = time.monotonic() + 20
        while time.monotonic() < until and not self.site.closing.wait(0.1):
            self.wfile.write(b"x")
            self.wfile.flush()
        self.close_connection = True

    def _cut(self, answer: Answer) -> None:
        self._head(answer, len(answer.body) + 500)
        self.wfile.write(answer.body)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


def bomb(size: int = 40 * 2**20) -> bytes:
    """A gzip body that unpacks to `size` bytes."""
    return gzip.compress(b"\0" * size, 9)
