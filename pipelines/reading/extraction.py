"""One capture in, one Article out: decode, classify, then read title, dates, byline, text or rows. The whole gate in one pure function."""

from crawler.items import Article, Capture
from db.vocabulary import CaptureRole, PageClass
from pipelines.languages.identify import identify
from pipelines.reading.body import read_body
from pipelines.reading.bylines import read_byline
from pipelines.reading.charset import Decoded, decode, header_charset
from pipelines.reading.dates import DateRules, hint_claim
from pipelines.reading.dating import read_modified, read_published
from pipelines.reading.document import Document, parse
from pipelines.reading.page_class import PageVerdict, classify, classify_bytes, classify_text, classify_xml
from pipelines.reading.rules import PageRules
from pipelines.reading.structured import Claims, plain, read_claims
from pipelines.reading.tables import read_rows
from pipelines.reading.titles import plain_title, read_title
from pipelines.text import fold

_XML_CLASSES = frozenset({PageClass.FEED, PageClass.SITEMAP})
_KEEPS_TITLE = frozenset({PageClass.PAYWALL, PageClass.COOKIE_WALL, PageClass.NEEDS_BROWSER})


def read_page(capture: Capture, rules: PageRules) -> Article:
    """What `capture` says, read by the rules of its source. Never raises on any bytes; `page_class` and `reason` say what came.

    Only a page of class `article` has a text; a court list has rows. The same bytes always give the same article.
    """
    if capture.role is CaptureRole.ENTRY:
        return read_entry(capture, rules)
    unreadable = classify_bytes(capture)
    if unreadable:
        return Article(page_class=unreadable.page_class, reason=unreadable.reason)
    decoded = _decode(capture, rules)
    verdict = classify_xml(decoded.text)
    document = None if verdict else parse(decoded.text, capture.final_url or capture.url)
    if document is None:
        return _bare(verdict or PageVerdict(PageClass.EMPTY, "nothing but white space"), decoded)
    if decoded.is_bad:
        return _bare(PageVerdict(PageClass.UNKNOWN, "characters were lost: no charset fits the bytes"), decoded)
    claims = read_claims(document)
    verdict = classify(capture, document, claims)
    if verdict.page_class is PageClass.COURT_LIST:
        return _court_list(capture, document, rules, decoded)
    if verdict.page_class is not PageClass.ARTICLE:
        title = read_title(document, claims, capture.hint, rules.outlet_names) if verdict.page_class in _KEEPS_TITLE else ""
        return _bare(verdict, decoded, title)
    return _article(capture, document, claims, rules, decoded)


def read_entry(capture: Capture, rules: PageRules) -> Article:
    """The article that a feed entry alone makes: its title and summary, so that an event told by a headline is not missed."""
    hint = capture.hint
    title = plain_title(hint.title)
    text = plain(hint.summary, keep_lines=True)
    if not title and not text:
        return Article(page_class=PageClass.EMPTY, reason="an entry without title and summary", extractor="entry")
    return Article(
        page_class=PageClass.ARTICLE,
        title=title,
        text=text or title,
        language=identify(fold(f"{title}\n{text}").text)[0],
        byline=plain_title(hint.author),
        published=hint_claim(hint, _date_rules(capture, rules)),
        extractor="entry",
        reason="read from the feed entry alone; the page could not be had",
    )


def _article(capture: Capture, document: Document, claims: Claims, rules: PageRules, decoded: Decoded) -> Article:
    dates = _date_rules(capture, rules)
    title = read_title(document, claims, capture.hint, rules.outlet_names, rules.title)
    text, extractor = read_body(document, claims, dates, rules, title)
    verdict = classify_text(document, claims, title, text)
    if verdict.page_class is not PageClass.ARTICLE:
        return _bare(verdict, decoded, title)
    published = read_published(document, claims, capture.hint, dates, title, rules.published)
    return Article(
        page_class=PageClass.ARTICLE,
        title=title,
        text=text,
        language=identify(fold(f"{title}\n{text}").text)[0],
        byline=read_byline(document, claims, capture.hint, rules.author),
        section=(claims.section or document.meta_of("article:section"))[:200],
        published=published,
        modified=read_modified(document, claims, dates, published),
        charset=decoded.charset,
        charset_basis=decoded.basis,
        extractor=extractor,
        canonical_claim=document.canonical,
        site_name=(document.meta_of("og:site_name") or claims.publisher)[:200],
    )


def _court_list(capture: Capture, document: Document, rules: PageRules, decoded: Decoded) -> Article:
    table = read_rows(document, rules, _date_rules(capture, rules))
    return Article(
        page_class=PageClass.COURT_LIST,
        title=plain_title(document.head_title),
        charset=decoded.charset,
        charset_basis=decoded.basis,
        extractor="rows",
        rows=table.rows,
        reason=table.reason,
    )


def _bare(verdict: PageVerdict, decoded: Decoded, title: str = "") -> Article:
    return Article(page_class=verdict.page_class, reason=verdict.reason, title=title, charset=decoded.charset, charset_basis=decoded.basis)


def _decode(capture: Capture, rules: PageRules) -> Decoded:
    content_type = next((value for name, value in capture.headers if name.lower() == "content-type"), "")
    return decode(
        capture.body,
        header=header_charset(content_type),
        fixed=rules.charset,
        is_regional=rules.is_regional,
        is_kazakh=rules.is_kazakh,
    )


def _date_rules(capture: Capture, rules: PageRules) -> DateRules:
    return DateRules(now=capture.fetched_at, zone=rules.zone, day_first=rules.day_first)
