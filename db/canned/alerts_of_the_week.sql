-- title: Alerts of the week
-- group: staff
-- description: What staff were told of in the last days, newest first, with the number of reports.
-- param days: how many days back (7 when empty)
select a.id as alert, a.number, a.created_at, a.severity, a.title, a.stage, a.outlet_name, a.country, a.n_reports, a.status, a.reason
from alert a
where a.is_backfill = 0
    and a.created_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 7) as integer) || ' days')
order by a.created_at desc, a.number desc
