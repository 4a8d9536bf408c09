-- title: Every look at an address
-- group: lawyer
-- description: When an address was read, how it answered, and what it held - also that something was not there.
-- param url: the address
select f.fetched_at, f.outcome, f.status, f.vantage, c.body_sha256, c.archive_path, c.archive_offset, c.captured_at as like_this_since, f.error
from fetch f left join capture c on c.id = f.capture_id
where f.url = :url
order by f.fetched_at
