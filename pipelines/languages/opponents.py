"""Who acts against the media when no claimant is named as a person: bodies of state, companies, holders of an office. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import load_list
from pipelines.text import fold_plain

MAX_CHARACTERS = 6_000
_QUOTED = r"[«\"“„](?P<{0}>[^«»\"”“„\n]{{2,40}})[»\"”“]"
_LATIN = r"(?P<{0}>[A-Z][\w&-]+(?: [A-Z][\w&-]+){{0,3}})"
_NAME_GOES_ON = re.compile(r"\s[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]")
_GENERAL = frozenset({"ведомство", "госорган"})
_NEXT_WORD = r"(?:\s[^\W\d_]{3,}(?:ого|ой|их|ых)(?=\s[^\W\d_]{3,}(?:а|я|ы|и|ов|ей)(?!\w)))?(?:\s[^\W\d_]{3,}(?:а|я|ы|и|ов|ей|ого|ой))?"


@dataclass(frozen=True, slots=True)
class FoundOpponent:
    """A body, company or office: span in the text, name in the nominative as the text calls it."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class _Patterns:
    body: re.Pattern[str]
    names: tuple[str, ...]
    passive_before: re.Pattern[str]
    passive_after: re.Pattern[str]
    company: re.Pattern[str]
    source_before: re.Pattern[str]
    source_after: re.Pattern[str]
    office: tuple[re.Pattern[str], ...]
    offices: tuple[str, ...]


def find_bodies(text: str, language: str) -> tuple[FoundOpponent, ...]:
    """Bodies of state that act in the text, in order; one that is only asked or only answers is left out."""
    reading = read(text[:MAX_CHARACTERS], language)
    patterns = _patterns(_spoken(reading.language))
    found = list(_bodies(reading, patterns))
    named = [one for one in found if one.name not in _GENERAL] or found
    return tuple(next((full for full in found if _says_more(full, one)), one) for one in named)


def _says_more(full: FoundOpponent, one: FoundOpponent) -> bool:
    """Whether the fuller name of the same body: "Ішкі саясат басқармасы" of "басқарма", never the other way."""
    return full.name != one.name and len(full.name) > len(one.name) and one.name[:-1].lower() in full.name.lower().split()[-1]


def find_companies(text: str, language: str) -> tuple[FoundOpponent, ...]:
    """Companies named with a word of their kind, in the order of the text."""
    spoken = _spoken(read(text[:MAX_CHARACTERS], language).language)
    found = []
    for match in _patterns(spoken).company.finditer(text[:MAX_CHARACTERS]):
        before, after = (
            fold_plain(text[low:high]) for low, high in ((max(0, match.start() - 60), match.start()), (match.end(), match.end() + 20))
        )
        if _patterns(spoken).source_before.search(before) or _patterns(spoken).source_after.match(after):
            continue
        name = next(value for value in match.groupdict().values() if value)
        if match["quoted"] and spoken == "kk" and re.search(r"банк\w*$", match[0], re.IGNORECASE):
            name = f"{name} Банк" if not name.lower().endswith("банк") else name
        found.append(FoundOpponent(match.start(), match.end(), name.strip()))
    return tuple(found)


def find_offices(text: str, language: str) -> tuple[FoundOpponent, ...]:
    """Holders of an office, without their name, who were slandered or went to court; the fullest wording of one first."""
    reading = read(text[:MAX_CHARACTERS], language)
    patterns = _patterns(_spoken(reading.language))
    spans = [_office_of(reading, match, patterns.offices) for pattern in patterns.office for match in pattern.finditer(reading.text)]
    return tuple(sorted((one for one in spans if one), key=lambda one: -len(one.name)))


def _office_of(reading: Reading, match: re.Match[str], offices: tuple[str, ...]) -> FoundOpponent | None:
    """The office of a match; None where a person's name follows, who is no office any more."""
    index = next(int(name[1:]) for name, value in match.groupdict().items() if value is not None and name[0] == "o")
    start, end = reading.span(match.start(f"o{index}"), match.end("rest"))
    rest = reading.published[end - len(match["rest"]) : end]
    if rest.strip()[:1].isupper() and _NAME_GOES_ON.match(reading.published, end):
        return None
    return FoundOpponent(start, end, offices[index] + rest)


def _bodies(reading: Reading, patterns: _Patterns) -> Iterator[FoundOpponent]:
    for match in patterns.body.finditer(reading.text):
        if patterns.passive_before.search(reading.text[max(0, match.start() - 40) : match.start()]):
            continue
        if patterns.passive_after.match(reading.text, match.end()):
            continue
        index = next(int(name[1:]) for name, value in match.groupdict().items() if value and name[0] == "n")
        start, end = reading.span(match.start(), match.end())
        yield FoundOpponent(start, end, _named(reading, match, index, patterns.names[index]))


def _named(reading: Reading, match: re.Match[str], index: int, nominative: str) -> str:
    """The words of the text with the word for the body in the nominative."""
    before, after = (_published(reading, match, part) for part in ("before", "after"))
    if before and reading.language == "kk":
        return f"{before}{_possessed(nominative)}"
    name = f"{before}{nominative}{after}"
    return name[:1].upper() + name[1:] if before or after else name


def _published(reading: Reading, match: re.Match[str], part: str) -> str:
    if not match[part]:
        return ""
    start, end = reading.span(match.start(part), match.end(part))
    return reading.published[start:end]


def _possessed(word: str) -> str:
    """A Kazakh body after its field: министрлік -> министрлігі, басқарма -> басқармасы, комитет -> комитеті."""
    if word.endswith("к"):
        return f"{word[:-1]}гі"
    return f"{word}сы" if word.endswith("а") else f"{word}і"


def _spoken(language: str) -> str:
    return language if language in {"kk", "en"} else "ru"


@lru_cache(maxsize=4)
def _patterns(language: str) -> _Patterns:
    raw = load_list("opponents")
    bodies: dict[str, str] = raw["bodies"][language]
    offices: dict[str, str] = raw["offices"].get(language, {})
    before, after = (raw["complement"][language][side] for side in ("before", "after"))
    words = "|".join(f"(?P<n{index}>{form})" for index, form in enumerate(bodies.values()))
    return _Patterns(
        body=re.compile(
            rf"(?<![\w-])(?P<before>(?:{before})\s)?(?:{words})(?![\w-])(?P<after>\s(?:{after})(?!\w))?"
            if before and after
            else rf"(?<![\w-])(?P<before>(?:{before})\s)?(?:{words})(?![\w-])(?P<after>(?!))?"
            if before
            else rf"(?<![\w-])(?P<before>(?!))?(?:{words})(?![\w-])(?P<after>\s(?:{after})(?!\w))?"
        ),
        names=tuple(bodies),
        passive_before=re.compile(rf"(?<!\w)(?:{raw['passive_before'][language]})\s$"),
        passive_after=re.compile(rf"\s(?:{raw['passive_after'][language]})(?!\w)"),
        company=re.compile(
            f"{_company(raw['companies'][language], language)}|{_by_name(raw['company_words'])}", re.IGNORECASE if language == "kk" else 0
        ),
        source_before=re.compile(rf"(?<!\w)(?:{raw['source_before'][language]})\s*$"),
        source_after=re.compile(rf"\s?(?:{raw['source_after'][language]})(?!\w)"),
        office=_office(raw["office_cue"][language], raw["office_acts"][language], offices, language),
        offices=tuple(offices),
    )


def _company(words: str, language: str) -> str:
    if language == "kk":
        return rf"{_QUOTED.format('quoted')}\s(?:{words})(?!\w)"
    named = rf"(?:{_QUOTED.format('quoted')}|{_LATIN.format('latin')})"
    return rf"(?<!\w)(?i:{words})\s{named}"


def _by_name(words: list[str]) -> str:
    """Names that a word of companies stands in: «Алқап Банк», Altyn Stroy."""
    kinds = "|".join(words)
    capital = r"(?-i:[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])[\w-]{1,30}"
    inner = rf"[«\"“„](?P<inner>(?:{capital} ){{0,2}}(?-i:{kinds})(?: {capital})?)[»\"”“]"
    bank = r"(?<!\w)(?P<bank>(?-i:[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])\w{3,30}(?-i:банк|bank))(?:а|у|ом|е|ке|ті|тің)?(?!\w)"
    return rf"{inner}|{bank}|(?<![\w«\"“„])(?P<bare>(?:{capital} ){{1,2}}(?-i:{kinds}))(?!\w)"


def _office(cue: str, acts: str, offices: dict[str, str], language: str) -> tuple[re.Pattern[str], ...]:
    """Offices beside the word for what was done to them, and offices before what they do."""
    words = "|".join(f"(?P<o{index}>{form})" for index, form in enumerate(offices.values()))
    rest = rf"(?P<rest>{_NEXT_WORD})" if language == "ru" else "(?P<rest>)"
    between = r"(?:\s\w+){0,2}" if language == "kk" else ""
    acting = re.compile(rf"(?<![\w-])(?:{words})(?!\w){rest}{between},?\s(?:{acts})(?!\w)")
    if language == "kk":
        return re.compile(rf"(?<!\w)(?:{words})(?!\w){rest}(?=\s(?:{cue}))"), acting
    return re.compile(rf"(?<!\w)(?:{cue})\s?(?:{words})(?!\w){rest}"), acting
