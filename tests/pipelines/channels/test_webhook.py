"""The webhook against a real server on loopback: what was taken, what comes again, what is refused, and no redirects."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from db.vocabulary import OutboxState
from pipelines.channels.apprise import AppriseChannel
from pipelines.channels.webhook import WebhookChannel
from tests.pipelines.channels.test_email import letter


class Hook(BaseHTTPRequestHandler):
    status = 200
    seen: list[tuple[str, dict[str, str], dict[str, str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.path, dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.seen = []
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/secret-path"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, OutboxState.SENT),
        (204, OutboxState.SENT),
        (302, OutboxState.REFUSED),
        (404, OutboxState.REFUSED),
        (429, OutboxState.DEFERRED),
        (500, OutboxState.DEFERRED),
    ],
)
def test_each_answer_becomes_its_receipt(hook, status, state):
    Hook.status = status
    receipt = WebhookChannel(5.0).send(letter(), hook)
    assert (receipt.state, receipt.code) == (state, status)
    ((path, headers, body),) = Hook.seen
    assert path == "/secret-path" and headers["Idempotency-Key"] == letter().message_id
    assert body == {
        "message_id": letter().message_id,
        "kind": "alert",
        "language": "ru",
        "subject": letter().subject,
        "text": letter().text,
    }


def test_a_dead_address_is_deferred_and_not_told():
    receipt = WebhookChannel(0.5).send(letter(), "http://127.0.0.1:9/secret-path")
    assert receipt.state is OutboxState.DEFERRED and "secret-path" not in receipt.response


def test_apprise_refuses_what_is_no_address_of_its_own():
    receipt = AppriseChannel().send(letter(), "nonsense")
    assert receipt.state in {OutboxState.REFUSED, OutboxState.DEFERRED} and "nonsense" not in receipt.response
