-- title: Can it be reached
-- group: lawyer
-- description: Each verdict on the reachability of one outlet, with what it rests on.
-- param outlet: id of the outlet
select v.judged_at, v.verdict, v.vantage, v.asn, v.evidence_kind, v.confidence, v.rule_id, v.explanation, v.id as verdict_id
from verdict v
where v.outlet_id = :outlet
order by v.judged_at desc
