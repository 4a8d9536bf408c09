"""When was this article published and changed: gathers what the page claims and decides whom to believe, and says what it rests on."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import lxml.html

from crawler.items import DateClaim, Hint
from db.vocabulary import DateBasis, DatePrecision
from pipelines.reading.dates import DateRules, hint_claim, read_date
from pipelines.reading.document import Document, collapse, path_of, text_of
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
_DATE_CLASS = re.compile(r"date|time|publi|posted|meta|created|byline|info|line|дата", re.IGNORECASE)
_BARE_DATE = re.compile(r"(?:[^\W\d_]{2,14}[,.:|]* ){0,2}\d{1,4}[ .:/-]")  # at most two words ahead: a label, a weekday
_PUBLISHED_KEY = re.compile(
    r'"(?:date_?published|published_?(?:at|on|date|time|first)|first[_-]?publi(?:shed|cation)(?:[_-]?(?:at|date))?|publication_?date|publish_?date|pub_?date)"'
    r'\s{0,3}:\s{0,3}"([^"<>]{6,40})"',
    re.IGNORECASE,
)
_LINE_TAGS = frozenset(["time", "span", "div", "p", "li", "small", "a", "td", "em", "i", "b", "strong", "dd", "font", "label", "h5", "h6"])
_FRAMES = frozenset({"nav", "aside", "footer", "figure", "figcaption"})
_REACH_BEHIND, _REACH_AHEAD = 60, 25  # elements; a date line stands within a few of the headline, an article's text begins behind it
_MAX_DATE_ELEMENTS = 20


def read_published(document: Document, claims: Claims, hint: Hint, rules: DateRules, title: str = "", selector: str = "") -> DateClaim:
    """The publication date, or an empty claim. Order of trust: the source's selector, JSON-LD, meta, a time element or dated line
    of the article, the feed, the address. A later date loses against an earlier one of JSON-LD or meta (FIELD-TRAPS DT1, DT9).
    """
    stated = [claim for claim in _stated(document, claims, rules, selector) if claim]
    if stated:
        return _more_precise(stated)
    local = next((claim for claim in _beside_headline(document, rules, title)), None)
    from_feed = claim if (claim := hint_claim(hint, rules)).on else None
    from_url = _from_url(document, rules)
    if local and from_url and from_url.on and local.on and abs(local.on - from_url.on) > timedelta(days=3):
        return from_feed or from_url
    return local or from_feed or from_url or _embedded(document, rules) or DateClaim()


def _embedded(document: Document, rules: DateRules) -> DateClaim | None:
    """The date that embedded data names as first publication, when every such mention means one day; then the one in the title tag.

    Only keys that say so are read: free script text holds expiry dates and cache stamps (FIELD-TRAPS DT3).
    """
    html = document.html.replace("&quot;", '"')
    found = [read_date(match[1], rules, DateBasis.META) for match in islice(_PUBLISHED_KEY.finditer(html), 40)]
    days = {claim.on for claim in found if claim}
    if len(days) == 1:
        return next(claim for claim in found if claim)
    last = document.head_title.rpartition("|")[2]
    return read_date(last, rules, DateBasis.TEXT) if last != document.head_title else None


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
    for element in document.tree.xpath("//*[@itemprop='datePublished' or @pubdate][not(self::meta)]")[:4]:
        raw = element.get("datetime") or element.get("content") or text_of(element)
        yield read_date(raw, rules, DateBasis.TIME_ELEMENT)


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


def _beside_headline(document: Document, rules: DateRules, title: str) -> Iterator[DateClaim]:
    """Dates in time elements and short date lines around the headline, nearest first; never a statute's date or today's banner."""
    for element, is_ahead in _around_headline(document, title):
        text = collapse(element.text or "") if len(element) else text_of(element)
        text = text if any(char.isdigit() for char in text) else text_of(element)
        if _speaks_of_document(text) or _is_changed_line(text):
            continue
        basis = DateBasis.TIME_ELEMENT if element.tag == "time" else DateBasis.TEXT
        claim = read_date(element.get("datetime") or element.get("content") or text, rules, basis) or read_date(text, rules, basis)
        if claim and not (is_ahead and claim.on == rules.today and basis is DateBasis.TEXT):
            yield claim


def _around_headline(document: Document, title: str) -> list[tuple[lxml.html.HtmlElement, bool]]:
    """Date-like elements near the headline with whether they stand ahead of it; those behind it first, since banners stand ahead."""
    headline = _headline_element(document, title)
    if headline is None:
        return []
    elements = list(document.tree.iter())
    place = next((number for number, element in enumerate(elements) if element is headline), 0)
    behind = [(element, False) for element in elements[place + 1 : place + 1 + _REACH_BEHIND] if _is_date_line(element)]
    ahead = [(element, True) for element in reversed(elements[max(0, place - _REACH_AHEAD) : place]) if _is_date_line(element)]
    return [*behind[:_MAX_DATE_ELEMENTS], *ahead[:_MAX_DATE_ELEMENTS]]


def _headline_element(document: Document, title: str) -> lxml.html.HtmlElement | None:
    """The heading that shows the title; without one the first h1 of the article, or none."""
    wanted = fold_plain(title)
    headings = [*document.tree.xpath("//h1")[:6], *document.tree.xpath("//h2 | //h3 | //h4")[:80]]
    shown = (heading for heading in headings if wanted and wanted in fold_plain(text_of(heading)))
    first = document.first("//article//h1 | //main//h1")
    return next(shown, first if first is not None else document.first("//h1"))


def _is_date_line(element: lxml.html.HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag not in _LINE_TAGS or _is_in_frame(element):
        return False
    if element.tag == "time":
        return True
    text = element.text_content()
    if not 5 < len(text) < 400 or len(element) > 6:
        return False
    own = collapse(text)
    is_dated = bool(_DATE_CLASS.search(f"{element.get('class', '')} {element.get('id', '')}"))
    return len(own) <= 160 if is_dated and any(char.isdigit() for char in own) else len(own) <= 60 and bool(_BARE_DATE.match(own))


def _is_in_frame(element: lxml.html.HtmlElement) -> bool:
    """True inside navigation, side column, page footer or picture: what is dated there is something else."""
    for number, parent in enumerate(element.iterancestors()):
        if parent.tag in _FRAMES:
            return True
        if parent.tag in ("article", "main", "body") or number > 12:
            return False
    return False


def _speaks_of_document(text: str) -> bool:
    folded = fold_plain(text)
    return any(word in folded for word in word_list("dates", "document_words"))


def _is_changed_line(text: str) -> bool:
    folded = fold_plain(text)
    return any(word in folded for word in word_list("dates", "modified_words")) and not any(
        word in folded for word in word_list("dates", "published_words")
    )


def _from_url(document: Document, rules: DateRules) -> DateClaim | None:
    match = _URL_DATE.search(path_of(document.url))
    return read_date("-".join(match.groups()), rules, DateBasis.URL) if match else None
