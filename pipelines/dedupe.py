"""The dedupe stage: which article a page is, whether it says anything new, and whose copy it may be."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector
from sqlite_utils import Database

from crawler.config import Config
from crawler.items import Article, Capture, Identity, Page
from crawler.sources import Source, find_source
from db.connection import connect
from db.identity import content_id
from db.queries import articles
from db.queries.articles import KnownArticle
from db.vocabulary import ArticleChange, CaptureRole, PageClass
from pipelines.identity.canonical import canonical_url, choose_url, number_prefix
from pipelines.identity.changes import boilerplate_of, compare, is_cut_off
from pipelines.identity.matching import COPY_WINDOW, UPDATE_WINDOW, Story, is_repeated, original_of, same_story, title_likeness
from pipelines.identity.near import bands, fingerprint, near_key, similarity

GONE = frozenset({PageClass.GONE, PageClass.SOFT_404})
GONE_FOR = timedelta(hours=1)  # an article is removed when it was missing at two looks at least this far apart (FIELD-TRAPS AL2, BL7)
MAX_RECENT = 200


class DedupePipeline:
    """Fills `identity` for articles, and for pages that took a known article's place; drops what is the same as last time."""

    def __init__(
        self,
        *,
        database: Database,
        now: Callable[[], datetime],
        source_of: Callable[[str], Source | None],
        stats: StatsCollector | None = None,
    ) -> None:
        self.database = database
        self.now = now
        self.source_of = source_of
        self.stats = stats
        self.recent: dict[str, KnownArticle] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read what is known from the database of the house."""
        config: Config = crawler.settings["MFM"]
        return cls(
            database=connect(config.database_path), now=config.now, source_of=partial(find_source, config.sources_path), stats=crawler.stats
        )

    async def process_item(self, item: Any) -> Any:
        """Name the article of the page, or drop the page when nothing about it is new."""
        if not isinstance(item, Page) or item.article is None:
            return item
        capture, article = item.capture, item.article
        known = self._known_by_address(capture, article)
        self._drop_if_same(item, known)
        if article.page_class is PageClass.ARTICLE:
            item.identity = self._identify(capture, article, known)
            self._count(_outcome(item.identity) if item.identity else "no_text_of_its_own")
        elif article.page_class in GONE and known:
            item.identity = self._removal(capture, known)
            self._count("removed" if item.identity else "missing")
        else:
            self._count("no_article")
        return item

    def close_spider(self) -> None:
        """Close the database."""
        self.database.close()

    def _known_by_address(self, capture: Capture, article: Article) -> KnownArticle | None:
        """The outlet's article under the page's own address, or under the canonical one it claims when that can be believed."""
        own, claimed = self._addresses(capture, article)
        known = self._find(capture.source_id, own)
        return known or (self._find(capture.source_id, claimed) if claimed != own else None)

    def _find(self, outlet_id: str, url: str) -> KnownArticle | None:
        recent = (known for known in self.recent.values() if known.outlet_id == outlet_id and known.canonical_url == url)
        return articles.find_by_url(self.database, outlet_id, url) or next(recent, None)

    def _addresses(self, capture: Capture, article: Article) -> tuple[str, str]:
        source = self.source_of(capture.source_id)
        keep, hosts = (source.keep_query, source.hosts) if source else ((), ())
        is_entry = capture.role is CaptureRole.ENTRY
        url = capture.url if is_entry or article.page_class in GONE else capture.final_url or capture.url
        return canonical_url(url, keep), choose_url(url, article.canonical_claim, hosts, keep)

    def _drop_if_same(self, page: Page, known: KnownArticle | None) -> None:
        """Drop a page whose body is the one of last time, and a feed entry of an article that we have in full."""
        capture = page.capture
        has_better = known and capture.role is CaptureRole.ENTRY and known.extractor not in ("entry", "")
        sha256 = page.archived.body_sha256 if page.archived else ""
        same = articles.find_same_body(self.database, capture.source_id, capture.url, sha256)
        if (not same and not has_better) or (known and known.is_removed) or (page.article and page.article.page_class in GONE):
            return
        articles.touch(self.database, same, known.id if known else "", self.now())
        self._count("same_body" if same else "entry_of_known")
        raise DropItem("the same as last time", log_level="DEBUG")

    def _identify(self, capture: Capture, article: Article, known: KnownArticle | None) -> Identity | None:
        """The identity of an article, None when its text is cut off or the one that the outlet shows on other addresses too."""
        own, claimed = self._addresses(capture, article)
        url = claimed if known is None or known.canonical_url == claimed else own
        if known and known.canonical_url == claimed != own and _is_other_story(article, known):
            known, url = None, own
        fresh = _fresh(capture, article, url)
        candidates = self._candidates(fresh)
        if is_repeated(fresh, map(_story, candidates)) or (known and is_cut_off(known.text, article.text)):
            return None
        if known is None:
            same = same_story(fresh, map(_story, candidates))
            known = next((each for each in candidates if each.id == same), None)
        identity = self._as_version(article, fresh, known) if known else _as_new(article, fresh, candidates)
        self._remember(identity, article, fresh, known)
        return identity

    def _candidates(self, fresh: Story) -> tuple[KnownArticle, ...]:
        """Articles that may be this story or its original: same bands, same text, or the same number ahead in the address."""
        since = fresh.seen_at - COPY_WINDOW
        found = list(articles.find_by_bands(self.database, bands(fresh.near_key), since))
        found += articles.find_by_fingerprint(self.database, fingerprint(fresh.title, fresh.text), since)
        prefix = number_prefix(fresh.canonical_url)
        found += articles.find_by_url_prefix(self.database, fresh.outlet_id, prefix) if prefix else ()
        found += self.recent.values()
        return tuple({known.id: known for known in found}.values())

    def _as_version(self, article: Article, fresh: Story, known: KnownArticle) -> Identity:
        """The known article in its present state, with what changed since the version before."""
        others = articles.recent_diffs(self.database, known.outlet_id, known.id, fresh.seen_at - UPDATE_WINDOW)
        change = compare(known.title, known.text, article.title, article.text, boilerplate_of(others))
        is_first_full_text = known.extractor == "entry" and article.extractor != "entry"
        kind = ArticleChange.RESTORED if known.is_removed else ArticleChange.NONE if is_first_full_text else change.kind
        mark = fingerprint(article.title, article.text)
        return Identity(
            article_id=known.id,
            canonical_url=known.canonical_url,
            text_fingerprint=mark,
            is_first_seen=False,
            is_new_version=known.is_removed or mark != known.text_fingerprint,
            copy_of=known.copy_of,
            similarity=similarity(fresh.near_key, known.near_key),
            near_key=fresh.near_key,
            near_bands=bands(fresh.near_key),
            change=kind,
            diff=change.diff,
        )

    def _remember(self, identity: Identity, article: Article, fresh: Story, known: KnownArticle | None) -> None:
        """Keep what this run has just read: the store comes later, and its copies may come sooner."""
        self.recent[identity.article_id] = KnownArticle(
            id=identity.article_id,
            outlet_id=fresh.outlet_id,
            canonical_url=identity.canonical_url,
            title=article.title,
            text=article.text,
            text_fingerprint=identity.text_fingerprint,
            near_key=identity.near_key,
            copy_of=identity.copy_of,
            language=article.language,
            first_seen_at=known.first_seen_at if known else fresh.seen_at,
            published_at=fresh.published_at,
            is_removed=False,
            extractor=article.extractor,
        )
        if len(self.recent) > MAX_RECENT:
            del self.recent[next(iter(self.recent))]

    def _removal(self, capture: Capture, known: KnownArticle) -> Identity | None:
        """The known article as removed, once it was missing at two looks an hour apart; None before that and when told already."""
        before = capture.fetched_at - GONE_FOR
        if known.is_removed or not articles.was_gone_before(self.database, capture.url, before):
            return None
        return Identity(
            article_id=known.id,
            canonical_url=known.canonical_url,
            text_fingerprint=known.text_fingerprint,
            is_first_seen=False,
            is_new_version=False,
            near_key=known.near_key,
            change=ArticleChange.REMOVED,
        )

    def _count(self, outcome: str) -> None:
        if self.stats is not None:
            self.stats.inc_value(f"mfm/dedupe/{outcome}")


def _fresh(capture: Capture, article: Article, url: str) -> Story:
    return Story(
        outlet_id=capture.source_id,
        canonical_url=url,
        title=article.title,
        text=article.text,
        near_key=near_key(article.text),
        language=article.language,
        seen_at=capture.fetched_at,
        published_at=article.published.at,
    )


def _story(known: KnownArticle) -> Story:
    return Story(
        id=known.id,
        outlet_id=known.outlet_id,
        canonical_url=known.canonical_url,
        title=known.title,
        text=known.text,
        near_key=known.near_key,
        copy_of=known.copy_of,
        language=known.language,
        seen_at=known.first_seen_at,
        published_at=known.published_at,
    )


def _as_new(article: Article, fresh: Story, candidates: tuple[KnownArticle, ...]) -> Identity:
    copy = original_of(fresh, map(_story, candidates))
    return Identity(
        article_id=content_id("article", fresh.outlet_id, fresh.canonical_url),
        canonical_url=fresh.canonical_url,
        text_fingerprint=fingerprint(article.title, article.text),
        is_first_seen=True,
        is_new_version=True,
        copy_of=copy.article_id if copy else "",
        similarity=copy.similarity if copy else 0.0,
        near_key=fresh.near_key,
        near_bands=bands(fresh.near_key),
    )


def _is_other_story(article: Article, known: KnownArticle) -> bool:
    """True when the canonical address is claimed by pages with other titles and other texts: it lies (FIELD-TRAPS UR8)."""
    return title_likeness(article.title, known.title) < 55 and similarity(near_key(article.text), known.near_key) < 0.3


def _outcome(identity: Identity) -> str:
    if identity.is_first_seen:
        return "copy" if identity.copy_of else "first_seen"
    return f"version_{identity.change}" if identity.is_new_version else "same_text"
