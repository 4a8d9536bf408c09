"""Loads the word lists of a language into a lexicon, once."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.languages.lexicon import Lexicon, Negation, compile_lexicon

_FOLDER = Path(__file__).parent
LANGUAGES = ("ru", "kk", "en")


@cache
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of `ru`, `kk` or `en`; ValueError names the file and the concept of a faulty entry."""
    path = _FOLDER / f"{language}.yaml"
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 - a safe loader, in C where there is one
    negation = document.get("negation", {})
    return compile_lexicon(
        language,
        {name: [str(entry) for entry in entries] for name, entries in document["concepts"].items()},
        Negation(
            before=frozenset(negation.get("before", ())),
            between=frozenset(negation.get("between", ())),
            after=frozenset(negation.get("after", ())),
            inside=re.compile(negation["inside"]) if negation.get("inside") else None,
            exempt=frozenset(negation.get("exempt", ())),
        ),
    )


def _loader() -> type[yaml.SafeLoader]:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
