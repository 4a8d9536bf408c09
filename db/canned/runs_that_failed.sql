-- title: Runs that failed
-- group: maintainer
-- description: Crawls of the last days that were not ok, with the reason.
-- param days: how many days back (7 when empty)
select r.started_at, r.source_id as source, r.state, r.cause, r.reason, r.n_requests, r.n_pages, r.n_failed, r.n_errors, r.id as crawl_run
from crawl_run r
where r.state in ('failed', 'killed', 'misfired', 'offline')
    and r.started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 7) as integer) || ' days')
order by r.started_at desc
