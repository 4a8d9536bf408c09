"""Mail by SMTP: one recipient per message, TLS unless the server is this machine, each answer read for what it says."""

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from db.vocabulary import OutboxState
from pipelines.channels.letter import Letter, Receipt, without_addresses
from pipelines.channels.mime import POLICY, build

PERMANENT = 500


@dataclass(kw_only=True, slots=True, frozen=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    security: str
    timeout_s: float
    username: str = ""
    password: str = field(default="", repr=False)
    trust_bundle: Path | None = None


def is_loopback(host: str) -> bool:
    """True for this machine by address or by the name localhost; other names are not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") in {"localhost", "localhost.localdomain", "ip6-localhost"}


class EmailChannel:
    """Keeps one connection for a run and opens it again after a fault."""

    def __init__(self, server: Server, sender: str, sender_name: str) -> None:
        self.server = server
        self.sender = sender
        self.sender_name = sender_name
        self._connection: smtplib.SMTP | None = None
        self.certificate_ends_at: datetime | None = None  # of the server spoken to last; None without TLS

    def send(self, letter: Letter, address: str) -> Receipt:
        """Hand the letter over. Sent means the server said yes after the whole text; anything unclear is deferred."""
        try:
            content = build(letter, self.sender, self.sender_name, address).as_bytes(policy=POLICY)
            connection = self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _ours(error, self.server, "no connection")
        try:
            return self._hand_over(connection, address, content)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _unclear(error, address)

    def close(self) -> None:
        """Say goodbye, or just hang up when the line is gone."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()

    def _open(self) -> smtplib.SMTP:
        if self._connection is not None and _is_alive(self._connection):
            return self._connection
        self._connection = None
        connection = self._connect()
        try:
            if self.server.security == "starttls":
                connection.starttls(context=self._context())
            self.certificate_ends_at = _certificate_ends_at(connection)
            connection.ehlo_or_helo_if_needed()
            if self.server.username:
                connection.login(self.server.username, self.server.password)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _connect(self) -> smtplib.SMTP:
        """Names of the server are checked against its certificate; there is no way to switch that off."""
        name = self.sender.rpartition("@")[2]  # in place of this machine's own name, which is nobody's business
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(self.server.host, self.server.port, name, timeout=self.server.timeout_s, context=self._context())
        return smtplib.SMTP(self.server.host, self.server.port, name, timeout=self.server.timeout_s)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.trust_bundle and str(self.server.trust_bundle))

    def _hand_over(self, connection: smtplib.SMTP, address: str, content: bytes) -> Receipt:
        """The three steps one by one, because a refusal means another thing at each (RFC 5321, 4.2.1 and 4.5.4)."""
        code, answer = connection.mail(self.sender)
        if code >= 400:
            self._reset(connection)
            return Receipt(state=OutboxState.DEFERRED, code=code, response=_words(answer, address), is_ours=code >= PERMANENT)
        code, answer = connection.rcpt(address)
        if code >= 400:
            self._reset(connection)
            return _refusal(code, answer, address)
        try:
            code, answer = connection.data(content)
        except smtplib.SMTPDataError as error:
            self._reset(connection)
            return _refusal(error.smtp_code, error.smtp_error, address)
        if code >= 400:
            return _refusal(code, answer, address)
        return Receipt(state=OutboxState.SENT, code=code, response=_words(answer, address))

    def _reset(self, connection: smtplib.SMTP) -> None:
        """Ready for the next letter; a server that hangs up now has already given the answer that counts."""
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            connection.close()
            self._connection = None


def _certificate_ends_at(connection: smtplib.SMTP) -> datetime | None:
    certificate = connection.sock.getpeercert() if isinstance(connection.sock, ssl.SSLSocket) else None
    ends = certificate.get("notAfter") if certificate else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None


def _is_alive(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        connection.close()
        return False


def _refusal(code: int, answer: bytes | str, address: str) -> Receipt:
    state = OutboxState.REFUSED if code >= PERMANENT else OutboxState.DEFERRED
    return Receipt(state=state, code=code, response=_words(answer, address))


def _unclear(error: Exception, address: str) -> Receipt:
    """The line broke in the middle: the letter may have arrived, so it goes again under the same Message-ID."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
    words = without_addresses(f"answer lost: {type(error).__name__}: {error}", (address,))
    return Receipt(state=OutboxState.DEFERRED, code=code, response=words)


def _ours(error: Exception, server: Server, step: str) -> Receipt:
    """Connection, certificate or login failed: no letter is to blame, so none is refused for it, whatever the code."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
    words = without_addresses(f"{step}: {type(error).__name__}: {error}", (server.password, server.username))
    return Receipt(state=OutboxState.DEFERRED, code=code, response=words, is_ours=True)


def _words(answer: bytes | str, address: str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return without_addresses(text, (address,))
