-- title: Evidence of an alert
-- group: lawyer
-- description: What one alert rests on - the quoted words, the article, and the archived bytes with their SHA-256.
-- param number: number of the alert
select e.kind, e.quote, f.rule_id, f.rules_version, art.title as article_title, art.canonical_url as url, c.captured_at, c.status,
    e.sha256, e.archive_path, e.archive_offset, c.archive_length_bytes, c.record_id
from alert a
    join alert_evidence e on e.alert_id = a.id
    left join finding f on f.id = e.finding_id
    left join article art on art.id = f.article_id
    left join capture c on c.id = e.capture_id
where a.number = cast(:number as integer)
order by c.captured_at, e.start_offset
