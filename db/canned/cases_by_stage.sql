-- title: Cases by stage
-- group: staff
-- description: How many cases of each kind stand at each stage.
select category, stage, count(*) as n_cases, sum(is_for_media = 1) as n_for_media, max(updated_at) as latest
from court_case
where merged_into is null
group by category, stage
order by category, n_cases desc
