-- Derived: which cases were merged into a case, asked for with every report that may be of it.
create index court_case_merged on court_case (merged_into) where merged_into is not null;
-- Derived: how many keys its party has, so that a text is asked for all words of a name at once.
alter table party_bucket add column n_keys integer not null default 1;
update party_bucket set n_keys = (select count(*) from party_bucket own where own.party_id = party_bucket.party_id);
