-- title: Days blocked by outlet
-- group: researcher
-- description: For how many days each outlet was blocked or suspended, open spells counted until today.
select coalesce(o.name, i.title) as outlet_name, i.outlet_id as outlet, i.kind, count(*) as n_spells,
    round(sum(julianday(coalesce(i.closed_at, (select now from moment))) - julianday(i.started_at)), 1) as days,
    max(i.state = 'open') as is_open
from incident i left join outlet o on o.id = i.outlet_id
where i.kind in ('blocking', 'throttling', 'suspension') and i.state not in ('suspected', 'rejected') and i.merged_into is null
group by coalesce(i.outlet_id, i.subject_key), i.kind
order by days desc
