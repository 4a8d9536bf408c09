-- Derived: where to look for the cases that a name could mean. A bucket is the first three consonants of a word of a name.
create table party_bucket (
    bucket text not null,
    party_id text not null references party (id),
    primary key (bucket, party_id)
) strict, without rowid;
