"""A person's acts on incidents: recorded with a reason, kept against every later run."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.connection import connect, write
from db.migrations import migrate
from db.queries.incident_acts import Act, DecidedMeanwhileError, IncidentError, carry_out, incidents_going_on, version_of
from tests.crawler.assessing.test_desk import assess, prepared, rows
from tests.probes.bed import Act as Doing
from tests.probes.bed import Bed

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
INCIDENT = """
insert into incident (id, outlet_id, country, kind, state, title, started_at, last_evidence_at, updated_at)
values (?, null, ?, 'blocking', ?, 'Orda Example: blocked', '2026-02-28T06:00:00Z', '2026-02-28T08:00:00Z', '2026-02-28T08:00:00Z')
"""


def house(tmp_path: Path):
    migrate(tmp_path / "mfm.db")
    db = connect(tmp_path / "mfm.db")
    for key, country, state in (("aaaaaa1", "KZ", "open"), ("aaaaaa2", "KZ", "suspected"), ("bbbbbb1", "KG", "open")):
        db.conn.execute(INCIDENT, (key, country, state))
    db.conn.execute("insert into incident_track (incident_id, vantage, method, first_at) values ('aaaaaa1', 'kz', 'blocked:tcp', 'x')")
    db.conn.commit()
    return db


def do(db, kind: str, incident: str, target: str = "", reason: str = "our line was cut") -> str:
    return write(db, lambda one: carry_out(one, Act(kind=kind, incident=incident, actor="aigerim", reason=reason, target=target), NOW))


def test_closing_is_recorded_with_name_and_reason(tmp_path: Path) -> None:
    db = house(tmp_path)
    assert "is closed" in do(db, "close", "aaaaaa1")
    assert [row["id"] for row in incidents_going_on(db)] == ["aaaaaa2", "bbbbbb1"]
    (row,) = db.query("select * from audit")
    assert (row["actor"], row["operation"], row["via"], json.loads(row["before_json"])["state"]) == ("aigerim", "close", "command", "open")
    assert json.loads(row["after_json"]) == {"state": "closed", "reason": "our line was cut"}
    assert [one["note"] for one in db.query("select note from incident_event")] == ["by aigerim: our line was cut"]


def test_merging_moves_tracks_and_leaves_one_incident(tmp_path: Path) -> None:
    db = house(tmp_path)
    assert "is merged into aaaaaa2" in do(db, "merge", "aaaaaa1", "aaaaaa2")
    assert [row["id"] for row in incidents_going_on(db)] == ["aaaaaa2", "bbbbbb1"]
    assert list(db.query("select vantage from incident_track where incident_id = 'aaaaaa2'")) == [{"vantage": "kz"}]


@pytest.mark.parametrize(
    ("kind", "incident", "target", "reason", "words"),
    [
        ("close", "aaaaaa1", "", " ", "needs a reason"),
        ("close", "zzzzzz", "", "x", "no incident"),
        ("close", "aaaaaa", "", "x", "more than one"),
        ("close", "a", "", "x", "no incident"),
        ("merge", "aaaaaa1", "aaaaaa1", "x", "into itself"),
        ("merge", "aaaaaa1", "bbbbbb1", "x", "differ"),
    ],
)
def test_an_act_that_does_not_fit_writes_nothing(tmp_path: Path, kind: str, incident: str, target: str, reason: str, words: str) -> None:
    db = house(tmp_path)
    with pytest.raises(IncidentError, match=words):
        do(db, kind, incident, target, reason)
    assert db.conn.execute("select count(*) from audit").fetchone()[0] == 0


def test_what_is_decided_is_decided(tmp_path: Path) -> None:
    db = house(tmp_path)
    do(db, "reject", "aaaaaa1")
    for kind in ("close", "reject", "merge"):
        with pytest.raises(IncidentError, match="already rejected"):
            do(db, kind, "aaaaaa1", "aaaaaa2")
    with pytest.raises(IncidentError, match="itself merged or rejected"):
        do(db, "merge", "aaaaaa2", "aaaaaa1")


@pytest.mark.parametrize("kind", ["reject", "merge"])
def test_a_colleagues_closing_is_not_overwritten_unseen(tmp_path: Path, kind: str) -> None:
    db = house(tmp_path)
    assert version_of(db, "aaaaaa1") == 0
    do(db, "close", "aaaaaa1")
    seen = version_of(db, "aaaaaa1")
    before = list(db.query("select * from incident")), list(db.query("select * from audit"))
    act = Act(kind=kind, incident="aaaaaa1", actor="daniyar", reason="no block", target="aaaaaa2" if kind == "merge" else "")
    for version in (0, seen + 1):
        with pytest.raises(DecidedMeanwhileError, match=rf"decided by aigerim at 2026-03-01T08:00:00Z \(close\).*--over {seen}") as caught:
            write(db, lambda one, version=version: carry_out(one, replace(act, version=version), NOW))
        assert (caught.value.actor, caught.value.operation) == ("aigerim", "close")
    assert (list(db.query("select * from incident")), list(db.query("select * from audit"))) == before
    assert "recorded for daniyar" in write(db, lambda one: carry_out(one, replace(act, version=seen), NOW))


def test_what_a_rule_closed_a_person_may_reject(tmp_path: Path) -> None:
    db = house(tmp_path)
    db.conn.execute("update incident set state = 'closed', closed_at = '2026-03-01T00:00:00Z' where id = 'aaaaaa1'")
    db.conn.execute(
        "insert into audit (at, actor, table_name, row_id, operation, via) values ('x', 'monitor', 'incident', 'aaaaaa1', 'update', 'rule')"
    )
    db.conn.commit()
    assert "is rejected" in do(db, "reject", "aaaaaa1")


@pytest.mark.parametrize("kind", ["close", "reject"])
async def test_no_rule_undoes_what_a_person_decided(tmp_path: Path, kind: str) -> None:
    async with Bed(tmp_path) as bed:
        await prepared(bed)
        bed.vantage.by_name["orda.test"] = Doing("silent")
        for minutes in (0, 20, 40):
            await assess(bed, minutes)
        ((key,),) = rows(bed, "select id from incident")
        db = connect(bed.folder / "data" / "mfm.db")
        decided = datetime(2026, 3, 1, 6, 41, tzinfo=UTC)
        act = Act(kind=kind, incident=key, actor="aigerim", reason="a fault of our line")
        await asyncio.to_thread(write, db, lambda one: carry_out(one, act, decided))
        told = [await assess(bed, minutes) for minutes in (60, 80, 100)]
    state = {"close": "closed", "reject": "rejected"}[kind]
    assert rows(bed, f"select state from incident where id = '{key}'") == [(state,)]
    if kind == "reject":
        assert told == [[], [], []], "the same evidence opens nothing"
    else:
        assert told == [[], [], [("opened", "blocked:tls-sni")]], "a block that goes on after that is an incident of its own"
        assert rows(bed, "select count(*) from incident") == [(2,)]
