-- title: Hearings ahead
-- group: staff
-- description: Hearings planned for today and later, soonest first.
select coalesce(h.starts_at, h.starts_on) as starts, h.zone, c.id as court_case, c.title, h.court, h.room, c.stage, h.status
from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
where h.starts_on >= substr((select now from moment), 1, 10) and h.status = 'planned'
order by h.starts_on, h.starts_at
