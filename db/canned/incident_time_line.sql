-- title: Time line of an incident
-- group: staff
-- description: Everything that happened in one incident, in order, with the look or the article that showed it.
-- param incident: id of the incident
select e.happened_at, e.kind, e.note, v.verdict, v.vantage, v.explanation, art.title as article_title, art.canonical_url as url
from incident_event e
    left join verdict v on v.id = e.verdict_id
    left join article art on art.id = e.article_id
where e.incident_id = :incident
order by e.happened_at, e.id
