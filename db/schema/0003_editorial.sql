-- Editorial: cases, incidents and alerts. People decide; every write by a person has its audit row.
create table court_case (
    id text primary key,
    country text not null,
    procedure text not null default 'unknown' check (procedure in ('civil', 'criminal', 'administrative', 'unknown')),
    category text not null,
    title text not null,
    case_number text not null default '',
    court text not null default '',
    outlet_id text references outlet (id),
    stage text not null default '',
    outcome text not null default '',
    is_for_media integer check (is_for_media in (0, 1)),
    claim_amount real,
    awarded_amount real,
    currency text not null default '',
    filed_on text,
    filed_precision text not null default 'unknown',
    filed_basis text not null default 'none',
    next_hearing_at text,
    closed_on text,
    closed_precision text not null default 'unknown',
    closed_basis text not null default 'none',
    new_basis text not null default 'unknown',
    predecessor_id text references court_case (id),
    merged_into text references court_case (id),
    is_locked integer not null default 0 check (is_locked in (0, 1)),
    first_seen_at text not null,
    updated_at text not null
) strict;
create index court_case_number on court_case (case_number) where case_number <> '';
create index court_case_outlet on court_case (outlet_id);
create index court_case_category on court_case (category, stage);

create table party (
    id text primary key,
    kind text not null default 'person' check (kind in ('person', 'outlet', 'organisation', 'court', 'agency', 'unknown')),
    name text not null,
    name_folded text not null,
    merged_into text references party (id)
) strict;
create index party_folded on party (name_folded);

create table party_alias (
    party_id text not null references party (id),
    alias text not null,
    alias_folded text not null,
    script text not null default '',
    primary key (party_id, alias)
) strict, without rowid;
create index party_alias_folded on party_alias (alias_folded);

create table case_party (
    case_id text not null references court_case (id),
    party_id text not null references party (id),
    role text not null,
    status text not null default 'unknown',
    primary key (case_id, party_id, role)
) strict, without rowid;
create index case_party_party on case_party (party_id, case_id);

create table case_provision (
    case_id text not null references court_case (id),
    provision_id text not null,
    article text not null default '',
    part text not null default '',
    primary key (case_id, provision_id, part)
) strict, without rowid;

create table case_amount (
    id text primary key,
    case_id text not null references court_case (id),
    role text not null,
    value real not null,
    currency text not null,
    reported_on text,
    finding_id text references finding (id)
) strict;
create index case_amount_case on case_amount (case_id);

create table case_event (
    id text primary key,
    case_id text not null references court_case (id),
    stage text not null default '',
    kind text not null,
    outcome text not null default '',
    event_on text,
    event_precision text not null default 'unknown',
    event_basis text not null default 'none',
    finding_id text references finding (id),
    article_id text references article (id),
    capture_id text references capture (id),
    basis text not null default 'unknown',
    reason text not null default '',
    score real not null default 0,
    seen_at text not null
) strict;
create index case_event_case on case_event (case_id, event_on);
create index case_event_article on case_event (article_id);

create table hearing (
    id text primary key,
    case_id text not null references court_case (id),
    starts_at text,
    starts_on text not null,
    zone text not null default 'Asia/Almaty',
    court text not null default '',
    room text not null default '',
    status text not null default 'planned' check (status in ('planned', 'held', 'postponed', 'cancelled', 'vanished', 'unknown')),
    ical_uid text not null,
    sequence integer not null default 0,
    finding_id text references finding (id),
    capture_id text references capture (id),
    first_seen_at text not null,
    last_seen_at text not null
) strict;
create index hearing_when on hearing (starts_on);
create index hearing_case on hearing (case_id);

create table incident (
    id text primary key,
    outlet_id text references outlet (id),
    country text not null,
    kind text not null,
    state text not null check (state in ('suspected', 'open', 'eased', 'closed', 'frozen', 'stale', 'rejected')),
    title text not null,
    subject_key text not null default '',
    method text not null default '',
    class text not null default '',
    confidence real not null default 0,
    started_at text not null,
    opened_at text,
    eased_at text,
    closed_at text,
    last_evidence_at text not null,
    reopened integer not null default 0,
    merged_into text references incident (id),
    is_locked integer not null default 0 check (is_locked in (0, 1)),
    summary text not null default '',
    updated_at text not null
) strict;
create index incident_outlet on incident (outlet_id, state);
create index incident_subject on incident (subject_key, kind) where subject_key <> '';
create index incident_state on incident (state, started_at);

create table incident_track (
    incident_id text not null references incident (id),
    vantage text not null,
    asn text not null default '',
    method text not null,
    state text not null default 'suspected',
    first_at text not null,
    last_bad_at text,
    last_good_at text,
    n_bad integer not null default 0,
    n_good integer not null default 0,
    good_since text,
    primary key (incident_id, vantage, method)
) strict, without rowid;

create table incident_event (
    id text primary key,
    incident_id text not null references incident (id),
    kind text not null,
    happened_at text not null,
    verdict_id text references verdict (id),
    article_id text references article (id),
    finding_id text references finding (id),
    note text not null default ''
) strict;
create index incident_event_incident on incident_event (incident_id, happened_at);
create index incident_event_article on incident_event (article_id);

create table alert (
    id text primary key,
    number integer not null unique,
    kind text not null,
    alert_kind text not null check (alert_kind in ('at_once', 'digest', 'record', 'none')),
    category text not null,
    stage text not null default '',
    country text not null,
    severity integer not null check (severity between 1 and 5),
    status text not null default 'open' check (status in ('open', 'confirmed', 'assigned', 'snoozed', 'dismissed', 'merged', 'expired')),
    status_reason text not null default '',
    title text not null,
    summary text not null default '',
    reason text not null default '',
    confidence real not null,
    outlet_id text references outlet (id),
    outlet_name text not null default '',
    case_id text references court_case (id),
    incident_id text references incident (id),
    thread_key text not null,
    basis text not null default 'unknown',
    event_on text,
    event_precision text not null default 'unknown',
    event_basis text not null default 'none',
    rules_version text not null,
    is_backfill integer not null default 0 check (is_backfill in (0, 1)),
    n_reports integer not null default 1,
    assignee text not null default '',
    snoozed_until text,
    merged_into text references alert (id),
    created_at text not null,
    updated_at text not null
) strict;
create index alert_created on alert (created_at);
create index alert_case on alert (case_id);
create index alert_incident on alert (incident_id);
create index alert_outlet on alert (outlet_id);

create table alert_article (
    alert_id text not null references alert (id),
    article_id text not null references article (id),
    relation text not null check (relation in ('trigger', 'copy', 'update', 'correction', 'official_reply')),
    added_at text not null,
    primary key (alert_id, article_id)
) strict, without rowid;
create index alert_article_article on alert_article (article_id);

create table alert_evidence (
    id text primary key,
    alert_id text not null references alert (id),
    kind text not null check (kind in ('quote', 'capture', 'verdict', 'hearing', 'register', 'silence')),
    finding_id text references finding (id),
    capture_id text references capture (id),
    verdict_id text references verdict (id),
    quote text not null default '',
    start_offset integer,
    end_offset integer,
    sha256 text not null default '',
    archive_path text not null default '',
    archive_offset integer,
    note text not null default ''
) strict;
create index alert_evidence_alert on alert_evidence (alert_id);

create table audit (
    id integer primary key,
    at text not null,
    actor text not null,
    table_name text not null,
    row_id text not null,
    operation text not null,
    before_json text not null default '{}',
    after_json text not null default '{}',
    via text not null default 'command'
) strict;
create index audit_row on audit (table_name, row_id);
