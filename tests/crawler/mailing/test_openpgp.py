"""Encrypted mails: opened with the reader's key and no other way; a key that cannot be used sends nothing in clear."""

import email
import email.policy
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysequoia
import pytest
from pysequoia import Tsk

from crawler.mailing.run import notify
from pipelines.channels.openpgp import KeyUnusableError, check_key
from tests.crawler.mailing.conftest import House, person


@pytest.fixture
def secret() -> Tsk:
    return Tsk.generate("Anna <anna@example.org>", validity_seconds=30 * 86400)


def with_key(house: House, content: bytes) -> Path:
    file = house.folder / "anna.asc"
    file.write_bytes(content)
    house.clock.at = datetime.now(UTC).replace(microsecond=0)
    people = (person("anna", "ru", openpgp_key=file), person("chief", "en", is_maintainer=True, subscriptions=()))
    house.configured(people=people)
    return file


def public(secret: Tsk) -> bytes:
    return bytes(secret.extract_certificate())


def revoked(secret: Tsk) -> bytes:
    """The public key followed by its owner's signature that revokes it, as a key server would hand it out."""
    return public(secret) + bytes(secret.extract_certificate().revoke(secret.certifier()))


def folder_of(house: House) -> list[bytes]:
    box = house.config.maildir_path / "new"
    return [file.read_bytes() for file in box.iterdir()] if box.exists() else []


class Ring:
    """A reader's own OpenPGP program: GnuPG where it is there, so that another program reads than wrote; else the library."""

    def __init__(self, home: str) -> None:
        self.program = shutil.which("gpg")
        self.home = home
        self._secret = None if self.program else Tsk.generate("Anna <anna@example.org>")
        if self.program:
            self._call("--passphrase", "", "--quick-generate-key", "Anna <anna@example.org>", "default", "default", "never")

    def public(self) -> bytes:
        return self._call("--armor", "--export") if self._secret is None else public(self._secret)

    def unseal(self, sealed: bytes) -> bytes:
        if self._secret is None:
            return self._call("--decrypt", given=sealed)
        return pysequoia.decrypt(decryptor=self._secret.decryptor(), bytes=sealed).bytes

    def _call(self, *words: str, given: bytes = b"") -> bytes:
        call = [str(self.program), "--homedir", self.home, "--batch", "--quiet", "--pinentry-mode", "loopback", *words]
        return subprocess.run(call, input=given, check=True, capture_output=True, timeout=60).stdout


@pytest.fixture
def ring():
    with tempfile.TemporaryDirectory() as home:  # short: the agent's socket has a limit of 107 characters
        made = Ring(home)
        yield made
        if made.program:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True, capture_output=True, timeout=30)


def test_the_library_opens_what_it_sealed(secret: Tsk) -> None:
    sealed = pysequoia.encrypt(b"x", recipients=[check_key(public(secret), datetime.now(UTC))])
    assert pysequoia.decrypt(decryptor=secret.decryptor(), bytes=sealed).bytes == b"x"


def test_the_mail_is_sealed_and_its_reader_opens_it(house: House, ring: Ring) -> None:
    with_key(house, ring.public())
    house.alert(title="Иск к Orda.kz")
    notify(house.config, limit=10, force_digest=False)
    (raw,) = folder_of(house)
    outer = email.message_from_bytes(raw, policy=email.policy.default)
    assert outer.get_content_type() == "multipart/encrypted" and outer.get_param("protocol") == "application/pgp-encrypted"
    assert outer["Subject"] == "..." and outer["Message-ID"].startswith("<mfm.") and outer["References"] and outer["Auto-Submitted"]
    assert "orda" not in raw.decode("ascii").lower()
    control, sealed = outer.iter_parts()
    assert control.get_content_type() == "application/pgp-encrypted" and control.get_payload().strip() == "Version: 1"
    opened = email.message_from_bytes(ring.unseal(sealed.get_payload(decode=True)), policy=email.policy.default)
    assert "Orda.kz" in opened["Subject"] and opened.get_param("protected-headers") == "v1"
    assert "требует взыскать с редакции 5 млн тенге" in " ".join(opened.get_body(("plain",)).get_content().split())
    assert "<html" in opened.get_body(("html",)).get_content()


@pytest.mark.parametrize("fault", ["nonsense", "empty", "secret", "expired", "revoked", "missing"])
def test_a_key_that_cannot_be_used_sends_nothing_and_is_told(house: House, secret: Tsk, fault: str) -> None:
    contents = {
        "nonsense": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nhello\n",
        "empty": b"",
        "secret": bytes(secret),
        "revoked": revoked(secret),
    }
    content = contents.get(fault, public(secret))
    file = with_key(house, content)
    if fault == "expired":
        house.clock.at += timedelta(days=31)
    if fault == "missing":
        file.unlink()
    house.alert()
    notify(house.config, limit=10, force_digest=False)
    assert house.states()["deferred"] == 1 and folder_of(house) == []
    (issue,) = house.db.query("select message from issue where fixed_at is null and message like '%OpenPGP%'")
    assert "anna" in issue["message"] and "@" not in issue["message"]
    if fault in {"revoked", "expired"}:
        assert fault in issue["message"]
    house.clock.at += timedelta(minutes=1)
    notify(house.config, limit=10, force_digest=False)
    told = [email.message_from_bytes(raw, policy=email.policy.default) for raw in folder_of(house)]
    assert [mail["To"] for mail in told] == ["chief@example.org"] and "OpenPGP" in told[0].get_body(("plain",)).get_content()


def test_a_new_key_lets_the_waiting_mail_go(house: House, secret: Tsk) -> None:
    file = with_key(house, b"nonsense")
    house.alert()
    notify(house.config, limit=10, force_digest=False)
    file.write_bytes(public(secret))
    house.clock.at += timedelta(minutes=6)
    notify(house.config, limit=10, force_digest=False)
    assert any(b"BEGIN PGP MESSAGE" in raw for raw in folder_of(house))
    assert not list(house.db.query("select 1 from issue where fixed_at is null and message like '%OpenPGP%'"))


def test_a_key_revoked_after_the_first_mail_stops_the_next(house: House, secret: Tsk) -> None:
    file = with_key(house, public(secret))
    house.alert()
    notify(house.config, limit=10, force_digest=False)
    first = folder_of(house)
    assert len(first) == 1 and b"BEGIN PGP MESSAGE" in first[0]
    file.write_bytes(revoked(secret))
    house.clock.at += timedelta(minutes=6)
    house.alert()
    notify(house.config, limit=10, force_digest=False)
    assert folder_of(house) == first and house.states()["deferred"] == 1


def test_a_file_that_is_too_large_is_no_key() -> None:
    with pytest.raises(KeyUnusableError, match="too large"):
        check_key(b"x" * 2**20, datetime.now(UTC))
