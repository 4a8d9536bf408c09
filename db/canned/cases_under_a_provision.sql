-- title: Cases under a provision
-- group: lawyer
-- description: Every case that is brought under one provision of law, with its outcome so far.
-- param provision: id of the provision as in "Open cases by article of law"
select distinct c.id as court_case, c.title, p.article, p.part, c.court, c.stage, c.outcome, c.is_for_media, c.first_seen_at, c.closed_on
from case_provision p join case_member m on m.case_id = p.case_id join court_case c on c.id = m.root_id
where p.provision_id = :provision
order by c.first_seen_at desc
limit 500
