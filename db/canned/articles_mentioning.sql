-- title: Articles mentioning
-- group: staff
-- description: Full-text search with word endings left open, newest first. Quote a phrase to find exactly that; begin with = for the query language of FTS5.
-- param query: words to look for
-- param since: only published or seen on or after this day (empty for all)
select a.id as article, snippet(article_fts, 1, '⟦', '⟧', ' … ', 24) as found, a.title, o.name as outlet, a.language,
    coalesce(a.published_at, a.first_seen_at) as published_at, a.canonical_url as url
from article_fts
    join article a on a.rowid = article_fts.rowid
    join outlet o on o.id = a.outlet_id
where article_fts match mfm_query(:query) and coalesce(a.published_at, a.first_seen_at) >= coalesce(:since, '')
order by article_fts.rowid desc
limit 100
