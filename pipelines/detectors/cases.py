"""Which case the words speak of: the kind of defamation, and which frames are only parts of another case."""

from collections.abc import Iterable, Sequence

from db.vocabulary import Category
from pipelines.detectors.rules import Frame
from pipelines.detectors.scene import PERSONS, Scene, Scenes

SPEECH_CASES = frozenset(
    {
        "defamation", "insult", "insult_of_official", "false_information", "incitement_or_extremism", "extortion_or_other_criminal",
        "arrest_or_detention", "foreign_agent_designation",
    }
)  # fmt: skip
LEGAL = SPEECH_CASES | {"blocking", "suspension_or_ban", "accreditation_denial", "access_to_information_denial"}
# What media sue over is new only when it is about these.
TOLD_BY_CLAIMANTS = frozenset(
    {"blocking", "suspension_or_ban", "accreditation_denial", "foreign_agent_designation", "undesirable_designation", "legislation"}
)
_OWN_WORDS = ("honour", "moral", "slander", "smear_content", "claim_money", "refute")
_CIVIL_SINCE = 2020
_WITH_SUITS = frozenset({"access_to_information_denial", "closed_court", "financial_pressure", "threat", "interrogation_or_summons"})
_BY_NAME = "suspension.named_stopped"
_SIDES = frozenset(
    {
        "content_removal",
        "incitement_or_extremism",
        "insult",
        "legislation",
        "undesirable_designation",
        "obstruction_of_journalist",
        "positive_development",
    }
)
_NOT_SUITS = (LEGAL | {"obstruction_of_journalist"}) - {"defamation", "arrest_or_detention"}


def defamation_kind(scenes: Scenes, alive: Iterable[Scene], country: str, year: int) -> str:
    """Civil, criminal or administrative, by the words of the text; where none speaks, by country and year.

    Kazakhstan moved plain slander to article 73-3 of the administrative code in July 2020; elsewhere slander is a crime.
    """
    told = [*alive, *scenes.lead] or scenes.scenes
    if not any(scene.says("slander") for scene in scenes.scenes):
        return Category.DEFAMATION_CIVIL
    if _counts(told, "civil_suit", "sue") >= _counts(told, "slander") and not _counts(told, "criminal_word", "administrative_word"):
        return Category.DEFAMATION_CIVIL
    administrative = _counts(told, "administrative_word") + 3 * _counts(scenes.scenes, "slander_administrative")
    criminal = _counts(told, "criminal_word") + 3 * _counts(scenes.scenes, "slander_criminal")
    if any(scene.says("abroad") for scene in scenes.scenes) and not _counts(scenes.scenes, "slander_administrative"):
        return Category.DEFAMATION_CRIMINAL
    if administrative != criminal:
        return Category.DEFAMATION_ADMINISTRATIVE if administrative > criminal else Category.DEFAMATION_CRIMINAL
    if administrative and _counts(scenes.scenes, "slander_criminal"):
        return Category.DEFAMATION_CRIMINAL
    if country == "KZ" and year > _CIVIL_SINCE:
        return Category.DEFAMATION_ADMINISTRATIVE
    return Category.DEFAMATION_CRIMINAL


def kind_by_law(told: str, cited: set[str], scenes: Scenes) -> str:
    """The kind of the only article on slander that the text cites; a claim for money or honour stays civil whatever is cited beside it."""
    is_claim = any(scene.has("civil_suit", "claim_money", "moral", "honour", "refute") for scene in scenes.scenes)
    if len(cited) != 1 or (told == Category.DEFAMATION_CIVIL and is_claim):
        return told
    return next(iter(cited))


def _counts(scenes: Iterable[Scene], *concepts: str) -> int:
    return sum(scene.has(*concepts) for scene in scenes)


def without_parts(frames: Sequence[Frame]) -> list[Frame]:
    """The frames without those that only tell a step of another case: its suit, its fine, its arrest."""
    told = {frame.rule.category for frame in frames if not frame.rule.is_weak}
    suits = {"defamation"} if any(frame.rule.category == "defamation" for frame in frames) else set()
    kept = [frame for frame in frames if not _is_part(frame, told | suits if frame.rule.category in _SIDES else told)]
    return [frame for frame in kept if not (frame.rule.is_weak and frame.rule.category in _WITH_SUITS and suits)]


def _is_side(frame: Frame, category: str, told: set[str]) -> bool:
    """Demands, grounds and laws that only explain another case of the text."""
    scene = frame.scene
    if category == "content_removal":
        return (
            "defamation" in told and scene.has("st_threat", "pretrial", "sue", "claim_money") and not scene.has("st_verdict", "order_block")
        )
    if category == "incitement_or_extremism":
        return bool(told & {"suspension_or_ban", "blocking"}) and not scene.has(*PERSONS)
    if category == "undesirable_designation":
        return "suspension_or_ban" in told
    if category == "obstruction_of_journalist":
        return bool(told & {"physical_attack", "killing"}) and not scene.has("obstruct")
    if category == "positive_development":
        return "arrest_or_detention" in told and scene.number > 0
    if category == "insult":
        return "insult_of_official" in told
    return bool(told & LEGAL) and (scene.has("st_filed", "st_charged", "st_verdict", "st_hearing") or scene.number > 1)


def _is_part(frame: Frame, told: set[str]) -> bool:
    category = frame.rule.category
    if frame.rule.id == _BY_NAME and "blocking" in told:
        return True
    if category in _SIDES:
        return _is_side(frame, category, told)
    if not frame.rule.is_weak:
        return False
    if category == "defamation":
        return bool(told & _NOT_SUITS) and not frame.scene.has(*_OWN_WORDS)
    if category == "administrative_penalty":
        is_own = frame.scene.has("imprint", "accredit") or "suspension_or_ban" in told
        return bool(told & SPEECH_CASES) and not is_own
    return bool(told & LEGAL)
