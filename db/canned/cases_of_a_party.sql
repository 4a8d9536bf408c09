-- title: Cases of a person or body
-- group: lawyer
-- description: Cases in which a name occurs, in any of the spellings that were read.
-- param name: beginning of the name as it was written somewhere
select distinct c.id as court_case, p.name, cp.role, c.title, c.stage, c.court, c.first_seen_at
from party_alias a
    join party p on p.id = a.party_id
    join case_party cp on cp.party_id = p.id
    join case_member m on m.case_id = cp.case_id
    join court_case c on c.id = m.root_id
where :name <> '' and a.alias glob :name || '*'
order by c.first_seen_at desc
limit 200
