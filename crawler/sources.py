"""The sources we read: typed entries of sources/<cc>.yaml, checked on load; errors name file, entry and key."""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawler.config import ConfigError, describe_validation_error
from db.vocabulary import Independence, OutletKind, SourceKind

_CADENCE = re.compile(r"^(\d+)\s*(min|h|d)$")
_UNITS = {"min": 60, "h": 3600, "d": 86400}
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEAD_STATUSES = frozenset({"dead", "not_a_feed"})
MIN_LOOKS = 4  # at what a list shows only for a while (FIELD-TRAPS CT3: well below the retention)
_ID = re.compile(r"^[a-z]{2,3}_[a-z0-9_]{1,60}$")


def parse_cadence(text: str) -> timedelta:
    """`30min`, `2h` or `1d` as a duration; ValueError for anything else."""
    match = _CADENCE.match(text)
    if not match or int(match[1]) == 0:
        raise ValueError("must look like 30min, 2h or 1d")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _checked_cadence(text: str) -> str:
    parse_cadence(text)
    return text


def _checked_id(text: str) -> str:
    if not _ID.match(text):
        raise ValueError("must look like kz_name: lower case letters, digits and underscores")
    return text


Cadence = Annotated[str, AfterValidator(_checked_cadence)]


class Address(BaseModel):
    """One address that a source is read from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str = Field(pattern=r"^https?://")
    kind: SourceKind
    language: str = ""
    format: str = Field("", description="rss, atom, json, sitemap, news_sitemap, html")
    verified: bool = False
    status: str = Field("unknown", description="ok, dead, blocked, not_a_feed, empty, unknown")
    evidence: str = ""


class Handle(BaseModel):
    """An account of the outlet elsewhere; for people and for later channels, not crawled."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    platform: str
    handle: str
    verified: bool = False


class Expectation(BaseModel):
    """What a healthy run looks like."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min_items: int = Field(0, ge=0, description="fewest entries that a run sees (not new ones)")
    max_items: int = Field(0, ge=0, description="most entries; 0 means no limit")
    max_silence: Cadence = Field("7d", description="longest time without a new item")
    retention: Cadence | None = Field(None, description="how long the list keeps an entry before it is gone for good; none: not known")

    @property
    def silence(self) -> timedelta:
        """`max_silence` as a duration."""
        return parse_cadence(self.max_silence)


class Selectors(BaseModel):
    """Where things stand on a page of this source; CSS unless it starts with //. Empty means automatic."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    links: str = ""
    title: str = ""
    text: str = ""
    published: str = ""
    author: str = ""
    prune: tuple[str, ...] = ()
    row: str = ""
    columns: dict[str, str] = Field(default_factory=dict)


class Source(BaseModel):
    """One entry of a source file: who, where, how, how often and what to expect. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str, AfterValidator(_checked_id)]
    outlet: str
    outlet_ru: str = ""
    outlet_kk: str = ""
    country: str = Field(pattern=r"^([A-Z]{2}|INT)$")
    kind: OutletKind = OutletKind.OUTLET
    languages: tuple[str, ...] = ()
    homepage: str = ""
    homepage_verified: bool = False
    homepage_evidence: tuple[str, ...] = ()
    search_url: str = Field("", description="search page of the site with {q}, for people")
    social: tuple[Handle, ...] = ()
    urls: tuple[Address, ...] = ()
    cadence: Cadence = "2h"
    is_historic: bool = Field(False, description="only for matching names, never crawled")
    is_enabled: bool = True
    disabled_reason: str = ""
    independence: Independence = Independence.UNKNOWN
    aliases: tuple[str, ...] = ()
    alias_stems: tuple[tuple[str, ...], ...] = ()
    is_common_word: bool = Field(
        False, description="the name is an ordinary word: accept only in quotes, with a domain or after a word such as «издание»"
    )
    hosts: tuple[str, ...] = Field((), description="hosts that are the same outlet")
    tls_legacy_hosts: tuple[str, ...] = Field(
        (), description="hosts that speak only old TLS: read with a weaker handshake, their certificate is still checked"
    )
    zone: str = Field("Asia/Almaty", description="IANA zone of times without a zone on this source's pages")
    charset: str = Field("", description="fixed charset of badly labelled pages")
    day_first: bool = True
    keep_query: tuple[str, ...] = Field((), description="query keys that matter for identity")
    expect: Expectation = Expectation()
    selectors: Selectors = Selectors()
    spider: str = Field("", description="module of spiders/sites when the site needs code of its own")
    needs_browser: bool = False
    access: str = ""
    notes: str = ""

    @model_validator(mode="after")
    def _looks_before_it_is_gone(self) -> Self:
        if self.expect.retention and parse_cadence(self.cadence) * MIN_LOOKS > parse_cadence(self.expect.retention):
            raise ValueError(f"cadence {self.cadence} is too slow: the list keeps entries for {self.expect.retention} only")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the outlet goes by, the plain one first."""
        return tuple(name for name in (self.outlet, self.outlet_ru, self.outlet_kk, *self.aliases) if name)

    @property
    def living_urls(self) -> tuple[Address, ...]:
        """Addresses worth asking: those on record as dead or as no feed are kept in the file but not read."""
        return tuple(address for address in self.urls if address.status not in DEAD_STATUSES)

    @property
    def is_crawlable(self) -> bool:
        """True when a scheduled crawl may read it."""
        return self.is_enabled and not self.is_historic and bool(self.living_urls)

    @property
    def is_register(self) -> bool:
        """True for an official register that is asked about addresses one by one, by its `search_url`."""
        return self.kind is OutletKind.REGISTRY and "{q}" in self.search_url

    @property
    def interval(self) -> timedelta:
        """Time between two runs."""
        return parse_cadence(self.cadence)


def load_sources(directory: Path, countries: tuple[str, ...] = ()) -> tuple[Source, ...]:
    """All sources of the given countries (file stems; empty means every file), sorted by file then entry."""
    files = sorted(directory.glob("*.yaml"))
    wanted = {cc.lower() for cc in countries}
    missing = wanted - {file.stem for file in files}
    if missing:
        known = ", ".join(file.stem for file in files) or "none"
        raise ConfigError(f"{directory}: no sources for country {', '.join(sorted(missing))} (there are: {known})")
    return _without_doubles([source for file in files if not wanted or file.stem in wanted for source in read_source_file(file)])


@cache
def _by_id(directory: Path, country: str) -> dict[str, Source]:
    is_there = (directory / f"{country}.yaml").exists()
    return {source.id: source for source in load_sources(directory, (country,))} if is_there else {}


def find_source(directory: Path, source_id: str) -> Source | None:
    """The source with this id, None when no file has it; a country's file is read once per process, when first needed."""
    return _by_id(directory, source_id.partition("_")[0]).get(source_id)


def read_source_file(file: Path) -> tuple[Source, ...]:
    """The entries of one file; ConfigError names file, entry and key."""
    try:
        text = file.read_text(encoding="utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=_LOADER)):
            raise ConfigError(f"{file}: YAML aliases (*name) are not allowed here")
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("sources"), list):
        raise ConfigError(f"{file}: sources: must be a list")
    return tuple(_read_entry(file, number, entry) for number, entry in enumerate(document["sources"], start=1))


def _read_entry(file: Path, number: int, entry: object) -> Source:
    name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    if not isinstance(entry, dict):
        raise ConfigError(f"{file}: entry {name}: must be a mapping")
    try:
        source = Source.model_validate(entry)
    except ValidationError as error:
        raise ConfigError(describe_validation_error(f"{file}: entry {name}", error)) from error
    if not source.id.startswith(f"{file.stem}_"):
        raise ConfigError(f"{file}: entry {source.id}: id: must begin with {file.stem}_")
    return source


def _without_doubles(sources: list[Source]) -> tuple[Source, ...]:
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise ConfigError(f"entry {source.id}: id: stands twice")
        seen.add(source.id)
    return tuple(sources)
