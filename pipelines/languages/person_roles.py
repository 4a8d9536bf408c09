"""The part that a text gives a person: by the words beside the name, by lists, by belonging, by who goes to court. Pure."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from db.vocabulary import PartyRole
from pipelines.languages.legible import Reading
from pipelines.languages.lists import alternation, load_list
from pipelines.languages.name_forms import is_same_word, words_of
from pipelines.languages.person_spans import Candidate

MEDIA_ROLES = frozenset(
    {PartyRole.JOURNALIST, PartyRole.EDITOR, PartyRole.PUBLISHER_OR_OWNER, PartyRole.BLOGGER, PartyRole.CITIZEN_JOURNALIST}
)
_MAY_SUE = frozenset({None, PartyRole.OTHER, PartyRole.OFFICIAL})
_SUBJECT = re.compile(r"(?:([^\W\d_][\w-]*)\s)?([^\W\d_][\w-]*)\s$")
_REACH = 64
# Bounds against texts made to cost time.
_HEAD = 20_000
_LONGEST_LIST = 12
_MOST_WORDS = 40
_NEXT_WORD = re.compile(r"\s([^\W\d_]{3,}(?:-[^\W\d_]+)?)")
_STOP = re.compile(r"[.;:!?\n](?=\s|$)|\s[-–—]\s")
_QUOTED = re.compile(r"[«\"“„][^«»\"”“„\n]{1,40}[»\"”“]")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")


@dataclass(frozen=True, slots=True)
class _Words:
    roles: re.Pattern[str]
    suing: re.Pattern[str]
    claim_of: re.Pattern[str]
    belonging: re.Pattern[str]
    leading_page: re.Pattern[str]
    joining: re.Pattern[str]


def role_words() -> re.Pattern[str]:
    """Role words of all languages; the group that matched is the role."""
    return _words().roles


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = load_list("people")
    named = "|".join(f"(?P<{role}>{alternation(words)})" for role, words in raw["roles"].items())
    return _Words(
        roles=re.compile(rf"(?<![\w-])(?:{named})(?![\w-])"),
        suing=re.compile(rf"(?<!\w)(?:{alternation(raw['suing'])})(?!\w)"),
        claim_of=re.compile(rf"(?<!\w)(?:{alternation(raw['claim_of'])})(?:\s[^\s.,;:]+){{0,5}}\s$"),
        belonging=re.compile(raw["belonging_after"]),
        leading_page=re.compile(raw["leading_page_after"]),
        joining=re.compile(rf"(?:[\s,:()-]|{alternation(raw['joining'])}){{0,40}}"),
    )


class RoleReader:
    """Reads the roles of the candidates of one text; made for the text and thrown away with it."""

    def __init__(self, reading: Reading, candidates: list[Candidate]) -> None:
        self._reading = reading
        self._spans = [(reading.at(one.start), reading.at(one.end)) for one in candidates]
        self._starts = [start for start, _ in self._spans]
        self._attached: set[int] = set()
        self._followers: dict[str, list[tuple[int, str]]] | None = None
        self._suing: frozenset[str] | None = None

    def role(self, index: int, name: str) -> PartyRole:
        """The role of one mention; OTHER when the text says none."""
        said = self._said_before(index) or self._said_after(index) or self._of_list(index) or self._by_belonging(index)
        if said in MEDIA_ROLES:
            return said or PartyRole.OTHER
        if self._goes_to_court(index) or (said in _MAY_SUE and self._sues_at_surname(name)):
            return PartyRole.CLAIMANT
        return said or self._at_surname(index, name) or PartyRole.OTHER

    def _before(self, index: int) -> str:
        low = max(self._spans[index - 1][1] if index else 0, self._starts[index] - _REACH)
        before = self._reading.text[low : self._starts[index]]
        stops = list(_STOP.finditer(before))
        return before[stops[-1].end() :] if stops else before

    def _said_before(self, index: int) -> PartyRole | None:
        """ "главный редактор X", "журналист газеты «Y» X": nothing but the complement of the role stands between."""
        before = self._before(index)
        said = list(_words().roles.finditer(before))
        if not said or not _is_apposition(before[said[-1].end() :]):
            return None
        self._attached.add(self._starts[index] - len(before) + said[-1].start())
        return _best(said, before)

    def _said_after(self, index: int) -> PartyRole | None:
        """ "X, редактор": unless the word belongs to the next person ("X, адвокат Y")."""
        end = self._spans[index][1]
        after = self._reading.text[end : end + 52]
        late = _words().roles.search(after)
        if late is None:
            return None
        is_apposed = re.fullmatch(r"\)?\s?(?:,|-|\()\s(?:\w+\s){0,3}", after[: late.start()]) is not None
        is_next = index + 1 < len(self._starts) and 0 <= self._starts[index + 1] - (end + late.end()) <= 2
        is_kazakh = late.start() <= 1 and self._reading.language == "kk"
        return PartyRole(late.lastgroup or "other") if (is_apposed and not is_next) or is_kazakh else None

    def _of_list(self, index: int) -> PartyRole | None:
        """ "репортёры X, Y и Z": a role word before the first name counts for those joined to it."""
        at = index
        while (
            at and index - at < _LONGEST_LIST and _words().joining.fullmatch(self._reading.text[self._spans[at - 1][1] : self._starts[at]])
        ):
            at -= 1
            said = self._said_before(at)
            if said is not None:
                return said
        return self._by_group(at)

    def _by_group(self, index: int) -> PartyRole | None:
        """ "двух репортёров газеты - X и Y": the group stands before a dash or colon."""
        start = self._starts[index]
        before = self._reading.text[max(0, start - 48) : start]
        if not re.search(r"(?:\s-|:)\s$", before):
            return None
        head = re.sub(r"(?:\s-|:)\s$", "", before)
        said = list(_words().roles.finditer(head))
        if said and len(_QUOTED.sub("", head[said[-1].end() :]).split()) <= 3 and not re.search(r"[.!?\n]", head[said[-1].end() :]):
            return PartyRole(said[-1].lastgroup or "other")
        return None

    def _by_belonging(self, index: int) -> PartyRole | None:
        """ "X из «Y»", "X of Pamir Dispatch", "X, который снимал": who belongs to an outlet is a journalist."""
        end = self._spans[index][1]
        if _words().leading_page.match(self._reading.text, end, end + 70):
            return PartyRole.BLOGGER
        return PartyRole.JOURNALIST if _words().belonging.match(self._reading.text, end, end + 70) else None

    def _goes_to_court(self, index: int) -> bool:
        """Whether the person sues: "X подал иск", "по иску депутата X", "X талап арыз берді"."""
        start, end = self._spans[index]
        before = self._reading.text[max(0, start - 90) : start]
        if _words().claim_of.search(_QUOTED.sub("", before)):
            return True
        following = self._starts[index + 1] if index + 1 < len(self._starts) else end + 120
        stop = _SENTENCE_END.search(self._reading.text, end, end + 120)
        clause = self._reading.text[end : min(following, stop.start() if stop else end + 120)]
        return _words().suing.search(clause) is not None

    def _sues_at_surname(self, name: str) -> bool:
        """Whether the surname alone goes to court elsewhere ("Ескалиев добивается опровержения"); Kazakh puts the verb last."""
        if self._reading.language == "kk":
            return False
        if self._suing is None:
            text = self._reading.text[:_HEAD]
            subjects = (_SUBJECT.search(text, max(0, match.start() - 40), match.start()) for match in _words().suing.finditer(text))
            self._suing = frozenset(word for match in subjects if match for word in match.groups() if word)
        surname = words_of(name)[-1]
        return any(word[0] == surname[0].lower() and is_same_word(word, surname) for word in self._suing)

    def _at_surname(self, index: int, name: str) -> PartyRole | None:
        """The role word that stands at the surname alone elsewhere ("журналист Толебай")."""
        surname = words_of(name)[-1]
        for start, word in self._words_by_letter().get(surname[:1].lower(), [])[:_MOST_WORDS]:
            if not is_same_word(word, surname):
                continue
            before = self._reading.text[max(0, start - 40) : start]
            said = list(_words().roles.finditer(before))
            if said and not before[said[-1].end() :].strip():
                return PartyRole(said[-1].lastgroup or "other")
        return None

    def _words_by_letter(self) -> dict[str, list[tuple[int, str]]]:
        """Words that follow a role word, by their first letter; found once."""
        if self._followers is None:
            self._followers = {}
            for match in _words().roles.finditer(self._reading.text[:_HEAD]):
                word = _NEXT_WORD.match(self._reading.text, match.end())
                if word is not None:
                    self._followers.setdefault(word[1][:1], []).append((word.start(1), word[1]))
        return self._followers

    def loose_media_role(self) -> PartyRole | None:
        """The media role that a text speaks of without a name beside it, when it is only one ("блогер состоит на учёте")."""
        found: set[PartyRole] = set()
        for match in _words().roles.finditer(self._reading.text[:_HEAD]):
            role = PartyRole(match.lastgroup or "other")
            if role in MEDIA_ROLES and match.start() not in self._attached and not self._is_at_name(match.end()):
                found.add(role)
        return found.pop() if len(found) == 1 else None

    def _is_at_name(self, at: int) -> bool:
        place = bisect_left(self._starts, at)
        return place < len(self._starts) and self._starts[place] - at <= 3


def _best(said: list[re.Match[str]], before: str) -> PartyRole:
    """Of role words in one row the telling one: "гражданский журналист", "директор и владелец"."""
    last = said[-1]
    roles = [match.lastgroup or "other" for match in said if len(before) - match.end() <= 48]
    if "citizen_journalist" in roles:
        return PartyRole.CITIZEN_JOURNALIST
    if roles[-2:] == ["claimant", "official"] and before[said[-2].end() :].startswith((",", " -")):
        return PartyRole.CLAIMANT
    if len(roles) > 1 and last.start() - said[-2].end() <= 3:
        joined = [PartyRole(role) for role in roles[-2:]]
        return next((role for role in joined if role in MEDIA_ROLES), joined[0] if joined[1] is PartyRole.OTHER else joined[1])
    return PartyRole(last.lastgroup or "other")


def _is_apposition(gap: str) -> bool:
    plain = _QUOTED.sub("", gap)
    return len(gap) <= 56 and "," not in plain.strip(" ,") and len(plain.split()) <= 4
