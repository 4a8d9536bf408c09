"""Is there room left on the disk? One look, cheap enough for every response."""

import shutil
from pathlib import Path


def is_disk_low(directory: Path, reserve_bytes: int) -> bool:
    """True when less than the reserve is free where `directory` lies; an unreadable place counts as full."""
    try:
        return shutil.disk_usage(directory).free < reserve_bytes
    except OSError:
        return True
