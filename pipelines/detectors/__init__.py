"""Pure judgements over texts and observations: no database, clock, file or network while judging."""

from pipelines.detectors.judging import judge
from pipelines.detectors.scene import JudgeInput

__all__ = ["JudgeInput", "judge"]
