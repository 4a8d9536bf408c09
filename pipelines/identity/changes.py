"""What changed between two versions of an article, graded: nothing, typo, fact, rewrite or template; with a readable diff. Pure."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from db.vocabulary import ArticleChange
from pipelines.text import fold, fold_plain

MAX_DIFF_CHARS = 20_000
REWRITE_BELOW = 60.0  # rapidfuzz.fuzz.ratio of the words; below it more is new than old
_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
_IS_CHANGED_LINE = re.compile(r"[+-](?![+-]{2} )")
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Change:
    """How much two versions differ, and the lines that do."""

    kind: ArticleChange
    diff: str = field(default="", repr=False)


def compare(old_title: str, old_text: str, new_title: str, new_text: str, boilerplate: frozenset[str] = frozenset()) -> Change:
    """The change from one version to the next. `boilerplate` holds folded paragraphs that also came or went in other articles of
    the outlet: a change made of nothing else is the template's. A blank new text is never graded: nothing is not a version (AL2).
    """
    if not new_text.strip() and not new_title.strip():
        return Change(ArticleChange.NONE)
    old_lines, new_lines = _lines(old_title, old_text), _lines(new_title, new_text)
    folded_old, folded_new = [fold_plain(line) for line in old_lines], [fold_plain(line) for line in new_lines]
    if folded_old == folded_new:
        return Change(ArticleChange.NONE)
    diff = "\n".join(difflib.unified_diff(old_lines, new_lines, lineterm="", n=0))[:MAX_DIFF_CHARS]
    return Change(_grade(folded_old, folded_new, old_lines, new_lines, boilerplate), diff)


def is_cut_off(old_text: str, new_text: str) -> bool:
    """True when the new text is the old one broken off in the middle of a paragraph: half an answer, no edit (FIELD-TRAPS HT7)."""
    old, new = [fold_plain(line) for line in old_text.split("\n")], [fold_plain(line) for line in new_text.split("\n")]
    n_whole = len(new) - 1
    is_shorter = len(new) < len(old) or (len(new) == len(old) and len(new[-1]) < len(old[-1]) * 0.8)
    return is_shorter and new[:n_whole] == old[:n_whole] and new[-1] != old[n_whole] and old[n_whole].startswith(new[-1][:-1] or " ")


def boilerplate_of(diffs: Iterable[str]) -> frozenset[str]:
    """Folded lines that came or went in at least two of `diffs` of an outlet's other articles: they are the template's."""
    counts = Counter(line for diff in diffs for line in {fold_plain(raw[1:]) for raw in diff.splitlines() if _IS_CHANGED_LINE.match(raw)})
    return frozenset(line for line, n in counts.items() if n >= 2 and line)


def _grade(
    folded_old: list[str], folded_new: list[str], old_lines: list[str], new_lines: list[str], boilerplate: frozenset[str]
) -> ArticleChange:
    gone = set(folded_old) - set(folded_new)
    come = set(folded_new) - set(folded_old)
    if boilerplate and (gone | come) and (gone | come) <= boilerplate:
        return ArticleChange.TEMPLATE
    old_words, new_words = " ".join(folded_old).split(), " ".join(folded_new).split()
    if fuzz.ratio(old_words, new_words) < REWRITE_BELOW:
        return ArticleChange.REWRITE
    if " ".join(old_words) == " ".join(new_words) or not (gone | come):
        return ArticleChange.TYPO
    removed = [line for line in old_lines if fold_plain(line) in gone]
    added = [line for line in new_lines if fold_plain(line) in come]
    return ArticleChange.FACT if _facts_differ(removed, added) else ArticleChange.TYPO


def _facts_differ(removed: list[str], added: list[str]) -> bool:
    """True when a number, a name, a turning word or more than a few letters came or went."""
    old, new = _tokens(removed), _tokens(added)
    lost, won = old - new, new - old
    if any(_is_fact(word) and not _is_slip(word, won) for word in lost) or any(_is_fact(word) and not _is_slip(word, lost) for word in won):
        return True
    unmatched = [word for word in lost if not _is_slip(word, won)] + [word for word in won if not _is_slip(word, lost)]
    return len(unmatched) > 4


def _is_fact(word: str) -> bool:
    return bool(_NUMBER.search(word)) or word[:1].isupper() or _turning(word)


def _is_slip(word: str, others: set[str]) -> bool:
    """True when `others` has the same word but for a slip of the pen: one letter in a word of five or more, never in a number."""
    if _NUMBER.search(word):
        return False
    folded = fold(word).text
    return any(
        folded == fold(other).text
        or (len(word) >= 5 and fuzz.ratio(folded, fold(other).text) >= 86 and _same_case(word, other) and not _turns(word, other))
        for other in others
    )


def _turning(word: str) -> bool:
    words, stems = _turning_words()
    folded = fold(word).text
    return folded in words or folded.startswith(stems)


@cache
def _turning_words() -> tuple[frozenset[str], tuple[str, ...]]:
    file = Path(__file__).parent / "changes.yaml"
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return frozenset(map(str, [*document["turning_words"], *document["number_words"]])), tuple(map(str, document["turning"]))


def _same_case(left: str, right: str) -> bool:
    return left[:1].isupper() == right[:1].isupper()


def _turns(left: str, right: str) -> bool:
    return _turning(left) != _turning(right) or (_turning(left) and fold(left).text[:3] != fold(right).text[:3])


def _tokens(lines: list[str]) -> set[str]:
    return {match[0] for line in lines for match in _WORD.finditer(line)}


def _lines(title: str, text: str) -> list[str]:
    return [line for line in (title.strip(), *(part.strip() for part in text.split("\n"))) if line]
