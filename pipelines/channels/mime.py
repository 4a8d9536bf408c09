"""A letter as an RFC 5322 message: every header exactly once, text and HTML, lines short enough for any server."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pipelines.channels.letter import NAME_LIMIT, Letter, header_text
from pipelines.text import clean

# Two short of the 78 of RFC 5322, 2.1.1: the standard library may go one over. 7bit: not every server takes 8BITMIME.
POLICY = SMTP.clone(max_line_length=76, cte_type="7bit")
MAX_REFERENCES = 10


def build(letter: Letter, sender: str, sender_name: str, address: str) -> EmailMessage:
    """The message of `letter` from `sender` to one `address`."""
    message = EmailMessage(policy=POLICY)
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = letter.message_id
    message["From"] = Address(header_text(sender_name, NAME_LIMIT), addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    message["Subject"] = header_text(letter.subject)
    if letter.in_reply_to:
        message["In-Reply-To"] = letter.in_reply_to
    if letter.references:
        message["References"] = " ".join(letter.references[:1] + letter.references[1:][-MAX_REFERENCES:])
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "list"
    message["List-Id"] = f"<alerts.{sender.rpartition('@')[2]}>"
    message["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    message.set_content(_unix(letter.text))
    if letter.html:
        message.add_alternative(_unix(letter.html), subtype="html")
    message["Content-Language"] = letter.language  # last: set_content() drops every Content- header
    return message


def _unix(text: str) -> str:
    """Line feeds only, one at the end, nothing that cannot be encoded; the policy writes CRLF on the wire."""
    return clean(text).rstrip("\n") + "\n"
