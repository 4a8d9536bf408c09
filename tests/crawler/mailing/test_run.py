"""One run after another against the mail folder: told once, in one thread, in the reader's language."""

import mailbox
from email import message_from_bytes, policy
from email.message import EmailMessage

from crawler.mailing.run import notify


def mails(house) -> list[EmailMessage]:
    if not house.config.maildir_path.exists():
        return []
    box = mailbox.Maildir(house.config.maildir_path, create=False)
    found = [message_from_bytes(box.get_bytes(key), policy=policy.default) for key in sorted(box.keys())]
    return sorted(found, key=lambda mail: (mail["To"], mail["Date"].datetime))


def run(house) -> list[str]:
    lines, is_fine = notify(house.config, limit=500, force_digest=False)
    assert is_fine
    return lines


def test_an_alert_that_no_stage_queued_is_told_once_to_each_reader(house):
    house.alert()
    run(house)
    run(house)
    found = mails(house)
    assert [mail["To"] for mail in found] == ["anna@example.org", "bolat@example.org"]
    assert house.states() == {"sent": 2}
    assert len({mail["Message-ID"] for mail in found}) == 2


def test_a_mail_says_what_who_law_sum_source_quote_reason_and_evidence(house):
    house.alert()
    run(house)
    text = " ".join(mails(house)[0].get_body(("plain",)).get_content().split())
    for expected in (
        "Orda.kz",
        "ТОО «Ромашка»",
        "143",
        "5 000 000",
        "требует взыскать с редакции 5 млн тенге",
        "DEF-CIV-01",
        "ab" * 32,
        "https://orda.kz/news/1",
    ):
        assert expected in text
