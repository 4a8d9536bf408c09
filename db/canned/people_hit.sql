-- title: People who were hit
-- group: researcher
-- description: Persons of the media side and the number of cases they are in; one person counts once however many cases.
select p.id as party, p.name, group_concat(distinct cp.role) as roles, count(distinct c.id) as n_cases, max(c.updated_at) as latest
from party p
    join case_party cp on cp.party_id = p.id
    join case_member m on m.case_id = cp.case_id
    join court_case c on c.id = m.root_id
where p.kind = 'person'
    and cp.role in ('journalist', 'editor', 'publisher_or_owner', 'blogger', 'citizen_journalist', 'lawyer', 'activist_for_publication')
group by p.id
order by n_cases desc, latest desc
limit 500
