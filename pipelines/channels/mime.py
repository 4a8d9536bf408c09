"""A letter as an RFC 5322 message: every header exactly once, text and HTML, lines short enough for any server."""

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from pipelines.channels.letter import NAME_LIMIT, Letter, header_text
from pipelines.channels.openpgp import seal
from pipelines.text import clean


class LetterPolicy(EmailPolicy):
    """The standard policy, but non-ASCII subjects and senders are folded by the older code: the newer one loses and adds spaces.

    Seen with Python 3.11.7: "БАҚ-ты тоқтата" came back as "БАҚ-тытоқтата" where the line was folded.
    """

    def fold(self, name: str, value: Any) -> str:
        """One header as lines of at most `max_line_length` characters."""
        if name == "Subject" and not str(value).isascii():
            return f"{name}: {self._encoded(str(value), name)}{self.linesep}"
        if name == "List-Unsubscribe":  # the newer code would make encoded words of a long address, which no program can follow
            return f"{name}: {str(value).replace(' ', f'{self.linesep} ')}{self.linesep}"
        if name == "From" and not str(value).isascii():
            sender = value.addresses[0]
            return f"{name}: {self._encoded(sender.display_name, name)}{self.linesep} <{sender.addr_spec}>{self.linesep}"
        return str(super().fold(name, value))

    def _encoded(self, words: str, name: str) -> str:
        return Header(words, "utf-8", maxlinelen=self.max_line_length, header_name=name).encode(linesep=self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same for the wire."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


# Two short of the 78 of RFC 5322, 2.1.1: the standard library may go one over. 7bit: not every server takes 8BITMIME.
POLICY = LetterPolicy(linesep="\r\n", max_line_length=76, cte_type="7bit")
MAX_REFERENCES = 10
ENCODED_WORD_BYTES = 42  # base64 of these, its frame and `From: ` stay on one line


def build(letter: Letter, sender: str, sender_name: str, address: str) -> EmailMessage:
    """The message of `letter` from `sender` to one `address`."""
    message = EmailMessage(policy=POLICY)
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["From"] = Address(sender_words(sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    if letter.unsubscribe_by_mail:  # the mail says "answer this one": an answer is for a person, not for the box of bounces
        message["Reply-To"] = Address(addr_spec=letter.unsubscribe_by_mail)
    message["Subject"] = header_text(letter.subject)
    if letter.in_reply_to:
        message["In-Reply-To"] = letter.in_reply_to
    if letter.references:
        message["References"] = " ".join(letter.references[:1] + letter.references[1:][-MAX_REFERENCES:])
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "list"
    message["List-Id"] = f"<alerts.{sender.rpartition('@')[2]}>"
    by_mail = f"<mailto:{quote(letter.unsubscribe_by_mail or sender, safe='@')}?subject=unsubscribe>"
    message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>, {by_mail}" if letter.unsubscribe_url else by_mail
    if letter.unsubscribe_url:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058, 3.1
    message.set_content(_unix(letter.text))
    if letter.html:
        message.add_alternative(_unix(letter.html), subtype="html")
    message["Content-Language"] = letter.language  # last: set_content() drops every Content- header
    return seal(message, letter.openpgp_key, POLICY) if letter.openpgp_key else message


def sender_words(name: str) -> str:
    """The sender's name, cut to what one encoded word holds: common readers put a space between two."""
    words = header_text(name, NAME_LIMIT)
    if words.isascii():
        return words
    return words.encode("utf-8")[:ENCODED_WORD_BYTES].decode("utf-8", "ignore").rstrip()


def _unix(text: str) -> str:
    """Line feeds only, one at the end, nothing that cannot be encoded; the policy writes CRLF on the wire."""
    return clean(text).rstrip("\n") + "\n"
