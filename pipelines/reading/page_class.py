"""What a response is, decided before anything is extracted: article, listing, wall, error page or something that is no page."""

import re
from dataclasses import dataclass

import lxml.html

from crawler.items import Capture
from db.vocabulary import CaptureRole, PageClass
from pipelines.reading.document import Document, collapse, path_of, text_of
from pipelines.reading.marks import Surface, find_mark
from pipelines.reading.structured import Claims
from pipelines.text import fold_plain

_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"RIFF",
    b"\x1f\x8b",
    b"ID3",
    b"\x00\x00\x00 ftyp",
    b"7z\xbc\xaf",
    b"OggS",
)
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:\w{1,8}:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_SHELL = re.compile(
    r"""<div[^>]{0,80}\sid=["']?(?:app|root|__next|__nuxt|app-root|main-app|q-app|svelte)["'\s>]|<app-root""", re.IGNORECASE
)
_TEXT_BLOCKS = (
    "//p[string-length(.) > 60][not(ancestor::a)][not(ancestor::footer)]"
    " | //div[not(*[not(self::br or self::b or self::i or self::a)])][string-length(.) > 300]"
)
LONG_PARAGRAPH_CHARS, MIN_RUNNING_CHARS = 80, 600
_ARTICLE_TYPES = frozenset({"article", "news", "newsarticle", "blog", "post"})
_XML_ROLES = {CaptureRole.FEED: PageClass.FEED, CaptureRole.SITEMAP: PageClass.SITEMAP}


@dataclass(frozen=True, slots=True)
class PageVerdict:
    """What the page is and why, in words for staff."""

    page_class: PageClass
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signs:
    """Counts over the visible page, taken in one walk."""

    text: str
    n_paragraph_chars: int
    n_long_paragraphs: int
    n_link_chars: int
    n_headline_links: int
    n_headlines: int
    n_scripts: int


def classify_bytes(capture: Capture) -> PageVerdict | None:
    """The verdict that needs no parsing: an empty body or something that is no text; None when it may be a page."""
    body = capture.body
    if not body.strip():
        return PageVerdict(PageClass.EMPTY, "empty body")
    if body.startswith(_MAGIC):
        return PageVerdict(PageClass.NOT_TEXT, "a document or image, not a page")
    if body[:4000].count(0) > 40 and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return PageVerdict(PageClass.NOT_TEXT, "binary data")
    return None


def classify_xml(text: str) -> PageVerdict | None:
    """The verdict for feeds and sitemaps, decided by content and not by label (FIELD-TRAPS FD3, FD5, UR3); None when it is neither."""
    head = text.lstrip()[:3000]
    looks_html = bool(re.search(r"<!doctype html|<html[\s>]", head, re.IGNORECASE))
    if not looks_html and _SITEMAP.search(head):
        return PageVerdict(PageClass.SITEMAP)
    if not looks_html and _FEED.search(head):
        return PageVerdict(PageClass.FEED)
    return None


def classify(capture: Capture, document: Document, claims: Claims) -> PageVerdict:
    """What the page is. Walls and error pages first, then listings and shells; `article` is what is left with signs of one."""
    signs = read_signs(document)
    mark = find_mark(_surface(capture, document, signs), believes_words=signs.n_long_paragraphs < 3)
    is_strong = _has_article_signs(document, claims, signs)
    if mark and not (is_strong and mark.page_class in _WEAK_BESIDE_ARTICLE):
        return PageVerdict(mark.page_class, f"mark {mark.id}")
    by_status = _by_status(capture.status, is_strong)
    if by_status:
        return by_status
    if capture.role in _XML_ROLES:
        return PageVerdict(PageClass.UNKNOWN, f"a web page at the address of a {capture.role}")
    if capture.role is CaptureRole.ARTICLE and _leads_elsewhere(capture, document, claims):
        return PageVerdict(PageClass.SOFT_404, "the address leads to the front page or a section")
    if _is_shell(document, signs):
        return PageVerdict(PageClass.NEEDS_BROWSER, "an empty shell that scripts fill")
    if capture.role is CaptureRole.COURT:
        return PageVerdict(PageClass.COURT_LIST)
    if capture.role is CaptureRole.LISTING or _is_listing(document, claims, signs):
        return PageVerdict(PageClass.LISTING, "many headlines that link elsewhere, no text of its own")
    return PageVerdict(PageClass.ARTICLE)


# Words of these classes also stand in ordinary articles and their frames (a login box, a cookie bar).
_WEAK_BESIDE_ARTICLE = frozenset(
    {
        PageClass.COOKIE_WALL,
        PageClass.LOGIN_WALL,
        PageClass.MAINTENANCE,
        PageClass.SOFT_404,
        PageClass.NEEDS_BROWSER,
        PageClass.BLOCK_PAGE,
        PageClass.PARKED_DOMAIN,
        PageClass.PAYWALL,
    }
)


def read_signs(document: Document) -> Signs:
    """Counts of text, links and headlines of the page."""
    tree = document.tree
    parts = tree.xpath("//body//text()[not(parent::script or parent::style or parent::noscript or parent::template)]")
    text = collapse(" ".join(parts))
    paragraphs = [len(collapse(element.text_content())) for element in tree.iter("p")]
    links = [collapse(element.text_content()) for element in tree.iter("a")]
    return Signs(
        text=text,
        n_paragraph_chars=sum(paragraphs),
        n_long_paragraphs=sum(1 for length in paragraphs if length >= LONG_PARAGRAPH_CHARS),
        n_link_chars=sum(map(len, links)),
        n_headline_links=sum(1 for link in links if len(link) >= 35),
        n_headlines=len(tree.xpath("//h1")),
        n_scripts=len(tree.xpath("//script[@src]")),
    )


def _surface(capture: Capture, document: Document, signs: Signs) -> Surface:
    headlines = [text_of(element) for element in document.tree.xpath("//h1")[:3]]
    return Surface(
        html=document.html,
        titles=frozenset(fold_plain(title) for title in (document.head_title, *headlines)) - {""},
        text=fold_plain(signs.text[:4000]) if len(signs.text) <= 4000 else "x" * 4001,
        headers=tuple((name.lower(), value.lower()) for name, value in capture.headers),
        url=capture.final_url or capture.url,
        status=capture.status,
    )


def _by_status(status: int, is_strong: bool) -> PageVerdict | None:
    if status in (404, 410):
        return PageVerdict(PageClass.GONE, f"HTTP {status}")
    if is_strong or status < 400:
        return None
    if status == 401:
        return PageVerdict(PageClass.LOGIN_WALL, "HTTP 401")
    if status == 451:
        return PageVerdict(PageClass.BLOCK_PAGE, "HTTP 451")
    if status >= 500:
        return PageVerdict(PageClass.SERVER_ERROR, f"HTTP {status}")
    return PageVerdict(PageClass.UNKNOWN, f"HTTP {status}")


def _has_article_signs(document: Document, claims: Claims, signs: Signs) -> bool:
    """True when the page says that it is an article and has the text of one."""
    return (_says_article(document, claims) and signs.n_paragraph_chars > 300) or signs.n_paragraph_chars > 1500


def _leads_elsewhere(capture: Capture, document: Document, claims: Claims) -> bool:
    """True when the request for an article ended on the front page, however much that says (FIELD-TRAPS BL4)."""
    if not capture.redirects and capture.final_url in ("", capture.url):
        return False
    return bool(path_of(capture.url)) and _is_front(capture.final_url) and not _says_article(document, claims)


def _says_article(document: Document, claims: Claims) -> bool:
    return bool(claims.headline or claims.published) or document.meta_of("og:type").lower() in _ARTICLE_TYPES


def _is_front(url: str) -> bool:
    return path_of(url) in ("", "/ru", "/kz", "/kk", "/en") and "?" not in url


def _is_shell(document: Document, signs: Signs) -> bool:
    return (
        len(signs.text) < 250 and signs.n_paragraph_chars < 150 and (bool(_SHELL.search(document.html[:400_000])) or signs.n_scripts >= 2)
    )


def _is_listing(document: Document, claims: Claims, signs: Signs) -> bool:
    """Many sibling headlines and no running text of its own (FIELD-TRAPS EX2); a page that is dated as an article is none."""
    if claims.published or document.meta_of("article:published_time"):
        return False
    if _is_front(document.url) and signs.n_headline_links >= 5:
        return True
    teasers = len(document.tree.xpath("//article | //h2[.//a] | //h3[.//a] | //h4[.//a] | //li[.//time]"))
    return teasers >= 6 and _running_text(document) < MIN_RUNNING_CHARS


def _running_text(document: Document) -> int:
    """Characters of paragraphs and text blocks that stand neither in a link nor beside a linked headline."""
    total = 0
    for element in document.tree.xpath(_TEXT_BLOCKS)[:300]:
        parent = element.getparent()
        if parent is None or parent.tag == "li" or (len(parent.xpath("./p")) < 3 and _link_chars_beside(element, parent) >= 20):
            continue
        total += len(collapse(element.text_content()))
    return total


def _link_chars_beside(element: lxml.html.HtmlElement, parent: lxml.html.HtmlElement) -> int:
    """Characters of link text in `parent` outside `element`: a teaser stands beside the link to its story."""
    inside = sum(len(collapse(link.text_content())) for link in element.iter("a"))
    return sum(len(collapse(link.text_content())) for link in parent.iter("a")) - inside


def classify_text(document: Document, claims: Claims, title: str, text: str) -> PageVerdict:
    """The verdict on what extraction found: a notice in place of the article, or nothing, is no article (FIELD-TRAPS EX1)."""
    surface = Surface(html="", titles=frozenset(), text=fold_plain(text[:4000]), headers=(), url="", status=200)
    mark = find_mark(surface, _NOTICES) if len(text) < 1500 and text.count("\n") < 3 else None
    if mark and not (mark.page_class is PageClass.PAYWALL and len(text) > 600):
        return PageVerdict(mark.page_class, f"mark {mark.id} in the text")
    if claims.is_paid and len(text) < 200:
        return PageVerdict(PageClass.PAYWALL, "paid content without a teaser")
    if len(text) < 40 and not (title and claims.published):
        shell = _SHELL.search(document.html[:400_000])
        return PageVerdict(PageClass.NEEDS_BROWSER if shell else PageClass.EMPTY, "no text was found")
    return PageVerdict(PageClass.ARTICLE)


_NOTICES = frozenset({PageClass.COOKIE_WALL, PageClass.PAYWALL, PageClass.NEEDS_BROWSER, PageClass.BOT_CHALLENGE})
