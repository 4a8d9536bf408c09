-- title: Articles that were removed
-- group: researcher
-- description: Articles at whose address something else stands now; the text is kept here.
select a.id as article, a.title, o.name as outlet, a.published_at, a.last_seen_at, a.canonical_url as url
from article a join outlet o on o.id = a.outlet_id
where a.is_removed = 1
order by a.last_seen_at desc
limit 500
