"""Pure text work: cleaning, folding with a map back to the published text, sentences. No language knowledge, no input or output."""

import re
import unicodedata
from dataclasses import dataclass, field

INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c"
_INVISIBLE = re.compile(f"[{INVISIBLE}\u0300-\u036f]")
_GROUP = re.compile("(?s:.)[\u0300-\u036f]*")  # a character with the accents behind it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LATIN_TO_CYRILLIC = str.maketrans("aceopxykmthbi", "асеорхукмтнві")
_CYRILLIC_TO_LATIN = str.maketrans("асеорхукмтні", "aceopxykmthi")
_MIXED = re.compile(r"(?<![^\W\d_])[^\W\d_]*(?:[a-z][а-яёәғқңөұүһі]|[а-яёәғқңөұүһі][a-z])[^\W\d_]*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[»”\")\]]*\s+(?=[«“\"(\[—–-]*\s*[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ0-9])|\n+")
_LONGEST_ABBREVIATION = 16
_ABBREVIATION = re.compile(
    r"(?:\b(?:г|гг|ст|ч|п|пп|т|им|ул|д|стр|руб|тыс|млн|млрд|тг|обл|р|см|др|т\.\s?д|т\.\s?п|т\.\s?е|art|no|mr|ms|dr|st|v)|\b[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded copy for matching. `offsets[i]` is the place of folded character i in the published text, None when equal to i.

    `ends[i]` is the place behind it, None when one further; it differs where letter and accent were two characters.
    """

    text: str
    original_length: int
    offsets: tuple[int, ...] | None = field(default=None, repr=False)
    ends: tuple[int, ...] | None = field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the published text of folded[start:end], end exclusive."""
        if self.offsets is None:
            return start, end
        if start >= end:
            at = self.offsets[start] if start < len(self.offsets) else self.original_length
            return at, at
        return self.offsets[start], self.ends[end - 1] if self.ends else self.offsets[end - 1] + 1


def clean(text: str) -> str:
    """The text with lone surrogates replaced and control characters dropped, except tab and newline."""
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))


def fold(text: str) -> Folded:
    """Lower case, ё as е, invisible characters dropped, look-alike letters of mixed words put right; keeps an offset map.

    Letters that are written as letter and accent are composed first (NFC). Every character that is kept folds to exactly one, so
    spans found in the folded copy cut the published text.
    """
    if not unicodedata.is_normalized("NFC", text):
        return _fold_composed(text)
    offsets: tuple[int, ...] | None = None
    kept = text
    if _INVISIBLE.search(text):
        offsets = tuple(i for i, char in enumerate(text) if not _INVISIBLE.match(char))
        kept = "".join(text[i] for i in offsets)
    return Folded(_fold_letters(kept), len(text), offsets)


def _fold_composed(text: str) -> Folded:
    """As `fold`, for a text in which some letters stand apart from their accents."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for group in _GROUP.finditer(text):
        composed = [char for char in unicodedata.normalize("NFC", group[0]) if not _INVISIBLE.match(char)]
        letters += composed
        starts += [group.start()] * len(composed)
        ends += [group.end()] * len(composed)
    return Folded(_fold_letters("".join(letters)), len(text), tuple(starts), tuple(ends))


def _fold_letters(kept: str) -> str:
    lowered = kept.lower()
    if len(lowered) != len(kept):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in kept)
    return _MIXED.sub(_unmix, lowered.translate(_FOLDS))


def fold_plain(text: str) -> str:
    """Folded text without a map: NFC first, spaces collapsed. For keys, search and comparison."""
    return " ".join(fold(unicodedata.normalize("NFC", text)).text.split())


_FOLDS = str.maketrans(
    {
        "ё": "е",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2007": " ",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "‐": "-",
        "−": "-",
    }
)


def _unmix(match: re.Match[str]) -> str:
    """Fold look-alikes towards the script of the majority, only inside a word that mixes scripts."""
    word = match[0]
    latin = sum("a" <= char <= "z" for char in word)
    if latin * 2 > len(word):
        return word.translate(_CYRILLIC_TO_LATIN)
    return word.translate(_LATIN_TO_CYRILLIC)


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences of `text`, end exclusive; line feeds end a sentence, common abbreviations do not."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        head = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()]
        if "\n" not in match[0] and _ABBREVIATION.search(head):
            continue
        _add_span(spans, text, start, match.start() + len(match[0]) - len(match[0].lstrip('»”")]')))
        start = match.end()
    _add_span(spans, text, start, len(text))
    return tuple(spans)


def _add_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    chunk = text[start:end]
    stripped = chunk.strip()
    if stripped:
        begin = start + chunk.index(stripped[0])
        spans.append((begin, begin + len(stripped)))
