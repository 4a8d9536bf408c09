"""A message through the library Apprise to Telegram, Signal, Matrix, Slack and others; needs the extra `channels`."""

from db.vocabulary import OutboxState
from pipelines.channels.letter import Letter, Receipt

MOST_CHARACTERS = 3_500  # below Telegram's 4,096 for a message (https://core.telegram.org/bots/api#sendmessage, read 2026-11-25)


class AppriseChannel:
    """The text part under the subject; the reader's address is an Apprise URL with its secret inside."""

    def send(self, letter: Letter, address: str) -> Receipt:
        """Try once. Apprise says only yes or no, so no is deferred; what it logs never holds the address."""
        try:
            from apprise import Apprise  # noqa: PLC0415 - an extra, and slow to load
        except ImportError:
            return Receipt(state=OutboxState.DEFERRED, response="Apprise is not installed (pip install .[channels])", is_ours=True)
        way = Apprise()
        if not way.add(address):
            return Receipt(state=OutboxState.REFUSED, response="apprise_url: not an address that Apprise knows")
        text = letter.text if len(letter.text) <= MOST_CHARACTERS else letter.text[:MOST_CHARACTERS].rsplit("\n", 1)[0] + "\n…"
        is_taken = way.notify(title=letter.subject, body=text)
        return Receipt(state=OutboxState.SENT if is_taken else OutboxState.DEFERRED, response="taken" if is_taken else "not taken")

    def close(self) -> None:
        """Nothing is held open."""
