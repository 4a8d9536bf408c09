"""The mail folder: any program reads it, the same letter lies there once, whatever the reader did with it."""

import mailbox
from dataclasses import replace
from email import message_from_bytes, policy

from db.vocabulary import OutboxState
from pipelines.channels.maildir import MaildirChannel
from tests.pipelines.channels.test_email import SENDER, letter


def test_a_letter_lies_there_once_even_after_it_was_read(tmp_path):
    way = MaildirChannel(tmp_path / "mail", SENDER, "Монитор")
    assert way.send(letter(), "anna@example.org").state is OutboxState.SENT
    assert way.send(letter(), "anna@example.org").state is OutboxState.SENT
    box = mailbox.Maildir(tmp_path / "mail", create=False)
    (key,) = box.keys()
    read = box.get_message(key)
    read.set_subdir("cur")
    read.add_flag("S")
    box[key] = read
    assert way.send(letter(), "anna@example.org").state is OutboxState.SENT
    assert len(box) == 1
    assert way.send(replace(letter(), message_id="<mfm.2@example.org>"), "anna@example.org").state is OutboxState.SENT
    assert len(mailbox.Maildir(tmp_path / "mail", create=False)) == 2


def test_what_lies_there_is_a_mail(tmp_path):
    MaildirChannel(tmp_path / "mail", SENDER, "Монитор").send(letter(), "anna@example.org")
    (file,) = (tmp_path / "mail" / "new").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (mail["Subject"], mail["To"]) == ("[KZ] Блокировка: Orda.kz", "anna@example.org")
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_a_folder_that_cannot_be_written_defers(tmp_path):
    (tmp_path / "mail").write_text("a file in the way")
    receipt = MaildirChannel(tmp_path / "mail", SENDER, "Монитор").send(letter(), "anna@example.org")
    assert (receipt.state, receipt.is_ours) == (OutboxState.DEFERRED, True)
