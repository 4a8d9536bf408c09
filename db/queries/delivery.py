"""The outbox: what is to be told, to whom, over what, and how each try went. An audience is a name, never an address."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from db.connection import write
from db.identity import content_id
from db.queries.times import iso, parse_iso
from db.vocabulary import MessageKind, OutboxState


@dataclass(kw_only=True, slots=True, frozen=True)
class AlertTraits:
    """What decides who hears of an alert."""

    id: str
    number: int
    alert_kind: str
    category: str
    country: str
    severity: int
    confidence: float
    outlet_id: str
    outlet_name: str
    thread_key: str
    created_at: datetime


@dataclass(kw_only=True, slots=True, frozen=True)
class NewMessage:
    """A row to be: `subject_id` is the alert, or the period of a digest; one row per subject, audience, channel, revision."""

    subject_id: str
    audience: str
    channel: str
    kind: MessageKind
    domain: str
    alert_id: str | None = None
    revision: int = 1
    thread_key: str = ""
    payload: dict[str, object] = field(default_factory=dict, repr=False)
    not_before: datetime | None = None
    state: OutboxState = OutboxState.PENDING

    @property
    def key(self) -> str:
        """The idempotency key: an alert is told once, whether alone or as an update."""
        return "|".join((self.kind, self.subject_id, self.audience, self.channel, str(self.revision)))

    @property
    def id(self) -> str:
        """Id of the outbox row."""
        return content_id("outbox", self.key)


@dataclass(kw_only=True, slots=True, frozen=True)
class OutboxRow:
    """One message to one audience over one channel."""

    id: str
    alert_id: str | None
    audience: str
    channel: str
    kind: MessageKind
    message_id: str
    thread_key: str
    state: OutboxState
    payload: dict[str, object] = field(repr=False)
    attempts: int
    created_at: datetime


@dataclass(kw_only=True, slots=True, frozen=True)
class Outcome:
    """How one try ended; `retry_at` only for a deferred one. `response` holds no address."""

    state: OutboxState
    code: int | None = None
    response: str = ""
    retry_at: datetime | None = None


@dataclass(kw_only=True, slots=True, frozen=True)
class ThreadPast:
    """What an audience already has of a thread: the subject it began with and the ids sent, oldest first."""

    key: str
    subject: str = ""
    message_ids: tuple[str, ...] = ()


_TRAITS = """
    select a.id, a.number, a.alert_kind, a.category, a.country, a.severity, a.confidence, coalesce(a.outlet_id, '') as outlet_id,
           a.outlet_name, a.thread_key, a.created_at
    from alert a
"""
_TELLABLE = "a.is_backfill = 0 and a.status in ('open', 'confirmed', 'assigned', 'snoozed')"


# One conversation for all alerts that hang together by a case or an incident: the key of the first of them.
_THREAD = """
    with recursive linked (id, case_id, incident_id) as (
        select id, case_id, incident_id from alert where id = :id
        union
        select b.id, b.case_id, b.incident_id from linked l join alert b on b.incident_id = l.incident_id or b.case_id in (
            select two.case_id from case_member one join case_member two on two.root_id = one.root_id where one.case_id = l.case_id)
    )
    select a.thread_key from linked join alert a on a.id = linked.id where a.is_backfill = 0 order by a.number limit 1
"""


def _traits(db: Database, rows: Iterable[dict[str, object]]) -> list[AlertTraits]:
    return [_trait(db, row) for row in list(rows)]


def _trait(db: Database, row: dict[str, object]) -> AlertTraits:
    thread_key = next((str(each["thread_key"]) for each in db.query(_THREAD, {"id": row["id"]})), str(row["thread_key"]))
    created_at = parse_iso(str(row["created_at"]))
    return AlertTraits(**row | {"thread_key": thread_key, "created_at": created_at})  # type: ignore[arg-type]


def tellable_alerts(db: Database, alert_ids: Sequence[str]) -> list[AlertTraits]:
    """Those of `alert_ids` that may be told: not from backfill, not dismissed, merged or expired."""
    chosen = json.dumps(list(alert_ids))
    return _traits(db, db.query(f"{_TRAITS} where a.id in (select value from json_each(:ids)) and {_TELLABLE}", {"ids": chosen}))


def untold_alerts(db: Database, since: datetime) -> list[AlertTraits]:
    """Alerts made since then that no outbox row knows: the stage died between storing and telling."""
    query = f"""{_TRAITS} where a.created_at >= :since and {_TELLABLE}
        and not exists (select 1 from outbox o where o.alert_id = a.id) order by a.number"""
    return _traits(db, db.query(query, {"since": iso(since)}))


def add_messages(db: Database, messages: Sequence[NewMessage], now: datetime) -> int:
    """Write the rows that are not there yet, in one transaction; returns how many were new."""
    if not messages:
        return 0
    return write(db, lambda each: sum(add_message(each, message, now) for message in messages))


def add_message(db: Database, message: NewMessage, now: datetime) -> int:
    """Write one row unless it is there; inside the transaction of the caller."""
    row = {
        "id": message.id,
        "key": message.key,
        "alert_id": message.alert_id,
        "audience": message.audience,
        "channel": message.channel,
        "kind": message.kind.value,
        "revision": message.revision,
        "message_id": f"<mfm.{content_id('message', message.id, message.audience)}@{message.domain}>",
        "thread_key": message.thread_key,
        "payload": json.dumps(message.payload, ensure_ascii=False),
        "not_before": iso(message.not_before or now),
        "state": message.state.value,
        "now": iso(now),
    }
    cursor = db.conn.execute(
        """insert into outbox (id, idempotency_key, alert_id, audience, channel, kind, revision, message_id, thread_key,
               payload_json, state, not_before, next_attempt_at, created_at)
           values (:id, :key, :alert_id, :audience, :channel, :kind, :revision, :message_id, :thread_key,
               :payload, :state, :not_before, :not_before, :now)
           on conflict (idempotency_key) do nothing""",
        row,
    )
    return cursor.rowcount


_ROW = "select id, alert_id, audience, channel, kind, message_id, thread_key, state, payload_json, attempts, created_at from outbox"


def _row(row: dict[str, object]) -> OutboxRow:
    return OutboxRow(
        id=str(row["id"]),
        alert_id=str(row["alert_id"]) if row["alert_id"] else None,
        audience=str(row["audience"]),
        channel=str(row["channel"]),
        kind=MessageKind(str(row["kind"])),
        message_id=str(row["message_id"]),
        thread_key=str(row["thread_key"]),
        state=OutboxState(str(row["state"])),
        payload=json.loads(str(row["payload_json"])),
        attempts=int(str(row["attempts"])),
        created_at=parse_iso(str(row["created_at"])),
    )


def recover(db: Database, now: datetime) -> int:
    """Put rows that a killed sender left in `sending` back in the queue, under the Message-ID they have."""
    return write(db, lambda each: each.conn.execute(_RECOVER, {"now": iso(now)}).rowcount)


_RECOVER = """update outbox set state = 'deferred', next_attempt_at = :now, last_error = 'sender stopped before recording the answer'
    where state = 'sending'"""


def unwritten(db: Database, now: datetime) -> list[OutboxRow]:
    """Alert rows whose time has come and whose mail has not been written yet, oldest first."""
    query = f"""{_ROW} where state = 'pending' and carrier_id is null and alert_id is not null
        and payload_json = '{{}}' and not_before <= :now order by created_at, id"""
    return [_row(row) for row in db.query(query, {"now": iso(now)})]


def untellable(db: Database) -> list[str]:
    """Waiting rows whose alert was dismissed, merged or expired meanwhile and whose mail has not been written."""
    query = f"""select o.id from outbox o join alert a on a.id = o.alert_id
        where o.state = 'pending' and o.payload_json = '{{}}' and o.carrier_id is null and not ({_TELLABLE})"""
    return [str(row["id"]) for row in db.query(query)]


def suppress(db: Database, row_ids: Sequence[str], why: str) -> None:
    """Rows that are not to be sent after all."""
    if row_ids:
        write(db, lambda each: each.conn.execute(_SUPPRESS, {"ids": json.dumps(list(row_ids)), "why": why}))


_SUPPRESS = "update outbox set state = 'suppressed', last_error = :why where id in (select value from json_each(:ids))"


def write_mail(db: Database, row_id: str, payload: dict[str, object], carried: Sequence[str] = ()) -> None:
    """Fix the text of a mail, so that each retry is the same mail, and hang the rows it carries on it."""
    values = {"id": row_id, "payload": json.dumps(payload, ensure_ascii=False), "carried": json.dumps(list(carried))}
    write(db, lambda each: _write_mail(each, values))


def _write_mail(db: Database, values: Mapping[str, object]) -> None:
    db.conn.execute("update outbox set payload_json = :payload where id = :id", values)
    db.conn.execute(
        "update outbox set carrier_id = :id where id in (select value from json_each(:carried)) and id <> :id and state = 'pending'",
        values,
    )


def write_summary(db: Database, message: NewMessage, carried: Sequence[str], now: datetime) -> None:
    """Add a summary and hang the rows it tells of on it, in one transaction: none is lost, none is told twice."""

    def work(each: Database) -> None:
        add_message(each, message, now)
        _write_mail(each, {"id": message.id, "payload": json.dumps(message.payload, ensure_ascii=False), "carried": json.dumps(carried)})

    write(db, work)


def due(db: Database, now: datetime, limit: int) -> list[str]:
    """Ids of written mails whose try is due, oldest first."""
    query = """select id from outbox where state in ('pending', 'deferred') and carrier_id is null and payload_json <> '{}'
        and next_attempt_at <= :now order by created_at, id limit :limit"""
    return [str(row["id"]) for row in db.query(query, {"now": iso(now), "limit": limit})]


def claim(db: Database, row_id: str) -> OutboxRow | None:
    """Take a mail for sending and count the try; None when somebody else has it. Committed before anything is sent."""

    def work(each: Database) -> OutboxRow | None:
        taken = each.conn.execute(
            "update outbox set state = 'sending', attempts = attempts + 1 where id = :id and state in ('pending', 'deferred')",
            {"id": row_id},
        )
        rows = each.query(f"{_ROW} where id = :id", {"id": row_id}) if taken.rowcount else ()
        return next((_row(row) for row in rows), None)

    return write(db, work)


def record(db: Database, row: OutboxRow, outcome: Outcome, now: datetime) -> None:
    """Write how a try ended, for the mail and for the rows it carries, with its delivery row."""
    values = {
        "id": row.id,
        "attempt": row.attempts,
        "state": outcome.state.value,
        "code": outcome.code,
        "response": outcome.response,
        "error": "" if outcome.state is OutboxState.SENT else outcome.response,
        "sent_at": iso(now) if outcome.state is OutboxState.SENT else None,
        "next": iso(outcome.retry_at or now),
        "now": iso(now),
    }
    write(db, lambda each: _record(each, values))


def _record(db: Database, values: Mapping[str, object]) -> None:
    db.conn.execute(
        """update outbox set state = :state, last_error = :error, sent_at = :sent_at, next_attempt_at = :next
           where id = :id or carrier_id = :id""",
        values,
    )
    db.conn.execute(
        """insert into delivery (outbox_id, attempt, at, state, code, response)
           values (:id, :attempt, :now, :state, :code, :response)""",
        values,
    )


def n_mails_since(db: Database, audience: str, since: datetime, kinds: Sequence[MessageKind]) -> int:
    """Mails of these kinds written for an audience since then; a mail that carries many rows counts once."""
    query = """select count(*) as n from outbox where audience = :audience and kind in (select value from json_each(:kinds))
        and carrier_id is null and payload_json <> '{}' and created_at >= :since and state <> 'suppressed'"""
    values = {"audience": audience, "since": iso(since), "kinds": json.dumps(list(kinds))}
    return int(next(iter(db.query(query, values)))["n"])


def thread_past(db: Database, audience: str, thread_key: str) -> ThreadPast:
    """The thread so far: also mails that were lost keep their place in it."""
    query = """select message_id, json_extract(payload_json, '$.subject') as subject from outbox
        where audience = :audience and thread_key = :thread_key and carrier_id is null and payload_json <> '{}'
        and kind in ('alert', 'update', 'reminder') and state <> 'suppressed' order by created_at, id"""
    rows = list(db.query(query, {"audience": audience, "thread_key": thread_key})) if thread_key else []
    subject = next((str(row["subject"]) for row in rows if row["subject"]), "")
    return ThreadPast(key=thread_key, subject=subject, message_ids=tuple(str(row["message_id"]) for row in rows))


def stuck(db: Database, now: datetime, after: timedelta) -> tuple[int, str]:
    """How many mails wait longer than they should, and the last error said of one of them."""
    query = """select count(*) as n, max(last_error) as error from outbox
        where state in ('pending', 'sending', 'deferred') and carrier_id is null and not_before <= :before"""
    row = next(iter(db.query(query, {"before": iso(now - after)})))
    return int(row["n"]), str(row["error"] or "")


def counts(db: Database) -> dict[str, int]:
    """Rows per state, for the report of a run."""
    return {str(row["state"]): int(row["n"]) for row in db.query("select state, count(*) as n from outbox group by state order by state")}
