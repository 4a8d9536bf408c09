"""Which ways out are open: the channels that the configuration allows, made from plain values."""

from crawler.config import Config, ConfigError
from pipelines.channels.email import EmailChannel, Server, is_loopback
from pipelines.channels.letter import Channel, is_plain_address
from pipelines.channels.maildir import MaildirChannel

CHANNELS = ("email",)


def check_mail_settings(config: Config) -> None:
    """ConfigError when mail cannot be sent as configured: open text to another machine, a login without password, a bad address."""
    if not is_plain_address(config.mail_from):
        raise ConfigError("mail_from: not a plain ASCII address such as monitor@example.org")
    for person in config.people:
        for subscription in person.subscriptions:
            if subscription.channel not in CHANNELS:
                raise ConfigError(f"people: {person.audience}: channel {subscription.channel!r} is none of {', '.join(CHANNELS)}")
    if not config.smtp_host:
        return
    if config.smtp_security == "none" and not is_loopback(config.smtp_host):
        raise ConfigError("smtp_security: none is allowed only towards this machine; use starttls or tls")
    if config.smtp_username and not config.smtp_password.get_secret_value():
        raise ConfigError("smtp_password: missing for smtp_username (set MFM_SMTP_PASSWORD or MFM_SMTP_PASSWORD_FILE)")
    if config.trust_bundle and not config.trust_bundle.is_file():
        raise ConfigError(f"trust_bundle: {config.trust_bundle}: no such file")
    for person in config.people:
        if not is_plain_address(person.address.get_secret_value()):
            raise ConfigError(f"people: address of {person.audience} is not a plain ASCII address")


def uses_maildir(config: Config) -> bool:
    """Mail goes into the folder when there is no server, or when the house is not live and the server is another machine."""
    return not config.smtp_host or (not config.is_live and not is_loopback(config.smtp_host))


def open_channel(name: str, config: Config) -> Channel | None:
    """The channel called `name`, None when there is none."""
    if name == "email":
        return _mail(config)
    return None


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
