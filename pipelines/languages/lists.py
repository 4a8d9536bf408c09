"""Word lists of the readers of names and facts: data/*.yaml, read once. No judgement."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@lru_cache(maxsize=32)
def load_list(name: str) -> dict[str, Any]:
    """The word list data/<name>.yaml, read with the safe C loader where it is there (ten times faster)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files(__package__).joinpath("data", f"{name}.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    return loaded


def alternation(words: list[str]) -> str:
    """The words as one regular-expression alternation, longest first; `*` at the end of a word means any ending."""
    return "|".join(sorted((word.replace("*", r"\w*").replace(" ", r"\s{1,3}") for word in words), key=len, reverse=True))
