-- title: Walls and surprises
-- group: maintainer
-- description: Pages of the last days that were not what was asked for - bot challenges, logins, block pages, empty and moved ones.
-- param days: how many days back (7 when empty)
select f.source_id as source, f.page_class, count(*) as n_pages, max(f.fetched_at) as latest, max(f.url) as url
from crawl_run r join fetch f on f.run_id = r.id
where r.started_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 7) as integer) || ' days')
    and f.page_class not in ('', 'article', 'listing', 'feed', 'sitemap', 'court_list')
group by f.source_id, f.page_class
order by n_pages desc
