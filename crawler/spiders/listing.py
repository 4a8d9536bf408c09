"""Reads section pages: by the source's selector, or by itself; also the web preview of a messenger channel."""

import re
from collections import Counter
from urllib.parse import urlsplit

from parsel import Selector

from crawler.items import Hint
from crawler.sources import Source
from crawler.spiders.base import SourceSpider
from crawler.spiders.feed import decode_xml
from crawler.spiders.reading import Entry, ListPage, Reading, clean_url, has_query_loop, plain, read_moment
from db.vocabulary import FetchOutcome, SourceKind

MAX_ENTRIES = 200
MIN_TITLE_CHARACTERS = 25
MIN_TITLE_WORDS = 4
MAX_ANCHORS = 3000
_SPACES = re.compile(r"\s+")
_META_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9._:-]{2,30})""", re.IGNORECASE)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|docx?|xlsx?|zip|rar|mp[34]|css|js|xml|rss)$", re.IGNORECASE)
# Pages that are lists, people or rules on every news site; no article lives directly under these names.
_SECTION = re.compile(
    r"/(?:tags?|category|categories|author|authors|search|login|register|about|contacts?|advert\w*|rss|feed|page|archive|calendar)(?:/|$)",
    re.IGNORECASE,
)
_CALENDAR = re.compile(r"/(?:19|20)\d\d(?:/\d{1,2}){0,2}/?$")
_TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me"})


def read_listing(page: ListPage) -> Reading:
    """Links to articles, in the page's order."""
    if is_telegram(page.asked_url or page.url):
        return read_channel(page)
    selector = Selector(text=_decode_html(page.body, page.header_charset) or " ")
    by_hand = page.source.selectors.links
    found = _by_selector(selector, by_hand, page) if by_hand else _by_itself(selector, page)
    entries = tuple({entry.url: entry for entry in reversed(found)}.values())[::-1][:MAX_ENTRIES]
    if entries:
        return Reading(outcome=FetchOutcome.OK, entries=entries)
    return Reading(outcome=FetchOutcome.ZERO_ITEMS, reason="the selector found no link" if by_hand else "no link looks like an article")


def _decode_html(body: bytes, header_charset: str) -> str:
    declared = _META_CHARSET.search(body[:8192])
    return decode_xml(body, declared[1].decode("ascii") if declared else header_charset)


def _by_selector(selector: Selector, rule: str, page: ListPage) -> list[Entry]:
    """Elements of the rule: anchors, or blocks whose first anchor counts; a rule may also name the attribute itself."""
    matches = selector.xpath(rule) if rule.startswith(("/", "(", ".//")) else selector.css(rule)
    found = []
    for match in matches[:MAX_ANCHORS]:
        is_element = isinstance(getattr(match.root, "tag", None), str)
        href = (match.xpath("self::a/@href | .//a/@href").get() if is_element else match.get()) or ""
        title = _SPACES.sub(" ", " ".join(match.xpath(".//text()").getall())) if is_element else ""
        url = clean_url(href, page.url)
        if url:
            found.append(Entry(url=url, hint=Hint(title=plain(title)[:500], via_url=page.url)))
    return found


def _by_itself(selector: Selector, page: ListPage) -> list[Entry]:
    """Anchors of the same outlet outside menus whose text reads like a headline; the longest text of an address counts."""
    hosts = hosts_of(page.source, page.url)
    anchors = selector.xpath("//a[@href][not(ancestor::nav or ancestor::footer or ancestor::aside[contains(@class, 'menu')])]")
    titles: dict[str, str] = {}
    for anchor in anchors[:MAX_ANCHORS]:
        url = clean_url(anchor.attrib["href"], page.url)
        if url and looks_like_article(url, hosts):
            title = _SPACES.sub(" ", " ".join(anchor.xpath(".//text()").getall())).strip() or anchor.attrib.get("title", "")
            titles[url] = max(titles.get(url, ""), plain(title)[:500], key=len)
    templates = Counter(_template(url) for url in titles)
    return [
        Entry(url=url, hint=Hint(title=title, via_url=page.url))
        for url, title in titles.items()
        if _is_headline(title) or (len(title) >= MIN_TITLE_CHARACTERS // 2 and templates[_template(url)] >= 5 and _has_number(url))
    ]


def hosts_of(source: Source, url: str) -> frozenset[str]:
    """Hosts whose pages belong to the source, without www."""
    names = [*source.hosts, urlsplit(source.homepage).hostname or "", urlsplit(url).hostname or ""]
    return frozenset(name.lower().removeprefix("www.") for name in names if name)


def looks_like_article(url: str, hosts: frozenset[str]) -> bool:
    """True when the address alone does not speak against an article of this outlet; pure."""
    parts = urlsplit(url)
    if (parts.hostname or "").removeprefix("www.") not in hosts or _FILE.search(parts.path) or has_query_loop(url):
        return False
    if len(parts.path.strip("/")) < 2 and not parts.query:
        return False
    return not _SECTION.search(parts.path) and not _CALENDAR.search(parts.path)


def _is_headline(text: str) -> bool:
    return len(text) >= MIN_TITLE_CHARACTERS and len(text.split()) >= MIN_TITLE_WORDS


def _template(url: str) -> str:
    """The shape of an address: its first folder and its depth."""
    parts = urlsplit(url).path.strip("/").split("/")
    return f"{parts[0]}/{len(parts)}"


def _has_number(url: str) -> bool:
    return any(sum(map(str.isdigit, part)) >= 3 for part in urlsplit(url).path.split("/"))


def is_telegram(url: str) -> bool:
    """True for the web preview of a channel."""
    parts = urlsplit(url)
    return (parts.hostname or "") in _TELEGRAM_HOSTS and parts.path.startswith("/s/")


def read_channel(page: ListPage) -> Reading:
    """Posts of a channel, each a whole entry. A landing page without posts is no empty channel: the preview is off (BL9)."""
    selector = Selector(text=page.body.decode("utf-8", "replace") or " ")
    entries = tuple(entry for post in selector.css("[data-post]")[:MAX_ENTRIES] if (entry := _post(post, page)))
    if entries:
        return Reading(outcome=FetchOutcome.OK, entries=entries[::-1])
    return Reading(outcome=FetchOutcome.WRONG_TYPE, reason="the channel shows no web preview: neither empty nor deleted")


def _post(post: Selector, page: ListPage) -> Entry | None:
    name = post.attrib.get("data-post", "")
    block = post.xpath(".//*[contains(concat(' ', @class, ' '), ' js-message_text ')][1]")
    lines = [_SPACES.sub(" ", line).strip() for line in block.xpath(".//text()").getall()]
    text = "\n".join(line for line in lines if line)
    url = clean_url(f"https://t.me/{name}", page.url) if re.fullmatch(r"[A-Za-z0-9_]+/\d+", name) else ""
    if not url or not text:
        return None
    stamp = post.css("time[datetime]::attr(datetime)").get() or ""
    return Entry(
        url=url,
        is_whole=True,
        hint=Hint(
            title=plain(text.split("\n", 1)[0])[:200],
            summary=plain(text),
            published_at=read_moment(stamp, page.source.zone),
            published_raw=stamp[:100],
            guid=name,
            via_url=page.url,
        ),
    )


class ListingSpider(SourceSpider):
    """All section pages of one source."""

    name = "listing"
    readers = {SourceKind.LISTING: read_listing}
