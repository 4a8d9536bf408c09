"""Sentences and titles that the monitor wrote into the archive, which it does in English: marked as such on a page of another language."""

from markupsafe import Markup

from db.wording import current


def phrase(text: str | None) -> Markup:
    """A stored sentence, escaped; a voice that reads a Russian or Kazakh page aloud is told that it is English."""
    language = Markup("") if current.get() == "en" else Markup(' lang="en"')
    return Markup("<bdi{}>{}</bdi>").format(language, text or "")


def title(text: str | None) -> str:
    """The title of an alert, a case or an incident, as it was stored: names stand in it in their own language."""
    return text or ""
