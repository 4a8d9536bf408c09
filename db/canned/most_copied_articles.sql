-- title: Most copied articles
-- group: researcher
-- description: Articles that others have repeated, with who repeated them.
select first.id as article, first.title, o.name as outlet, count(*) as n_copies, group_concat(distinct copy.outlet_id) as repeated_by
from article copy
    join article first on first.id = copy.copy_of
    join outlet o on o.id = first.outlet_id
where copy.copy_of is not null
group by first.id
order by n_copies desc
limit 100
