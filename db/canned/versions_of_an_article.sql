-- title: Versions of an article
-- group: researcher
-- description: Each version of one article that was seen, with what changed.
-- param article: id of the article
select v.number, v.seen_at, v.change, v.title, v.diff, length(v.text) as characters, c.body_sha256, c.archive_path
from article_version v join capture c on c.id = v.capture_id
where v.article_id = :article
order by v.number
