"""Whether an event of a case is news to the reader: a new case, a new stage, a postponed hearing, good news; never a retelling."""

from dataclasses import dataclass
from datetime import date

from db.vocabulary import AlertKind, NoveltyBasis, Stage
from pipelines.linking.facts import STAGE_ORDER, EventFacts
from pipelines.linking.match import CaseCard

_JUDGING = frozenset({Stage.VERDICT, Stage.APPEAL})
_ASKING = (Stage.THREAT, Stage.CLAIM_FILED, Stage.HEARING)
_NEXT_ROUND_AFTER_DAYS = 14
_OTHER_OUTCOME_AFTER_DAYS = 14
_REPEATABLE_AFTER_DAYS = {Stage.HEARING: 20, Stage.APPEAL: 45}
_UPHELD_AFTER_DAYS = 45
_ACT_ANEW_AFTER_DAYS = 14


@dataclass(kw_only=True, slots=True, frozen=True)
class Novelty:
    """Whether staff hear of an event, why it counts as new or old, and the sentence that says so."""

    should_alert: bool
    basis: NoveltyBasis
    reason: str


def judge_novelty(event: EventFacts, case: CaseCard | None, *, refiles: bool = False) -> Novelty:
    """News or not, against what is known of the case; None means the event opens one."""
    if event.alert_kind == AlertKind.NONE:
        return Novelty(should_alert=False, basis=NoveltyBasis.CARRY_OVER, reason="the text reports nothing new")
    if case is None:
        if refiles:
            return Novelty(
                should_alert=True, basis=NoveltyBasis.REFILED_AFTER_WITHDRAWAL, reason="filed anew after an earlier case had ended"
            )
        return Novelty(should_alert=True, basis=_first_basis(event), reason="first report of this case")
    if _is_told_beside(event, case):
        return Novelty(should_alert=False, basis=NoveltyBasis.COPY, reason="already told beside the main event of an earlier report")
    if _key_of(event) not in case.stages:
        return _unseen_stage(event, case)
    return _seen_stage(event, case)


def _is_told_beside(event: EventFacts, case: CaseCard) -> bool:
    """An act without a stage that an earlier report told as the companion of another (companions are kept by their category)."""
    told_on = case.stages.get(event.category.value)
    if told_on is None or event.stage is not None or event.is_good_news or event.on is None:
        return False
    return abs((event.on - told_on).days) < _ACT_ANEW_AFTER_DAYS


def state_key(event: EventFacts) -> str:
    """What is told at most once per case: the stage, or without stages the category and whether it ended well."""
    return _key_of(event)


def _key_of(event: EventFacts) -> str:
    if event.stage is not None:
        return event.stage.value
    return f"{event.family}:{'good' if event.is_good_news else 'event'}"


def _first_basis(event: EventFacts) -> NoveltyBasis:
    return NoveltyBasis.FIRST_FILING if event.stage in (None, Stage.THREAT, Stage.CLAIM_FILED, Stage.ENFORCED) else NoveltyBasis.NEW_STAGE


def _unseen_stage(event: EventFacts, case: CaseCard) -> Novelty:
    """A stage not told before is news unless the case is further and the report is no younger than that."""
    if event.stage is not None and event.on is not None:
        later = [stage for stage, on in _told(case).items() if STAGE_ORDER[stage] > STAGE_ORDER[event.stage] and on >= event.on]
        if later:
            return Novelty(should_alert=False, basis=NoveltyBasis.CARRY_OVER, reason=f"the case has already reached {later[0].value}")
    basis = NoveltyBasis.APPEAL if event.stage == Stage.APPEAL else NoveltyBasis.NEW_STAGE
    told = event.stage.value if event.stage else "an end" if event.is_good_news else "a new act"
    return Novelty(should_alert=True, basis=basis, reason=f"the known case reaches a new stage: {told}")


def _told(case: CaseCard) -> dict[Stage, date]:
    """The told stages of a case; acts without a stage are left out."""
    return {stage: case.stages[stage.value] for stage in Stage if stage.value in case.stages}


def _seen_stage(event: EventFacts, case: CaseCard) -> Novelty:
    if event.hearing_on and case.hearings_on and event.hearing_on > max(case.hearings_on) and event.stage == Stage.HEARING:
        return Novelty(should_alert=True, basis=NoveltyBasis.NEW_HEARING, reason=f"a new hearing date: {event.hearing_on}")
    if _is_next_round(event, case):
        return Novelty(should_alert=True, basis=NoveltyBasis.NEW_STAGE, reason="decided anew: since the last time it was asked for again")
    if _is_other_outcome(event, case):
        return Novelty(should_alert=True, basis=NoveltyBasis.NEW_STAGE, reason="another outcome, weeks after the last step of that stage")
    if _is_upheld(event, case):
        return Novelty(should_alert=True, basis=NoveltyBasis.APPEAL, reason="a court tells the same end again, long after the first")
    quiet = _REPEATABLE_AFTER_DAYS.get(event.stage) if event.stage else None
    told_on = case.stages[_key_of(event)]
    if quiet and event.on and (event.on - told_on).days >= quiet:
        return Novelty(should_alert=True, basis=NoveltyBasis.NEW_STAGE, reason="another step of the same stage, weeks after the last")
    return Novelty(should_alert=False, basis=NoveltyBasis.COPY, reason="already told: another report of the same stage")


def _is_next_round(event: EventFacts, case: CaseCard) -> bool:
    """A paper that was stopped for months and is then to be closed is judged twice; the second begins with a suit of its own."""
    if event.family != "suspension" or event.stage not in _JUDGING or event.on is None:
        return False
    told_on = case.stages[_key_of(event)]
    asked_on = max((case.stages[step.value] for step in _ASKING if step.value in case.stages), default=told_on)
    return (asked_on - told_on).days >= _NEXT_ROUND_AFTER_DAYS and event.on > asked_on


def _is_upheld(event: EventFacts, case: CaseCard) -> bool:
    """A suit that was refused is refused once more by a higher court; retellings name no court."""
    if event.stage != Stage.ACQUITTED_OR_WITHDRAWN or event.on is None or not event.court:
        return False
    return (event.on - case.stages[_key_of(event)]).days >= _UPHELD_AFTER_DAYS and bool(case.courts) <= (event.court not in case.courts)


def _is_other_outcome(event: EventFacts, case: CaseCard) -> bool:
    """A second judgment in one case imposes something that the first did not."""
    if event.stage not in _JUDGING or event.on is None or not event.outcomes - case.outcomes:
        return False
    return (event.on - case.stages[_key_of(event)]).days >= _OTHER_OUTCOME_AFTER_DAYS
