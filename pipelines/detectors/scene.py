"""A text taken apart for judging: sentences with the concepts found in them, the media they speak of, and how they are meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipelines.languages.legible import Reading, read
from pipelines.languages.lexicon import Hit, Token, tokenize
from pipelines.languages.vocabulary import LANGUAGES, load_lexicon

MAX_CHARACTERS = 60_000
BEGINNING = 2_000
MAX_SENTENCES = 400
PERSONS = frozenset({"journalist", "photographer", "editor", "owner", "blogger", "citizen", "media_group"})
OUTLETS = frozenset({"org", "named_outlet"})
_KAZAKH = re.compile("[әғқңөұүһі]")
_MIXED = frozenset({"ru", "kk"})
_LEAST_KAZAKH, _LEAST_RUSSIAN = 2, 6
_SOURCES = (*PERSONS, "org", "site", "publication")
SENSES = frozenset(
    {"background", "anniversary", "statistics", "explain", "opinion", "reaction", "deny", "may", "read_also", "fiction", "award", "no_media", "no_motive"}
)  # fmt: skip


@dataclass(kw_only=True, slots=True, frozen=True)
class JudgeInput:
    """A text to judge; `published` aware, `language` ISO 639-1 or empty, `country` ISO 3166-1 or empty."""

    title: str
    text: str
    language: str = ""
    published: datetime | None = None
    url: str = ""
    country: str = ""


@dataclass(slots=True)
class Scene:
    """One sentence: where it stands in the published text, its tokens, and the concepts found in it."""

    number: int
    where: str
    start: int
    end: int
    tokens: list[Token]
    hits: dict[str, list[Hit]]
    reading: Reading = field(repr=False)
    paragraph: int = 0

    def has(self, *concepts: str) -> bool:
        """True when any of the concepts is there and not negated."""
        return any(not hit.is_negated for concept in concepts for hit in self.hits.get(concept, ()))

    def says(self, *concepts: str) -> bool:
        """True when any of the concepts is there, negated or not."""
        return any(concept in self.hits for concept in concepts)

    def first(self, *concepts: str) -> Hit | None:
        """The first hit of any of the concepts that is not negated."""
        found = [hit for concept in concepts for hit in self.hits.get(concept, ()) if not hit.is_negated]
        return min(found, key=lambda hit: hit.first, default=None)

    @property
    def is_media(self) -> bool:
        """Somebody or something of the media is named here."""
        return self.has(*PERSONS, *OUTLETS)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets in the published field of the tokens first..last, both inclusive."""
        return self.reading.span(self.tokens[first].start, self.tokens[last].end)


@dataclass(slots=True)
class Scenes:
    """All sentences of title and text; the title is number 0 and left out when it is the text."""

    language: str
    scenes: list[Scene]
    title: str
    text: str

    @property
    def lead(self) -> list[Scene]:
        """Title and the first two sentences."""
        return self.scenes[:3]

    @property
    def body(self) -> list[Scene]:
        """The sentences of the text."""
        return [scene for scene in self.scenes if scene.where == "text"]


def beginning(given: JudgeInput) -> JudgeInput:
    """The text as far as it may tell news when its lead is not about the media, cut behind a sentence."""
    if len(given.text) <= BEGINNING:
        return given
    head = given.text[:BEGINNING]
    cut = max(head.rfind("\n"), head.rfind(". "), head.rfind("! "), head.rfind("? ")) + 1
    return replace(given, text=head[: cut or BEGINNING])


def take_apart(given: JudgeInput, language: str) -> Scenes:
    """Sentences of title and text with their concepts; a language without word lists is read with all of them in turn."""
    text = given.text[:MAX_CHARACTERS]
    title = "" if given.title.strip() == text.strip() else given.title[:1000]
    scenes: list[Scene] = []
    for name, content in (("title", title), ("text", text)):
        if content.strip():
            scenes += _scenes_of(name, content, language, len(scenes))
    return Scenes(language, scenes, given.title, text)


def _scenes_of(name: str, content: str, language: str, number: int) -> list[Scene]:
    reading = read(content, language)
    scenes: list[Scene] = []
    for start, end in reading.sentences()[:MAX_SENTENCES]:
        tokens = tokenize(reading.text, start, end)
        if not tokens:
            continue
        begin, stop = reading.span(start, end)
        paragraph = content.count("\n", 0, begin)
        hits = _without_sources(load_lexicon(_spoken(tokens, language)).find(tokens))
        scenes.append(Scene(number + len(scenes), name, begin, stop, tokens, hits, reading, paragraph))
    return scenes


def _spoken(tokens: Sequence[Token], language: str) -> str:
    """The language of the word list for one sentence: Kazakh and Russian stand side by side in many texts."""
    if language not in _MIXED:
        return language if language in LANGUAGES else "ru"
    n_kazakh = sum(_KAZAKH.search(token.text) is not None for token in tokens)
    if language == "ru":
        return "kk" if n_kazakh >= _LEAST_KAZAKH and 3 * n_kazakh >= len(tokens) else "ru"
    return "ru" if n_kazakh == 0 and sum(len(token.text) > 1 for token in tokens) >= _LEAST_RUSSIAN else "kk"


def _without_sources(hits: dict[str, list[Hit]]) -> dict[str, list[Hit]]:
    """The hits without media that only listen or pass on ("he told reporters", "the newspaper reports")."""
    spans = [(hit.first, hit.last) for hit in hits.get("as_source", ())]
    for concept in _SOURCES if spans else ():
        kept = [hit for hit in hits.get(concept, ()) if not any(first <= hit.last and hit.first <= last for first, last in spans)]
        if kept:
            hits[concept] = kept
        else:
            hits.pop(concept, None)
    return hits
