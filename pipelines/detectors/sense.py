"""How a text and its sentences are meant: news, or denial, explainer, opinion, statistics, anniversary, background, credits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.detectors.scene import Scene, Scenes

DENIAL = "a denial"
FICTION = "fiction or sport"
THIS_YEAR = 2026  # of texts without a date
NAMES_NOBODY = "it names nobody of the media"
LAW = "it tells of the law itself, not of a case"
VICTIM = "the journalist is the victim of this case, the attacker is tried"
GENRE = "a law, form, list or programme: nothing happened"
AWARD = "an award"
HISTORY = "it tells of a time long gone"
FIGURES = "figures over a period, no single event"
OPINION = "an opinion"
EXPLAINER = "an explainer: it tells what the law provides, not what happened"
_MARK = 2
_NO_REPORTS = frozenset({GENRE, LAW, EXPLAINER, OPINION, FIGURES, FICTION, AWARD, HISTORY})


@dataclass(frozen=True, slots=True)
class Sense:
    """The sense of the whole text: `reason` names why it is no news, empty when it is; `silent` sentences tell old or foreign things."""

    reason: str
    silent: frozenset[int]
    alien: frozenset[int]
    is_no_report: bool

    @property
    def is_denial(self) -> bool:
        """The text as a whole denies what its words speak of."""
        return self.reason == DENIAL


def sense_of(text: Scenes, year: int = THIS_YEAR) -> Sense:
    """Read title and lead for the kind of text, and every sentence for being background or a credit."""
    reason = _kind(text)
    alien = frozenset(scene.number for scene in text.scenes if scene.says("credit")) | _read_also(text)
    return Sense(reason=reason, silent=frozenset(_silent(text, year)), alien=alien, is_no_report=reason in _NO_REPORTS)


def _read_also(text: Scenes) -> frozenset[int]:
    """Lines that advertise other stories, to the end of their paragraph."""
    opened = {(scene.where, scene.paragraph): scene.number for scene in reversed(text.scenes) if scene.says("read_also")}
    same = {scene.number for scene in text.scenes if scene.number >= opened.get((scene.where, scene.paragraph), scene.number + 1)}
    return frozenset(same | set(_listed(text)))


def _listed(text: Scenes) -> Iterator[int]:
    """Headlines below a line that says nothing but «Читайте также:», one a line and without a full stop."""
    is_open = False
    for scene in text.scenes:
        is_opener = scene.says("read_also") and len(scene.tokens) <= _OPENER and scene.where == "text"
        is_open = is_opener or (is_open and not _is_ended(scene))
        if is_open:
            yield scene.number


def _is_ended(scene: Scene) -> bool:
    """True for a sentence that ends in a full stop, a question or a call."""
    _, end = scene.span(len(scene.tokens) - 1, len(scene.tokens) - 1)
    return scene.reading.published[end : end + 2].strip(" »\"'")[:1] in tuple(".!?…") or scene.tokens[-1].text in tuple(".!?…")


_OPENER = 4


_HEADLINES = (
    ("correction", "a correction of an earlier text"),
    ("deny", DENIAL),
    ("award", AWARD),
    ("training", "a training"),
    ("history", HISTORY),
)


def _kind(text: Scenes) -> str:
    return next(_kinds(text), "")


def _kinds(text: Scenes) -> Iterator[str]:
    """What kind of text it is, the surest reason first."""
    title = [scene for scene in text.scenes if scene.where == "title"] or text.scenes[:1]
    lead = text.lead
    if any(scene.says("explain") for scene in title) or sum(scene.says("explain") for scene in text.scenes) >= 2:
        yield EXPLAINER
    if _tells_of_law(lead):
        yield LAW
    if any(scene.says("genre") for scene in title) or _is_statute(text):
        yield GENRE
    if any(scene.says("opinion") or _is_mark(scene) for scene in (*title, *text.scenes[-1:])):
        yield OPINION
    yield from (reason for concept, reason in _HEADLINES if any(_is_headed(scene, concept) for scene in title))
    if any(scene.says("rumour") for scene in lead):
        yield DENIAL
    is_step = any(scene.has("st_hearing") for scene in title) and not any(scene.says("anniversary") for scene in title)
    if not is_step and any(scene.says("anniversary") and not _is_term(scene) for scene in lead):
        yield "it looks back at something long ago"
    if any(scene.says("statistics") for scene in title) or sum(scene.says("statistics") for scene in lead) >= 2:
        yield FIGURES
    if any(scene.says("reaction") for scene in title) and not _is_first_told(title, text):
        yield "a reaction to something told before"
    if any(scene.says("sport") for scene in title) and not any(
        scene.says("criminal_word", "police", "block", "media_defendant") for scene in lead
    ):
        yield FICTION
    if any(scene.says("nothing_new") for scene in text.scenes):
        yield "it tells nothing new of what was known before"
    if any(scene.says("fiction") for scene in lead) and not any(scene.says("court", "police", "case_word") for scene in lead):
        yield FICTION


def _is_first_told(title: Sequence[Scene], text: Scenes) -> bool:
    """An appeal to restore access whose text says that readers are cut off since these days: it is the report of the blocking itself."""
    is_appeal = any(scene.has("asks_to_restore") for scene in title)
    return (
        is_appeal
        and any(scene.has("unreachable", "block", "limit_access") for scene in text.body)
        and any(scene.has("just_now") for scene in text.body)
    )


def _is_headed(scene: Scene, concept: str) -> bool:
    """The headline says so; Kazakh has one word for a correction and for an amendment of a law (түзету)."""
    return scene.says(concept) and not (concept == "correction" and scene.says("bill"))


def _is_term(scene: Scene) -> bool:
    """ "Jailed for eight years on charges": the years of a sentence are no anniversary."""
    return any(term.first < hit.first <= term.last for hit in scene.hits.get("anniversary", ()) for term in scene.hits.get("jail", ()))


def _is_mark(scene: Scene) -> bool:
    """«Колонка.» as a sentence of its own."""
    return scene.says("opinion_mark") and len(scene.tokens) <= _MARK


def _is_statute(text: Scenes) -> bool:
    """«Статья 143. ...» at the head, or the language of a law in two sentences."""
    first = [token.text for token in text.scenes[0].tokens[:2]] if text.scenes else []
    is_numbered = len(first) == _MARK and first[0] in _ARTICLE and first[1][:1].isdecimal()
    return (is_numbered and any(scene.says("norm", "may") for scene in text.scenes)) or sum(
        scene.says("norm") for scene in text.scenes
    ) >= _NORMS


_ARTICLE = frozenset({"статья", "article", "глава", "chapter", "пункт"})
_NORMS = 2


def _tells_of_law(lead: Sequence[Scene]) -> bool:
    """A law is the subject of headline or first sentence, and nobody is said to be charged, held or judged under it."""
    return any(scene.says("law_itself") for scene in lead[:2]) and not any(scene.has(*_CASE_STEPS) for scene in lead)


_CASE_STEPS = (
    "st_filed",
    "st_charged",
    "st_verdict",
    "st_acquitted",
    "st_closed",
    "detain",
    "protocol",
    "sue",
    "named_outlet",
    "weak_person",
)


def _silent(text: Scenes, year: int) -> set[int]:
    """Sentences of background to the end of their paragraph, read-also lines, and what stands after a credit."""
    silent: set[int] = set()
    old_paragraph: tuple[str, int] | None = None
    for scene in text.scenes:
        if scene.says("credit"):
            silent.add(scene.number)
        elif scene.says("read_also"):
            silent.add(scene.number)
            old_paragraph = (scene.where, scene.paragraph)
        elif old_paragraph == (scene.where, scene.paragraph) or (scene.where == "text" and _is_of_old_year(scene, year)):
            silent.add(scene.number)
        elif scene.says("background") and scene.where == "text":
            silent.add(scene.number)
            if _is_whole_background(scene):
                old_paragraph = (scene.where, scene.paragraph)
    return silent


def _is_of_old_year(scene: Scene, year: int) -> bool:
    """A sentence that tells what happened in a year before the last («в 2009 году вынес решение», "in 2009 a court banned")."""
    words = [*(token.text for token in scene.tokens), ""]
    for earlier, before, word, after in zip(["", *words], words, words[1:], [*words[2:], ""], strict=False):
        if (
            len(word) == _YEAR_DIGITS
            and word.isascii()
            and word.isdecimal()
            and _FIRST_YEAR <= int(word) < year - 1
            and ((before == "в" and after == "году") or (earlier == "в" and after == "года") or before == "in")
        ):
            return True
    return False


_FIRST_YEAR, _YEAR_DIGITS = 1900, 4


def _is_whole_background(scene: Scene) -> bool:
    """«Напомним, ...» at the beginning of a sentence opens a paragraph of background."""
    hit = scene.first("background")
    return hit is not None and hit.first == 0


_CENSORS = frozenset({"vpn", "order_block", "registry", "censor", "court"})
_STOPPERS = frozenset({"court", "authority", "licence", "police", "imprint"})
VIOLENCE = frozenset(
    {
        "killing", "attempted_killing", "physical_attack", "abduction_or_disappearance", "threat", "property_damage", "obstruction_of_journalist",
        "sexual_violence_or_harassment", "arrest_or_detention", "imprisonment",
    }
)  # fmt: skip


def quiet_reason(category: str, scenes: Scenes) -> str:
    """Why an event of this category is no news in this text although its words are there; empty when it is."""
    says = frozenset(concept for scene in scenes.scenes for concept in scene.hits)
    lead = frozenset(concept for scene in scenes.lead for concept in scene.hits)
    if category in VIOLENCE and "no_motive" in says:
        return "the work of the person is not the reason, the text says"
    if category in VIOLENCE and "private_cause" in lead and not lead & {"court", "authority"}:
        return "a private matter or an accident"
    is_tried = bool(lead & {"court", "case_word", "st_filed", "st_charged", "st_verdict"})
    told_of = says if category == "obstruction_of_journalist" else lead
    is_side = category == "administrative_penalty" or (category == "defamation_civil" and not says & {"honour", "slander"})
    if (category in VIOLENCE or is_side) and "victim" in told_of and is_tried:
        return VICTIM
    if category == "legislation" and "victim" in lead and is_tried:
        return VICTIM
    if category == "financial_pressure" and "not_speech" in says:
        return "the case is about money or conduct, not about what was said"
    if category == "blocking" and any(scene.has("tech_cause") for scene in scenes.scenes) and not says & _CENSORS:
        return "a fault or works are the cause, the text says"
    if category == "suspension_or_ban" and any(scene.has("tech_cause") for scene in scenes.scenes) and not says & _STOPPERS:
        return "a fault is the cause, the text says"
    if category == "suspension_or_ban" and "owner_decision" in says and not says & {"court", "police", "authority"}:
        return "the owners decided, nobody forced them"
    return ""
