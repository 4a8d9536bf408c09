"""kill -9 of a real sender process before and after the server has taken the mail, against a real SMTP server."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mail_server import MailServer

ROOT = Path(__file__).parents[3]
SENDER = (
    "from crawler.config import load_config; from crawler.mailing.run import notify; notify(load_config(), limit=500, force_digest=False)"
)


def sender(house, server: MailServer, *, wait: bool) -> subprocess.Popen[bytes]:
    """A process that runs one notify towards `server`."""
    settings = house.folder.parent / "mfm.toml"
    people = "".join(
        f'[[people]]\naudience = "{each.audience}"\naddress = "{each.audience}@example.org"\nlanguage = "{each.language}"\n'
        for each in house.config.people
    )
    settings.write_text(
        f'data_dir = "{house.folder}"\nsmtp_host = "127.0.0.1"\nsmtp_port = {server.port}\nsmtp_security = "none"\n'
        f'mail_from = "monitor@example.org"\nclock_offset_s = 0\n{people}'
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MFM_")} | {"MFM_CONFIG": str(settings)}
    process = subprocess.Popen([sys.executable, "-W", "error", "-c", SENDER], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    if wait:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told.decode()
    return process


@pytest.mark.parametrize(("moment", "n_doubled"), [("on_rcpt", 0), ("on_accepted", 1)])
def test_a_killed_sender_loses_nothing_and_doubles_at_most_the_mail_in_hand(house, real_now, moment, n_doubled):
    house.clock.at = real_now
    house.alert()
    house.alert()
    processes: list[subprocess.Popen[bytes]] = []

    def kill_once() -> None:
        setattr(server, moment, lambda: None)
        os.kill(processes[0].pid, signal.SIGKILL)

    with MailServer() as server:
        setattr(server, moment, kill_once)
        processes.append(sender(house, server, wait=False))
        processes[0].communicate(timeout=60)
        assert processes[0].returncode == -signal.SIGKILL
        assert house.states()["sending"] == 1
        sender(house, server, wait=True)
        sender(house, server, wait=True)
        ids = Counter(mail["Message-ID"] for mail in server.mails)
    assert house.states() == {"sent": 4}
    assert len(ids) == 4 and sum(ids.values()) == 4 + n_doubled
    held = {row["message_id"] for row in house.db.query("select message_id from outbox")}
    assert set(ids) == held


def test_the_log_and_the_database_hold_no_address(house, real_now):
    house.clock.at = real_now
    house.alert()
    with MailServer(refused=["anna@example.org"]) as server:
        process = sender(house, server, wait=True)
    assert process.returncode == 0
    assert house.states() == {"refused": 1, "sent": 1}
    dump = "\n".join(house.db.conn.iterdump())
    assert "anna@example.org" not in dump and "bolat@example.org" not in dump
