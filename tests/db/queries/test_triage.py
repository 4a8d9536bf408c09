"""Staff decide about alerts: each act once, in the audit, and never over a colleague's that was not seen."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.connection import connect
from db.queries.triage import ChangedMeanwhileError, TriageAct, TriageError, act, decide_by_mail, inbox, version_of
from db.vocabulary import AlertStatus
from tests.db.sample_archive import NOW, one_alert


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return one_alert(tmp_path / "mfm.db")


@pytest.fixture
def alert_id(db: Database) -> str:
    return str(inbox(db)[0]["id"])


def state(db: Database, alert_id: str) -> tuple[str, str, str]:
    row = next(iter(db.query("select status, status_reason, assignee from alert where id = ?", [alert_id])))
    return row["status"], row["status_reason"], row["assignee"]


def people_acts(db: Database) -> list[tuple[str, str, str, str]]:
    return db.conn.execute("select actor, operation, before_json, after_json from audit where via <> 'rule' order by id").fetchall()


def do(db: Database, alert_id: str, kind: str, actor: str, **more: object) -> int:
    version = more.pop("version", version_of(db, alert_id))
    return act(db, TriageAct(kind=kind, alert_id=alert_id, actor=actor, version=version, **more), NOW)  # type: ignore[arg-type]


def test_an_alert_is_taken_confirmed_and_each_act_is_in_the_audit(db: Database, alert_id: str) -> None:
    assert inbox(db)[0]["version"] == 0
    seen = do(db, alert_id, "take", "anna")
    assert state(db, alert_id) == ("assigned", "", "anna")
    assert [row["version"] for row in inbox(db, assignee="anna")] == [seen] and inbox(db, assignee="bolat") == []
    do(db, alert_id, "confirm", "anna")
    assert state(db, alert_id) == ("confirmed", "", "anna") and inbox(db) == []
    assert [row["id"] for row in inbox(db, statuses=(AlertStatus.CONFIRMED,))] == [alert_id]
    do(db, alert_id, "assign", "anna", assignee="bolat")
    assert state(db, alert_id) == ("confirmed", "", "bolat"), "handing on a decided alert does not open it again"
    assert [(actor, kind) for actor, kind, *_ in people_acts(db)] == [("anna", "take"), ("anna", "confirm"), ("anna", "assign")]
    assert json.loads(people_acts(db)[1][2]) == {"status": "assigned"} and json.loads(people_acts(db)[1][3]) == {"status": "confirmed"}


def test_a_rejection_names_one_of_the_reasons(db: Database, alert_id: str) -> None:
    for reason in ("", "because"):
        with pytest.raises(TriageError, match="not_press"):
            do(db, alert_id, "reject", "anna", reason=reason)
    assert people_acts(db) == []
    do(db, alert_id, "reject", "anna", reason="foreign")
    assert state(db, alert_id) == ("dismissed", "foreign", "")


def test_a_colleagues_act_is_never_overwritten_unseen(db: Database, alert_id: str) -> None:
    do(db, alert_id, "confirm", "anna", version=0)
    with pytest.raises(ChangedMeanwhileError, match="by anna .*confirm.*nothing was written") as caught:
        do(db, alert_id, "reject", "bolat", version=0, reason="foreign")
    assert (caught.value.actor, caught.value.operation) == ("anna", "confirm")
    assert state(db, alert_id)[0] == "confirmed" and len(people_acts(db)) == 1
    do(db, alert_id, "reject", "bolat", reason="foreign")
    assert state(db, alert_id) == ("dismissed", "foreign", "")


def test_of_two_editors_at_the_same_moment_one_decides(db: Database, alert_id: str, tmp_path: Path) -> None:
    start, answers = threading.Barrier(2), []

    def press(actor: str, kind: str) -> None:
        own = connect(tmp_path / "mfm.db")
        start.wait()
        try:
            act(own, TriageAct(kind=kind, alert_id=alert_id, actor=actor, version=0, reason="foreign"), NOW)
            answers.append("done")
        except ChangedMeanwhileError:
            answers.append("changed")
        finally:
            own.close()

    both = [threading.Thread(target=press, args=each) for each in (("anna", "confirm"), ("bolat", "reject"))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(answers) == ["changed", "done"] and len(people_acts(db)) == 1


def test_an_act_is_undone_by_who_did_it_and_by_nobody_else(db: Database, alert_id: str) -> None:
    with pytest.raises(TriageError, match="nothing to undo"):
        do(db, alert_id, "undo", "anna")
    do(db, alert_id, "take", "anna")
    do(db, alert_id, "reject", "anna", reason="foreign")
    with pytest.raises(TriageError, match="by anna, who alone can undo it"):
        do(db, alert_id, "undo", "bolat")
    do(db, alert_id, "undo", "anna")
    assert state(db, alert_id) == ("assigned", "", "anna")
    do(db, alert_id, "undo", "anna")
    assert state(db, alert_id) == ("dismissed", "foreign", "anna"), "an undo of an undo does the act again"
    assert [kind for _, kind, *_ in people_acts(db)] == ["take", "reject", "undo", "undo"]


@pytest.mark.parametrize(
    ("kind", "actor", "words"),
    [("assign", "anna", "to whom"), ("merge", "anna", "none of"), ("confirm", " ", "name of who"), ("note", "anna", "none of")],
)
def test_an_act_that_does_not_fit_writes_nothing(db: Database, alert_id: str, kind: str, actor: str, words: str) -> None:
    with pytest.raises(TriageError, match=words):
        do(db, alert_id, kind, actor)
    assert people_acts(db) == [] and state(db, alert_id) == ("open", "", "")


def test_nothing_is_decided_about_an_alert_that_is_merged_expired_none_or_so_already(db: Database, alert_id: str) -> None:
    with pytest.raises(TriageError, match="no such alert"):
        do(db, "nothing", "confirm", "anna")
    do(db, alert_id, "confirm", "anna")
    with pytest.raises(TriageError, match="so already"):
        do(db, alert_id, "confirm", "anna")
    db.execute("update alert set status = 'expired'")
    with pytest.raises(TriageError, match="is expired"):
        do(db, alert_id, "confirm", "anna")
    assert len(people_acts(db)) == 1


def test_a_mail_answer_yields_to_a_colleague_and_counts_as_a_version(db: Database, alert_id: str) -> None:
    later = NOW + timedelta(hours=1)
    assert decide_by_mail(db, alert_id, "confirmed", "anna", "mark-1", later) == "done"
    assert decide_by_mail(db, alert_id, "dismissed", "bolat", "mark-2", later) == "decided"
    with pytest.raises(ChangedMeanwhileError):
        do(db, alert_id, "reject", "carol", version=0, reason="foreign")
    assert decide_by_mail(db, alert_id, "dismissed", "anna", "mark-3", later) == "done", "one's own answer may be changed"
    assert decide_by_mail(db, alert_id, "confirmed", "anna", "mark-1", later) == "used"
    assert state(db, alert_id)[0] == "dismissed"


def test_a_decision_undone_is_open_to_everybody_again(db: Database, alert_id: str) -> None:
    do(db, alert_id, "confirm", "anna")
    assert decide_by_mail(db, alert_id, "dismissed", "bolat", "mark-1", NOW) == "decided"
    do(db, alert_id, "undo", "anna")
    assert decide_by_mail(db, alert_id, "dismissed", "bolat", "mark-1", NOW) == "done"
