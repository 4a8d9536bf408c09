"""Outlets named in a text: those of an index by alias and host, and unknown ones by the words around. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import load_list
from pipelines.languages.name_forms import is_same_word, skeleton, words_of
from pipelines.languages.outlet_names import host_mentions, mentions
from pipelines.text import fold_plain

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_ENDING = re.compile(
    r"[’'-]?(?:а|я|у|ю|ом|ем|е|ы|и|ой|ей|ую|ая|ого|ому|ым|ам|ах|ами|ою|ые|ие|ых|их|ому|им|ими|"
    r"(?:[ндт][ыі]ң)|[ғгқк][ае]|[ндт][ыі]|[дт][ае]|[ндт][ае]н|[мбп]ен|nyń|niń|dyń|diń|tyń|tiń|ǵa|ge|qa|ke|s)"
)
_DECLINING = re.compile("(?:ая|яя|ое|ее|ый|ий|ой|ые|ие|[аяйьоеыи])$")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_OPEN, _CLOSE = '«“„"', '»”“"'
_BESIDE = re.compile(
    r"(?<!\w)(?:газет|еженедельник|журнал|издани|портал|сайт|редакци|редактор|журналист|корреспондент|телеканал|радио|агентств|"
    r"newspaper|paper|outlet|website|site|portal|magazine|journalist|editor|reporter|correspondent|agency)\w*(?: of| for| at| with)?(?: the)? ?$"
)
_BESIDE_AFTER = re.compile(
    r"\s?(?:газет|журнал|сайт|портал|басылым|редакци|тілші|журналис|редактор|агентт|телеарна|newspaper|website|portal|magazine)\w*"
)


@dataclass(frozen=True, slots=True)
class OutletEntry:
    """An outlet to know: its names in all languages, word-start stems that follow one another, and its hosts.

    `is_common_word`: the name is an ordinary word, accepted only in quotes, as a host or beside a word such as "издание".
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    stems: tuple[tuple[str, ...], ...] = ()
    is_common_word: bool = False
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundOutlet:
    """An outlet in the text: span, name in the nominative as written, id of the index ("" when unknown).

    `is_sure` is false where only quotes and capitals speak for an outlet; `is_work` when the text calls an unknown one an article or a film.
    """

    start: int
    end: int
    name: str
    outlet_id: str
    is_sure: bool = True
    is_work: bool = False


@dataclass(frozen=True, slots=True)
class _Alias:
    words: tuple[str, ...]
    shown: str
    outlet_id: str
    is_common_word: bool
    is_stem: bool = False


@dataclass(frozen=True, slots=True)
class OutletIndex:
    """Aliases by the first two sounds of their first word, and hosts; made once, then only read."""

    aliases: dict[str, tuple[_Alias, ...]] = field(repr=False)
    hosts: dict[str, str] = field(repr=False)

    @classmethod
    def build(cls, entries: Iterable[OutletEntry]) -> "OutletIndex":
        """Index of the entries; an alias that two outlets share belongs to the first."""
        aliases: defaultdict[str, list[_Alias]] = defaultdict(list)
        hosts: dict[str, str] = {}
        for entry in entries:
            for host in (*entry.hosts, *(name for name in (entry.name, *entry.aliases) if _HOST.fullmatch(name))):
                hosts.setdefault(_plain_host(host), entry.id)
            for alias in _aliases_of(entry):
                aliases[skeleton(alias.words[0])[:2]].append(alias)
        return cls({key: tuple(sorted(found, key=lambda one: -len(one.words))) for key, found in aliases.items()}, hosts)

    def find(self, text: str, language: str) -> tuple[FoundOutlet, ...]:
        """Every outlet of the text, each once, at its first place; the longest alias wins, unknown ones bear no id."""
        reading = read(text, language)
        known = [*self._hosts_in(reading), *self._aliases_in(reading)]
        said = [
            FoundOutlet(one.start, one.end, one.name, known_id := self._id_of(one.name), one.is_sure, one.is_work and not known_id)
            for one in mentions(reading)
            if not any(other.start < one.end and one.start < other.end for other in known)
        ]
        return _joined(sorted([*known, *said], key=lambda one: (one.start, -one.end)))

    def _hosts_in(self, reading: Reading) -> list[FoundOutlet]:
        return [FoundOutlet(one.start, one.end, one.name, self.hosts.get(_plain_host(one.name), "")) for one in host_mentions(reading)]

    def _aliases_in(self, reading: Reading) -> list[FoundOutlet]:
        text = reading.published
        words = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(text)]
        found: list[FoundOutlet] = []
        at = 0
        while at < len(words):
            alias = None if words[at][2][:1].islower() else self._alias_at(text, words, at, reading.language)
            if alias is None:
                at += 1
                continue
            start, end = words[at][0], words[at + len(alias.words) - 1][1]
            found.append(FoundOutlet(start, end, _shown(text[start:end], alias), alias.outlet_id))
            at += len(alias.words)
        return found

    def _alias_at(self, text: str, words: list[tuple[int, int, str]], at: int, language: str) -> _Alias | None:
        for alias in self.aliases.get(skeleton(words[at][2])[:2], ()):
            last = at + len(alias.words) - 1
            if last >= len(words) or not all(_is_form(words[at + shift][2], word, alias.is_stem) for shift, word in enumerate(alias.words)):
                continue
            if _is_named(text, (words[at][0], words[last][1]), alias, language):
                return alias
        return None

    def _id_of(self, name: str) -> str:
        words = _WORD.findall(name)
        for alias in self.aliases.get(skeleton(words[0])[:2], ()) if words else ():
            if len(alias.words) == len(words) and all(
                _is_form(word, known, alias.is_stem) for word, known in zip(words, alias.words, strict=True)
            ):
                return alias.outlet_id
        return ""


def _plain_host(host: str) -> str:
    return fold_plain(host).removeprefix("www.")


def _aliases_of(entry: OutletEntry) -> list[_Alias]:
    found: list[_Alias] = []
    for name in dict.fromkeys((entry.name, *entry.aliases)):
        quoted = re.search(r"[«\"“](.{2,60}?)[»\"”]", name)
        shown = quoted[1] if quoted else name
        words = tuple(fold_plain(word) for word in _WORD.findall(shown))
        if words and "." not in words[0]:
            is_common = entry.is_common_word or (len(words) == 1 and len(words[0]) <= 3)
            found.append(_Alias(words, shown, entry.id, is_common))
    for stems in entry.stems:
        if stems:
            found.append(_Alias(tuple(fold_plain(stem) for stem in stems), "", entry.id, entry.is_common_word, True))
    return found


@lru_cache(maxsize=65_536)
def _is_form(word: str, known: str, is_stem: bool) -> bool:
    """Whether a word is the known one or a form of it in its own script; words of three letters only as they are."""
    folded = fold_plain(word)
    if folded == known or len(known) <= 3:
        return folded == known
    if folded.startswith(known):
        return is_stem or _ENDING.fullmatch(folded[len(known) :]) is not None
    cut = _DECLINING.search(known)
    if is_stem or cut is None or cut.start() < 4:
        return False
    return folded.startswith(known[: cut.start()]) and _ENDING.fullmatch(folded[cut.start() :]) is not None


def _is_named(text: str, span: tuple[int, int], alias: _Alias, language: str) -> bool:
    """Whether the words are the name here: not a part of a longer one, and an ordinary word only where something tells,
    a single letter only with the sign that belongs to it ("К+").
    """
    start, end = span
    if len(alias.words) == 1 and len(alias.words[0]) == 1:
        return len(alias.shown) > 1 and text.startswith(alias.shown[1:], end)
    before, after = text[max(0, start - 1) : start], text[end : end + 12]
    is_quoted = bool(before) and before in _OPEN
    if is_quoted:
        return re.match(rf"\S{{0,7}}[{_CLOSE}]", after) is not None or len(alias.words) > 1
    is_plain = fold_plain(text[start:end]) == alias.words[0]
    is_part = is_plain and len(alias.words) == 1 and re.match(r"[ -][A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]", after) is not None
    if not alias.is_common_word:
        return not is_part
    beside = _BESIDE.search(fold_plain(text[max(0, start - 30) : start])) or _BESIDE_AFTER.match(fold_plain(after))
    if beside and not is_part:
        return True
    is_inside = before == " " and text[max(0, start - 2) : start - 1] not in ".!?"
    is_foreign = language == "en" and len(alias.words[0]) > 4 and alias.shown.isascii() and (is_inside or after[:1] == ",")
    return is_foreign and not is_part


def _shown(written: str, alias: _Alias) -> str:
    """The name as written without its ending; a form that has another stem gives way to the alias itself."""
    folded = fold_plain(written)
    known = " ".join(alias.words)
    if folded.startswith(known):
        return written[: len(alias.shown)] if len(alias.shown) <= len(written) else written
    return alias.shown if alias.shown and skeleton(alias.shown)[:3] == skeleton(written)[:3] and not alias.is_stem else written


def _joined(found: list[FoundOutlet]) -> tuple[FoundOutlet, ...]:
    """One entry per outlet: the same id, or the same name in another form; what is sure outweighs what is not."""
    outlets: list[FoundOutlet] = []
    for one in found:
        twin = next((index for index, other in enumerate(outlets) if _is_one(one, other)), None)
        if twin is None:
            outlets.append(one)
        elif one.is_sure and not outlets[twin].is_sure:
            first = outlets[twin]
            outlets[twin] = FoundOutlet(first.start, first.end, one.name, one.outlet_id or first.outlet_id, True, one.is_work)
    return tuple(outlets)


def _is_one(one: FoundOutlet, other: FoundOutlet) -> bool:
    return bool(one.outlet_id and one.outlet_id == other.outlet_id) or same_outlet(one.name, other.name)


def same_outlet(a: str, b: str) -> bool:
    """Whether two names can be one outlet across scripts, cases, quotes and the host ending."""
    left, right = _bare(a), _bare(b)
    if not left or not right:
        return False
    if "".join(skeleton(word) for word in left) == "".join(skeleton(word) for word in right):
        return True
    return len(left) == len(right) and all(is_same_word(first, second) for first, second in zip(left, right, strict=True))


def _bare(name: str) -> list[str]:
    plain = re.sub(r"[’'-](?:[ндт][ыі]ң|[ғгқк][ае]|[ндт][ыі]|[дт][ае]н?)$", "", fold_plain(name))
    spelt: dict[str, str] = load_list("outlets")["spelt"]
    return [
        spelt.get(part, part)
        for word in words_of(re.sub(r"\.(?:kz|com|org|ru|media|info|tv|kg|uz|net|news)$", "", plain))
        for part in word.split("-")
    ]
