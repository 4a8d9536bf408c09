"""Provisions cited in a text, in every spelling of the region, resolved to the articles of this room. Pure."""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date

from crawler.items import ProvisionRef
from pipelines.languages.legible import Piece, Reading, read
from pipelines.languages.numbers import with_figures
from pipelines.law import load_law
from pipelines.law.resolving import Cue, Resolved, resolve
from pipelines.law.spellings import Spellings, load_spellings

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_QUOTES = '«»"“”„'
_NOT_ARTICLE = re.compile(r"\s{0,2}(?:год|лет|жыл|руб|тенге|теңге|мрп|аек|экземпл|тыс|млн|years?|days?|сут|месяц|час(?!т))")
# Bounds against texts made to cost time: citations of one text, characters of one sentence looked at around a citation.
_MOST = 400
_FAR = 500
_INSERTED = re.compile(r"(?<=\d)(?P<mark>\s{0,2}прим\w{0,6}\.?\s{0,2}(?=\d)|(?=[¹²³⁴⁵⁶⁷⁸⁹]))(?P<late>[\d¹²³⁴⁵⁶⁷⁸⁹]{1,2})(?!\d)")
_RAISED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
# "по 274 статье" is one article; "143 статьи" are newspaper articles.
_SINGULAR = frozenset({"статья", "статье", "статью", "статьей", "статьею"})
_TO_CODE = 60
_TO_PART = 48


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation: span in the text, the provision, its event category ("" for none), whether it protects, its title."""

    start: int
    end: int
    ref: ProvisionRef
    category: str
    is_protective: bool
    name: str


@dataclass(frozen=True, slots=True)
class _Mention:
    """One article number in the reading; its citation is start:end, the list it stands in ends at `list_end`."""

    number: str
    start: int
    number_end: int
    end: int
    list_end: int
    part: str
    is_bare: bool


def find_provisions(text: str, language: str, country: str, on: date | None) -> tuple[Cited, ...]:
    """Every provision that `text` cites by number, in figures or words, in the order of the text.

    `country` (ISO, "" for unknown) is where the story happens, `on` the day of the event or publication. A number of
    a law that the house does not know is left out; an article that is not listed bears the id of its code.
    """
    reading = read(text, language)
    words = load_spellings()
    if not words.gate.search(reading.text):
        return ()
    reading = _with_inserted(with_figures(reading))
    spans = reading.sentences()
    starts = [start for start, _ in spans]
    cited: list[Cited] = []
    known: dict[str, Resolved] = {}
    for mention in _mentions(reading.text, words)[:_MOST]:
        low, high = spans[max(0, bisect_right(starts, mention.start) - 1)]
        sentence = (max(low, mention.start - _FAR), min(high, mention.list_end + _FAR))
        found = _settle(mention, _cue(reading.text, mention, sentence, country, on), known)
        if found is not None:
            known.setdefault(mention.number, found)
            cited.append(_cite(reading, mention, found))
            cited += _former(reading, mention, found, words)
    return tuple(cited)


def _former(reading: Reading, mention: _Mention, found: Resolved, words: Spellings) -> list[Cited]:
    """The number the same article bore in the code before ("статья 174 (раньше - 164)")."""
    match = words.former.match(reading.text, mention.end)
    old = load_law().provisions.get((found.provision.predecessor if found.provision else None) or "")
    if match is None or old is None or old.article != match["number"]:
        return []
    ref = ProvisionRef(id=old.id, article=old.article, code=old.code)
    start, end = match.span("number")
    return [_cite(reading, replace(mention, start=start, end=end), Resolved(ref, old))]


def _with_inserted(reading: Reading) -> Reading:
    """Articles put in later, said as "73 прим 3" or with a small raised figure, spelt with a hyphen."""
    pieces: list[Piece] = []
    for match in _INSERTED.finditer(reading.text):
        pieces.append((match.start("mark"), match.end(), "-" + match["late"].translate(_RAISED)))
    return reading.replaced(pieces)


def _settle(mention: _Mention, cue: Cue, known: dict[str, Resolved]) -> Resolved | None:
    """Resolve by the words around; without a code word, as the same number was resolved earlier in the text."""
    earlier = known.get(mention.number)
    if earlier is not None and not cue.is_code_said:
        return Resolved(replace(earlier.ref, part=mention.part), earlier.provision)
    found = resolve(mention.number, mention.part, cue)
    if mention.is_bare and (found is None or found.provision is None or not (cue.kind or cue.topics)):
        return None
    return found


def _cite(reading: Reading, mention: _Mention, found: Resolved) -> Cited:
    start, end = reading.span(mention.start, mention.end)
    provision = found.provision
    if provision is None:
        return Cited(start, end, found.ref, "", False, load_law().codes[found.ref.id].en)
    name = {"ru": provision.title.ru, "kk": provision.title.kk}.get(reading.language) or provision.title.en
    return Cited(start, end, found.ref, provision.event_category or "", provision.protective, name)


def _mentions(text: str, words: Spellings) -> list[_Mention]:
    """All article numbers of the text, each once; the fuller spelling wins."""
    found: dict[int, _Mention] = {}
    for pattern in (words.word_first, words.number_first, words.with_code, words.bare):
        for match in pattern.finditer(text):
            if _is_title(text, match) or _is_count(match):
                continue
            for mention in _split(text, match, words, pattern is words.bare):
                found.setdefault(mention.number_end, mention)
    return [found[end] for end in sorted(found)]


def _is_title(text: str, match: re.Match[str]) -> bool:
    """Whether the whole citation stands in quotes: then it is a name («Статья 20»)."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return bool(before) and before in _QUOTES and bool(after) and after in _QUOTES


def _is_count(match: re.Match[str]) -> bool:
    """Whether a plain number only counts: "143 статьи" newspaper articles, "үш бабы" articles of a code, "2 конституции"."""
    word = match.groupdict().get("word")
    if re.fullmatch(r"\d", match["numbers"] or match.groupdict().get("late") or ""):
        return word is not None or match.re is load_spellings().with_code
    word = word or ""
    if word in _SINGULAR:
        return False
    return word.startswith(("стат", "art")) and not re.search(r"[-.]|\dth", match["numbers"])


def _split(text: str, match: re.Match[str], words: Spellings, is_bare: bool) -> list[_Mention]:
    """The single numbers of a list, each with the part said of the citation; numbers of parts and years are none."""
    mentions: list[_Mention] = []
    group = "numbers" if match["numbers"] else "late"
    last = match.end(group)
    for number in words.number.finditer(text, match.start(group), last):
        before = text[max(0, number.start() - 16) : number.start()]
        if _NOT_ARTICLE.match(text, number.end()) or words.part_word_end.search(before):
            continue
        is_first = not mentions and group == "numbers"
        is_last = number.end() >= last - 4
        mentions.append(
            _Mention(
                number=number[0],
                start=match.start() if is_first else number.start(),
                number_end=number.end(),
                end=match.end() if is_last else number.end(),
                list_end=match.end(),
                part=_part(text, match, words),
                is_bare=is_bare,
            )
        )
    return mentions


def _part(text: str, match: re.Match[str], words: Spellings) -> str:
    groups = match.groupdict()
    inside = groups.get("inner") or groups.get("mid")
    if inside:
        return inside
    before = words.part_before.search(text[max(0, match.start() - _TO_PART) : match.start()])
    if before:
        return before["after"] or before["before"] or ""
    at = match.end()
    after = words.part_after.match(text, at) or words.part_after.match(text, _end_of_code(text, at, words))
    return (after["after"] or after["before"] or after["paren"] or "") if after else ""


def _end_of_code(text: str, at: int, words: Spellings) -> int:
    """Where the code word and its country end that stand at `at` ("ст. 274 УК РК, часть 4")."""
    for pattern in (words.code, words.country):
        blank = at + 1 if text[at : at + 1] == " " else at
        match = pattern.match(text, blank)
        at = match.end() if match else at
    return at


def _cue(text: str, mention: _Mention, sentence: tuple[int, int], home: str, on: date | None) -> Cue:
    words = load_spellings()
    inside = text[sentence[0] : sentence[1]]
    code = _code_near(text, mention, sentence, words)
    earlier = None if code else _code_before(text, mention, sentence, words)
    near = code or earlier
    return Cue(
        kind=(near.lastgroup or "") if near else _kind_of_sentence(inside, words),
        country=_country_near(text, near, words) if near else "",
        home=home,
        topics=_topics_in(inside, words) or _topics_in(text[max(0, sentence[0] - 200) : sentence[1] + 120], words),
        years=tuple(_YEAR.findall(inside)),
        on=on,
        is_code_said=code is not None,
    )


def _topics_in(text: str, words: Spellings) -> frozenset[str]:
    return frozenset(match.lastgroup or "" for match in words.topics.finditer(text))


def _code_near(text: str, mention: _Mention, sentence: tuple[int, int], words: Spellings) -> re.Match[str] | None:
    """The code word right before the citation, or after it with no other number or clause between."""
    before = _last_code(text, max(sentence[0], mention.start - _TO_CODE), mention.start, words)
    if before is not None and _is_joined(text[before.end() : mention.start]):
        return before
    after = words.code.search(text, mention.number_end, min(sentence[1], mention.list_end + _TO_CODE))
    if after is not None and not words.clause.search(text[mention.list_end : after.start()]):
        return after
    return words.code.search(text, mention.start, mention.number_end)


def _last_code(text: str, start: int, end: int, words: Spellings) -> re.Match[str] | None:
    found = list(words.code.finditer(text, start, end))
    return found[-1] if found else None


def _code_before(text: str, mention: _Mention, sentence: tuple[int, int], words: Spellings) -> re.Match[str] | None:
    """The last code word before the citation when no clause stands between: it hints, it does not say."""
    before = _last_code(text, max(sentence[0], mention.start - _TO_CODE), mention.start, words)
    return before if before is not None and not words.clause.search(text[before.end() : mention.start]) else None


def _is_joined(gap: str) -> bool:
    """Whether only blanks or a country of two letters stand between a code word and the number."""
    return len(gap) <= 5 and all(char.isalpha() or char in " -" for char in gap)


def _country_near(text: str, code: re.Match[str], words: Spellings) -> str:
    late = words.country.match(text[code.end() : code.end() + 40].lstrip())
    early = words.country_before.search(text[max(0, code.start() - 34) : code.start()])
    chosen = late or words.country.search(code[0]) or early
    return chosen.lastgroup or "" if chosen else ""


def _kind_of_sentence(sentence: str, words: Spellings) -> str:
    """Without a code word at the number: the only kind of code the sentence names."""
    kinds = {match.lastgroup or "" for match in words.code.finditer(sentence)}
    return kinds.pop() if len(kinds) == 1 else ""
