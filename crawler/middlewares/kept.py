"""Small texts that are kept per origin for a while in the data folder, so that runs in between need not ask again."""

import hashlib
import json
import logging
from datetime import datetime, timedelta
from pathlib import Path

logger = logging.getLogger(__name__)


class KeptTexts:
    """One text per origin (scheme, host and port), forgotten after `keep`."""

    def __init__(self, directory: Path, keep: timedelta) -> None:
        self._directory = directory
        self._keep = keep

    def load(self, origin: str, now: datetime) -> str | None:
        """The text of `origin`, None when there is none or it is too old."""
        try:
            kept = json.loads(self._path(origin).read_text(encoding="utf-8"))
            age = now - datetime.fromisoformat(kept["at"])
            return str(kept["text"]) if timedelta(0) <= age < self._keep else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # absent or damaged: ask again

    def save(self, origin: str, text: str, now: datetime) -> None:
        """Keep a text; a full disk only costs the copy."""
        path = self._path(origin)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{id(self)}.part")
            part.write_text(json.dumps({"origin": origin, "at": now.isoformat(), "text": text}), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            logger.warning("%s of %s cannot be kept: %s", self._directory.name, origin, error)

    def _path(self, origin: str) -> Path:
        return self._directory / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"
