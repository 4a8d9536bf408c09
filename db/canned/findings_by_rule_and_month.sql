-- title: Findings by rule and month
-- group: maintainer
-- description: How often each rule fired in each month and how much of it was told to staff; a rule that fell silent shows here.
select substr(f.found_at, 1, 7) as month, f.rule_id, f.category, count(*) as n_findings,
    sum(f.alert_kind in ('at_once', 'digest')) as n_loud, sum(f.is_negated) as n_negated, round(avg(f.confidence), 2) as mean_confidence
from finding f
where f.superseded_at is null
group by month, f.rule_id
order by month desc, n_findings desc
