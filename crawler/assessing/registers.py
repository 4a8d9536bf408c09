"""Register answers from the archive become entries, and evidence beside an open blocking: by a court, by order, nothing on record."""

import logging
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from sqlite_utils import Database

from crawler.config import Config
from crawler.sources import Source, load_sources
from db.connection import connect, write
from db.migrations import migrate
from db.queries.registers import EntryRow, Look, blocked_outlets, store_look, store_word, unread_answers
from db.records import as_fields
from db.warc import read_page
from pipelines.reading.registers import RegisterEntry, RegisterError, in_words, read_banned_sites

logger = logging.getLogger(__name__)


def read_registers(config: Config) -> list[str]:
    """Read every new answer; returns one line per incident that a register newly speaks of. Twice changes nothing."""
    migrate(config.database_path)
    db = connect(config.database_path)
    try:
        sources = load_sources(config.sources_path, config.countries)
        registers = [source for source in sources if source.is_register]
        return [line for source in registers for line in _read(db, config, source)]
    finally:
        db.close()


def _read(db: Database, config: Config, source: Source) -> Iterator[str]:
    for answer in unread_answers(db, source.id):
        domain = _domain_of(answer["url"], source.search_url)
        body = read_page(config.archive_dir / answer["archive_path"], answer["archive_offset"]).body
        try:
            entries = read_banned_sites(body, domain)
        except RegisterError as error:
            logger.warning("%s: %s", answer["url"], error, extra={"source": source.id})
            continue
        rows = [EntryRow(**as_fields(entry)) for entry in entries]
        look = Look(source_id=source.id, domain=domain, capture_id=answer["id"], looked_at=answer["last_seen_at"], entries=rows)
        yield from write(db, lambda each, look=look, entries=entries: _keep(each, source.country, look, entries))  # type: ignore[misc]


def _keep(db: Database, country: str, look: Look, entries: tuple[RegisterEntry, ...]) -> list[str]:
    store_look(db, look)
    words = in_words(entries)
    told = [incident for incident in blocked_outlets(db, country) if _host(incident["homepage"]) == look.domain]
    return [f"{look.domain}: {words}" for incident in told if store_word(db, incident, look, words)]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _domain_of(url: str, template: str) -> str:
    """The domain that was asked about: the value of the query key that `{q}` stands for."""
    key = next((name for name, values in parse_qs(urlsplit(template).query).items() if values == ["{q}"]), "url")
    return parse_qs(urlsplit(url).query).get(key, [""])[0].lower().removeprefix("www.")
