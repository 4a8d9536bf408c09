-- Derived: what official registers say of the addresses we asked about.
create table register_look (
    source_id text not null references source (id),
    domain text not null,
    capture_id text not null references capture (id),
    n_entries integer not null,
    looked_at text not null,
    primary key (source_id, domain)
) strict, without rowid;

create table register_entry (
    id text primary key,
    source_id text not null references source (id),
    domain text not null,
    register_key text not null,
    address text not null default '',
    category text not null default '',
    court text not null default '',
    decided_on text,
    capture_id text not null references capture (id),
    first_seen_at text not null,
    last_seen_at text not null,
    gone_at text
) strict;
create index register_entry_domain on register_entry (domain, gone_at);
create index register_entry_capture on register_entry (capture_id);
create index register_look_capture on register_look (capture_id);
