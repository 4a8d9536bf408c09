"""Exim, a real mail server (Debian package exim4-daemon-light), with STARTTLS and login: it takes our mails and holds them whole.

Where Exim is not installed the same letters go to the test's own server, so that something is held everywhere.
"""

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme

from crawler.mailing.run import notify
from tests.crawler.mailing.conftest import person
from tests.mail_server import PASSWORD, USER, MailServer, certificate

EXIM = Path("/usr/sbin/exim4")
SETTINGS = """
keep_environment =
queue_only
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
exim_user = {user}
exim_group = {group}
local_interfaces = 127.0.0.1.{port}
primary_hostname = mail.example.org
domainlist here = example.org
daemon_smtp_ports = {port}
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = check_recipient
never_users =
begin acl
check_recipient:
  deny message = login first
    !authenticated = *
  deny message = no such person
    local_parts = nobody
  accept domains = +here
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{login}}}}}{{eq{{$auth3}}{{{password}}}}}}}{{yes}}{{no}}}}
  server_set_id = $auth2
"""


@contextmanager
def exim(folder: Path, authority: trustme.CA) -> Iterator[int]:
    """A daemon of its own on a free port of loopback, with its spool in `folder`; ended when the test ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    (folder / "server.pem").chmod(0o600)
    (folder / "log").mkdir()
    me = pwd.getpwuid(os.getuid())
    settings = folder / "exim.conf"
    settings.write_text(SETTINGS.format(folder=folder, port=port, user=me.pw_name, group=me.pw_gid, login=USER, password=PASSWORD))
    process = subprocess.Popen([EXIM, "-C", settings, "-bdf"], stderr=subprocess.PIPE)
    try:
        _wait_until_it_listens(port, process)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"Exim does not listen: {process.stderr.read().decode() if process.stderr and process.poll() is not None else ''}")


def stored(folder: Path) -> list[EmailMessage]:
    """The messages as Exim holds them in its queue, written out by itself."""
    names = sorted({file.name.removesuffix("-H") for file in (folder / "spool" / "input").rglob("*-H")})
    copies = [subprocess.run([EXIM, "-C", folder / "exim.conf", "-Mvc", name], capture_output=True, check=True).stdout for name in names]
    return [message_from_bytes(copy, policy=policy.default) for copy in copies]


def test_a_real_server_takes_our_mails_over_tls_with_login(house, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    people = (person("anna", "ru"), person("bolat", "kk"), person("nobody", "en"))
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_username": USER,
        "smtp_password": PASSWORD,
        "trust_bundle": tmp_path / "ca.pem",
        "mail_from": "monitor@example.org",
    }
    house.alert()
    house.alert(thread_key="another")
    if EXIM.exists():
        with exim(tmp_path, authority) as port:
            notify(house.configured(people=people, smtp_port=port, **settings), limit=500, force_digest=False)
            mails = stored(tmp_path)
    else:
        with MailServer(refused=["nobody@example.org"], tls=certificate(authority, "127.0.0.1")) as server:
            notify(house.configured(people=people, smtp_port=server.port, **settings), limit=500, force_digest=False)
            mails = server.mails
    assert house.states() == {"sent": 4, "refused": 2}
    ids = {row["message_id"] for row in house.db.query("select message_id from outbox where state = 'sent' and carrier_id is null")}
    assert {mail["Message-ID"] for mail in mails} == ids
    for mail in mails:
        assert not mail.defects and "Иск к Orda.kz" in mail.get_body(("plain",)).get_content()
        assert {mail["To"]} <= {"anna@example.org", "bolat@example.org"}
