"""Fixtures that the tests of the line share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.linking.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Link and store in a row, over one fresh database."""
    desk = Desk(tmp_path)
    yield desk
    desk.link.close_spider()
    desk.store.close_spider()
