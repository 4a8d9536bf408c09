-- title: Sources never seen well
-- group: maintainer
-- description: Sources that are tried and have never had a run that went well.
select s.id as source, o.name as outlet, s.country, s.kind, s.url, s.last_run_at,
    (select r.reason from crawl_run r where r.source_id = s.id order by r.started_at desc limit 1) as last_reason
from source s join outlet o on o.id = s.outlet_id
where s.is_enabled = 1 and s.last_ok_at is null and s.last_run_at is not null
order by s.country, s.id
