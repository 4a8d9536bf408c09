-- title: Incidents opened or closed lately
-- group: staff
-- description: Blocking, suspension and silence that began or ended in the last days.
-- param days: how many days back (30 when empty)
select i.id as incident, i.kind, i.state, i.title, coalesce(o.name, '') as outlet, i.started_at, i.closed_at
from incident i left join outlet o on o.id = i.outlet_id
where i.merged_into is null and max(i.started_at, coalesce(i.closed_at, ''))
    >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 30) as integer) || ' days')
order by max(i.started_at, coalesce(i.closed_at, '')) desc
limit 500
