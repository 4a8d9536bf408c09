-- title: Hearings of a court
-- group: lawyer
-- description: All hearings on record of one court, newest first.
-- param court: name of the court, as in "Cases by court"
select h.starts_on, h.starts_at, h.room, h.status, c.id as court_case, c.title, c.stage
from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
where h.court = :court or c.court = :court
order by h.starts_on desc
limit 500
