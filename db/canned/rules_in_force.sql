-- title: Rules in force
-- group: maintainer
-- description: Versions of the rules whose findings stand, and how many findings they have replaced.
select rules_version, sum(superseded_at is null) as n_in_force, sum(superseded_at is not null) as n_replaced, min(found_at) as first, max(found_at) as last
from finding
group by rules_version
order by last desc
