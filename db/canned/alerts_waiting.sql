-- title: Alerts that nobody has taken up
-- group: staff
-- description: Open alerts without an assignee, the most severe and the oldest first.
select a.id as alert, a.number, a.severity, a.title, a.outlet_name, a.created_at,
    cast(julianday((select now from moment)) - julianday(a.created_at) as integer) as days_waiting
from alert a
where a.status = 'open' and a.assignee = '' and a.is_backfill = 0
order by a.severity desc, a.created_at
limit 200
