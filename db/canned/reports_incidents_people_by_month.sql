-- title: Reports, cases and people by month
-- group: researcher
-- description: Three counts side by side - articles that told of alerts, cases and incidents they belong to, and distinct people and outlets named in the cases. None stands for another.
select substr(a.created_at, 1, 7) as month, sum(a.n_reports) as n_reports, count(distinct a.thread_key) as n_cases_and_incidents,
    (select count(distinct cp.party_id) from alert b join case_party cp on cp.case_id = b.case_id
        join party p on p.id = cp.party_id and p.kind in ('person', 'outlet')
        where substr(b.created_at, 1, 7) = substr(a.created_at, 1, 7)
            and cp.role not in ('claimant', 'official', 'judge', 'court', 'regulator', 'suspect')) as n_people_and_outlets
from alert a
where a.status not in ('dismissed', 'merged')
group by month
order by month desc
