"""Bounces on the outbox: each is a row of `delivery` beside the tries, once for each mail."""

from datetime import datetime

from sqlite_utils import Database

from db.connection import write
from db.queries.times import iso

HARD, SOFT = "bounced", "delayed"


def record_bounce(db: Database, message_id: str, state: str, code: int | None, words: str, now: datetime) -> str:
    """Write a bounce of a mail that was sent; returns its audience, empty when it is known already or no such mail was sent."""
    values = {"message_id": message_id, "state": state, "code": code, "words": words, "now": iso(now)}

    def work(each: Database) -> str:
        row = each.conn.execute(_SENT, values).fetchone()
        if row is None or each.conn.execute(_ADD, values | {"id": row[0]}).rowcount == 0:
            return ""
        each.conn.execute("update outbox set last_error = :words where id = :id", values | {"id": row[0]})
        return str(row[1])

    return write(db, work)


_SENT = "select id, audience from outbox where message_id = :message_id and state = 'sent' and carrier_id is null"
_ADD = """insert into delivery (outbox_id, attempt, at, state, code, response)
    select id, attempts, :now, :state, :code, :words from outbox where id = :id
    and not exists (select 1 from delivery where outbox_id = :id and state = :state)"""


def n_hard_bounces(db: Database, audience: str, since: datetime | None) -> int:
    """Mails to an audience that came back for good."""
    query = """select count(*) as n from delivery d join outbox o on o.id = d.outbox_id
        where o.audience = :audience and d.state = 'bounced' and d.at > :since"""
    return int(next(iter(db.query(query, {"audience": audience, "since": iso(since) if since else ""})))["n"])
