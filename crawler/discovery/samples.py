"""A page saved for tests with a draft of what should be read from it; a person confirms the draft."""

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path

from crawler.items import Capture

_UNSAFE = re.compile(r"[^a-z0-9]+")


def save_sample(capture: Capture, claims: Mapping[str, str], data_dir: Path) -> Path:
    """Write `<slug>.html.gz` and `<slug>.expected.json` (`reviewed: false`) below the data folder's `samples/<source>/`.

    A developer moves both to tests/fixtures/pages/<source>/ when the expectation has been read.
    """
    folder = data_dir / "samples" / capture.source_id
    folder.mkdir(parents=True, exist_ok=True)
    slug = _UNSAFE.sub("-", capture.url.lower().split("://", 1)[-1]).strip("-")[:80] or "page"
    page = folder / f"{slug}.html.gz"
    page.write_bytes(gzip.compress(capture.body, mtime=0))
    draft = {"reviewed": False, "url": capture.url, "fetched_at": capture.fetched_at.isoformat(), **claims}
    (folder / f"{slug}.expected.json").write_text(json.dumps(draft, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return page
