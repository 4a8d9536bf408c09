"""Numbers of court cases, orders and investigations in a text. Pure; patterns of the lexicon, section 7."""

import re

from pipelines.languages.courts import Named

# Examples read on court pages: 7585-24-00-2/101, 3599-24-00-2а/2151, № 2-919/15, №23-01-2-23/2071, 2-3551/13, 77RS0001-01-2024-000001-11.
_PATTERNS = (
    re.compile(r"(?<![\d-])\d{4}-\d{2}-00\s?-\s?\d[акпрakn]{0,2}/\d{1,6}(?:\s?\(\d\))?(?![\d/])", re.IGNORECASE),
    re.compile(r"(?<![\w-])\d{2}[RР][SС]\d{4}-\d{2}-\d{4}-\d{6}-\d{2}(?!\d)"),
    re.compile(r"(?<![\w-])[АA]\d{2}-\d{1,6}/(?:\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?:№|[Nn]o\.?)\s?(?P<number>\d{2}-\d{1,2}-(?:\d{1,2}-)?\d{2}/\d{1,5})(?!\d)"),
    re.compile(r"(?<![\d-])(?P<number>\d{3}/\d{1,6}/\d{2}-[цкпa-zа-я])(?!\w)"),
    re.compile(
        r"(?:№|[Nn]o\.?|дел[оау]|іс|case)\s?(?:№\s?)?(?P<number>(?:[1-5]|12|22|33|7У|77|88)[аa]?-\d{1,6}(?:[-/]\d{2}(?:\d{2})?)?)(?![\d-])"
    ),
    re.compile(r"(?:ЕРДР|СДТБТ|ERDR)[^\d\n]{0,24}(?P<number>\d{15})(?!\d)"),
)


def find_case_numbers(text: str) -> tuple[Named, ...]:
    """Case numbers without the sign №, in the order of the text; the name is the number as written, blanks dropped."""
    found: dict[int, Named] = {}
    for pattern in _PATTERNS:
        group = "number" if "number" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            start, end = match.span(group)
            if not any(one.start < end and start < one.end for one in found.values()):
                found[start] = Named(start, end, re.sub(r"\s", "", text[start:end]))
    return tuple(found[start] for start in sorted(found))
