-- title: How cases end
-- group: researcher
-- description: Ended cases of each kind, by whether the media side won.
select category, count(*) as n_ended, sum(is_for_media = 1) as n_for_media, sum(is_for_media = 0) as n_against_media,
    sum(is_for_media is null) as n_not_known
from court_case
where closed_on is not null and merged_into is null
group by category
order by n_ended desc
