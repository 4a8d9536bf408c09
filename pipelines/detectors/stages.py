"""Which step of a case the words of an event speak of: the furthest one that is said as done."""

from collections.abc import Sequence

from db.vocabulary import Stage
from pipelines.detectors.rules import Frame
from pipelines.detectors.scene import Scene

# From the furthest to the first: a report of an appeal also names the judgment, a report of a judgment the claim.
ORDER = (
    ("st_acquitted", Stage.ACQUITTED_OR_WITHDRAWN),
    ("st_closed", Stage.CLOSED),
    ("st_enforced", Stage.ENFORCED),
    ("st_appeal", Stage.APPEAL),
    ("st_verdict", Stage.VERDICT),
    ("st_hearing", Stage.HEARING),
    ("st_charged", Stage.CHARGED),
    ("st_filed", Stage.CLAIM_FILED),
    ("verdict_noun", Stage.VERDICT),
    ("st_threat", Stage.THREAT),
)
CRIMINAL = frozenset(
    {"defamation_criminal", "insult", "insult_of_official", "false_information", "incitement_or_extremism", "extortion_or_other_criminal"}
)


# Of a suspension: some words are steps of this kind of case only.
_STOPPING = (
    ("not_out", Stage.ENFORCED),
    ("refused_to_stop", Stage.ACQUITTED_OR_WITHDRAWN),
    ("st_acquitted", Stage.ACQUITTED_OR_WITHDRAWN),
    ("paper_back", Stage.CLOSED),
    ("st_closed", Stage.CLOSED),
    *ORDER[2:5],
    ("sitting", Stage.HEARING),
    ("asks_to_stop", Stage.CLAIM_FILED),
    *ORDER[5:],
    ("warning", Stage.THREAT),
)
_STEPS = {"suspension_or_ban": _STOPPING, "defamation_civil": (("settlement", Stage.CLOSED), ("partly", Stage.VERDICT), *ORDER)}
# What a headline calls by its noun ("the verdict stands", "the fine is off") the sentence below tells as a step that goes further.
FURTHER = {
    Stage.VERDICT: frozenset({Stage.APPEAL, Stage.ENFORCED, Stage.ACQUITTED_OR_WITHDRAWN, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.ACQUITTED_OR_WITHDRAWN}),
    Stage.APPEAL: frozenset({Stage.ACQUITTED_OR_WITHDRAWN, Stage.ENFORCED}),
}


def stage_of(scenes: Sequence[Scene], category: str) -> Stage | None:
    """The stage that the sentences of an event tell, None when they tell none."""
    for concept, stage in _STEPS.get(category, ORDER):
        if stage is Stage.CHARGED and category not in CRIMINAL:
            continue
        if any(_tells(scene, concept) for scene in scenes):
            return stage
    return None


def _tells(scene: Scene, concept: str) -> bool:
    """The step is told. Kazakh and Russian say "acquitted" and "justified (extremism)" with one word: the second is no step."""
    excused = scene.hits.get("justified", ())
    return any(
        not hit.is_negated and not any(other.first <= hit.first and hit.last <= other.last for other in excused)
        for hit in scene.hits.get(concept, ())
    )


def blocking_stage(scenes: Sequence[Scene], main: Frame) -> Stage:
    """Restored, cut off, decided, heard, asked for or threatened; what readers feel comes before what a court says."""
    if main.rule.is_good and not any(scene.has("unlawful_block") and scene.has("court") for scene in scenes):
        return Stage.CLOSED
    headline = [scene for scene in scenes if scene.number == 0 and scene.where == "title"]
    return _step_of(headline) or _step_of(scenes) or Stage.ENFORCED


def _step_of(scenes: Sequence[Scene]) -> Stage | None:
    return next((stage for stage, concepts in _BLOCKING if any(scene.has(*concepts) for scene in scenes)), None)


_BLOCKING = (
    (Stage.ACQUITTED_OR_WITHDRAWN, ("unlawful_block", "st_acquitted")),
    (Stage.APPEAL, ("st_appeal",)),
    (Stage.THREAT, ("block_if",)),
    (Stage.ENFORCED, ("unreachable", "slow", "vpn", "operators_cut")),
    (Stage.HEARING, ("sitting",)),
    (Stage.CLAIM_FILED, ("asked_of_court",)),
    (Stage.VERDICT, ("court_blocked",)),
    (Stage.ENFORCED, ("cut_off", "operators")),
    (Stage.THREAT, ("st_threat",)),
)
