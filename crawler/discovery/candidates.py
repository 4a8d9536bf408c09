"""Where a site's feeds and sitemaps may be, read from its own pages: links it announces first, customary places second."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from db.vocabulary import SourceKind

MAX_CANDIDATES = 16
MAX_SITEMAPS = 6
_FEED_TYPES = {"application/rss+xml": "rss", "application/atom+xml": "atom", "application/feed+json": "json", "application/json": "json"}
# Customary places of the content systems met in the watchlist (WordPress, Bitrix, own engines); asked only when nothing is announced.
_CUSTOMARY_FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/all")
_CUSTOMARY_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml", "/sitemap_index.xml")


@dataclass(kw_only=True, slots=True, frozen=True)
class Candidate:
    """An address that may be a feed, a sitemap or a listing, and why we think so."""

    url: str
    kind: SourceKind
    format: str
    evidence: str
    title: str = ""


def announced_feeds(html: str, url: str) -> tuple[Candidate, ...]:
    """Feeds that the page itself names in `<link rel=alternate>` or links with a feed-like address; comment feeds are left out."""
    selector = Selector(text=html or " ")
    found: dict[str, Candidate] = {}
    for link in selector.css("link[rel~=alternate][href]"):
        kind = _FEED_TYPES.get((link.attrib.get("type") or "").split(";")[0].strip().lower())
        address = _same_site(link.attrib["href"], url)
        if kind and address:
            title = (link.attrib.get("title") or "")[:200]
            found.setdefault(
                address, Candidate(url=address, kind=SourceKind.FEED, format=kind, evidence="announced by the front page", title=title)
            )
    for anchor in selector.css("a[href*=rss], a[href*=feed], a[href*=atom]")[:50]:
        address = _same_site(anchor.attrib["href"], url)
        if address:
            found.setdefault(address, Candidate(url=address, kind=SourceKind.FEED, format="rss", evidence="linked from the front page"))
    return tuple(each for each in found.values() if not _is_comment_feed(each))[:MAX_CANDIDATES]


def announced_sitemaps(robots: str, url: str) -> tuple[Candidate, ...]:
    """Sitemaps named in robots.txt; those whose name speaks of news come first."""
    lines = [line.split(":", 1)[1].strip() for line in robots[:200_000].splitlines() if line.lower().startswith("sitemap:")]
    addresses = [address for line in lines if (address := _same_site(line, url))]
    ordered = sorted(dict.fromkeys(addresses), key=lambda address: "news" not in address.lower())
    return tuple(
        Candidate(url=address, kind=SourceKind.SITEMAP, format=_map_format(address), evidence="named in robots.txt")
        for address in ordered[:MAX_SITEMAPS]
    )


def customary_places(url: str, *, feeds: bool, sitemaps: bool) -> tuple[Candidate, ...]:
    """The usual addresses, for sites that announce nothing."""
    places = []
    if feeds:
        places += [
            Candidate(url=urljoin(url, path), kind=SourceKind.FEED, format="rss", evidence="customary address") for path in _CUSTOMARY_FEEDS
        ]
    if sitemaps:
        places += [
            Candidate(url=urljoin(url, path), kind=SourceKind.SITEMAP, format=_map_format(path), evidence="customary address")
            for path in _CUSTOMARY_SITEMAPS
        ]
    return tuple(places)


def _map_format(address: str) -> str:
    return "news_sitemap" if "news" in address.lower() else "sitemap"


def _same_site(href: str, base: str) -> str:
    """The absolute http(s) address when it lies on the site or a host below it; empty otherwise."""
    try:
        address = urljoin(base, href.strip())
        parts, own = urlsplit(address), urlsplit(base)
    except ValueError:
        return ""
    host, mine = (parts.hostname or "").removeprefix("www."), (own.hostname or "").removeprefix("www.")
    is_ours = host == mine or host.endswith(f".{mine}") or mine.endswith(f".{host}")
    return address if parts.scheme in {"http", "https"} and host and is_ours and len(address) < 500 else ""


def _is_comment_feed(candidate: Candidate) -> bool:
    text = f"{candidate.url} {candidate.title}".lower()
    return "comment" in text or "комментари" in text
