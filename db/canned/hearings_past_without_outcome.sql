-- title: Hearings past, outcome unknown
-- group: staff
-- description: Hearings whose day has gone by and of which no report has been read; somebody should ask.
select h.starts_on, c.id as court_case, c.title, h.court, c.stage, c.updated_at
from hearing h join case_member m on m.case_id = h.case_id join court_case c on c.id = m.root_id
where h.starts_on < substr((select now from moment), 1, 10) and h.status = 'planned' and c.closed_on is null
    and not exists (select 1 from case_event e join case_member n on n.case_id = e.case_id and n.root_id = c.id
        where e.event_on >= h.starts_on)
order by h.starts_on desc
limit 200
