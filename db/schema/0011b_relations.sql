-- Derived: cases of one quarrel or against one target that stay cases of their own. `case_id` is the later one.
create table case_relation (
    case_id text not null references court_case (id),
    other_id text not null references court_case (id),
    kind text not null check (kind in ('same_dispute', 'same_target')),
    reason text not null,
    seen_at text not null,
    primary key (case_id, other_id)
) strict, without rowid;
create index case_relation_other on case_relation (other_id);
