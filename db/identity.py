"""Ids made from content: the same thing seen twice has one id, so that writing it twice changes nothing."""

import hashlib

_SEPARATOR = "\x1f"
_LENGTH = 24


def content_id(*parts: str | int | None) -> str:
    """24 hex digits (96 bits) of SHA-256 over the parts; the order of the parts matters, None counts as empty."""
    joined = _SEPARATOR.join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def capture_id(source_id: str, url: str, body_sha256: str) -> str:
    """Id of a page as it was: one for each address and body of a source."""
    return content_id("capture", source_id, url, body_sha256)


def fetch_id(run_id: str, url: str, fetched_at: str) -> str:
    """Id of one request of one run; `fetched_at` as the database keeps times."""
    return content_id("fetch", run_id, url, fetched_at)
