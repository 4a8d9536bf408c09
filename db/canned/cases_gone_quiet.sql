-- title: Cases gone quiet
-- group: staff
-- description: Open cases of which nothing has been read for long and for which no hearing is planned.
-- param days: days without news (60 when empty)
select c.id as court_case, c.title, c.stage, c.court, max(e.seen_at) as last_report,
    cast(julianday((select now from moment)) - julianday(max(e.seen_at)) as integer) as days_quiet
from court_case c join case_member m on m.root_id = c.id join case_event e on e.case_id = m.case_id
where c.closed_on is null and coalesce(c.next_hearing_at, '') < (select now from moment)
group by c.id
having days_quiet >= cast(coalesce(nullif(:days, ''), 60) as integer)
order by days_quiet desc
limit 200
