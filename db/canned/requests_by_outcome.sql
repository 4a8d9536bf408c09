-- title: Requests by outcome
-- group: maintainer
-- description: How the requests of the last days ended, source by source; walls and refusals stand apart from failures.
-- param days: how many days back (7 when empty)
select f.source_id as source, f.outcome, count(*) as n_requests, max(f.fetched_at) as latest, round(avg(f.duration_s), 2) as mean_seconds
from crawl_run r join fetch f on f.run_id = r.id
where r.started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 7) as integer) || ' days')
group by f.source_id, f.outcome
order by f.source_id, n_requests desc
