"""Catalogues of messages as translators edit them, for pages and mails alike; knows no other module of the project."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


@cache
def catalogue_in(folder: Path, language: str) -> gettext.NullTranslations:
    """`<language>.po` of a folder, compiled in memory; an empty catalogue where there is none, for templates are in English."""
    path = folder / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
