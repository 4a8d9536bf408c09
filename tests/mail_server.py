"""A real SMTP server on loopback whose moods a test writes down beforehand: each mail transaction uses up one."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "monitor", "correct horse"


class MailServer:
    """Moods: ok, refuse, refuse_data, greylist, busy, sender_refused, drop_before, drop_after, hang. When none is left: ok."""

    def __init__(
        self, moods: Iterable[str] = (), *, refused: Iterable[str] = (), tls: ssl.SSLContext | None = None, implicit: bool = False
    ) -> None:
        self.moods = list(moods)
        self.refused = set(refused)
        self.accepted: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.greetings: list[str] = []
        self.on_rcpt: Callable[[], None] = lambda: None
        self.on_accepted: Callable[[], None] = lambda: None
        self._stop = asyncio.Event()
        self.port = _free_port()
        login = {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": True} if tls else {}
        if implicit:
            self._controller = Controller(
                self, "127.0.0.1", self.port, ssl_context=tls, authenticator=_authenticate, auth_require_tls=False
            )
        else:
            self._controller = Controller(self, "127.0.0.1", self.port, tls_context=tls, require_starttls=tls is not None, **login)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.loop.call_soon_threadsafe(self._stop.set)
        self._controller.stop()

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _, content in self.accepted]

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mood = self.moods.pop(0) if self.moods else "ok"
        self.senders.append(address)
        if envelope.mood == "busy":
            return "451 4.3.2 try again later"
        if envelope.mood == "sender_refused":
            return f"553 5.7.1 {address} may not send here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.on_rcpt()
        if envelope.mood == "refuse" or address in self.refused:
            return f"550 5.1.1 <{address}>: no such person"
        if envelope.mood == "greylist":
            return f"450 4.2.0 <{address}>: greylisted"
        if envelope.mood == "drop_before":
            server.transport.abort()
            return "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if envelope.mood == "hang":
            await self._stop.wait()
            return "451 too late"
        if envelope.mood == "refuse_data":
            return "554 5.7.1 we do not like this text"
        self.accepted += [(address, envelope.content) for address in envelope.rcpt_tos]
        self.on_accepted()
        if envelope.mood == "drop_after":
            server.transport.abort()
        return "250 2.0.0 queued"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's context with a certificate of `authority` for `names`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
