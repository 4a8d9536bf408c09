-- title: Sources at a glance
-- group: maintainer
-- description: Every source that is read, with its last runs and when it last had something new.
select s.id as source, o.name as outlet, s.country, s.kind, s.last_run_at, s.last_ok_at, s.last_new_item_at, s.baseline_at,
    (select r.state from crawl_run r where r.source_id = s.id order by r.started_at desc limit 1) as last_state,
    (select r.reason from crawl_run r where r.source_id = s.id order by r.started_at desc limit 1) as last_reason
from source s join outlet o on o.id = s.outlet_id
where s.is_enabled = 1
order by s.country, s.id
