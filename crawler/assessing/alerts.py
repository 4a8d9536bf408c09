"""Which change of an incident is told, how loudly, and in which words. One alert per change (BLOCKING.md e.4, e.5)."""

from dataclasses import dataclass

from db.queries.reachability import AlertOfIncident
from db.vocabulary import AlertKind, Category, IncidentKind, NoveltyBasis, Stage
from pipelines.detectors.reachability.life import Event, Incident
from pipelines.detectors.reachability.rules import RULES_VERSION


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is told."""

    alert_kind: AlertKind
    severity: int
    stage: str
    words: str


BLOCKING = {
    "opened": Manner(AlertKind.AT_ONCE, 4, Stage.ENFORCED, "blocked ({method}) in {country}"),
    # Told only where no report told of it before: else it joins the alert of the report.
    "confirmed": Manner(AlertKind.AT_ONCE, 4, Stage.ENFORCED, "blocked ({method}) in {country}"),
    "reopened": Manner(AlertKind.AT_ONCE, 4, Stage.ENFORCED, "blocked again ({method}) in {country}"),
    "suspected": Manner(AlertKind.DIGEST, 2, Stage.THREAT, "perhaps blocked ({method}) in {country}: for review"),
    "method_changed": Manner(AlertKind.DIGEST, 3, Stage.ENFORCED, "blocking changes its method: {note}"),
    "eased": Manner(AlertKind.AT_ONCE, 3, Stage.CLOSED, "access is coming back in {country}"),
    "closed": Manner(AlertKind.AT_ONCE, 3, Stage.CLOSED, "unblocked in {country} after {days}"),
}
TROUBLE = {
    "opened": Manner(AlertKind.DIGEST, 2, "", "site trouble ({method}), not a block"),
    "closed": Manner(AlertKind.RECORD, 1, "", "site is back"),
}
SUSPENSION = {
    "opened": Manner(AlertKind.AT_ONCE, 4, Stage.ENFORCED, "suspended by host or registry: may be pressure"),
    "closed": Manner(AlertKind.DIGEST, 2, Stage.CLOSED, "site is back"),
}
SHUTDOWN = {
    "opened": Manner(AlertKind.AT_ONCE, 5, Stage.ENFORCED, "foreign internet is cut off"),
    "closed": Manner(AlertKind.AT_ONCE, 4, Stage.CLOSED, "foreign internet is back"),
}
MANNERS = {
    IncidentKind.BLOCKING: (BLOCKING, Category.BLOCKING),
    IncidentKind.SITE_TROUBLE: (TROUBLE, Category.BLOCKING),
    IncidentKind.SUSPENSION: (SUSPENSION, Category.SUSPENSION_OR_BAN),
    IncidentKind.NETWORK_SHUTDOWN: (SHUTDOWN, Category.INTERNET_SHUTDOWN),
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Which incident a change belongs to, and whose it is; `outlet_id` None for a country's own."""

    incident_id: str
    outlet_id: str | None
    name: str
    country: str


def alert_of(event: Event, event_id: str, incident: Incident, whose: Whose, text: str) -> AlertOfIncident | None:
    """The alert of a change; None for changes that are only kept. `text` explains the verdict."""
    manners, category = MANNERS[incident.kind]
    manner = manners.get(event.kind)
    if manner is None:
        return None
    length = event.at - incident.started_at
    days = f"{length.days} days" if length.days else f"{length.seconds // 3600} hours"
    words = manner.words.format(method=incident.method.removeprefix("blocked:"), country=whose.country, note=event.note, days=days)
    return AlertOfIncident(
        event_id=event_id,
        incident_id=whose.incident_id,
        kind=incident.kind.value if incident.kind is IncidentKind.SITE_TROUBLE else category.value,
        alert_kind=manner.alert_kind.value,
        category=category.value,
        stage=str(manner.stage),
        country=whose.country,
        severity=manner.severity,
        title=f"{whose.name}: {words}",
        summary=text or words,
        reason=f"{event.kind}; {event.note}".strip("; "),
        confidence=incident.confidence,
        outlet_id=whose.outlet_id,
        outlet_name=whose.name,
        basis=(NoveltyBasis.NEW_STAGE if event.kind not in ("opened", "confirmed", "suspected") else NoveltyBasis.FIRST_FILING).value,
        happened_at=event.at,
        rules_version=RULES_VERSION,
        verdict_id=event.verdict_id,
        verdict_note=text,
    )
