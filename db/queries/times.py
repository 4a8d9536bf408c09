"""Times as the database keeps them: UTC, ISO 8601 with `Z`, whole seconds."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """`moment` as `2026-11-25T02:00:00Z`; ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> datetime:
    """The moment that `iso` wrote, aware and UTC; ValueError for text that is no moment with a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return moment.astimezone(UTC)
