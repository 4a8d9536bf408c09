"""What was imposed and which kind of step it was: outcomes and subtype of a finding, by category, stage and words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.items import Finding
from db.vocabulary import AmountRole, Category, Stage
from pipelines.detectors.scene import Scene

_DECIDED = frozenset({Stage.VERDICT, Stage.APPEAL, Stage.ENFORCED})
_PENAL = (
    ("jail_term", "imprisonment"),
    ("liberty_limited", "restriction_of_liberty"),
    ("community_work", "community_service"),
    ("days_arrest", "administrative_arrest"),
    ("conditional", "suspended"),
    ("ban_on_work", "ban_on_activity"),
)
_SUBTYPE = {
    (Category.BLOCKING, Stage.CLOSED): "unblocked",
    (Category.BLOCKING, Stage.ACQUITTED_OR_WITHDRAWN): "unblocked",
    (Category.BLOCKING, Stage.ENFORCED): "site_blocked",
    (Category.SUSPENSION_OR_BAN, Stage.CLOSED): "case_dropped",
    (Category.SUSPENSION_OR_BAN, Stage.ACQUITTED_OR_WITHDRAWN): "claim_refused",
    (Category.DEFAMATION_CIVIL, Stage.THREAT): "pretrial_demand",
    (Category.DEFAMATION_CIVIL, Stage.CLAIM_FILED): "claim",
    (Category.DEFAMATION_CIVIL, Stage.HEARING): "claim",
    (Category.DEFAMATION_CIVIL, Stage.VERDICT): "judgment_for_plaintiff",
    (Category.DEFAMATION_CIVIL, Stage.APPEAL): "judgment_for_plaintiff",
    (Category.DEFAMATION_CIVIL, Stage.ENFORCED): "judgment_for_plaintiff",
    (Category.DEFAMATION_CIVIL, Stage.CLOSED): "settlement",
    (Category.DEFAMATION_CIVIL, Stage.ACQUITTED_OR_WITHDRAWN): "judgment_for_defendant",
    (Category.DEFAMATION_CRIMINAL, Stage.ACQUITTED_OR_WITHDRAWN): "acquittal",
    (Category.DEFAMATION_CRIMINAL, Stage.CLOSED): "case_dropped",
    (Category.DEFAMATION_ADMINISTRATIVE, Stage.ACQUITTED_OR_WITHDRAWN): "acquittal",
    (Category.DEFAMATION_ADMINISTRATIVE, Stage.CLOSED): "case_dropped",
}


def subtype_of(category: Category, stage: Stage | None, scenes: Sequence[Scene]) -> str:
    """The subtype of the taxonomy, empty when the text does not tell."""
    if stage is None:
        return "released" if category is Category.POSITIVE_DEVELOPMENT and _says(scenes, "free") else ""
    known = _SUBTYPE.get((category, stage), "")
    if category is Category.BLOCKING:
        return _blocking(known, stage, scenes)
    if category is Category.SUSPENSION_OR_BAN:
        return known or _suspension(scenes)
    if known == "judgment_for_defendant" and _says(scenes, "claim_withdrawn"):
        return "claim_withdrawn"
    return known


def _blocking(known: str, stage: Stage, scenes: Sequence[Scene]) -> str:
    if stage is not Stage.ENFORCED:
        return known or "blocking_order"
    if _says(scenes, "slow"):
        return "throttling"
    return known


def _suspension(scenes: Sequence[Scene]) -> str:
    if _says(scenes, "licence"):
        return "licence_withdrawn"
    if _says(scenes, "extremist"):
        return "ban_as_extremist"
    if _says(scenes, "for_months"):
        return "suspension"
    return "termination" if _says(scenes, "terminate") else "suspension"


def outcomes_of(finding: Finding, scenes: Sequence[Scene]) -> tuple[str, ...]:
    """What was imposed according to the sentences of the finding; nothing before a decision."""
    category, stage = finding.category, finding.stage
    if stage is Stage.ACQUITTED_OR_WITHDRAWN and category in _ACQUITTING:
        return ("acquittal",)
    if stage not in _DECIDED:
        return ()
    if category is Category.BLOCKING:
        return ("blocked",)
    if category is Category.DEFAMATION_CIVIL:
        return tuple(_civil(scenes))
    if category is Category.SUSPENSION_OR_BAN:
        months = ["suspension_months"] if _says(scenes, "for_months") else []
        return (*months, *(["fine"] if _says(scenes, "admin_penalty") else []))
    if category in _ACQUITTING:
        fines = ["fine"] if _says(scenes, "admin_penalty") else []
        return (*fines, *(outcome for concept, outcome in _PENAL if _says(scenes, concept)))
    return ()


_ACQUITTING = frozenset(
    {
        Category.DEFAMATION_CRIMINAL, Category.DEFAMATION_ADMINISTRATIVE, Category.INSULT, Category.INSULT_OF_OFFICIAL,
        Category.FALSE_INFORMATION, Category.INCITEMENT_OR_EXTREMISM, Category.EXTORTION_OR_OTHER_CRIMINAL,
        Category.ADMINISTRATIVE_PENALTY, Category.IMPRISONMENT,
    }
)  # fmt: skip


def with_sums(finding: Finding) -> Finding:
    """The finding with the outcomes that its sums tell once the case is decided: a fine, damages, costs of the court."""
    if finding.stage not in _DECIDED:
        return finding
    told: dict[AmountRole, str] = {}
    if finding.category in _ACQUITTING:
        told = {AmountRole.FINE: "fine"}
    if finding.category is Category.DEFAMATION_CIVIL:
        told = {AmountRole.AWARDED: "damages", AmountRole.FEE: "court_costs"}
    roles = {each.role for each in finding.amounts}
    more = [outcome for role, outcome in told.items() if role in roles]
    return replace(finding, outcomes=tuple(dict.fromkeys((*finding.outcomes, *more))))


def _civil(scenes: Sequence[Scene]) -> Iterable[str]:
    if _says(scenes, "recover", "moral"):
        yield "damages"
    if _says(scenes, "refute"):
        yield "refutation"
    if _says(scenes, "remove"):
        yield "content_removed"


def _says(scenes: Sequence[Scene], *concepts: str) -> bool:
    return any(scene.has(*concepts) for scene in scenes)
