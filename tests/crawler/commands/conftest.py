"""Fixtures of the commands' tests."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def real_now() -> datetime:
    """The machine's own time, for tests with a second process."""
    return datetime.now(UTC)
