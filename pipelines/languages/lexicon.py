"""The word-list engine: word patterns and phrases of a YAML file become concepts found in tokens. Pure; no file access."""

import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+){0,6}|[«»“”\"(),:;?!%№•·|]")
_SPECIAL = re.compile(r"[*(\[?|.\\+]")
_NO = re.compile(r"\b(?:не|нет|ни|без|нельзя|not|no|never|without|nor|nothing|жоқ|емес)\b")
_CACHE_LIMIT = 200_000
_LONGEST_WORD = 60
_SIDE_BY_SIDE = 2  # one word may stand between the words of a part of a phrase


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of a sentence: folded text and offsets in the folded document, end exclusive."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found: token positions inside the sentence, both inclusive, and whether it is negated."""

    concept: str
    first: int
    last: int
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Concepts that make a bigger concept: in the order written, or in any order inside `window` tokens."""

    concept: str
    parts: tuple[str, ...]
    is_ordered: bool
    window: int
    says_no: bool = False  # one of its parts is a no: what it says is meant so


@dataclass(frozen=True, slots=True)
class Negation:
    """How a language says no: words before and after a hit, helpers that may stand between, and a pattern inside the verb."""

    before: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    inside: re.Pattern[str] | None = None
    exempt: frozenset[str] = frozenset()


class WordPattern:
    """A word pattern; one that is a word or a beginning is compared as such, a real pattern is compiled when first asked."""

    __slots__ = ("_compiled", "_is_beginning", "_literal", "_source")

    def __init__(self, entry: str) -> None:
        body = entry.removesuffix("*")
        is_plain = not _SPECIAL.search(body.replace(".", ""))
        self._literal = body if is_plain else ""
        self._is_beginning = entry.endswith("*")
        self._source = "" if is_plain else entry.replace(".", r"\.").replace("*", r"[\w'’./-]*")
        self._compiled: re.Pattern[str] | None = None

    def matches(self, word: str) -> bool:
        """True when the whole word fits."""
        if self._literal:
            return word.startswith(self._literal) if self._is_beginning else word == self._literal
        if self._compiled is None:
            self._compiled = re.compile(self._source)
        return self._compiled.fullmatch(word) is not None


@dataclass(slots=True)
class Lexicon:
    """All concepts of one language."""

    language: str
    patterns: dict[str, list[tuple[WordPattern, str]]]
    phrases: dict[str, list[Phrase]]
    order: tuple[str, ...]
    negation: Negation
    in_order: tuple[Phrase, ...] = field(init=False, repr=False)
    starts: dict[str, tuple[int, ...]] = field(init=False, repr=False)
    _cache: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.in_order = tuple(phrase for concept in self.order for phrase in self.phrases[concept])
        starts: dict[str, list[int]] = {}
        for place, phrase in enumerate(self.in_order):
            starts.setdefault(phrase.parts[0], []).append(place)
        self.starts = {part: tuple(places) for part, places in starts.items()}

    def concepts_of(self, word: str) -> tuple[str, ...]:
        """Concepts of one folded word; a word of more than 60 characters has none."""
        known = self._cache.get(word)
        if known is not None:
            return known
        found: tuple[str, ...] = ()
        if len(word) <= _LONGEST_WORD:
            found = tuple(
                dict.fromkeys(
                    concept
                    for size in (3, 2, 1)
                    if len(word) >= size
                    for pattern, concept in self.patterns.get(word[:size], ())
                    if pattern.matches(word)
                )
            )
        if len(self._cache) > _CACHE_LIMIT:
            self._cache.clear()
        self._cache[word] = found
        return found

    def find(self, tokens: Sequence[Token], extra: Iterable[Hit] = ()) -> dict[str, list[Hit]]:
        """All concepts of a sentence, words first, phrases after; `extra` hits take part in phrases."""
        hits: dict[str, list[Hit]] = {}
        for place, token in enumerate(tokens):
            concepts = self.concepts_of(token.text)
            if not concepts:
                continue
            is_negated = self._stands_negated(tokens, place, place)  # the same for every concept of the word but those exempt
            for concept in concepts:
                hits.setdefault(concept, []).append(Hit(concept, place, place, is_negated and concept not in self.negation.exempt))
        for hit in extra:
            hits.setdefault(hit.concept, []).append(hit)
        if hits:
            self._find_phrases(tokens, hits)
        return hits

    def _find_phrases(self, tokens: Sequence[Token], hits: dict[str, list[Hit]]) -> None:
        """Phrases in the order of the file; only those are tried whose first part is there, which a phrase may bring about."""
        waiting = [place for concept in hits for place in self.starts.get(concept, ())]
        heapq.heapify(waiting)
        done = -1
        while waiting:
            place = heapq.heappop(waiting)
            if place == done:
                continue
            done = place
            phrase = self.in_order[place]
            if not _has_all(phrase.parts, hits):
                continue
            for first, last in _places(phrase, hits):
                if phrase.concept not in hits:
                    hits[phrase.concept] = []
                    for later in self.starts.get(phrase.concept, ()):
                        if later > place:
                            heapq.heappush(waiting, later)
                is_negated = self._is_negated(tokens, first, last, phrase.concept) or (
                    not phrase.says_no and phrase.concept not in self.negation.exempt and _has_negated(phrase, hits, first, last)
                )
                hits[phrase.concept].append(Hit(phrase.concept, first, last, is_negated))

    def _is_negated(self, tokens: Sequence[Token], first: int, last: int, concept: str) -> bool:
        return concept not in self.negation.exempt and self._stands_negated(tokens, first, last)

    def _stands_negated(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        no = self.negation
        place = first - 1
        while place >= 0 and tokens[place].text in no.between:
            place -= 1
        if place >= 0 and tokens[place].text in no.before:
            return True
        if last + 1 < len(tokens) and tokens[last + 1].text in no.after:
            return True
        return no.inside is not None and bool(no.inside.search(tokens[last].text))


def _has_all(parts: tuple[str, ...], hits: dict[str, list[Hit]]) -> bool:
    for part in parts:  # noqa: SIM110 - a loop is a third faster than all(), and this is the innermost question
        if part not in hits:
            return False
    return True


def _has_negated(phrase: Phrase, hits: dict[str, list[Hit]], first: int, last: int) -> bool:
    """True when the words between say no to a part ("the law will not ban bloggers")."""
    return any(hit.is_negated for part in phrase.parts for hit in hits[part] if first <= hit.first and hit.last <= last)


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """Words and marks of `text[start:end]`, at most 400 of them: a sentence longer than that is no sentence."""
    tokens = []
    for match in _TOKEN.finditer(text, start, end):
        tokens.append(Token(match[0], match.start(), match.end()))
        if len(tokens) >= 400:
            break
    return tokens


def _places(phrase: Phrase, hits: dict[str, list[Hit]]) -> list[tuple[int, int]]:
    """Spans where the parts stand together, at most one per place of the first part."""
    found = []
    for head in hits[phrase.parts[0]][:40]:
        first, last = head.first, head.last
        for part in phrase.parts[1:]:
            partner = _partner(phrase, hits[part], first, last)
            if partner is None:
                break
            first, last = min(first, partner.first), max(last, partner.last)
        else:
            found.append((first, last))
    return found


def _partner(phrase: Phrase, candidates: list[Hit], first: int, last: int) -> Hit | None:
    """The nearest hit that continues the phrase, never overlapping what is already taken."""
    best, best_gap = None, phrase.window + 1
    for hit in candidates[:40]:
        gap = hit.first - last if hit.first > last else first - hit.last
        if gap <= 0 or (phrase.is_ordered and hit.first <= last) or gap >= best_gap:
            continue
        best, best_gap = hit, gap
    return best


def compile_lexicon(language: str, concepts: dict[str, list[str]], negation: Negation) -> Lexicon:
    """Build a lexicon from entries.

    An entry is a word pattern (`*` any ending, `(а|у)` alternatives) or a phrase: words and `<concept>` references in
    the written order with at most two words between, or joined by `+` in any order within eight (a part may be several
    words side by side); `/N` at the end sets the distance. Phrases may use concepts of any other entry that stands earlier in the file.
    """
    patterns: dict[str, list[tuple[WordPattern, str]]] = {}
    phrases: dict[str, list[Phrase]] = {}
    inner: dict[str, list[Phrase]] = {}
    words: dict[str, str] = {}
    for concept, entries in concepts.items():
        for entry in (single for whole in entries for single in _singles(whole)):
            if " " in entry or entry.startswith("<"):
                phrases.setdefault(concept, []).append(_phrase(concept, entry, words, inner))
            else:
                _add_word(patterns, entry, concept)
    for pattern, name in words.items():
        _add_word(patterns, pattern, name)
    phrases = {**inner, **phrases}
    return Lexicon(language, patterns, phrases, tuple(phrases), negation)


def _phrase(concept: str, entry: str, words: dict[str, str], inner: dict[str, list[Phrase]]) -> Phrase:
    body, _, distance = entry.partition(" /")
    is_ordered = "+" not in body
    pieces = body.split() if is_ordered else [piece.strip() for piece in body.split("+")]
    parts = []
    for piece in pieces:
        if piece == "*":
            continue
        if piece.startswith("<"):
            parts.append(piece.strip("<>"))
        elif " " in piece:
            parts.append(_inner_phrase(piece, words, inner))
        else:
            parts.append(words.setdefault(piece, f"w:{piece}"))
    window = int(distance) if distance else (3 if is_ordered else 8)
    says_no = any(_NO.search(part) is not None for part in parts)
    return Phrase(concept, tuple(parts), is_ordered, window, says_no)


def _inner_phrase(piece: str, words: dict[str, str], inner: dict[str, list[Phrase]]) -> str:
    """The name of a part that has words of its own ("подал* в суд" of "... + подал* в суд"): they stand side by side, in order."""
    name = f"p:{piece}"
    if name not in inner:
        parts = tuple(words.setdefault(word, f"w:{word}") for word in piece.split())
        inner[name] = [Phrase(name, parts, is_ordered=True, window=_SIDE_BY_SIDE)]
    return name


def _add_word(patterns: dict[str, list[tuple[WordPattern, str]]], entry: str, concept: str) -> None:
    """File a word pattern under its literal beginning of at most three letters."""
    if entry.startswith("("):
        for variant in _variants(entry):
            _add_word(patterns, variant, concept)
        return
    literal = _SPECIAL.split(entry, maxsplit=1)[0]
    if not literal:
        raise ValueError(f"word pattern without a literal beginning: {entry!r} of {concept}")
    patterns.setdefault(literal[:3], []).append((WordPattern(entry), concept))


def _variants(entry: str) -> list[str]:
    """A pattern that begins with alternatives, one pattern for each: (ab|c)d* gives abd* and cd*."""
    close = _closing(entry, 0)
    return [variant + entry[close + 1 :] for variant in _alternatives(entry[1:close])]


def _singles(entry: str) -> list[str]:
    """A phrase whose brackets hold phrases ("(в отпуск|домой)") or may be left out ("(мы )?") as phrases without such brackets."""
    for place, char in enumerate(entry):
        if char != "(":
            continue
        close = _closing(entry, place)
        inner, after = entry[place + 1 : close], entry[close + 1 :]
        if after.startswith("?"):
            choices, after = ["", inner], after[1:]
        elif " " in inner or "<" in inner:
            choices = _alternatives(inner)
        else:
            continue
        return [single for choice in choices for single in _singles(" ".join((entry[:place] + choice + after).split()))]
    return [entry]


def _alternatives(inner: str) -> list[str]:
    """The parts of `a|b(c|d)|e` at the top level."""
    parts, depth = [""], 0
    for char in inner:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _closing(entry: str, place: int) -> int:
    depth = 0
    for at in range(place, len(entry)):
        depth += (entry[at] == "(") - (entry[at] == ")")
        if depth == 0:
            return at
    raise ValueError(f"unbalanced brackets in {entry!r}")
