-- title: Open cases by article of law
-- group: staff
-- description: Cases that have not ended, counted under each provision they are brought under.
select p.provision_id, p.article, count(distinct c.id) as n_cases, group_concat(distinct c.stage) as stages,
    min(c.first_seen_at) as oldest, min(case when c.next_hearing_at >= (select substr(now, 1, 10) from moment) then c.next_hearing_at end) as next_hearing_at
from court_case c join case_member m on m.root_id = c.id join case_provision p on p.case_id = m.case_id
where c.closed_on is null
group by p.provision_id, p.article
order by n_cases desc, p.provision_id
