"""Names that the words around make an outlet's, in Russian, Kazakh and English. Known outlets are found elsewhere. Pure."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pipelines.languages.legible import Reading
from pipelines.languages.lists import alternation, load_list
from pipelines.languages.name_forms import stem_key, words_of
from pipelines.languages.person_spans import is_known_given
from pipelines.languages.phrases import is_nominative, kazakh_base, kazakh_genitive_base, nominative_phrase
from pipelines.text import fold_plain

_QUOTED = re.compile(r"[«“„](?P<name>[^«»“”„\n]{2,60})[»”“]|\"(?P<plain>[^\"\n]{2,60})\"")
_LATIN_NAME = re.compile(r"(?<![\w«\"“@/.-])[A-Z][\w’'-]{0,40}(?:[ \u00a0](?:[A-Z][\w’'-]{0,40}|of(?=\s[A-Z])|the(?=\s[A-Z])|&)){0,4}")
_CAPITAL = r"[A-Z][\w’'-]{0,40}"
_EN_NAME = rf"{_CAPITAL}(?:[ \u00a0](?:{_CAPITAL}|of(?=\s[A-Z])|the(?=\s[A-Z])|\d{{1,3}}(?!\w))){{0,5}}"
_REACH = 46


@dataclass(frozen=True, slots=True)
class OutletMention:
    """A name that stands as an outlet's: span of the name itself, nominative as written.

    `is_sure`: a word of outlets or of their people stands by; `is_exact`: the nominative is as the text has it;
    `is_work`: the text calls it an article, a film or the like.
    """

    start: int
    end: int
    name: str
    is_sure: bool = True
    is_exact: bool = True
    is_work: bool = False


@dataclass(frozen=True, slots=True)
class _Cues:
    kind: re.Pattern[str]
    belonging: re.Pattern[str]
    other: re.Pattern[str]
    kind_after: re.Pattern[str]
    belonging_after: re.Pattern[str]
    other_after: re.Pattern[str]
    company_after: re.Pattern[str]
    teaser: re.Pattern[str]
    work: re.Pattern[str]
    work_after: re.Pattern[str]


@lru_cache(maxsize=1)
def _cues() -> _Cues:
    raw: dict[str, Any] = load_list("outlets")
    ru, kk = raw["ru"], raw["kk"]
    return _Cues(
        kind=re.compile(rf"(?<![\w-])(?:{alternation(ru['kinds'])})(?: \w+)? $"),
        belonging=re.compile(rf"(?<![\w-])(?:{alternation(ru['belonging'])})(?: \w+){{0,2}} $"),
        other=re.compile(rf"(?<![\w-])(?:{alternation(raw['others_before'])})[ :-]{{1,3}}$"),
        kind_after=re.compile(rf"-?\s?(?:\w+\s)?(?:{alternation(kk['kinds_after'])})(?!\w)"),
        belonging_after=re.compile(rf"-?\s?(?:\w+\s)?(?:{alternation(kk['belonging_after'])})(?!\w)"),
        other_after=re.compile(rf"-?\s?(?:\w+\s)?(?:{alternation(raw['others_after'])})(?!\w)"),
        company_after=re.compile(rf"-?\s?(?:{alternation(raw['companies_after'])})(?!\w)"),
        teaser=re.compile(rf"(?:{alternation(raw['teasers'])})\s?:?[^\n]{{0,400}}$"),
        work=re.compile(rf"(?<![\w-])(?:{alternation(raw['works_before'])})[ :-]{{1,3}}$"),
        work_after=re.compile(rf"\s?(?:{alternation(raw['works_after'])})(?!\w)"),
    )


def mentions(reading: Reading) -> list[OutletMention]:
    """Names of outlets by the words around, with later mentions of the same names, in order."""
    finder = {"kk": _kazakh, "ky": _kazakh, "en": _english}.get(reading.language, _russian)
    works = _works(reading)
    found = [
        replace(one, is_work=_key(reading.published[one.start : one.end]) in works) for one in finder(reading) if not _is_refused(one.name)
    ]
    if _media_words().search(reading.text):
        found = [replace(one, is_sure=True) for one in found]
    return sorted(_best_names(found), key=lambda one: one.start)


def _works(reading: Reading) -> frozenset[str]:
    """Keys of names that are called an article or a film and nowhere an outlet; an outlet behind such a word stands in the genitive."""
    works, outlets = set(), set()
    for _, _, name, before, after in _quotes(reading):
        is_work = (_cues().work.search(before) and is_nominative(name)) or _cues().work_after.match(after)
        if is_work:
            works.add(_key(name))
        elif _cues().kind.search(before) or _cues().belonging.search(before) or _cues().kind_after.match(after):
            outlets.add(_key(name))
    return frozenset(works - outlets)


@lru_cache(maxsize=1)
def _media_words() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternation(load_list('outlets')['media_words'])})(?!\w)")


def host_mentions(reading: Reading) -> list[OutletMention]:
    """Hosts named in the text ("Stan.tv", "Orda.kz-тің"), without those of the state, platforms and services."""
    refused = load_list("outlets")["not_hosts"]
    hosts = [(match.start("host"), match.end("host"), match["host"]) for match in _hosts().finditer(reading.published)]
    return [OutletMention(*one) for one in hosts if not any(("." + one[2].lower()).endswith("." + host) for host in refused)]


@lru_cache(maxsize=1)
def _hosts() -> re.Pattern[str]:
    ends = "|".join(load_list("outlets")["host_ends"])
    return re.compile(
        rf"(?<![\w@.-])(?P<host>[A-Za-z0-9][A-Za-z0-9-]{{1,40}}(?:\.[A-Za-z0-9-]{{2,30}})?\.(?:{ends}))(?=$|[’'-][а-яәғқңөұүһі]|[^\w@-])(?!\.\w)"
    )


def _is_refused(name: str) -> bool:
    folded = fold_plain(name)
    if len(folded) < 2 or folded.startswith(("о ", "об ")) or folded in load_list("outlets")["not_outlets"]:
        return True
    return _bodies().search(folded) is not None


@lru_cache(maxsize=1)
def _bodies() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternation(load_list('outlets')['bodies'])})(?!\w)")


def _key(name: str) -> str:
    return " ".join(stem_key(word) for word in words_of(name))


def _best_names(found: list[OutletMention]) -> list[OutletMention]:
    """Forms of one name bear the nominative that is exact, else the shortest; one sure mention makes all of them sure."""
    groups: dict[str, list[OutletMention]] = {}
    for one in found:
        groups.setdefault(_key(one.name), []).append(one)
    best: list[OutletMention] = []
    for group in groups.values():
        name = min(group, key=lambda one: (not (one.is_exact and one.is_sure), not one.is_exact, len(one.name))).name
        is_sure = any(one.is_sure for one in group)
        best += [replace(one, name=name, is_sure=is_sure) for one in group]
    return best


def _quotes(reading: Reading) -> list[tuple[int, int, str, str, str]]:
    """Each quoted name with the folded words before and after it; teasers of other articles are passed over."""
    found: list[tuple[int, int, str, str, str]] = []
    for match in _QUOTED.finditer(reading.published):
        group = "name" if match["name"] else "plain"
        at, end = reading.at(match.start()), reading.at(match.end())
        line = reading.text[reading.text.rfind("\n", 0, at) + 1 : at]
        if not _cues().teaser.search(line[-420:]):
            found.append((*match.span(group), match[group], reading.text[max(0, at - _REACH) : at], reading.text[end : end + 40]))
    return found


def _looks_like_name(name: str, after: str) -> bool:
    """A title of an outlet by its shape: a capital, few words, no sentence, no speech behind it."""
    words = name.split()
    if not name[:1].isupper() and not name[:1].isdigit() and not "\u0600" <= name[:1] <= "\u06ff":
        return False
    if len(words) > 4 or name[-1:] in ".!?,…:" or re.match(r"\s?:|\s?,?\s-\s(?:ска|сооб|гово|зая|деді|дейді|дейт)", after):
        return False
    n_capitals = sum(not word[:1].islower() for word in words)
    return len(words) <= 2 or n_capitals >= 2 or words[-1].lower() in load_list("outlets")["last_words"]


def _russian(reading: Reading) -> list[OutletMention]:
    """Quoted names, sure beside a word of outlets or of their people, and names in Latin letters after one."""
    found: list[OutletMention] = []
    for start, end, name, before, after in _quotes(reading):
        if _cues().other.search(before):
            continue
        if _cues().kind.search(before):
            exact = is_nominative(name)
            found.append(OutletMention(start, end, name if exact else nominative_phrase(name), True, exact))
        elif _cues().belonging.search(before):
            found.append(OutletMention(start, end, nominative_phrase(name), _looks_like_name(name, after), False))
        elif _looks_like_name(name, after):
            found.append(OutletMention(start, end, nominative_phrase(name), False, False))
    for match in _LATIN_NAME.finditer(reading.published):
        before = reading.text[max(0, reading.at(match.start()) - _REACH) : reading.at(match.start())]
        if _cues().kind.search(before) or _cues().belonging.search(before):
            found.append(OutletMention(match.start(), match.end(), match[0]))
    return found


def _kazakh(reading: Reading) -> list[OutletMention]:
    """Quoted names, sure before a word of outlets or of their people; names in Latin letters before one."""
    found: list[OutletMention] = []
    for start, end, name, _, after in _quotes(reading):
        if _cues().company_after.match(after):
            continue
        if _cues().kind_after.match(after):
            found.append(OutletMention(start, end, name))
        elif _cues().belonging_after.match(after):
            base = kazakh_genitive_base(name)
            found.append(OutletMention(start, end, base, True, base == name))
        elif not _cues().other_after.match(after) and _looks_like_name(name, after):
            base = kazakh_base(name)
            found.append(OutletMention(start, end, base, False, base == name))
    if reading.starts is not None:
        return found
    for match in _LATIN_NAME.finditer(reading.published):
        at = reading.at(match.end())
        after = reading.text[at : at + 40]
        if _cues().kind_after.match(after) or _cues().belonging_after.match(after):
            found.append(OutletMention(match.start(), match.end(), match[0]))
    return found


@dataclass(frozen=True, slots=True)
class _EnglishCues:
    said: tuple[re.Pattern[str], ...]
    loose: tuple[re.Pattern[str], ...]
    head: re.Pattern[str]
    places: frozenset[str]
    bodies: re.Pattern[str]
    ends: re.Pattern[str]
    quoted: re.Pattern[str]


@lru_cache(maxsize=1)
def _english_cues() -> _EnglishCues:
    raw = load_list("outlets")["en"]
    before, after, people = (alternation(raw[name]) for name in ("kinds_before", "kinds_after", "people_of"))
    ends = "|".join(raw["name_ends"])
    return _EnglishCues(
        said=(
            re.compile(rf"(?<!\w)(?i:{before}),?\s(?P<name>{_EN_NAME})"),
            re.compile(rf"(?<![\w’'-])(?P<name>{_EN_NAME}) (?P<kind>(?i:{after}))(?!\w)"),
            re.compile(rf"(?<!\w)(?i:{people})(?i:\s(?:of|for|at|with|from))\s(?:the\s)?(?:(?i:{before})\s)?(?P<name>{_EN_NAME})"),
            re.compile(rf"(?<![\w’'-])(?P<name>{_EN_NAME})[’']s?\s(?:\w+\s)?(?i:{people})(?!\w)"),
            re.compile(rf"(?<![\w’'-])(?P<name>{_EN_NAME}),\s(?:a|an|the)\s(?:\w+[\s-]){{0,3}}(?i:{after})(?!\w)"),
        ),
        loose=(
            re.compile(rf"(?<![\w’'-]){_CAPITAL} {_CAPITAL},?\s(?:of|from)\s(?:the\s)?(?P<name>{_EN_NAME})"),
            re.compile(rf"(?<![\w’'-])(?P<name>(?:{_CAPITAL} ){{1,3}}(?:{ends}))(?!\w)"),
            re.compile(r"(?<![\w’'-])(?P<name>[A-Z][a-z]+-\d{1,3})(?!\w)"),
            re.compile(rf"(?<!\w)(?i:{alternation(raw['verbs_before'])})\s(?P<name>{_EN_NAME})"),
            re.compile(rf"(?<![\w’'-])(?P<name>{_EN_NAME})\s(?i:{alternation(raw['verbs_after'])})(?!\w)"),
        ),
        head=re.compile(rf"(?:{'|'.join(raw['not_first'])})(?!\w)"),
        places=frozenset(raw["places"]),
        bodies=re.compile(rf"(?:{'|'.join(raw['bodies'])})$"),
        ends=re.compile(rf"(?:{ends})$"),
        quoted=re.compile(rf"(?<!\w)(?:{before})\s$"),
    )


def _english(reading: Reading) -> list[OutletMention]:
    """Capital words beside a word of outlets or of their people; by verbs and by media words in the name, less sure."""
    cues, text = _english_cues(), reading.published
    found: list[OutletMention] = []
    for is_sure, patterns in ((True, cues.said), (False, cues.loose)):
        for pattern in patterns:
            found += [one for match in pattern.finditer(text) if (one := _english_name(match, cues, is_sure)) is not None]
    for start, end, name, before, _ in _quotes(reading):
        if cues.quoted.search(before):
            found.append(OutletMention(start, end, name))
    return found


def _english_name(match: re.Match[str], cues: _EnglishCues, is_sure: bool) -> OutletMention | None:
    """The name of a match without words that only begin the sentence; None for places, bodies and plain words."""
    start, name = match.start("name"), match["name"]
    kind = match.groupdict().get("kind") or ""
    name = f"{name} {kind}" if kind[:1].isupper() else name
    if " of " in name and not is_sure:
        start, name = start + name.index(" of ") + 4, name[name.index(" of ") + 4 :]
    while (head := cues.head.match(name)) is not None:
        cut = re.match(r"[\s’'s]*", name[head.end() :])
        shift = head.end() + (cut.end() if cut else 0)
        start, name = start + shift, name[shift:]
    name = re.sub(r"(?:[’']s?|\s(?:of|the))$", "", name.strip())
    if len(name) < 3 or not name[0].isupper() or name in cues.places or (name.split()[0] in cues.places and not cues.ends.search(name)):
        return None
    if not is_sure and is_known_given(name.split()[0]):
        return None
    if cues.bodies.search(name) or re.fullmatch(r"(?:\w\.|[A-Z]{1,4})", name):
        return None
    return OutletMention(start, start + len(name), name, is_sure)
