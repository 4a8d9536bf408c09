"""What tests share: a fresh database, a configuration, a site on loopback, and crawls as their own processes."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from sqlite_utils import Database

from crawler.config import Config
from db.connection import connect
from db.migrations import migrate
from tests.local_site import LocalSite

ROOT = Path(__file__).parent.parent


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration whose data lie under the test's own folder."""
    return Config(data_dir=tmp_path / "data", line_canaries=())


@pytest.fixture
def fresh_db(tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database."""
    path = tmp_path / "fresh.db"
    migrate(path)
    db = connect(path)
    yield db
    db.close()


@pytest.fixture(scope="module")
def local_site() -> Iterator[LocalSite]:
    """A site on loopback for the tests of one module."""
    with LocalSite() as site:
        yield site


@dataclass(kw_only=True, slots=True)
class Crawl:
    """A crawl that has ended: its exit status, its words, and what it left behind."""

    status: int
    errors: str
    data_dir: Path

    def rows(self, query: str) -> list[sqlite3.Row]:
        """Rows of a query on the run's database."""
        db = sqlite3.connect(self.data_dir / "mfm.db")
        db.row_factory = sqlite3.Row
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def outcomes(self) -> dict[str, str]:
        """Outcome per address."""
        return {row["url"]: row["outcome"] for row in self.rows("select url, outcome from fetch order by fetched_at")}


@dataclass(kw_only=True, slots=True)
class House:
    """A data folder, a folder of sources and settings, for crawls in processes of their own."""

    folder: Path
    settings: dict[str, str]

    def write_source(self, source_id: str, *addresses: tuple[str, str], **more: object) -> None:
        """Add a source with (kind, url) addresses."""
        folder = self.folder / "sources"
        folder.mkdir(exist_ok=True)
        file = folder / "kz.yaml"
        document = yaml.safe_load(file.read_text()) if file.exists() else {"sources": []}
        urls = [{"url": url, "kind": kind} for kind, url in addresses]
        document["sources"].append({"id": source_id, "outlet": source_id, "country": "KZ", "cadence": "30min", "urls": urls, **more})
        file.write_text(yaml.safe_dump(document, allow_unicode=True))

    def command(self, source_id: str, spider: str = "source") -> list[str]:
        """The command line of one crawl."""
        return [sys.executable, "-m", "scrapy", "crawl", spider, "-a", f"source={source_id}"]

    def environment(self, **settings: str) -> dict[str, str]:
        """The variables of a crawl: nothing of the machine's own settings, ours on top."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MFM_") and "proxy" not in name.lower()}
        return inherited | {
            "MFM_DATA_DIR": str(self.folder / "data"),
            "MFM_SOURCES_DIR": str(self.folder / "sources"),
            "MFM_DOWNLOAD_DELAY_S": "0",
            "MFM_RESERVE_BYTES": "0",
            **self.settings,
            **settings,
        }

    def crawl(self, source_id: str, *options: str, spider: str = "source", **settings: str) -> Crawl:
        """Run `scrapy crawl` to its end."""
        done = subprocess.run(
            [*self.command(source_id, spider), *options],
            cwd=ROOT,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=100,
        )
        return Crawl(status=done.returncode, errors=done.stderr, data_dir=self.folder / "data")


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., House]:
    """Makes a house that may reach the given sites on loopback."""

    def build(*sites: LocalSite, **settings: str) -> House:
        allowed = "[" + ", ".join(f'"{site.address}"' for site in sites) + "]"
        return House(folder=tmp_path, settings={"MFM_ALLOW_INSIDE": allowed, "MFM_LINE_CANARIES": allowed, **settings})

    return build
