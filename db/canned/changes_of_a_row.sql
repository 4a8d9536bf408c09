-- title: Who changed what
-- group: lawyer
-- description: Every change of one case, incident or alert.
-- param row: id of the row
select at, actor, via, table_name, operation, before_json, after_json
from audit
where table_name in ('alert', 'court_case', 'incident') and row_id = :row
order by id
