"""When was this article published and changed: gathers what the page claims and decides whom to believe, and says what it rests on."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import lxml.html

from crawler.items import DateClaim, Hint
from db.vocabulary import DateBasis, DatePrecision
from pipelines.reading.dates import DateRules, hint_claim, is_possible, read_date
from pipelines.reading.document import Document, text_of
from pipelines.reading.structured import Claims
from pipelines.reading.words import word_list
from pipelines.text import fold_plain

# Names of publication and change dates in meta tags, by how often they mean what they say (Open Graph, Dublin Core, parsely, sailthru ...).
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "article:published", "date", "pubdate", "publishdate", "publish-date",
    "publication_date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "mediator_published_time", "last-published", "article.published", "og:published_time", "datecreated",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "article:modified",
)
_URL_DATE = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?([01]\d)[/_-]?([0-3]\d)(?!\d)")
_DATE_CLASS = re.compile(
    r"(?:^|[\W_])(?:date|time|datetime|pub|published|publish|posted|meta|created|timestamp|byline|info|дата)(?:$|[\W_])", re.IGNORECASE
)
_MAX_DATE_ELEMENTS = 60


def read_published(document: Document, claims: Claims, hint: Hint, rules: DateRules, selector: str = "") -> DateClaim:
    """The publication date, or an empty claim. Order of trust: the source's selector, JSON-LD, meta, a time element or dated line
    of the article, the feed, the address. A later date loses against an earlier one of JSON-LD or meta (FIELD-TRAPS DT1, DT9).
    """
    stated = [claim for claim in _stated(document, claims, rules, selector) if claim]
    if stated:
        return _more_precise(stated)
    local = next((claim for claim in _beside_headline(document, rules)), None)
    from_feed = claim if (claim := hint_claim(hint, rules)).on else None
    from_url = _from_url(document, rules)
    if local and from_url and from_url.on and local.on and abs(local.on - from_url.on) > timedelta(days=3):
        return from_feed or from_url
    return local or from_feed or from_url or DateClaim()


def read_modified(document: Document, claims: Claims, rules: DateRules, published: DateClaim) -> DateClaim:
    """The date of the last change, or an empty claim; one before publication says nothing."""
    candidates = [read_date(claims.modified, rules, DateBasis.JSON_LD)]
    candidates += [read_date(document.meta[name], rules, DateBasis.META) for name in _MODIFIED_META if name in document.meta]
    for claim in candidates:
        if claim and claim.on and (published.on is None or claim.on >= published.on):
            return claim
    return DateClaim()


def _stated(document: Document, claims: Claims, rules: DateRules, selector: str) -> Iterator[DateClaim | None]:
    for element in _select(document, selector):
        yield read_date(element.get("datetime") or element.get("content") or text_of(element), rules, DateBasis.SELECTOR)
    yield read_date(claims.published, rules, DateBasis.JSON_LD)
    for name in _PUBLISHED_META:
        if name in document.meta:
            yield read_date(document.meta[name], rules, DateBasis.META)
    for element in document.tree.xpath("//time[@itemprop='datePublished' or @pubdate]|//*[@itemprop='datePublished' and @datetime]")[:4]:
        yield read_date(element.get("datetime") or text_of(element), rules, DateBasis.TIME_ELEMENT)


def _more_precise(claims: list[DateClaim]) -> DateClaim:
    """The first claim, or the first with a clock time that means the same day."""
    best = claims[0]
    if best.precision is DatePrecision.MOMENT:
        return best
    return next((claim for claim in claims if claim.precision is DatePrecision.MOMENT and claim.on == best.on), best)


def _select(document: Document, selector: str) -> list[lxml.html.HtmlElement]:
    if not selector:
        return []
    found = document.tree.xpath(selector) if selector.startswith("//") else document.tree.cssselect(selector)
    return [element for element in found if isinstance(element, lxml.html.HtmlElement)][:3]


def _beside_headline(document: Document, rules: DateRules) -> Iterator[DateClaim]:
    """Dates in time elements and short date lines near the headline, nearest first; never a statute's date or today's banner."""
    for element in _dated_elements(document):
        is_time = element.tag == "time"
        raw = (element.get("datetime") or "") if is_time else ""
        text = text_of(element)[:160]
        if not is_time and (_speaks_of_document(text) or _is_changed_line(text)):
            continue
        claim = read_date(raw or text, rules, DateBasis.TIME_ELEMENT if is_time else DateBasis.TEXT)
        if claim and is_possible(claim, rules):
            yield claim


def _dated_elements(document: Document) -> list[lxml.html.HtmlElement]:
    """Time elements and short date-like elements of the block that holds the headline, by distance from it."""
    headline = (
        document.first("//article//h1 | //main//h1") if document.first("//article//h1 | //main//h1") is not None else document.first("//h1")
    )
    block = headline
    for _ in range(5):
        if block is None:
            return []
        found = [element for element in block.iter("time", "span", "div", "p", "li", "small", "a") if _is_date_line(element)]
        if found:
            return found[:_MAX_DATE_ELEMENTS]
        block = block.getparent()
        if block is None or block.tag in ("body", "html"):
            break
    return []


def _is_date_line(element: lxml.html.HtmlElement) -> bool:
    if element.tag == "time":
        return True
    if len(element) > 4 or not _DATE_CLASS.search(f"{element.get('class', '')} {element.get('id', '')}"):
        return False
    text = element.text_content()
    return 5 < len(text) < 200 and any(char.isdigit() for char in text)


def _speaks_of_document(text: str) -> bool:
    folded = fold_plain(text)
    return any(word in folded for word in word_list("dates", "document_words"))


def _is_changed_line(text: str) -> bool:
    folded = fold_plain(text)
    return any(word in folded for word in word_list("dates", "modified_words")) and not any(
        word in folded for word in word_list("dates", "published_words")
    )


def _from_url(document: Document, rules: DateRules) -> DateClaim | None:
    match = _URL_DATE.search(urlsplit(document.url).path)
    return read_date("-".join(match.groups()), rules, DateBasis.URL) if match else None
