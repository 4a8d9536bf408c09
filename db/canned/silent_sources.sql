-- title: Silent sources
-- group: maintainer
-- description: Sources that have had nothing new for longer than they are expected to be silent. Silence can be a ban, or our own blindness.
select s.id as source, o.name as outlet, s.country, s.last_new_item_at, s.last_ok_at, s.last_run_at, s.max_silence_s / 3600 as expected_within_hours,
    cast((julianday((select now from moment)) - julianday(s.last_new_item_at)) * 24 as integer) as hours_silent
from source s join outlet o on o.id = s.outlet_id
where s.is_enabled = 1 and s.last_new_item_at is not null
    and (julianday((select now from moment)) - julianday(s.last_new_item_at)) * 86400 > s.max_silence_s
order by hours_silent desc
