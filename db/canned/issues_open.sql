-- title: Open issues
-- group: maintainer
-- description: Surprises that nobody has mended yet.
select i.last_seen_at, i.kind, i.cause, i.source_id as source, i.message, i.url, i.n_seen, i.first_seen_at, i.id as issue
from issue i
where i.fixed_at is null
order by i.last_seen_at desc
