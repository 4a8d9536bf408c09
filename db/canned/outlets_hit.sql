-- title: Outlets that were hit
-- group: researcher
-- description: Alerts of each kind per outlet; reports are counted apart, so that a loud case is not mistaken for many.
select a.outlet_name, a.outlet_id as outlet, a.category, count(*) as n_alerts, count(distinct a.thread_key) as n_cases_or_incidents,
    sum(a.n_reports) as n_reports, max(a.created_at) as latest
from alert a
where a.outlet_name <> '' and a.status not in ('dismissed', 'merged')
group by a.outlet_name, a.category
order by n_alerts desc, a.outlet_name
