"""Mails that come back: recorded once, grave ones hold an address, and no report can do harm."""

import mailbox
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.mailing.bounces import BounceError, from_maildir, is_held, resume, take_bounces
from crawler.mailing.run import notify
from db.private import PRIVATE_FILE
from pipelines.channels.bounce import read_bounce
from tests.crawler.mailing.conftest import House, person


def report(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 <anna@example.org> unknown"
) -> bytes:
    """A report as Postfix writes it."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: monitor@localhost.localdomain
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: x

--b--
""".replace("\n", "\r\n").encode()


def sent(house: House, audience: str = "anna") -> list[str]:
    return [
        row["message_id"]
        for row in house.db.query("select message_id from outbox where audience = ? and state = 'sent' order by created_at, id", [audience])
    ]


def three_mails(house: House) -> list[str]:
    for _ in range(3):
        house.alert()
    notify(house.config, limit=100, force_digest=False)
    assert len(sent(house)) == 3
    return sent(house)


def bounces(house: House) -> list[dict]:
    return list(house.db.query("select state, code, response from delivery where state in ('bounced', 'delayed') order by id"))


def test_a_bounce_is_recorded_once_and_without_an_address(house: House) -> None:
    message_id = three_mails(house)[0]
    assert take_bounces(house.db, house.config, [report(message_id)] * 2, house.clock.at) == "2 mails read, 1 new bounces"
    (row,) = bounces(house)
    assert row["state"] == "bounced" and row["code"] == 550 and "@" not in row["response"] and "5.1.1" in row["response"]
    assert not (house.folder / PRIVATE_FILE).exists(), "one bounce holds nobody"


def test_three_grave_bounces_hold_the_address_and_maintainers_are_told(house: House) -> None:
    people = (person("anna", "ru"), person("bolat", "kk"), person("chief", "en", is_maintainer=True, subscriptions=()))
    house.configured(people=people)
    line = take_bounces(house.db, house.config, [report(each) for each in three_mails(house)], house.clock.at)
    assert line == "3 mails read, 3 new bounces; no more mails to anna"
    assert [is_held(house.config, each) for each in people] == [True, False, False]
    house.clock.at += timedelta(hours=1)
    house.alert()
    notify(house.config, limit=100, force_digest=False)
    states = {row["audience"]: row["state"] for row in house.db.query("select audience, state from outbox where alert_id = 'alert4'")}
    assert states == {"anna": "deferred", "bolat": "sent"}, "held, not lost"
    (told,) = house.db.query("select payload_json from outbox where audience = 'chief' and kind = 'watchdog'")
    assert "came back" in told["payload_json"] and "anna@" not in told["payload_json"]
    moved = person("anna", "ru", address="new@example.org")
    assert not is_held(house.config, moved), "a new address starts anew"
    assert resume(house.db, house.config, "anna", house.clock.at) == "anna: mails go again"
    house.clock.at += timedelta(hours=7)
    notify(house.config, limit=100, force_digest=False)
    assert len(sent(house)) == 4 and not is_held(house.config, people[0])
    with pytest.raises(BounceError, match="nobody"):
        resume(house.db, house.config, "nobody", house.clock.at)


def test_a_maintainer_is_told_and_never_held(house: House) -> None:
    house.configured(people=(person("anna", "ru", is_maintainer=True),))
    assert "no more mails" not in take_bounces(house.db, house.config, map(report, three_mails(house)), house.clock.at)
    (issue,) = house.db.query("select message from issue where fixed_at is null and message like '%came back%'")
    assert "still sent" in issue["message"] and not is_held(house.config, house.config.people[0])


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [("delayed", "4.4.1", "delayed"), ("failed", "4.7.1", "delayed"), ("failed", "5.2.2", "delayed"), ("failed", "5.7.1", "bounced")],
)
def test_what_may_pass_is_not_grave(house: House, action: str, status: str, state: str) -> None:
    take_bounces(house.db, house.config, [report(three_mails(house)[0], action=action, status=status)], house.clock.at)
    assert [row["state"] for row in bounces(house)] == [state]


@pytest.mark.parametrize("content", [
    b"", b"\x00" * 5000, b"Subject: hello\r\n\r\nout of office",
    report("<mfm." + "0" * 24 + "@elsewhere.example>"), report("<other@example.org>"), report("<mfm.x' or 1=1 --@a.b>"),
    report("<mfm." + "0" * 24 + "@a.b>", action="delivered"),
    b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
    b"Content-Type: multipart/report; boundary=\r\n\r\n--\r\n",
])  # fmt: skip
def test_what_is_no_bounce_of_ours_changes_nothing(house: House, content: bytes) -> None:
    three_mails(house)
    assert take_bounces(house.db, house.config, [content], house.clock.at) == "1 mails read, 0 new bounces"
    assert bounces(house) == []


@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_report_raises(noise: bytes, at: int) -> None:
    whole = report("<mfm." + "a" * 24 + "@a.b>", said="smtp; 550 \x00=?utf-8?q?=0D=0ABcc?= <v@example.org>")
    bounce = read_bounce(whole[:at] + noise + whole[at + len(noise) :])
    assert bounce is None or ("\n" not in bounce.words and len(bounce.words) <= 300)


def test_a_maildir_is_read_once_by_each_run(house: House, tmp_path) -> None:
    box = mailbox.Maildir(tmp_path / "bounces", create=True)
    message_id = three_mails(house)[0]
    box.add(report(message_id))
    house.configured(bounce_maildir=tmp_path / "bounces")
    notify(house.config, limit=100, force_digest=False)
    assert len(bounces(house)) == 1 and list(from_maildir(tmp_path / "bounces")) == []
    with pytest.raises(BounceError, match="not a Maildir"):
        list(from_maildir(tmp_path))
