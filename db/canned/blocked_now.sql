-- title: Blocked, throttled or suspended now
-- group: staff
-- description: Incidents that are open or on their way out, with the last evidence.
select i.id as incident, i.kind, i.state, i.title, coalesce(o.name, '') as outlet, i.country, i.method, i.started_at, i.last_evidence_at,
    cast(julianday((select now from moment)) - julianday(i.started_at) as integer) as days
from incident i left join outlet o on o.id = i.outlet_id
where i.state in ('open', 'eased') and i.merged_into is null and i.kind <> 'silence'
order by i.started_at
