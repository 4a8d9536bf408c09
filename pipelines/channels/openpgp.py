"""Letters that only one reader can open: PGP/MIME (RFC 3156) with the subject inside. A key that cannot be used is an error, never clear text."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy

from pysequoia import Cert, encrypt

HIDDEN_SUBJECT = "..."
MAX_KEY_BYTES = 2**18
SECRET_KEY_TAG = 5


class KeyUnusableError(ValueError):
    """The key cannot be used; the message says why and holds nothing of it."""


def check_key(content: bytes, now: datetime) -> Cert:
    """The key in `content`, armoured or binary; KeyUnusableError when it is none, secret, revoked, expired or cannot encrypt."""
    if len(content) > MAX_KEY_BYTES:
        raise KeyUnusableError("too large for a key")
    try:
        key = Cert.from_bytes(content)
        # The library speaks of every fault of a key by exceptions of no common class.
    except Exception as error:
        raise KeyUnusableError("not an OpenPGP key") from error
    if _is_secret(content):
        raise KeyUnusableError("a secret key; export the public one")
    if key.is_revoked:
        raise KeyUnusableError("revoked")
    if key.expiration is not None and key.expiration.astimezone(UTC) <= now:
        raise KeyUnusableError(f"expired on {key.expiration.astimezone(UTC):%Y-%m-%d}")
    try:
        encrypt(b"", recipients=[key])
    except Exception as error:
        raise KeyUnusableError("has no part that can encrypt now") from error
    return key


def _is_secret(content: bytes) -> bool:
    """By the line above an armoured key, or the tag of the first packet: 5 is a secret key (RFC 9580, 4.2 and 5)."""
    first = content[:1] or b"\0"
    tag = first[0] & 0x3F if first[0] & 0x40 else (first[0] >> 2) & 0x0F
    return b"BEGIN PGP PRIVATE KEY BLOCK" in content or (first[0] >= 0x80 and tag == SECRET_KEY_TAG)


def seal(message: EmailMessage, key: bytes, policy: EmailPolicy) -> EmailMessage:
    """`message` with its content and subject encrypted for a key that was checked; headers that a mail server needs stay outside."""
    inner, outer = EmailMessage(policy=policy), EmailMessage(policy=policy)
    for name, value in message.items():
        if name.lower().startswith("content-"):
            inner[name] = value
        elif name.lower() not in {"mime-version", "subject"}:
            outer[name] = value
    inner["Subject"] = message["Subject"]
    inner.set_payload(message.get_payload())
    inner.set_param("protected-headers", "v1", header="Content-Type")
    outer["Subject"] = HIDDEN_SUBJECT
    sealed = encrypt(inner.as_bytes(policy=policy), recipients=[Cert.from_bytes(key)])
    outer["MIME-Version"] = "1.0"
    outer["Content-Type"] = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    outer.set_payload([])
    outer.attach(_part("application/pgp-encrypted", "Version: 1\n", policy))
    outer.attach(_part('application/octet-stream; name="encrypted.asc"', sealed.decode("ascii"), policy))
    return outer


def _part(content_type: str, content: str, policy: EmailPolicy) -> EmailMessage:
    part = EmailMessage(policy=policy)
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = "7bit"
    part.set_payload(content.replace("\r\n", "\n"))
    return part
