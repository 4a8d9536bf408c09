-- title: New cases
-- group: staff
-- description: Cases first seen in the last days, with who is against whom and for how much.
-- param days: how many days back (30 when empty)
select c.id as court_case, c.first_seen_at, c.title, c.category, c.stage, c.court, c.claim_amount, c.currency, c.new_basis
from court_case c
where c.merged_into is null
    and c.first_seen_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (select now from moment), '-' || cast(coalesce(nullif(:days, ''), 30) as integer) || ' days')
order by c.first_seen_at desc
limit 500
