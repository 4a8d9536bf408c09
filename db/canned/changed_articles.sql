-- title: Articles changed after publication
-- group: researcher
-- description: Versions in which facts changed or the text was written anew, newest first - typing errors are left out.
select v.seen_at, v.change, v.article_id as article, v.title, v.diff, a.outlet_id as outlet
from article_version v join article a on a.id = v.article_id
where v.number > 1 and v.change in ('fact', 'rewrite', 'removed', 'restored')
order by v.seen_at desc
limit 200
