"""Which step of a case the words of an event speak of: the furthest one that is said as done."""

from collections.abc import Sequence

from db.vocabulary import Stage
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
    ("st_threat", Stage.THREAT),
)
CRIMINAL = frozenset(
    {"defamation_criminal", "insult", "insult_of_official", "false_information", "incitement_or_extremism", "extortion_or_other_criminal"}
)


def stage_of(scenes: Sequence[Scene], category: str) -> Stage | None:
    """The stage that the sentences of an event tell, None when they tell none."""
    for concept, stage in ORDER:
        if stage is Stage.CHARGED and category not in CRIMINAL:
            continue
        if any(scene.has(concept) for scene in scenes):
            return stage
    return None
