-- title: Growth of the archive
-- group: maintainer
-- description: Pages kept in each month and their size after unpacking.
select substr(captured_at, 1, 7) as month, count(*) as n_pages, count(distinct source_id) as n_sources, sum(body_bytes) as bytes
from capture indexed by capture_month
group by month
order by month desc
