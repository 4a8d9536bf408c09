-- title: Articles by outlet and day
-- group: maintainer
-- description: How much each outlet published on each of the last days; zeros are missing on purpose, a gap is a question.
-- param days: how many days back (14 when empty)
select substr(a.first_seen_at, 1, 10) as day, a.outlet_id as outlet, count(*) as n_articles, sum(a.copy_of is not null) as n_copies
from article a
where a.first_seen_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 14) as integer) || ' days')
group by day, a.outlet_id
order by day desc, n_articles desc
