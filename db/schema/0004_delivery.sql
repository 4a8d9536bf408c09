-- Delivery and health. An audience is a name; addresses live in the configuration only.
create table outbox (
    id text primary key,
    idempotency_key text not null unique,
    alert_id text references alert (id),
    audience text not null,
    channel text not null,
    kind text not null,
    revision integer not null default 1,
    message_id text not null unique,
    thread_key text not null default '',
    carrier_id text references outbox (id),
    state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'deferred', 'refused', 'dead', 'suppressed')),
    payload_json text not null default '{}',
    not_before text not null,
    attempts integer not null default 0,
    next_attempt_at text not null,
    last_error text not null default '',
    created_at text not null,
    sent_at text
) strict;
create index outbox_state on outbox (state, next_attempt_at);
create index outbox_alert on outbox (alert_id);
create index outbox_carrier on outbox (carrier_id) where carrier_id is not null;
create index outbox_thread on outbox (thread_key, audience) where thread_key <> '';

-- Backfill cannot alert, by construction: the table itself refuses such a row.
create trigger outbox_refuses_backfill before insert on outbox
when exists (select 1 from alert where alert.id = new.alert_id and alert.is_backfill = 1)
begin
    select raise(abort, 'outbox: an alert from backfill is never delivered');
end;

create table delivery (
    id integer primary key,
    outbox_id text not null references outbox (id),
    attempt integer not null,
    at text not null,
    state text not null,
    code integer,
    response text not null default ''
) strict;
create index delivery_outbox on delivery (outbox_id);

create table issue (
    id text primary key,
    source_id text references source (id),
    run_id text,
    kind text not null,
    cause text not null default 'unknown',
    message text not null,
    url text not null default '',
    n_seen integer not null default 1,
    first_seen_at text not null,
    last_seen_at text not null,
    fixed_at text,
    notified_at text
) strict;
create index issue_open on issue (fixed_at, source_id);

create table source_health (
    source_id text not null references source (id),
    day text not null,
    n_runs integer not null default 0,
    n_failed integer not null default 0,
    n_new integer not null default 0,
    state text not null default 'unknown',
    cause text not null default 'unknown',
    note text not null default '',
    primary key (source_id, day)
) strict, without rowid;

-- The time that "today" means. The rehearsal moves its clock, so the newest run counts when it is ahead of the machine; a copy that
-- was last fed more than a week ago (a laptop, an export, a rehearsal of days gone by) is shown as of its last look.
create view moment as
select case
    when latest is null then machine
    when latest > machine or julianday(machine) - julianday(latest) > 7 then latest
    else machine end as now
from (select strftime('%Y-%m-%dT%H:%M:%SZ', 'now') as machine, (select max(started_at) from crawl_run) as latest);
