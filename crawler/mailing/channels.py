"""Which ways out are open: the channels that the configuration allows, made from plain values."""

from urllib.parse import urlsplit

from crawler.config import Config, ConfigError, Person
from pipelines.channels.apprise import AppriseChannel
from pipelines.channels.email import EmailChannel, Server, is_loopback
from pipelines.channels.letter import Channel, is_plain_address
from pipelines.channels.maildir import MaildirChannel
from pipelines.channels.webhook import WebhookChannel

CHANNELS = ("email", "webhook", "apprise")


def check_mail_settings(config: Config) -> None:
    """ConfigError when something cannot be sent as configured; the message names the key and holds no secret."""
    if not is_plain_address(config.mail_from):
        raise ConfigError("mail_from: not a plain ASCII address such as monitor@example.org")
    if config.unsubscribe_address and not is_plain_address(config.unsubscribe_address):
        raise ConfigError("unsubscribe_address: not a plain ASCII address such as people@example.org")
    if config.public_url and not is_safe_public_url(config.public_url):
        raise ConfigError("public_url: must be https (or http towards this machine), without user name, query or fragment")
    for person in config.people:
        _check_person(config, person)
    if config.smtp_host:
        _check_server(config)


def _check_server(config: Config) -> None:
    if config.smtp_security == "none" and not is_loopback(config.smtp_host):
        raise ConfigError("smtp_security: none is allowed only towards this machine; use starttls or tls")
    if config.smtp_username and not config.smtp_password.get_secret_value():
        raise ConfigError("smtp_password: missing for smtp_username (set MFM_SMTP_PASSWORD or MFM_SMTP_PASSWORD_FILE)")
    if config.trust_bundle and not config.trust_bundle.is_file():
        raise ConfigError(f"trust_bundle: {config.trust_bundle}: no such file")


def _check_person(config: Config, person: Person) -> None:
    if not is_plain_address(person.address.get_secret_value()):
        raise ConfigError(f"people: address of {person.audience} is not a plain ASCII address")
    for channel in {subscription.channel for subscription in person.subscriptions}:
        if channel not in CHANNELS:
            raise ConfigError(f"people: {person.audience}: channel {channel!r} is none of {', '.join(CHANNELS)}")
        if not address_of(person, channel):
            raise ConfigError(f"people: {person.audience}: channel {channel} needs {channel}_url")
        if channel == "webhook" and not _is_safe_webhook(person.webhook_url.get_secret_value(), config):
            raise ConfigError(
                f"people: {person.audience}: webhook_url must be https, or http towards this machine, and not live only the latter"
            )
        if channel == "apprise" and not config.is_live:
            raise ConfigError(f"people: {person.audience}: channel apprise leaves the machine; set is_live first")


def _is_safe_webhook(url: str, config: Config) -> bool:
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        return parts.scheme in {"http", "https"}
    return config.is_live and parts.scheme == "https" and bool(parts.hostname)


def is_safe_public_url(url: str) -> bool:
    """True for an address that a header line holds as it is and RFC 8058 allows; http only towards this machine."""
    parts = urlsplit(url)
    is_secret_on_the_way = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' <>,"@?#')
    return is_secret_on_the_way and is_plain and bool(parts.hostname) and len(url) <= 200


def address_of(person: Person, channel: str) -> str:
    """Where a reader is reached over a channel; empty when not at all."""
    addresses = {"email": person.address, "webhook": person.webhook_url, "apprise": person.apprise_url}
    return addresses[channel].get_secret_value() if channel in addresses else ""


def uses_maildir(config: Config) -> bool:
    """Mail goes into the folder when there is no server, or when the house is not live and the server is another machine."""
    return not config.smtp_host or (not config.is_live and not is_loopback(config.smtp_host))


def open_channel(name: str, config: Config) -> Channel | None:
    """The channel called `name`, None when there is none."""
    if name == "email":
        return _mail(config)
    if name == "webhook":
        return WebhookChannel(config.smtp_timeout_s, config.trust_bundle)
    return AppriseChannel() if name == "apprise" else None


def _mail(config: Config) -> Channel:
    if uses_maildir(config):
        return MaildirChannel(config.maildir_path, config.mail_from, config.organisation)
    server = Server(
        host=config.smtp_host,
        port=config.smtp_port,
        security=config.smtp_security,
        timeout_s=config.smtp_timeout_s,
        username=config.smtp_username,
        password=config.smtp_password.get_secret_value(),
        trust_bundle=config.trust_bundle,
    )
    return EmailChannel(server, config.mail_from, config.organisation)
