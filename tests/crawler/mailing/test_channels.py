"""Which ways out are open, and what is refused before a letter is written."""

import pytest
from pydantic import SecretStr

from crawler.config import ConfigError, Subscription
from crawler.mailing.channels import check_mail_settings, open_channel, uses_maildir
from pipelines.channels.email import EmailChannel
from pipelines.channels.maildir import MaildirChannel
from tests.crawler.mailing.conftest import person


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"smtp_host": "mail.example.org", "smtp_security": "none"}, "smtp_security"),
        ({"smtp_host": "mail.example.org", "smtp_username": "u"}, "smtp_password"),
        ({"smtp_host": "mail.example.org", "trust_bundle": "/nowhere.pem"}, "trust_bundle"),
        ({"mail_from": "Monitor <a@b.org>\r\nBcc: c@d.org"}, "mail_from"),
        ({"smtp_host": "127.0.0.1", "people": (person("anna", "ru", address=SecretStr("анна@пример.рф")),)}, "people: address of anna"),
        ({"people": (person("anna", "ru", subscriptions=(Subscription(channel="pigeon"),)),)}, "pigeon"),
    ],
)
def test_wrong_settings_are_one_line_that_names_the_key(house, changes, words):
    with pytest.raises(ConfigError) as caught:
        check_mail_settings(house.configured(**changes))
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert "пример" not in str(caught.value)


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
