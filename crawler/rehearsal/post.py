"""A real mail server on loopback that keeps what it gets in a Maildir, and counts each message."""

import asyncio
import email
import mailbox
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from email.header import decode_header, make_header
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP


@dataclass(kw_only=True, slots=True, frozen=True)
class Letter:
    """One message as it arrived."""

    recipient: str
    subject: str
    message_id: str


class PostOffice:
    """Accepts every mail on a port of loopback; `letters` holds what came, in order."""

    def __init__(self, maildir: Path) -> None:
        self.letters: list[Letter] = []
        self.maildir = maildir
        self._box = mailbox.Maildir(maildir, create=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="post-office")

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    @property
    def doubles(self) -> tuple[str, ...]:
        """Subjects that one person got twice under one Message-ID."""
        counts = Counter((letter.recipient, letter.message_id, letter.subject) for letter in self.letters)
        return tuple(subject for (_, _, subject), count in counts.items() if count > 1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the message once for each recipient (the server calls this)."""
        message = email.message_from_bytes(envelope.content)
        for recipient in envelope.rcpt_tos:
            subject = str(make_header(decode_header(message["Subject"] or "")))
            self.letters.append(Letter(recipient=recipient, subject=subject, message_id=message["Message-ID"] or ""))
            self._box.add(envelope.content)
        return "250 kept"

    def __enter__(self) -> Self:
        serving = self._loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="rehearsal", loop=self._loop), sock=self._socket
        )
        self._server = self._loop.run_until_complete(serving)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
