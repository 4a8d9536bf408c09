"""Bytes to text: which charset won and why. Claims of header and page are claims; the bytes decide."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.text import clean

MAX_HEAD_BYTES = 65_536
MIN_PLAUSIBILITY = 0.02  # of Russian prose: 0.12 in its own charset, 0.025 all in capitals, below 0 in another charset
_META = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{3,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s{0,64}<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_.:\-]{3,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Charsets met on sites of the region; order breaks ties. CP866 and ISO-8859-5 live on in old state systems.
REGIONAL = ("windows-1251", "koi8-r", "cp866", "iso-8859-5", "mac-cyrillic")
# Web servers add these by default, so on a Cyrillic site they say nothing (FIELD-TRAPS CS5).
_DEFAULT_LATIN = frozenset({"iso8859-1", "cp1252", "ascii", "latin-1"})
# Letters by frequency in Russian (National Corpus of Russian, ruscorpora.ru), then the Kazakh and Ukrainian ones.
_BY_FREQUENCY = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіқңғәұүөһїєґ"
_WEIGHTS = {char: 1.0 / (rank + 3) for rank, char in enumerate(_BY_FREQUENCY)}
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "mbcs", "oem"})
_PUNCTUATION = frozenset("«»„“”‘’–—…№\u00a0•·©®°§€₸₽")
# KZ-1048 and windows-1251 differ in a few bytes only; read as windows-1251 the Kazakh letters look Serbian or Macedonian.
_KAZAKH_AS_1251 = re.compile("[ЌќЈјЎўЇїЄєҐґЊњЂђ]")
_KAZAKH = re.compile("[ӘәҒғҚқҢңӨөҰұҮүҺһ]")
_DOUBLE_UTF8 = re.compile("[РС][\u0080-\u00bf\u0402-\u040f\u0452-\u045f\u2018-\u2122\u0490\u0491°±ЎўІі]|[ÐÑ][\u0080-\u00bf]")
_CYRILLIC = re.compile("[\u0400-\u04ff]|[ÐÑ]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a body. `basis` says why this charset: bom, source, bytes, header, meta, detected, fallback (+mojibake)."""

    text: str = field(repr=False)
    charset: str
    basis: str
    n_bad: int = 0

    @property
    def is_bad(self) -> bool:
        """True when too many characters were lost for the text to be trusted (more than 1 in 100 letters)."""
        return self.n_bad > 5 and self.n_bad * 100 > sum(char.isalpha() for char in self.text[:200_000])


def decode(body: bytes, *, header: str = "", fixed: str = "", is_regional: bool = False, is_kazakh: bool = False) -> Decoded:
    """The text of `body`. `header` is the charset of Content-Type, `fixed` the one of the source's entry, "" when unknown.

    `is_regional` limits guesses to Cyrillic charsets; an empty body gives an empty text. Never raises on any bytes.
    """
    charset, basis = _pick(body, header, fixed, is_regional)
    if is_kazakh and basis not in ("bom", "source") and _codec(charset) == "cp1251":
        charset, basis = _prefer_kz1048(body, charset, basis)
    text = body.decode(charset, "replace")
    repaired = _without_double_encoding(text)
    if repaired is not text:
        basis = f"{basis}+mojibake"
    return Decoded(clean(repaired.removeprefix("\ufeff")), charset.lower(), basis, text.count("\ufffd"))


def declared(body: bytes) -> tuple[str, ...]:
    """Charsets that the page itself names, leniently: XML declaration, then anything like charset=... in the whole head."""
    head = body[:MAX_HEAD_BYTES]
    end = head.lower().find(b"</head")
    head = head[:end] if end > 0 else head
    found = [match[1] for match in (_XML.search(head),) if match]
    found += [match[1] for match in _META.finditer(head)][:4]
    return tuple(name.decode("ascii") for name in found)


def header_charset(content_type: str) -> str:
    """The charset named by a Content-Type header, or ""."""
    match = _META.search(content_type.encode("ascii", "replace"))
    return match[1].decode("ascii") if match else ""


@lru_cache(maxsize=256)
def _codec(name: str) -> str:
    """The codec behind a label, "" for none, for codecs that are no charset and for those that no page is written in."""
    try:
        info = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return ""
    is_charset = info is not None and getattr(info, "_is_text_encoding", True) and info.name not in _NO_CHARSETS
    return info.name if info and is_charset else ""


def _is_utf8(body: bytes) -> bool:
    """True when the bytes are UTF-8, allowing a cut end and few broken characters (1 in 200)."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        sample = body[:400_000]
        n_bad = sample.decode("utf-8", "replace").count("\ufffd")
        n_multibyte = sum(1 for byte in sample if byte >= 0xC0)
        return n_multibyte > 20 and n_bad * 200 < n_multibyte
    return True


def _pick(body: bytes, header: str, fixed: str, is_regional: bool) -> tuple[str, str]:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return name, "bom"
    if fixed and _codec(fixed):
        return fixed, "source"
    if _is_utf8(body):
        return "utf-8", "header" if _codec(header) == "utf-8" else "meta" if "utf-8" in map(_codec, declared(body)) else "bytes"
    return _pick_single_byte(body, header, is_regional)


def _pick_single_byte(body: bytes, header: str, is_regional: bool) -> tuple[str, str]:
    """Charset and basis for bytes that are not UTF-8: the best-scored of the claims and of the region's charsets."""
    claims = [("header", header)] if not (is_regional and _codec(header) in _DEFAULT_LATIN) else []
    claims += [("meta", name) for name in declared(body) if not (is_regional and _codec(name) in _DEFAULT_LATIN)]
    usable = [(basis, name) for basis, name in claims if _codec(name) and _codec(name) != "utf-8" and _strict(body, name)]
    if not is_regional:
        return (usable[0][1], usable[0][0]) if usable else _guess(body)
    scored = [(_plausibility(body, name), basis, name) for basis, name in usable]
    best_score, best = max((_plausibility(body, name), -rank) for rank, name in enumerate(REGIONAL))
    for score, basis, name in scored:
        if score >= best_score * 0.9:
            return name, basis
    return (REGIONAL[-best], "detected") if best_score > MIN_PLAUSIBILITY else ("utf-8", "fallback")


def _guess(body: bytes) -> tuple[str, str]:
    import charset_normalizer  # noqa: PLC0415 - 40 ms at start, needed for few pages

    best = charset_normalizer.from_bytes(body[:100_000]).best()
    return (best.encoding, "detected") if best else ("windows-1252", "fallback")


def _strict(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (UnicodeDecodeError, UnicodeError):
        return False
    return True


def _plausibility(body: bytes, name: str) -> float:
    """How much the non-ASCII part looks like Russian or Kazakh prose under charset `name`: mean letter weight, lower case preferred."""
    sample = bytes(byte for byte in body[:200_000] if byte >= 0x80)[:8000]
    if not sample:
        return 0.0
    text = sample.decode(name, "replace")
    return sum(_weights_of(text)) / len(text)


def _weights_of(text: str) -> Iterator[float]:
    for char in text:
        if char in _WEIGHTS:
            yield _WEIGHTS[char]
        elif char.lower() in _WEIGHTS:
            yield _WEIGHTS[char.lower()] * 0.2
        else:
            yield 0.01 if char in _PUNCTUATION else -0.3


def _prefer_kz1048(body: bytes, charset: str, basis: str) -> tuple[str, str]:
    """KZ-1048 when windows-1251 gives foreign letters where Kazakh ones belong (FIELD-TRAPS CS3)."""
    as_1251 = body.decode("windows-1251", "replace")
    as_kz = body.decode("kz1048", "replace")
    if len(_KAZAKH_AS_1251.findall(as_1251)) >= 3 and len(_KAZAKH.findall(as_kz)) >= 3:
        return "kz1048", "detected"
    return charset, basis


def _without_double_encoding(text: str) -> str:
    """The same text with UTF-8 that was read as a one-byte charset and stored again put right."""
    sample = text[:200_000]
    n_double = len(_DOUBLE_UTF8.findall(sample))
    if n_double < 8 or n_double * 4 < len(_CYRILLIC.findall(sample)):
        return text
    import ftfy  # noqa: PLC0415 - 60 ms at start, needed for few pages

    config = ftfy.TextFixerConfig(unescape_html=False)
    return "\n".join(ftfy.fix_encoding(line, config) for line in text.split("\n"))
