"""The few English words that a case or an alert is titled with in the archive; mails and pages have words of their own."""

from crawler.items import Finding
from db.vocabulary import AlertKind, Category, IncidentState, Stage
from pipelines.linking.subjects import Subject

MAX_TITLE = 200
# Until an editor changes it: at-once events are 4 ("high"), digest 3, record 2 (taxonomy, `severity`).
SEVERITY = {AlertKind.AT_ONCE: 4, AlertKind.DIGEST: 3, AlertKind.RECORD: 2, AlertKind.NONE: 1}
_OVER = frozenset({Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN})
_PROCEDURES = {
    Category.DEFAMATION_CIVIL: "civil",
    Category.DEFAMATION_CRIMINAL: "criminal",
    Category.DEFAMATION_ADMINISTRATIVE: "administrative",
    Category.ADMINISTRATIVE_PENALTY: "administrative",
    Category.INCITEMENT_OR_EXTREMISM: "criminal",
    Category.EXTORTION_OR_OTHER_CRIMINAL: "criminal",
}


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
    return f"{opponent} v. {_target(finding, subject)} ({_words(finding.category)})"[:MAX_TITLE]


def alert_title(finding: Finding, subject: Subject) -> str:
    """«Category: target, stage»."""
    stage = f", {_words(finding.stage)}" if finding.stage else ""
    return f"{_words(finding.category).capitalize()}: {_target(finding, subject)}{stage}"[:MAX_TITLE]


def _target(finding: Finding, subject: Subject) -> str:
    names = [subject.outlet_name] if subject.outlet_name else [party.name for party in subject.parties if party.key in subject.target_keys]
    return ", ".join(names[:2]) or finding.case_number or "unnamed"


def _words(identifier: str) -> str:
    return identifier.replace("_", " ")
