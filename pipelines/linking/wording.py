"""The few English words that a case or an alert is titled with in the archive; mails and pages have words of their own."""

from crawler.items import Finding
from db.vocabulary import Category, IncidentState, Stage
from pipelines.linking.subjects import Subject
from pipelines.taxonomy import load_taxonomy

MAX_TITLE = 200
_OVER = frozenset({Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN})
# Where no court case stands behind the event, the stages mean something else (corpus README, rule 9).
_INCIDENT_STAGES = {Stage.ENFORCED: "in force", Stage.CLOSED: "lifted"}
_INCIDENT_CATEGORIES = frozenset({Category.BLOCKING, Category.SUSPENSION_OR_BAN})
_PROCEDURES = {
    Category.DEFAMATION_CIVIL: "civil",
    Category.DEFAMATION_CRIMINAL: "criminal",
    Category.DEFAMATION_ADMINISTRATIVE: "administrative",
    Category.ADMINISTRATIVE_PENALTY: "administrative",
    Category.INCITEMENT_OR_EXTREMISM: "criminal",
    Category.EXTORTION_OR_OTHER_CRIMINAL: "criminal",
}


def severity_of(finding: Finding) -> int:
    """How grave the event is, 1 to 5, until an editor changes it; good news is 1 (taxonomy, `severity`)."""
    return 1 if finding.stage in _OVER else load_taxonomy().categories[finding.category].severity


def procedure_of(finding: Finding) -> str:
    """Which track a case of this category is on."""
    return _PROCEDURES.get(finding.category, "unknown")


def incident_state_of(finding: Finding) -> str:
    """What a report makes of an incident: carried out is open, lifted is closed, everything before is suspected."""
    if finding.stage in _OVER:
        return IncidentState.CLOSED
    return IncidentState.OPEN if finding.stage == Stage.ENFORCED else IncidentState.SUSPECTED


def case_title(finding: Finding, subject: Subject) -> str:
    """«Opponent v. target (category)» as far as they are named."""
    opponent = finding.opponents[0] if finding.opponents else "unnamed"
    return f"{opponent} v. {_target(finding, subject)} ({_label(finding)})"[:MAX_TITLE]


def alert_title(finding: Finding, subject: Subject) -> str:
    """«Category: target – stage»."""
    stage = f" – {_stage(finding)}" if finding.stage else ""
    return f"{_label(finding)}: {_target(finding, subject)}{stage}"[:MAX_TITLE]


def _target(finding: Finding, subject: Subject) -> str:
    names = [subject.outlet_name] if subject.outlet_name else [party.name for party in subject.parties if party.key in subject.target_keys]
    return ", ".join(names[:2]) or finding.case_number or "unnamed"


def _label(finding: Finding) -> str:
    return load_taxonomy().categories[finding.category].labels["en"]


def _stage(finding: Finding) -> str:
    """The stage in small letters, as it stands in a title: the first words of its label."""
    assert finding.stage
    if finding.category in _INCIDENT_CATEGORIES and finding.stage in _INCIDENT_STAGES:
        return _INCIDENT_STAGES[finding.stage]
    label = load_taxonomy().stages[finding.stage]["en"]
    if finding.stage != Stage.ACQUITTED_OR_WITHDRAWN:
        label = label.partition(",")[0].partition(";")[0]
    return label[:1].lower() + label[1:]
