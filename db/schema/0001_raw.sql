-- Raw: what was seen. Rows are added, never changed but for last_seen.
create table outlet (
    id text primary key,
    name text not null,
    name_ru text not null default '',
    name_kk text not null default '',
    country text not null,
    kind text not null,
    independence text not null default 'unknown',
    homepage text not null default '',
    is_historic integer not null default 0 check (is_historic in (0, 1))
) strict;

create table source (
    id text primary key,
    outlet_id text not null references outlet (id),
    country text not null,
    kind text not null,
    url text not null default '',
    languages text not null default '',
    cadence_s integer not null,
    min_items integer not null default 0,
    max_items integer not null default 0,
    max_silence_s integer not null,
    is_enabled integer not null default 1 check (is_enabled in (0, 1)),
    disabled_reason text not null default '',
    is_verified integer not null default 0 check (is_verified in (0, 1)),
    needs_browser integer not null default 0 check (needs_browser in (0, 1)),
    baseline_at text,
    last_run_at text,
    last_ok_at text,
    last_new_item_at text,
    notes text not null default ''
) strict;

create table fetch_state (
    url text primary key,
    source_id text not null references source (id),
    etag text not null default '',
    last_modified text not null default '',
    body_sha256 text not null default '',
    last_attempt_at text,
    last_success_at text,
    last_unconditional_at text,
    next_attempt_at text,
    n_failures real not null default 0,
    n_not_modified integer not null default 0,
    poll_s integer not null default 0,
    last_outcome text not null default ''
) strict;
create index fetch_state_source on fetch_state (source_id);

create table crawl_run (
    id text primary key,
    source_id text not null references source (id),
    spider text not null,
    planned_at text,
    started_at text not null,
    ended_at text,
    state text not null check (state in ('running', 'ok', 'failed', 'offline', 'killed', 'skipped', 'misfired')),
    cause text not null default 'none',
    reason text not null default '',
    is_baseline integer not null default 0 check (is_baseline in (0, 1)),
    n_requests integer not null default 0,
    n_pages integer not null default 0,
    n_entries integer not null default 0,
    n_new integer not null default 0,
    n_not_modified integer not null default 0,
    n_failed integer not null default 0,
    n_findings integer not null default 0,
    n_alerts integer not null default 0,
    n_errors integer not null default 0,
    received_bytes integer not null default 0,
    duration_s real not null default 0,
    stats_json text not null default '{}'
) strict;
create index crawl_run_source on crawl_run (source_id, started_at);
create index crawl_run_state on crawl_run (state, started_at);
create index crawl_run_started on crawl_run (started_at);

create table fetch (
    id text primary key,
    run_id text not null references crawl_run (id),
    source_id text not null references source (id),
    role text not null,
    url text not null,
    final_url text not null default '',
    fetched_at text not null,
    duration_s real not null default 0,
    vantage text not null default 'direct',
    status integer,
    outcome text not null,
    page_class text not null default '',
    received_bytes integer not null default 0,
    capture_id text references capture (id),
    error text not null default ''
) strict;
create index fetch_run on fetch (run_id);
create index fetch_url on fetch (url, fetched_at);
create index fetch_capture on fetch (capture_id);

create table capture (
    id text primary key,
    source_id text not null references source (id),
    role text not null,
    url text not null,
    final_url text not null,
    redirects_json text not null default '[]',
    status integer not null,
    headers_json text not null default '[]',
    mime text not null default '',
    vantage text not null default 'direct',
    ip_address text not null default '',
    body_sha256 text not null,
    body_bytes integer not null,
    archive_path text not null,
    archive_offset integer not null,
    archive_length_bytes integer not null,
    record_id text not null,
    page_class text not null default '',
    charset text not null default '',
    charset_basis text not null default '',
    is_backfill integer not null default 0 check (is_backfill in (0, 1)),
    captured_at text not null,
    last_seen_at text not null,
    n_seen integer not null default 1
) strict;
create index capture_source on capture (source_id, captured_at);
create index capture_url on capture (url, captured_at);
create index capture_sha on capture (body_sha256);
create index capture_month on capture (captured_at, source_id, body_bytes);

create table observation (
    id text primary key,
    source_id text not null references source (id),
    run_id text,
    batch_id text not null default '',
    url text not null,
    step text not null,
    vantage text not null,
    is_control integer not null default 0 check (is_control in (0, 1)),
    attempt integer not null default 1,
    target text not null default '',
    failure text not null default '',
    outcome text not null default '',
    duration_s real not null default 0,
    detail_json text not null default '{}',
    observed_at text not null
) strict;
create index observation_batch on observation (batch_id);
create index observation_source on observation (source_id, observed_at);
