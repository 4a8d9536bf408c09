-- title: New and carried-over cases by month
-- group: researcher
-- description: A case counts as new in the month it was first seen, unless it was then already under way (appeal, carried over); afterwards it is carried over in each month in which something of it was reported.
with month as (
    select distinct substr(first_seen_at, 1, 7) as month from court_case
    union select distinct substr(seen_at, 1, 7) from case_event
)
select m.month, c.category,
    count(distinct case when substr(c.first_seen_at, 1, 7) = m.month
        and c.new_basis not in ('carry_over', 'appeal', 'refiled_after_withdrawal', 'backfill', 'copy') then c.id end) as n_new,
    count(distinct case when substr(c.first_seen_at, 1, 7) < m.month
        or c.new_basis in ('carry_over', 'appeal', 'refiled_after_withdrawal', 'backfill', 'copy') then c.id end) as n_carried_over,
    count(distinct case when substr(c.closed_on, 1, 7) = m.month and c.is_for_media = 1 then c.id end) as n_ended_for_media
from month m
    join case_event e on substr(e.seen_at, 1, 7) = m.month
    join case_member part on part.case_id = e.case_id
    join court_case c on c.id = part.root_id
group by m.month, c.category
order by m.month desc, c.category
