-- title: Cases by court
-- group: lawyer
-- description: Which courts the cases lie with and how they ended there.
select court, category, count(*) as n_cases, sum(closed_on is null) as n_open, sum(is_for_media = 1) as n_for_media
from court_case
where court <> '' and merged_into is null
group by court, category
order by n_cases desc, court
