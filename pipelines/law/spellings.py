"""The patterns by which texts cite the law, built from citing.yaml. No text is read here."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.lists import alternation
from pipelines.law import read_yaml

NUMBER = r"(?<![\d/-])(?<!\d[.,])\d{1,3}(?:[-.]\d{1,2}){0,2}(?![\d/%])(?![.,]\d)"
_MORE = r"\d{2,3}(?:[-.]\d{1,2}){0,2}(?![\d/%])(?![.,]\d)"
_ORDINAL = r"(?:-?(?:й|я|ой|ей|ю|е|го|ого|му|ая|ую|ые|ых|ші|шы|нші|ншы|інші|ыншы|th|st|nd|rd))?(?!\w)"


@dataclass(frozen=True, slots=True)
class Spellings:
    """Compiled patterns; all are linear: no repeated group stands inside a repeated group over the same characters."""

    gate: re.Pattern[str]
    word_first: re.Pattern[str]
    number_first: re.Pattern[str]
    with_code: re.Pattern[str]
    bare: re.Pattern[str]
    number: re.Pattern[str]
    part_before: re.Pattern[str]
    part_after: re.Pattern[str]
    part_word_end: re.Pattern[str]
    code: re.Pattern[str]
    country: re.Pattern[str]
    country_before: re.Pattern[str]
    clause: re.Pattern[str]
    topics: re.Pattern[str]
    former: re.Pattern[str]


@lru_cache(maxsize=1)
def load_spellings() -> Spellings:
    """The patterns, compiled once."""
    raw = read_yaml("citing.yaml")
    words = {name: alternation(raw[name]) for name in ("part_words", "point_words", "lists", "bare_before")}
    first, last = alternation(raw["article_words"]["before_number"]), alternation(raw["article_words"]["after_number"])
    codes = _named({kind: _quoted(alternation(forms)) for kind, forms in raw["code_words"].items()})
    code = re.sub(r"\?P<\w+>", "?:", codes)
    countries = _named({country: rf"(?<![\w-])(?:{alternation(forms)})(?!\w)" for country, forms in raw["countries"].items()})
    topics = _named({topic: rf"(?<!\w)(?:{alternation(forms)})(?!\w)" for topic, forms in raw["topics"].items()})
    numbers = rf"{NUMBER}{_ORDINAL}(?:\s{{0,2}}(?:[,;]|[,;]?\s?(?:{words['lists']})\s)\s{{0,2}}{_MORE}{_ORDINAL}){{0,9}}"
    return Spellings(
        gate=re.compile(rf"(?<!\w)(?:{first}|{last}|{code})(?!\w)|бап|баб|\d-й"),
        word_first=re.compile(rf"(?<!\w)(?:{first})\.?\s{{0,2}}(?:№\s?|no\.?\s?)?{_inner_part(words)}(?P<numbers>{numbers})"),
        number_first=re.compile(rf"(?P<numbers>{numbers})[-\s]?(?P<word>{last})(?!\w)"),
        with_code=re.compile(
            rf"(?P<numbers>{NUMBER}{_ORDINAL})(?:,?\s(?:{words['part_words']})\.?\s?(?P<mid>\d{{1,2}})(?:-\w{{1,2}})?)?\s(?:{code})(?!\w)|(?<!\w)(?:{code})(?:\s\w{{2,3}})?\s(?P<late>{NUMBER}{_ORDINAL})"
        ),
        bare=re.compile(rf"(?<!\w)(?:{words['bare_before']})\s(?P<numbers>\d{{2,3}}(?:[-.]\d{{1,2}}){{0,2}})-(?:й|ой|ей)(?!\w)"),
        number=re.compile(NUMBER),
        part_before=re.compile(_part_before(words)),
        part_after=re.compile(_part_after(words) + rf"(?!\s{{0,2}}(?:{first})(?!\w))"),
        part_word_end=re.compile(rf"(?<!\w)(?:{words['part_words']}|{words['point_words']})\.?\s?$"),
        code=re.compile(rf"(?<![\w-])(?:{codes})(?:-\w{{1,6}})?(?!\w)"),
        country=re.compile(countries),
        country_before=re.compile(rf"(?:{countries})\s{{0,2}}$"),
        clause=re.compile(rf"\d{{2}}|[;.!?]|(?<!\w)(?:{first}|{last})(?!\w)"),
        topics=re.compile(topics),
        former=re.compile(
            rf"[\s,(]{{1,3}}(?:\w{{1,2}}\s)?(?:{alternation(raw['former_words'])})[\s-]{{1,3}}(?:(?:{first})\s)?(?P<number>{NUMBER})"
        ),
    )


def _named(patterns: dict[str, str]) -> str:
    return "|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns.items())


def _quoted(pattern: str) -> str:
    """Quotation marks of any kind, or none."""
    return pattern.replace("«", "[«\"“„']?").replace("»", "[»\"”“']?")


def _inner_part(words: dict[str, str]) -> str:
    """ "статья, часть 2, 158": the part between the word and the number."""
    return rf"(?:(?:{words['part_words']})\.?\s?(?P<inner>\d{{1,2}})\s)?"


def _part_before(words: dict[str, str]) -> str:
    """ "ч. 2 (п. 3) ст." or "2-й части статьи", up to the article word."""
    named = rf"(?<!\w)(?:{words['part_words']})\.?\s?(?P<after>\d{{1,2}})(?:-\w{{1,3}})?"
    ordered = rf"(?<!\d)(?P<before>\d{{1,2}})(?:-\w{{1,3}})?[\s-](?:{words['part_words']})"
    return rf"(?:{named}|{ordered})(?:[\s,]{{0,3}}(?:{words['point_words']})\.?\s?\d{{1,2}})?\s{{0,2}}(?:of\s)?(?:the\s)?$"


def _part_after(words: dict[str, str]) -> str:
    """ "ч. 4", "(часть 4)", "2-бөлігі" or "(4)" right after the number or the code."""
    point = rf"(?:(?:{words['point_words']})\.?\s?\d{{1,2}}[\s,]{{1,2}})?"
    named = rf"(?:{words['part_words']})\.?\s?(?P<after>\d{{1,2}})"
    ordered = rf"(?P<before>\d{{1,2}})(?:-\w{{1,3}})?[\s-](?:{words['part_words']})"
    return rf"[\s,(]{{0,3}}{point}(?:{named}|{ordered}|(?<=\()(?P<paren>\d)\))"
