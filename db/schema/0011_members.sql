-- Derived: every case with the case that it is shown in, which is itself unless it was merged.
create view case_member as
select id as root_id, id as case_id from court_case where merged_into is null
union all
select merged_into, id from court_case where merged_into is not null;

-- Chains of merges that were written before the rule below stood.
update court_case set merged_into = (
    with recursive up (id, next, n_steps) as (
        select heir.id, heir.merged_into, 1 from court_case heir where heir.id = court_case.merged_into
        union all
        select heir.id, heir.merged_into, up.n_steps + 1 from up join court_case heir on heir.id = up.next where up.n_steps < 50)
    select id from up order by n_steps desc limit 1)
where merged_into in (select id from court_case where merged_into is not null);

-- Whoever writes it, a merge leads to a case that stands for itself: those merged before follow, and a merge turned round is turned.
create trigger court_case_merged after update of merged_into on court_case when new.merged_into is not null
begin
    select raise(abort, 'court_case: a case cannot be merged into itself') where new.merged_into = new.id;
    update court_case set merged_into = null where id = new.merged_into and merged_into = new.id;
    update court_case set merged_into = (select heir.merged_into from court_case heir where heir.id = new.merged_into)
    where id = new.id and exists (select 1 from court_case heir where heir.id = new.merged_into and heir.merged_into is not null);
    update court_case set merged_into = (select own.merged_into from court_case own where own.id = new.id)
    where merged_into = new.id and id <> (select own.merged_into from court_case own where own.id = new.id);
end;
