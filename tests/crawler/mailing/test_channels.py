"""Which ways out are open, and what is refused before a letter is written."""

import pytest
from pydantic import SecretStr

from crawler.config import ConfigError, Person, Subscription
from crawler.mailing.channels import check_mail_settings, open_channel, uses_maildir
from crawler.mailing.heartbeat import beat
from pipelines.channels.email import EmailChannel
from pipelines.channels.maildir import MaildirChannel
from tests.crawler.mailing.conftest import person


def hooked(url: str) -> Person:
    return person("anna", "ru", webhook_url=SecretStr(url), subscriptions=(Subscription(channel="webhook"),))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"smtp_host": "mail.example.org", "smtp_security": "none"}, "smtp_security"),
        ({"smtp_host": "mail.example.org", "smtp_username": "u"}, "smtp_password"),
        ({"smtp_host": "mail.example.org", "trust_bundle": "/nowhere.pem"}, "trust_bundle"),
        ({"mail_from": "Monitor <a@b.org>\r\nBcc: c@d.org"}, "mail_from"),
        ({"smtp_host": "127.0.0.1", "people": (person("anna", "ru", address=SecretStr("анна@пример.рф")),)}, "people: address of anna"),
        ({"people": (person("anna", "ru", subscriptions=(Subscription(channel="pigeon"),)),)}, "pigeon"),
        ({"people": (person("anna", "ru", subscriptions=(Subscription(channel="webhook"),)),)}, "webhook_url"),
        ({"people": (hooked("https://hooks.example.org/x"),)}, "webhook_url"),
        ({"is_live": True, "people": (hooked("http://hooks.example.org/x"),)}, "webhook_url"),
        (
            {"people": (person("anna", "ru", apprise_url=SecretStr("tgram://secret"), subscriptions=(Subscription(channel="apprise"),)),)},
            "is_live",
        ),
    ],
)
def test_wrong_settings_are_one_line_that_names_the_key(house, changes, words):
    with pytest.raises(ConfigError) as caught:
        check_mail_settings(house.configured(**changes))
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not any(secret in str(caught.value) for secret in ("пример", "hooks.example", "tgram"))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, MaildirChannel),
        ({"smtp_host": "127.0.0.1", "smtp_security": "none"}, EmailChannel),
        ({"smtp_host": "mail.example.org"}, MaildirChannel),
        ({"smtp_host": "mail.example.org", "is_live": True}, EmailChannel),
    ],
)
def test_nothing_leaves_the_machine_until_the_house_is_live(house, changes, kind):
    config = house.configured(**changes)
    check_mail_settings(config)
    assert isinstance(open_channel("email", config), kind)
    assert uses_maildir(config) is (kind is MaildirChannel)


def test_a_channel_that_does_not_exist_is_none(house):
    assert open_channel("pigeon", house.config) is None


def test_a_webhook_towards_this_machine_may_be_plain_and_a_live_one_may_not(house):
    check_mail_settings(house.configured(people=(hooked("http://127.0.0.1:9000/x"),)))
    check_mail_settings(house.configured(is_live=True, people=(hooked("https://hooks.example.org/x"),)))


def test_the_heartbeat_is_silent_until_the_house_is_live(house):
    assert beat(house.configured(heartbeat_url="http://127.0.0.1:9/")) is False
    assert beat(house.configured(heartbeat_url="file:///etc/passwd", is_live=True)) is False
    assert beat(house.configured(heartbeat_url="http://127.0.0.1:9/", is_live=True)) is False
