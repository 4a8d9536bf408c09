"""Mail into a Maildir folder that any mail program opens: the way out of a house that is not live or has no mail server."""

import hashlib
import mailbox
import os
from pathlib import Path

from db.vocabulary import OutboxState
from pipelines.channels.letter import Letter, Receipt
from pipelines.channels.mime import build


class MaildirChannel:
    """Writes whole files or none; the file is named after the Message-ID, so the same letter is never there twice."""

    def __init__(self, folder: Path, sender: str, sender_name: str) -> None:
        self.folder = folder
        self.sender = sender
        self.sender_name = sender_name

    def send(self, letter: Letter, address: str) -> Receipt:
        """Deliver into `new/`; a letter that lies in `new/` or `cur/` already counts as sent."""
        name = f"mfm.{hashlib.sha256(letter.message_id.encode()).hexdigest()[:40]}"
        try:
            mailbox.Maildir(self.folder, create=True).close()
            if self._is_there(name):
                return Receipt(state=OutboxState.SENT, response="was in the folder already")
            self._write(name, bytes(build(letter, self.sender, self.sender_name, address)))
        except OSError as error:
            return Receipt(state=OutboxState.DEFERRED, response=f"mail folder: {error.strerror}", is_ours=True)
        return Receipt(state=OutboxState.SENT, response="written to the mail folder")

    def close(self) -> None:
        """Nothing is held open."""

    def _is_there(self, name: str) -> bool:
        return (self.folder / "new" / name).exists() or any((self.folder / "cur").glob(f"{name}*"))

    def _write(self, name: str, content: bytes) -> None:
        """Write to `tmp/`, flush to the disk, then rename: a reader sees the whole file or nothing."""
        draft = self.folder / "tmp" / name
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.folder / "new" / name)
        folder = os.open(self.folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
