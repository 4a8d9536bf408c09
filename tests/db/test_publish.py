"""The public copy holds what a person confirmed, and no name, address, note or mail beside it."""

from pathlib import Path

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from db.connection import connect_readonly
from db.publish import PublishError, publish
from tests.db.sample_archive import empty_archive, fill

SECRETS = ("Тайный Свидетель", "desk@newsroom.example", "interne Notiz", "s3cr3t-token", "Әлия Сыналған")
CASE = {"court_case": "id", "alert": "case_id"}


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    """The sample archive with a secret in every place that people and machines write to."""
    db = empty_archive(tmp_path / "mfm.db")
    fill(db)
    who, mail, note, token, name = SECRETS
    db.execute("update source set notes = ?, url = ?", (note, f"https://x.example/?key={token}"))
    db.execute("update alert set assignee = ?, status_reason = ?, title = ?, summary = ?, reason = ?", (mail, note, name, name, name))
    db.execute("update court_case set title = ?, case_number = ?, court = ?", (name, name, name))
    db.execute("update incident set title = ?, summary = ?, subject_key = ?", (name, note, name))
    db.execute("update article set title = ?, text = ?, canonical_url = canonical_url || ?", (name, name, token))
    db.execute("update case_event set reason = ?", (name,))
    db.execute("update hearing set court = ?, room = ?", (name, note))
    for number, (kind, role, words) in enumerate((("person", "journalist", name), ("person", "source", who))):
        db.execute("insert into party (id, kind, name, name_folded) values (?, ?, ?, ?)", (f"p{number}", kind, words, words))
        db.execute("insert into case_party (case_id, party_id, role) select id, ?, ? from court_case", (f"p{number}", role))
    db.execute("insert into audit (at, actor, table_name, row_id, operation) values ('', ?, 'alert', '', 'note')", (mail,))
    db.conn.commit()
    yield db
    db.close()


def test_nothing_unconfirmed_or_private_leaks(archive: Database, tmp_path: Path) -> None:
    counts = publish(tmp_path / "mfm.db", tmp_path / "public.db")
    data = (tmp_path / "public.db").read_bytes()
    assert counts["alert"] > 0 and counts["court_case"] > 0
    assert [secret for secret in SECRETS if secret.encode() in data] == []
    public = connect_readonly(tmp_path / "public.db")
    assert "journalist" in {row["name"] for row in public.query("select name from party")}
    private = ("outbox", "delivery", "audit", "issue", "article", "finding", "alert_evidence", "capture", "fetch", "observation")
    assert [table for table in private if public[table].count] == []
    public.close()


def test_confirmed_alerts_are_named_but_sources_never(archive: Database, tmp_path: Path) -> None:
    archive.execute("update alert set status = 'confirmed'")
    archive.execute("delete from case_party where role = 'source' and case_id <> (select min(id) from court_case)")
    archive.conn.commit()
    publish(tmp_path / "mfm.db", tmp_path / "public.db")
    data = (tmp_path / "public.db").read_bytes()
    assert SECRETS[4].encode() in data
    assert [secret for secret in SECRETS[:4] if secret.encode() in data] == []


def test_a_case_with_a_protected_source_names_nobody_even_when_confirmed(archive: Database, tmp_path: Path) -> None:
    archive.execute("update alert set status = 'confirmed'")
    archive.conn.commit()
    publish(tmp_path / "mfm.db", tmp_path / "public.db")
    public = connect_readonly(tmp_path / "public.db")
    titles = {
        row["title"] for table in ("court_case", "alert") for row in public.query(f"select title from {table} where {CASE[table]} <> ''")
    }
    people = {row["name"] for row in public.query("select name from party where kind = 'person'")}
    public.close()
    assert titles and SECRETS[4] not in titles
    assert not people & set(SECRETS)


def test_dismissed_alerts_are_not_public(archive: Database, tmp_path: Path) -> None:
    archive.execute("update alert set status = 'dismissed'")
    archive.conn.commit()
    assert publish(tmp_path / "mfm.db", tmp_path / "public.db")["alert"] == 0


async def test_the_copy_opens_in_datasette(archive: Database, tmp_path: Path) -> None:
    publish(tmp_path / "mfm.db", tmp_path / "public.db")
    site = Datasette([str(tmp_path / "public.db")])
    answer = await site.client.get("/public/alert.json?_shape=array")
    assert answer.status_code == 200 and len(answer.json()) > 0


def test_a_file_that_is_there_is_never_overwritten(archive: Database, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="is there already"):
        publish(tmp_path / "mfm.db", tmp_path / "mfm.db")
