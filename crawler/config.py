"""The one typed settings object: mfm.toml, overridden by MFM_* variables. Nothing else reads the environment."""

import os
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from db.errors import MfmError
from db.vocabulary import AlertKind, Category


class ConfigError(MfmError):
    """The configuration is wrong; the message names file and key."""


class Resolver(BaseModel):
    """How a vantage asks for names."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["system", "udp", "tcp", "doh", "proxy"] = "system"
    address: str = Field("", description="host:port for udp and tcp, URL for doh, empty otherwise")


class Vantage(BaseModel):
    """A line we look from: inside the country (a vantage) or outside it (a control)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(description="short name, stored with every observation")
    is_control: bool = Field(False, description="true for a line outside the country")
    country: str = Field("ZZ", description="ISO 3166-1 alpha-2 of the exit; ZZ unknown")
    kind: Literal["direct", "source_address", "socks5", "http", "tor"] = "direct"
    address: str = Field("", description="proxy host:port, or the local source address")
    username: str = Field("", description="proxy user name")
    password: SecretStr = Field(SecretStr(""), description="proxy password; better given as MFM_VANTAGE_PASSWORD_<ID>")
    names_at_proxy: bool = Field(True, description="resolve names at the proxy, as its user would")
    resolver: Resolver = Resolver()
    asn: str = Field("", description="network number as AS9198")
    line: Literal["residential", "mobile", "datacentre", "vpn", "unknown"] = "unknown"
    consent: bool = Field(False, description="the person who lends this line knows what probing means and agreed; live runs need it")
    sees_censorship: Literal["yes", "no", "unknown"] = Field(
        "unknown", description="yes when sites known to be blocked fail here; overruled by the known-blocked canaries"
    )
    foreign_canaries: tuple[str, ...] | None = Field(None, description="in place of probing.foreign_canaries for this line")
    domestic_canaries: tuple[str, ...] | None = Field(None, description="in place of probing.domestic_canaries for this line")
    clock_offset_s: float = Field(0.0, description="known error of this line's own clock, seconds, when it is a machine of its own")


class Probing(BaseModel):
    """How a look is made: timers, tries, addresses of health checks, and the tables of addresses (BLOCKING.md, e.2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dns_timeout_s: float = Field(5.0, gt=0, description="longest wait for a DNS answer, seconds")
    tcp_timeout_s: float = Field(10.0, gt=0, description="longest wait for a connection, seconds")
    tls_timeout_s: float = Field(10.0, gt=0, description="longest wait for a handshake, seconds")
    first_byte_timeout_s: float = Field(15.0, gt=0, description="longest wait for the first byte of an answer, seconds")
    body_timeout_s: float = Field(30.0, gt=0, description="longest time for a body, seconds")
    stall_timeout_s: float = Field(10.0, gt=0, description="silence inside a body that counts as a stall, seconds")
    max_body_bytes: int = Field(512 * 1024, gt=0, description="bytes of a page that are read")
    max_redirects: int = Field(10, ge=0, description="redirects that are followed")
    max_addresses: int = Field(3, gt=0, description="addresses of one name that are tried, each family")
    late_answer_wait_s: float = Field(0.3, ge=0, description="wait for a second UDP answer after the first, seconds; 0 means none")
    tries_at_s: tuple[float, ...] = Field((0.0, 10.0, 20.0), description="earliest start of each try of one look, seconds")
    run_tries_at_s: tuple[float, ...] = Field((0.0, 60.0, 180.0, 480.0), description="the same for scheduled and watched runs")
    watch_pauses_s: tuple[float, ...] = Field((900.0, 2700.0, 7200.0), description="pauses of --watch after a failure, then the last again")
    quiet_pause_s: float = Field(1800.0, gt=0, description="pause of --watch while all is well, seconds")
    site_pause_s: float = Field(10.0, ge=0, description="least time between two requests to one site from one line, live runs, seconds")
    concurrency: int = Field(20, gt=0, description="sites looked at side by side")
    bogons: tuple[str, ...] | None = Field(None, description="networks that no public name may point to; none given: IANA's lists")
    networks: dict[str, str] = Field(default_factory=dict, description="network -> AS number; these are public even if in bogons")
    captive_urls: dict[str, str] | None = Field(
        None, description="URL -> 204, or the exact text it must answer; none given: gstatic and Firefox in live runs, none otherwise"
    )
    foreign_canaries: tuple[str, ...] | None = Field(None, description="host:port abroad on different networks; live default built in")
    domestic_canaries: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="country -> host:port inside it")
    known_blocked: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="country -> URLs known to be blocked there")
    exit_url: str = Field("", description="page answering JSON with country and asn of the asking address; empty: not checked")
    clock_tolerance_s: float = Field(300.0, ge=0, description="largest error of our clock against HTTP Date, seconds; 0: not checked")
    neutral_object_url: str = Field("", description="object of known speed, best on the same delivery network, for throttling")
    neutral_object_bytes: int = Field(256 * 1024, gt=0, description="bytes of the neutral object that are read")
    sni_test_addresses: tuple[str, ...] = Field((), description="address:port of TLS servers of ours, asked with the site's name")
    closed_port: str = Field("", description="host:port known to refuse; calibrates proxy replies; empty: not calibrated")
    silent_address: str = Field("", description="host:port known to be silent; calibrates proxy replies")
    check_neighbours: bool = Field(True, description="after a silent address, try its neighbours that answer a control")
    rdap_url: str = Field("", description="RDAP address with {domain}; none given: rdap.org in live runs, none otherwise")
    registers: dict[str, str] = Field(
        default_factory=dict, description="country -> address with {domain} of a state register of banned sites that answers a JSON array"
    )
    ooni_api_url: str = Field("https://api.ooni.org", description="host of OONI's API")


class Subscription(BaseModel):
    """What one person wants to hear of, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    countries: tuple[str, ...] = Field((), description="ISO codes; empty means all")
    categories: tuple[Category, ...] = Field((), description="taxonomy ids; empty means all")
    kinds: tuple[AlertKind, ...] = Field((AlertKind.AT_ONCE,), description="at_once, digest or record")
    outlets: tuple[str, ...] = Field((), description="outlet ids; empty means all")
    min_severity: int = Field(1, ge=1, le=5, description="1 minor to 5 critical; lesser alerts are left out")
    min_confidence: float = Field(0.0, ge=0, le=1, description="alerts we are less sure of are left out")
    rate: Literal["at_once", "daily", "weekly", "off"] = "at_once"
    channel: str = Field("email", description="name of a channel in pipelines/channels")
    name: str = Field("", description="short name of a saved query; it names the mail")
    query: str = Field("", description="a select over the archive in place of the filters above: its new rows are mailed")
    key: str = Field("id", description="column of the query that tells one row from another")

    @model_validator(mode="after")
    def _names_its_query(self) -> Self:
        if bool(self.query) != bool(self.name):
            raise ValueError("a saved query needs both name and query")
        return self


class Person(BaseModel):
    """A reader. The database knows only the audience name, never the address."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    audience: str = Field(description="short name used in the outbox in place of the address")
    address: SecretStr = Field(description="e-mail address")
    openpgp_key: Path | None = Field(None, description="file with the reader's public OpenPGP key; mails are then encrypted or not sent")
    language: Literal["en", "ru", "kk"] = "en"
    zone: str = Field("Asia/Almaty", description="IANA time zone for times in the mail")
    digest_hour: int = Field(8, ge=0, le=23, description="hour of the reader's clock at which digests are written; weekly ones on Monday")
    quiet_from: int | None = Field(None, ge=0, le=23, description="hour from which at-once mails wait; critical ones do not")
    quiet_until: int = Field(7, ge=0, le=23, description="hour at which waiting mails go")
    is_maintainer: bool = Field(False, description="also gets the mails about the machine's health")
    webhook_url: SecretStr = Field(SecretStr(""), description="where the channel webhook posts JSON; https, or http towards this machine")
    apprise_url: SecretStr = Field(SecretStr(""), description="where the channel apprise sends: Telegram, Signal, Matrix, Slack and others")
    subscriptions: tuple[Subscription, ...] = (Subscription(),)


class Config(BaseSettings):
    """Every setting of the monitor: name, type, default, one sentence. Unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix="MFM_", extra="forbid", frozen=True, env_nested_delimiter="__")

    data_dir: Path = Field(Path("var"), description="folder for database, archive, mails and logs; outside the repository in production")
    is_live: bool = Field(False, description="false: nothing leaves the machine (no fetch outside loopback, mail into the Maildir)")
    contact_url: str = Field("", description="page or mailto: that tells site owners who we are; required when live")
    organisation: str = Field("Media Freedom Monitor", description="name in mails, pages and the user agent")
    countries: tuple[str, ...] = Field(("kz",), description="countries whose sources run")
    sources_dir: Path | None = Field(None, description="folder of <cc>.yaml source files in place of the built-in one")
    clock_offset_s: float = Field(0.0, description="seconds added to the machine's clock; the rehearsal moves time with it")

    download_delay_s: float = Field(2.0, ge=0, description="pause between requests to one host, seconds; live runs have a floor of 1")
    download_timeout_s: float = Field(30.0, gt=0, description="longest wait for one response, seconds")
    response_deadline_s: float = Field(60.0, gt=0, description="total time allowed for one response incl. a trickling body, seconds")
    run_deadline_s: int = Field(900, gt=0, description="longest life of one crawl process, seconds")
    max_page_bytes: int = Field(10 * 2**20, gt=0, description="largest page, after unpacking")
    max_feed_bytes: int = Field(8 * 2**20, gt=0, description="largest feed or sitemap, after unpacking")
    host_failure_budget: int = Field(4, gt=0, description="failures after which a host is parked for the run")
    max_items_per_run: int = Field(300, gt=0, description="pages one run of one source may fetch")
    concurrent_crawls: int = Field(2, gt=0, description="crawl processes at the same time")
    proxy_url: str = Field("", description="forward proxy for crawling (http://host:port); empty means none")
    trust_bundle: Path | None = Field(None, description="PEM file of trusted roots in place of certifi's")
    allow_inside: tuple[str, ...] = Field(
        (), description="addresses or host:port of inside hosts that may be reached (rehearsal, local proxy)"
    )
    reserve_bytes: int = Field(200 * 2**20, ge=0, description="free disk space under which nothing more is fetched")
    backfill_after_days: int = Field(14, gt=0, description="articles published longer ago cannot alert")

    smtp_host: str = Field("", description="mail server; empty means the Maildir under the data folder")
    smtp_port: int = Field(587, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="none only towards loopback")
    smtp_username: str = Field("", description="login; empty means none")
    smtp_password: SecretStr = Field(SecretStr(""), description="secret: from MFM_SMTP_PASSWORD or a file named by MFM_SMTP_PASSWORD_FILE")
    smtp_password_file: Path | None = Field(None, description="file that holds the mail password, outside the repository")
    smtp_timeout_s: float = Field(30.0, gt=0, description="longest wait for the mail server, seconds")
    mail_from: str = Field("monitor@localhost.localdomain", description="sender address")
    archive_url: str = Field("http://127.0.0.1:8001", description="address of the archive, for links in mails")
    public_url: str = Field(
        "", description="https address at which readers reach `scrapy serve`; empty: no buttons and no one-click unsubscribe in mails"
    )
    unsubscribe_address: str = Field(
        "", description="address where a person reads answers and requests to be unsubscribed; empty: mail_from"
    )
    bounce_maildir: Path | None = Field(None, description="Maildir that bounces to mail_from arrive in; read by each `scrapy notify`")
    bounces_allowed: int = Field(3, gt=0, description="mails that come back for good after which an address gets no more")
    max_alerts_per_mail: int = Field(20, gt=0, description="alerts in one mail; the rest is a count with a link")
    heartbeat_url: str = Field(
        "", description="outside address asked after each good `scrapy notify`, so that others see us die; live only"
    )
    max_mails_per_day: int = Field(30, gt=0, description="at-once mails a person gets a day; above it one summary")

    people: tuple[Person, ...] = Field((), description="readers and their subscriptions")
    vantages: tuple[Vantage, ...] = Field((), description="lines we look from; empty means only crawling, no probing")
    probing: Probing = Field(Probing(), description="timers, tries, health checks and address tables of a look")
    neutral_sni: str = Field("www.wikipedia.org", description="server name for the SNI swap")
    fingerprints_dir: Path | None = Field(None, description="folder with OONI's fingerprints_dns.csv and fingerprints_http.csv")
    line_canaries: tuple[str, ...] = Field(
        ("www.wikipedia.org:443", "www.cloudflare.com:443", "www.debian.org:80"),
        description="host:port tried to tell whether our own line is up",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment beats the file, which arrives as init values."""
        return env_settings, init_settings

    def now(self) -> datetime:
        """The time of this house, UTC: the machine's clock plus `clock_offset_s`."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset_s)

    @property
    def database_path(self) -> Path:
        """The one SQLite file that is served."""
        return self.data_dir / "mfm.db"

    @property
    def archive_dir(self) -> Path:
        """Folder of the WARC files."""
        return self.data_dir / "archive"

    @property
    def maildir_path(self) -> Path:
        """Maildir used when no mail server is configured."""
        return self.data_dir / "mail"

    @property
    def sources_path(self) -> Path:
        """Folder of the source files in force."""
        return self.sources_dir or Path(__file__).parent / "sources"


def load_config(path: Path | None = None) -> Config:
    """Config from `path`, or the file named by MFM_CONFIG, or ./mfm.toml if there; ConfigError names file and key."""
    named = path or (Path(os.environ["MFM_CONFIG"]) if os.environ.get("MFM_CONFIG") else None)
    file = named or Path("mfm.toml")
    if named and not named.exists():
        raise ConfigError(f"{named}: no such configuration file")
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not readable as TOML: {error}") from error
    _refuse_unknown_variables()
    try:
        config = Config(**values)
    except ValidationError as error:
        raise ConfigError(describe_validation_error(str(file), error)) from error
    return _with_secrets(config)


@cache
def _known_variables() -> frozenset[str]:
    return frozenset(f"MFM_{name.upper()}" for name in Config.model_fields)


def _refuse_unknown_variables() -> None:
    for name in os.environ:
        if not name.startswith("MFM_") or name == "MFM_CONFIG" or name.startswith("MFM_VANTAGE_PASSWORD_"):
            continue
        if name.split("__")[0] not in _known_variables():
            raise ConfigError(f"environment: {name}: unknown setting (known ones are in mfm.example.toml)")


def _with_secrets(config: Config) -> Config:
    """The same settings with passwords read from files and variables."""
    changes: dict[str, object] = {}
    if config.smtp_password_file:
        try:
            secret = config.smtp_password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"smtp_password_file: cannot read {config.smtp_password_file}: {error.strerror}") from error
        changes["smtp_password"] = SecretStr(secret)
    vantages = tuple(_vantage_with_secret(vantage) for vantage in config.vantages)
    if vantages != config.vantages:
        changes["vantages"] = vantages
    return config.model_copy(update=changes) if changes else config


def _vantage_with_secret(vantage: Vantage) -> Vantage:
    secret = os.environ.get(f"MFM_VANTAGE_PASSWORD_{vantage.id.upper().replace('-', '_')}", "")
    return vantage.model_copy(update={"password": SecretStr(secret)}) if secret else vantage


def describe_validation_error(file: str, error: ValidationError) -> str:
    """One line that names file and key for the first fault, and counts the others; never shows the value of a secret."""
    faults = error.errors(include_input=False, include_url=False)
    where = ".".join(str(part) for part in faults[0]["loc"]) or "(top)"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{file}: {where}: {faults[0]['msg']}{more}"
