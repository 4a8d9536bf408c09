"""The SMTP channel against a real server: every kind of answer becomes the right receipt."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from db.vocabulary import OutboxState
from pipelines.channels.email import EmailChannel, Server, is_loopback
from pipelines.channels.letter import Letter
from tests.mail_server import PASSWORD, USER, MailServer, certificate

SENDER = "monitor@example.org"


def letter(n: int = 1) -> Letter:
    return Letter(
        message_id=f"<mfm.{n}@example.org>",
        audience="anna",
        kind="alert",
        language="ru",
        subject="[KZ] Блокировка: Orda.kz",
        text="Текст\n.\nточка в начале строки",
        html="<p>Текст</p>",
        written_at=datetime(2026, 11, 25, 7, tzinfo=UTC),
    )


def channel(port: int, **changes: object) -> EmailChannel:
    values = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 5.0} | changes
    return EmailChannel(Server(**values), SENDER, "Монитор")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(path)
    return made, path


@pytest.mark.parametrize(
    ("mood", "state", "code", "is_ours"),
    [
        ("ok", OutboxState.SENT, 250, False),
        ("refuse", OutboxState.REFUSED, 550, False),
        ("refuse_data", OutboxState.REFUSED, 554, False),
        ("greylist", OutboxState.DEFERRED, 450, False),
        ("busy", OutboxState.DEFERRED, 451, False),
        ("sender_refused", OutboxState.DEFERRED, 553, True),
        ("drop_before", OutboxState.DEFERRED, None, False),
        ("drop_after", OutboxState.DEFERRED, None, False),
    ],
)
def test_each_answer_becomes_its_receipt_and_the_next_letter_goes(mood, state, code, is_ours):
    with MailServer([mood]) as server:
        way = channel(server.port)
        receipt = way.send(letter(), "anna@example.org")
        assert (receipt.state, receipt.code, receipt.is_ours) == (state, code, is_ours)
        assert "anna@example.org" not in receipt.response
        assert way.send(letter(2), "anna@example.org").state is OutboxState.SENT
        way.close()
        assert [mail["Message-ID"] for mail in server.mails][-1] == "<mfm.2@example.org>"


def test_a_server_that_says_nothing_is_left_after_the_timeout():
    with MailServer(["hang"]) as server:
        receipt = channel(server.port, timeout_s=0.2).send(letter(), "anna@example.org")
        assert receipt.state is OutboxState.DEFERRED
        assert server.accepted == []


def test_no_server_is_our_trouble():
    with MailServer() as server:
        port = server.port
    receipt = channel(port).send(letter(), "anna@example.org")
    assert (receipt.state, receipt.is_ours) == (OutboxState.DEFERRED, True)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_and_login_with_a_certificate_of_the_trusted_authority(authority, security):
    ca, bundle = authority
    with MailServer(tls=certificate(ca, "127.0.0.1"), implicit=security == "tls") as server:
        way = channel(server.port, security=security, username=USER, password=PASSWORD, trust_bundle=bundle)
        assert way.send(letter(), "anna@example.org").state is OutboxState.SENT
        assert way.send(letter(2), "anna@example.org").state is OutboxState.SENT
        way.close()
        assert len(server.mails) == 2
        assert set(server.greetings) == {"example.org"}


def test_a_wrong_password_is_our_trouble_and_is_not_told_in_the_receipt(authority):
    ca, bundle = authority
    with MailServer(tls=certificate(ca, "127.0.0.1")) as server:
        receipt = channel(server.port, security="starttls", username=USER, password="wrong secret", trust_bundle=bundle).send(
            letter(), "a@example.org"
        )
        assert (receipt.state, receipt.code, receipt.is_ours) == (OutboxState.DEFERRED, 535, True)
        assert "wrong secret" not in receipt.response


@pytest.mark.parametrize("fault", ["unknown authority", "other name", "no starttls"])
def test_nothing_is_said_to_a_server_that_cannot_prove_who_it_is(authority, fault):
    ca, bundle = authority
    tls: ssl.SSLContext | None = certificate(
        trustme.CA() if fault == "unknown authority" else ca, "127.0.0.1" if fault == "unknown authority" else "mail.example.net"
    )
    with MailServer(tls=None if fault == "no starttls" else tls) as server:
        receipt = channel(server.port, security="starttls", username=USER, password=PASSWORD, trust_bundle=bundle).send(
            letter(), "a@example.org"
        )
        assert (receipt.state, receipt.is_ours) == (OutboxState.DEFERRED, True)
        assert server.senders == []


def test_the_server_receives_the_text_as_written():
    with MailServer() as server:
        way = channel(server.port)
        way.send(letter(), "anna@example.org")
        way.close()
        mail = server.mails[0]
        assert mail.get_body(("plain",)).get_content().splitlines() == ["Текст", ".", "точка в начале строки"]
        assert mail["From"].addresses[0].display_name == "Монитор"
        assert server.senders == [mail["From"].addresses[0].addr_spec] == [SENDER]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
        ("mail.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host, expected):
    assert is_loopback(host) is expected
