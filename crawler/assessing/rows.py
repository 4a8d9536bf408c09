"""Between rows and the records of an incident's life. No logic but the change of shape."""

from datetime import datetime
from typing import Any

from db.queries.times import iso, parse_iso
from db.vocabulary import EvidenceKind, IncidentKind, IncidentState, Verdict
from pipelines.detectors.reachability.judge import Opinion
from pipelines.detectors.reachability.life import Incident, Run, Track


def run_of(opinion: Opinion, verdict_id: str) -> Run:
    """A fresh opinion as the incident sees it."""
    ruling = opinion.ruling
    assert opinion.judged_at
    return Run(
        at=opinion.judged_at.replace(microsecond=0),
        vantage=opinion.line.id,
        asn=opinion.line.asn,
        verdict=ruling.verdict,
        reason=ruling.reason,
        kind=ruling.kind,
        confidence=ruling.confidence,
        is_path_clear=ruling.is_path_clear,
        weight=ruling.weight,
        sees_censorship=opinion.health.sees_censorship,
        verdict_id=verdict_id,
        url=opinion.url,
        control=opinion.controls.state,
    )


def run_of_row(row: dict[str, Any]) -> Run:
    """A stored verdict as the incident sees it; what the line sees is not stored and counts as proved by its bad runs alone."""
    return Run(
        at=parse_iso(row["judged_at"]),
        vantage=row["vantage"],
        asn=row["asn"],
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        kind=EvidenceKind(row["evidence_kind"]),
        confidence=row["confidence"],
        is_path_clear=bool(row["is_path_clear"]),
        verdict_id=row["id"],
        url=row["url"],
    )


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None


def incident_of(row: dict[str, Any]) -> Incident:
    """A stored incident with its tracks."""
    return Incident(
        id=row["id"],
        kind=IncidentKind(row["kind"]),
        state=IncidentState(row["state"]),
        class_=row["class"],
        method=row["method"],
        confidence=row["confidence"],
        started_at=parse_iso(row["started_at"]),
        last_evidence_at=parse_iso(row["last_evidence_at"]),
        opened_at=_moment(row["opened_at"]),
        eased_at=_moment(row["eased_at"]),
        closed_at=_moment(row["closed_at"]),
        reopened=row["reopened"],
        is_locked=bool(row["is_locked"]),
        tracks=tuple(_track(track) for track in row["tracks"]),
    )


def _track(row: dict[str, Any]) -> Track:
    return Track(
        vantage=row["vantage"],
        asn=row["asn"],
        method=row["method"],
        first_at=parse_iso(row["first_at"]),
        last_bad_at=parse_iso(row["last_bad_at"] or row["first_at"]),
        n_bad=row["n_bad"],
        n_good=row["n_good"],
        last_good_at=_moment(row["last_good_at"]),
        good_since=_moment(row["good_since"]),
        n_in_a_row=row["n_in_a_row"] if row["good_since"] else 0,
    )


def _text(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def incident_row(incident: Incident, key: str, outlet_id: str | None, country: str, name: str) -> dict[str, object]:
    """The columns of an incident."""
    return {
        "id": key,
        "outlet_id": outlet_id,
        "country": country,
        "kind": incident.kind.value,
        "state": incident.state.value,
        "title": f"{name}: {incident.method or incident.kind.value}",
        "method": incident.method,
        "class": incident.class_,
        "confidence": incident.confidence,
        "started_at": iso(incident.started_at),
        "opened_at": _text(incident.opened_at),
        "eased_at": _text(incident.eased_at),
        "closed_at": _text(incident.closed_at),
        "last_evidence_at": iso(incident.last_evidence_at),
        "reopened": incident.reopened,
        "summary": f"class {incident.class_}" if incident.class_ else "",
    }


def track_rows(incident: Incident) -> list[dict[str, object]]:
    """The columns of its tracks."""
    return [
        {
            "vantage": track.vantage,
            "asn": track.asn,
            "method": track.method,
            "state": track.state,
            "first_at": iso(track.first_at),
            "last_bad_at": iso(track.last_bad_at),
            "last_good_at": _text(track.last_good_at),
            "n_bad": track.n_bad,
            "n_good": track.n_good,
            "good_since": _text(track.good_since),
        }
        for track in incident.tracks
    ]
