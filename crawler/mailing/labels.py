"""Names of categories, stages, outcomes and laws in the reader's language."""


def category(code: str, language: str) -> str:
    """The category's name."""
    return _words(code)


def stage(code: str, language: str) -> str:
    """The stage's name; empty for none."""
    return _words(code)


def outcome(code: str, language: str) -> str:
    """The outcome's name."""
    return _words(code)


def _words(code: str) -> str:
    return code.replace("_", " ")
