"""Loads the word lists beside this module, once per process. Nothing else reads files in this room."""

from functools import cache
from pathlib import Path

import yaml

_ROOM = Path(__file__).parent


@cache
def load_words(name: str) -> dict[str, object]:
    """The document of `<name>.yaml` of this room."""
    document = yaml.load((_ROOM / f"{name}.yaml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    if not isinstance(document, dict):
        raise TypeError(f"{name}.yaml must be a mapping")
    return document


@cache
def word_list(name: str, key: str) -> tuple[str, ...]:
    """The list under `key` of `<name>.yaml`."""
    value = load_words(name).get(key)
    if not isinstance(value, list):
        raise TypeError(f"{name}.yaml: {key}: must be a list")
    return tuple(str(item) for item in value)
