-- title: History of an outlet
-- group: researcher
-- description: Alerts, cases and incidents of one outlet in one list.
-- param outlet: id of the outlet
select created_at as at, 'alert' as what, title, stage as state, id from alert where outlet_id = :outlet and is_backfill = 0
union all
select first_seen_at, 'case', title, stage, id from court_case where outlet_id = :outlet and merged_into is null
union all
select started_at, 'incident', title, state, id from incident where outlet_id = :outlet and merged_into is null
order by at desc
