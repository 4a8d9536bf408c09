-- title: Time line of a case
-- group: lawyer
-- description: Each step of one case, and of those merged into it, as reported, with the article and why it was joined to the case.
-- param court_case: id of the case
select e.event_on, e.event_precision, e.stage, e.outcome, e.basis, e.reason, art.title as article_title, art.canonical_url as url, o.name as outlet
from case_event e
    left join article art on art.id = e.article_id
    left join outlet o on o.id = art.outlet_id
where e.case_id in (select m.case_id from case_member m
    where m.root_id = (select root_id from case_member where case_id = :court_case))
order by coalesce(e.event_on, e.seen_at), e.seen_at
