"""The archive stage: every page's bytes as received go into a WARC file before anyone has an opinion."""

import asyncio
import logging
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from crawler.config import Config
from crawler.items import Archived, Capture, Observation, Page
from db.connection import connect
from db.queries.captures import KnownBody, known_body
from db.vocabulary import CaptureRole
from db.warc import OPEN_SUFFIX, WarcError, WarcFile, WarcPage, body_sha256, existing, recover

logger = logging.getLogger(__name__)

Item = TypeVar("Item", Page, Observation)
LookUp = Callable[[str, str, str], KnownBody | None]
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ArchivePipeline:
    """Fills `archived`. A body that lies in the archive already is not written again: the page points to it.

    No revisit record is written either: that an address was looked at and had not changed is a `fetch` row and the
    capture's `last_seen_at`, which cost a tenth of the bytes and can be queried.
    """

    def __init__(self, archive_dir: Path, reserve_bytes: int, look_up: LookUp, stats: StatsCollector) -> None:
        self._archive_dir = archive_dir
        self._reserve_bytes = reserve_bytes
        self._look_up = look_up
        self._stats = stats
        self._files: dict[Path, WarcFile] = {}
        self._written: dict[tuple[str, str, str], Archived] = {}
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchivePipeline":
        """Archive under the data folder of the house."""
        config: Config = crawler.settings["MFM"]
        db = connect(config.database_path)
        assert crawler.stats is not None
        return cls(config.archive_dir, config.reserve_bytes, lambda source, url, sha256: known_body(db, source, url, sha256), crawler.stats)

    def open_spider(self) -> None:
        """Refuse to start without room on the disk."""
        self._archive_dir.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._archive_dir).free < self._reserve_bytes:
            raise CloseSpider("disk")

    async def process_item(self, item: Item) -> Item:
        """Write the page; OSError (a full disk) leaves the item with a crash, as there is no item without evidence."""
        if not isinstance(item, Page):
            return item
        async with self._lock:
            item.archived, outcome = await asyncio.to_thread(self._archive, item.capture)
        self._stats.inc_value(f"mfm/archive/{outcome}")
        return item

    def close_spider(self) -> None:
        """Close, check and rename the files of this run; one that does not check stays open under its own name."""
        for file in self._files.values():
            try:
                file.close()
            except (WarcError, OSError):
                logger.exception("%s cannot be closed", file.open_path)
                self._stats.inc_value("mfm/archive_files/bad")
        self._files.clear()

    def _archive(self, capture: Capture) -> tuple[Archived, str]:
        body = capture.body if capture.wire_body is None else capture.wire_body
        sha256 = body_sha256(body)
        key = (capture.source_id, capture.url, sha256)
        if key in self._written:
            return self._written[key], "known"
        known = self._look_up(*key)
        if known and existing(self._archive_dir / known.archive_path).exists():
            return _archived(sha256, known), "known"
        self._written[key] = self._write(capture, body, sha256)
        return self._written[key], "written"

    def _write(self, capture: Capture, body: bytes, sha256: str) -> Archived:
        file = self._file_for(capture)
        place = file.add(as_warc_page(capture, body))
        return Archived(
            body_sha256=sha256,
            archive_path=file.path.relative_to(self._archive_dir).as_posix(),
            offset=place.offset,
            length_bytes=place.length_bytes,
            record_id=place.record_id,
        )

    def _file_for(self, capture: Capture) -> WarcFile:
        """One file per run, source and month: `<cc>/<source>/<yyyy>/<mm>/<run>.warc.gz`."""
        source = _UNSAFE.sub("_", capture.source_id)
        folder = self._archive_dir / source.partition("_")[0] / source / f"{capture.fetched_at:%Y}" / f"{capture.fetched_at:%m}"
        wanted = folder / f"{_UNSAFE.sub('_', capture.run_id).lstrip('.') or 'run'}.warc.gz"
        if wanted not in self._files:
            recover_leftovers(self._archive_dir / source.partition("_")[0] / source)
            self._files[wanted] = WarcFile(_free_name(wanted))
        return self._files[wanted]


def as_warc_page(capture: Capture, body: bytes) -> WarcPage:
    """The capture as the archive wants it; a feed entry of our own making and a given article are resources, not responses."""
    is_made_by_us = capture.role is CaptureRole.ENTRY or not capture.status
    return WarcPage(
        url=capture.final_url or capture.url,
        at=capture.fetched_at,
        body=body,
        status=capture.status,
        protocol=capture.protocol,
        headers=capture.wire_headers or capture.headers,
        request_headers=capture.request_headers,
        ip_address=capture.ip_address,
        is_made_by_us=is_made_by_us,
        extra=(
            ("X-MFM-Source", capture.source_id),
            ("X-MFM-Run", capture.run_id),
            ("X-MFM-Role", capture.role.value),
            ("X-MFM-Url", capture.url if capture.url != capture.final_url else ""),
        ),
    )


def recover_leftovers(folder: Path) -> tuple[Path, ...]:
    """Mend files that killed runs of this source left open; those of a run that still lives are left alone."""
    mended = []
    for leftover in sorted(folder.glob(f"*/*/*.warc.gz{OPEN_SUFFIX}")):
        try:
            final = recover(leftover)
        except (WarcError, OSError):
            logger.exception("%s cannot be mended", leftover)
            continue
        if final:
            mended.append(final)
    return tuple(mended)


def _archived(sha256: str, known: KnownBody) -> Archived:
    return Archived(
        body_sha256=sha256,
        archive_path=known.archive_path,
        offset=known.offset,
        length_bytes=known.length_bytes,
        record_id=known.record_id,
    )


def _free_name(wanted: Path) -> Path:
    """A name that no earlier run has taken; the same run id run twice must not write over the first file."""
    number = 1
    path = wanted
    while path.exists() or path.with_name(path.name + OPEN_SUFFIX).exists():
        number += 1
        path = wanted.with_name(wanted.name.replace(".warc.gz", f"-{number}.warc.gz"))
    return path
