"""Search queries as people type them, turned into the query language of the text index; the same letters are folded as in the index."""

import re

from db.stems import stems_of_word

_TERM = re.compile(r'"([^"]*)"|(\S+)')
_FOLDS = str.maketrans({"ё": "е", "’": "'", "‘": "'", "ʼ": "'", "\u00ad": None, "\u200b": None, "\ufeff": None})
_WORD = re.compile(r"\w+")
ADVANCED = "="
MAX_TERMS = 20
# Endings are left open by cutting this many letters off long words: Russian case endings have one to three letters, Kazakh
# suffix chains are longer but hang on the unchanged stem.
_CUTS = ((8, 3), (6, 2), (5, 1))


def fts_query(text: str) -> str:
    """What people type as an FTS5 query: every term must occur, endings are open, quoted phrases are exact.

    Never a syntax error: hyphens, slashes, dots, colons and odd quotes only separate words. Text that begins with `=` is
    passed on as it is. Nothing to look for gives a query that matches nothing.
    """
    if text.startswith(ADVANCED):
        return text[1:].strip() or '""'
    terms = [_phrase(quoted) if quoted else _open(plain) for quoted, plain in _TERM.findall(text.lower().translate(_FOLDS))[:MAX_TERMS]]
    return " AND ".join(term for term in terms if term) or '""'


def _phrase(text: str) -> str:
    words = _WORD.findall(text)
    return f'"{" ".join(words)}"' if words else ""


def _open(text: str) -> str:
    """Words joined by punctuation (`обл.суд`) stand next to each other and the last one may go on; a single word is also found by its stem."""
    words = _WORD.findall(text)
    if not words:
        return ""
    last = words[-1]
    cut = next((letters for length, letters in _CUTS if len(last) >= length and not last.isdigit()), 0)
    phrase = " ".join((*words[:-1], last[: len(last) - cut]))
    found = f'"{phrase}" *' if cut or len(last) > 2 else f'"{phrase}"'
    if len(words) > 1 or not cut:
        return found
    stems = " OR ".join(f'"{stem}"' for stem in stems_of_word(last))
    return f"({found} OR {stems})"
