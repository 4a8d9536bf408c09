-- title: What the rules read in an article
-- group: lawyer
-- description: Every finding of one article, also those that newer rules have replaced, with the words.
-- param article: id of the article
select f.rule_id, f.rules_version, f.category, f.stage, f.alert_kind, f.is_negated, f.confidence, e.quote, f.reason, f.found_at, f.superseded_at
from finding f left join finding_evidence e on e.finding_id = f.id
where f.article_id = :article
order by f.found_at, f.id, e.number
