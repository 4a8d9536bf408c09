-- Derived: what the rules made of the raw layer; may be recomputed by `scrapy replay`.
create table article (
    id text primary key,
    source_id text not null references source (id),
    outlet_id text not null references outlet (id),
    canonical_url text not null,
    title text not null,
    title_folded text not null default '',
    text text not null,
    byline text not null default '',
    section text not null default '',
    language text not null default 'unknown',
    published_at text,
    published_on text,
    published_precision text not null default 'unknown',
    published_basis text not null default 'none',
    published_raw text not null default '',
    modified_at text,
    first_seen_at text not null,
    last_seen_at text not null,
    text_fingerprint text not null,
    near_key blob,
    copy_of text references article (id),
    similarity real not null default 0,
    n_versions integer not null default 1,
    is_removed integer not null default 0 check (is_removed in (0, 1)),
    is_backfill integer not null default 0 check (is_backfill in (0, 1)),
    search_text text not null default '',
    search_stems text not null default ''
) strict;
create index article_url on article (canonical_url);
create index article_outlet on article (outlet_id, published_at);
create index article_seen on article (first_seen_at);
create index article_fingerprint on article (text_fingerprint);
create index article_copy on article (copy_of) where copy_of is not null;
create index article_removed on article (last_seen_at) where is_removed = 1;

create table article_version (
    id text primary key,
    article_id text not null references article (id),
    number integer not null,
    capture_id text not null references capture (id),
    title text not null,
    text text not null,
    text_fingerprint text not null,
    change text not null default 'none',
    diff text not null default '',
    extractor text not null default '',
    seen_at text not null,
    unique (article_id, number)
) strict;
create index article_version_capture on article_version (capture_id);
create index article_version_changed on article_version (seen_at) where number > 1;

create table article_near (
    band text not null,
    article_id text not null references article (id),
    first_seen_at text not null,
    primary key (band, article_id)
) strict, without rowid;

create table finding (
    id text primary key,
    article_id text not null references article (id),
    version_id text not null references article_version (id),
    rule_id text not null,
    rules_version text not null,
    category text not null,
    subtype text not null default '',
    stage text not null default '',
    outcomes_json text not null default '[]',
    is_new integer check (is_new in (0, 1)),
    new_reason text not null default '',
    confidence real not null,
    alert_kind text not null check (alert_kind in ('at_once', 'digest', 'record', 'none')),
    is_negated integer not null default 0 check (is_negated in (0, 1)),
    outlets_json text not null default '[]',
    people_json text not null default '[]',
    opponents_json text not null default '[]',
    provisions_json text not null default '[]',
    amounts_json text not null default '[]',
    court text not null default '',
    case_number text not null default '',
    hearing_at text not null default '',
    event_on text not null default '',
    place text not null default '',
    country text not null default '',
    reason text not null default '',
    found_at text not null,
    superseded_at text
) strict;
create index finding_article on finding (article_id);
create index finding_category on finding (category, found_at);

create table finding_evidence (
    finding_id text not null references finding (id),
    number integer not null,
    field text not null default 'text',
    start_offset integer not null,
    end_offset integer not null,
    quote text not null,
    rule_id text not null,
    primary key (finding_id, number)
) strict, without rowid;

create table verdict (
    id text primary key,
    source_id text not null references source (id),
    outlet_id text not null references outlet (id),
    url text not null,
    batch_id text not null,
    vantage text not null,
    country text not null default 'ZZ',
    asn text not null default '',
    verdict text not null,
    reason text not null default '',
    confidence real not null default 0,
    evidence_kind text not null default 'none' check (evidence_kind in ('artefact', 'differential', 'absence', 'none')),
    layer text not null default '',
    rule_id text not null,
    rules_version text not null,
    explanation text not null default '',
    observations_json text not null default '[]',
    is_path_clear integer not null default 0 check (is_path_clear in (0, 1)),
    judged_at text not null
) strict;
create index verdict_outlet on verdict (outlet_id, judged_at);
create index verdict_batch on verdict (batch_id);
