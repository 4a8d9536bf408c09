"""What stands behind an alert: verdicts come with the observations they rest on, and an unknown alert is one clear error."""

from pathlib import Path

import pytest

from db.queries.evidence import EvidenceError, evidence_of
from tests.db.sample_archive import empty_archive, fill


def test_a_verdict_brings_its_observations(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "mfm.db")
    fill(db)
    db.execute("pragma foreign_keys = off")
    number, alert_id = db.execute("select number, id from alert order by number limit 1").fetchone()
    seen = {"id": "o1", "source_id": "kz_polosa", "url": "https://x.example/", "step": "tls", "vantage": "kz", "observed_at": "2026-03-01"}
    db["observation"].insert(seen | {"detail_json": '{"certificate": "MII"}'})
    said = {"id": "v1", "source_id": "kz_polosa", "outlet_id": "kz_polosa", "url": "https://x.example/", "batch_id": "b", "vantage": "kz"}
    said |= {"verdict": "confirmed", "rule_id": "r", "rules_version": "1", "observations_json": '["o1"]', "judged_at": "2026-03-01"}
    db["verdict"].insert(said)
    db["alert_evidence"].insert({"id": "e1", "alert_id": alert_id, "kind": "verdict", "verdict_id": "v1"})
    evidence = evidence_of(db, number=number)
    assert [row["verdict"] for row in evidence["verdicts"]] == ["confirmed"]
    assert [row["detail"] for row in evidence["observations"]] == [{"certificate": "MII"}]
    db.close()


def test_an_unknown_alert_or_case_is_an_error(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "mfm.db")
    with pytest.raises(EvidenceError, match="no alert with number 7"):
        evidence_of(db, number=7)
    with pytest.raises(EvidenceError, match="no case x"):
        evidence_of(db, case_id="x")
    db.close()
