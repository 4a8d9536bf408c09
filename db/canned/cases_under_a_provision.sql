-- title: Cases under a provision
-- group: lawyer
-- description: Every case that is brought under one provision of law, with its outcome so far.
-- param provision: id of the provision as in "Open cases by article of law"
select c.id as court_case, c.title, p.article, p.part, c.court, c.stage, c.outcome, c.is_for_media, c.first_seen_at, c.closed_on
from case_provision p join court_case c on c.id = p.case_id
where p.provision_id = :provision and c.merged_into is null
order by c.first_seen_at desc
limit 500
