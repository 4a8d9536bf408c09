"""One address for one article: scheme, host variants, tracking marks, session ids, AMP and mobile copies folded away. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

import yaml

MAX_URL_CHARS = 2000
MAX_QUERY_PAIRS = 12
MAX_PATH_PARTS = 12
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_NUMBER_AHEAD = re.compile(r"^(\d{2,12})[-_.]")
_NUMBER_BEHIND = re.compile(r"[-_](\d{4,12})(?:\.\w{2,5})?$")
_SAFE_PATH = "/!$&'()*+,;=:@~-._"


@dataclass(frozen=True, slots=True)
class _Words:
    tracking: frozenset[str]
    tracking_stems: tuple[str, ...]
    host_labels: frozenset[str]
    endings: frozenset[str]
    beginnings: frozenset[str]
    index_files: frozenset[str]
    sections: frozenset[str]


def canonical_url(url: str, keep_query: tuple[str, ...] = ()) -> str:
    """The key address of `url`: https, host without www and mobile labels, no tracking marks, sorted query, no fragment.

    `keep_query` names query keys that matter for this source although they look like marks. The result is a key to compare and
    store, not one to request. Canonical of a canonical address is itself. Anything that is no http address,
    or whose key would be longer than MAX_URL_CHARS, comes back stripped.
    """
    text = url.strip()[:MAX_URL_CHARS].strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return text
    if parts.scheme.lower() not in ("http", "https") or not host:
        return text
    netloc = fold_host(host) + (f":{port}" if port not in (None, 80, 443) else "")
    path = _path(parts.path)
    query = _query(parts.query, frozenset(key.lower() for key in keep_query))
    key = f"https://{netloc}{path}" + (f"?{query}" if query else "")
    return key if len(key) <= MAX_URL_CHARS else text


def fold_host(host: str) -> str:
    """The host in ASCII (IDN as punycode) without leading labels such as www, m or amp; two labels always stay."""
    name = host.rstrip(".").lower()
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return name
    labels = name.split(".")
    while len(labels) > 2 and labels[0] in _words().host_labels:
        labels = labels[1:]
    return ".".join(labels)


def choose_url(url: str, claim: str, hosts: tuple[str, ...], keep_query: tuple[str, ...] = ()) -> str:
    """The key address of a page: its canonical claim when it can be believed, else its own (FIELD-TRAPS UR8).

    Believed: same host (or one of the outlet's), no front page or section, and the same article by its last path part, number
    or query. Everything else, random numbers and the like included, is a lie or of no use.
    """
    own = canonical_url(url, keep_query)
    try:
        claimed = canonical_url(urljoin(url, claim.strip()), keep_query) if claim.strip() else own
    except ValueError:
        return own
    if claimed == own or not claimed.startswith("https://"):
        return own
    mine, theirs = urlsplit(own), urlsplit(claimed)
    known = {fold_host(host) for host in hosts} | {mine.hostname or ""}
    if (theirs.hostname or "") not in known or is_section(claimed):
        return own
    return claimed if _same_article(mine.path, mine.query, theirs.path, theirs.query) else own


def is_section(url: str) -> bool:
    """True for the front page and for addresses whose every path part names a section."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return all(part.lower() in _words().sections for part in parts) and not urlsplit(url).query


def number_prefix(url: str) -> str:
    """The key address up to a number that leads its last path part ("/n/77-" of "/n/77-sud-otlozhil"), or ""."""
    head, _, last = url.rpartition("/")
    match = _NUMBER_AHEAD.match(last)
    return f"{head}/{match[0]}" if match and head.count("/") >= 2 else ""


def article_number(url: str) -> str:
    """A number of the last path part that stays when the headline in the address is edited, or ""."""
    return _number_of(urlsplit(url).path)


def _number_of(path: str) -> str:
    last = path.rpartition("/")[2]
    match = _NUMBER_AHEAD.match(last) or _NUMBER_BEHIND.search(last) or re.fullmatch(r"(\d{3,12})(?:\.\w{2,5})?", last)
    return match[1] if match else ""


def _same_article(path: str, query: str, other_path: str, other_query: str) -> bool:
    mine, theirs = path.rpartition("/")[2], other_path.rpartition("/")[2]
    if mine == theirs and query == other_query:
        return bool(mine or query)
    if mine == theirs and len(mine) > 12:
        return True
    number, other_number = _number_of(path), _number_of(other_path)
    if number and number == other_number:
        return True
    ids, other_ids = set(re.findall(r"\d{3,}", f"{path}?{query}")), set(re.findall(r"\d{3,}", f"{other_path}?{other_query}"))
    return bool(query) and not other_query and bool(ids & other_ids)


def _path(path: str) -> str:
    path = quote(unquote(_PATH_SESSION.sub("", path), errors="surrogateescape"), safe=_SAFE_PATH, errors="surrogateescape")
    parts = _without_loops([part for part in path.split("/") if part and part != "."])
    words = _words()
    if parts and parts[-1].lower() in words.index_files:
        parts.pop()
    while len(parts) > 1 and parts[-1].lower() in words.endings:
        parts.pop()
    while len(parts) > 1 and parts[0].lower() in words.beginnings:
        parts.pop(0)
    if parts and parts[-1].lower().endswith(".amp.html"):
        parts[-1] = parts[-1][: -len(".amp.html")] + ".html"
    return "/" + "/".join(parts)


def _without_loops(parts: list[str]) -> list[str]:
    """Relative links that breed (/a/b/a/b/a/b) end where they begin to repeat; very deep paths are cut."""
    kept: list[str] = []
    for part in parts[:MAX_PATH_PARTS]:
        if part == ".." and kept:
            kept.pop()
        elif part != "..":
            kept.append(part)
    return kept


def _query(query: str, keep: frozenset[str]) -> str:
    pairs = dict.fromkeys(parse_qsl(query[:MAX_URL_CHARS], keep_blank_values=True, errors="surrogateescape", max_num_fields=None))
    kept = [(key, value) for key, value in pairs if key.lower() in keep or not _is_mark(key.lower(), value)]
    return urlencode(sorted(kept)[:MAX_QUERY_PAIRS], errors="surrogateescape")


def _is_mark(key: str, value: str) -> bool:
    words = _words()
    return not key or not value or key in words.tracking or key.startswith(words.tracking_stems)


@cache
def _words() -> _Words:
    file = Path(__file__).parent / "addresses.yaml"
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    marks = [str(key).lower() for key in (*document["tracking"], *document["session"])]
    return _Words(
        tracking=frozenset(key for key in marks if not key.endswith("*")),
        tracking_stems=tuple(key[:-1] for key in marks if key.endswith("*")),
        host_labels=frozenset(document["host_labels"]),
        endings=frozenset(document["path_endings"]),
        beginnings=frozenset(document["path_beginnings"]),
        index_files=frozenset(document["index_files"]),
        sections=frozenset(document["sections"]),
    )
