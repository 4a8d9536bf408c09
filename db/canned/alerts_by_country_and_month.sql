-- title: Alerts by country and month
-- group: researcher
-- description: Alerts of each kind in each country and month; those from before our watching are counted apart.
select substr(created_at, 1, 7) as month, country, category, sum(is_backfill = 0) as n_alerts, sum(is_backfill) as n_older, max(severity) as worst
from alert
where status not in ('dismissed', 'merged')
group by month, country, category
order by month desc, n_alerts desc
