"""Articles given as JSON lines, as captures: the line itself is the evidence, nobody's server has said it."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crawler.items import Capture, Hint, Page
from crawler.sources import Source
from db.vocabulary import CaptureRole

MAX_LINE_BYTES = 10 * 2**20
NOBODY_ANSWERED = 0
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")
# ISO 9 is not needed: an id only has to be readable and stable.
_LATIN = str.maketrans("абвгдеёзийклмнопрстуфхцыэәғқңөұүһі", "abvgdeeziiklmnoprstufhcyeagqnouuhi") | str.maketrans(
    {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya"}
)


class GivenArticle(BaseModel):
    """One line of the file. Unknown keys are let through: labelled corpora carry more than we read."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    title: str = ""
    text: str = ""
    url: str = Field("", pattern=r"^(https?://\S+)?$")
    published: datetime | None = None
    source_outlet: str = ""
    lang: str = ""

    @field_validator("title", "text", "url", "source_outlet", "lang", mode="before")
    @classmethod
    def _null_is_empty(cls, value: object) -> object:
        return "" if value is None else value

    @field_validator("published")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC) if value else None


@dataclass(kw_only=True, slots=True, frozen=True)
class BadLine:
    """A line that cannot be taken, and why, for a person."""

    number: int
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class GivenLine:
    """A good line: its article and its bytes as given."""

    article: GivenArticle
    raw: bytes


def read_lines(lines: Iterable[bytes]) -> Iterator[GivenLine | BadLine]:
    """Every line that is not blank, as an article or as a reason why not."""
    for number, raw in enumerate(lines, start=1):
        line = raw.strip().removeprefix(b"\xef\xbb\xbf")
        if line:
            yield _read_line(number, line)


def _read_line(number: int, line: bytes) -> GivenLine | BadLine:
    if len(line) > MAX_LINE_BYTES:
        return BadLine(number=number, reason=f"longer than {MAX_LINE_BYTES} bytes")
    try:
        article = GivenArticle.model_validate(json.loads(line))
    except (ValueError, RecursionError) as error:
        return BadLine(number=number, reason=_why(error))
    if not (article.title.strip() or article.text.strip()):
        return BadLine(number=number, reason="neither title nor text")
    return GivenLine(article=article, raw=line)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in fault['loc']) or 'line'}: {fault['msg']}"
    return f"not JSON: {error}"


def source_id_of(article: GivenArticle, known: dict[str, str]) -> str:
    """Id of the source: a known outlet's by its name, else one made of the name (country unknown), the same each time."""
    name = " ".join(article.source_outlet.casefold().split()).strip("«»\"'")
    if name in known:
        return known[name]
    latin = name.translate(_LATIN)
    slug = _NOT_IN_AN_ID.sub("_", latin).strip("_")[:50]
    return f"zz_{slug or 'given'}"


def outlet_names(sources: Iterable[Source]) -> dict[str, str]:
    """Folded names of the outlets we know, with their source ids; a name of two outlets is nobody's."""
    names: dict[str, str] = {}
    doubles: set[str] = set()
    for source in sources:
        for name in {" ".join(each.casefold().split()).strip("«»\"'") for each in source.names}:
            doubles |= {name} if names.get(name, source.id) != source.id else set()
            names[name] = source.id
    return {name: source_id for name, source_id in names.items() if name not in doubles}


def as_page(line: GivenLine, source_id: str, now: datetime, *, is_live: bool) -> Page:
    """The line as a page, fetched at the moment of its publication; `now` stands in when that is unknown."""
    article = line.article
    digest = hashlib.sha256(line.raw).hexdigest()
    url = article.url or f"https://given.invalid/{digest[:24]}"
    capture = Capture(
        source_id=source_id,
        run_id=f"given-{source_id}",
        role=CaptureRole.ARTICLE,
        url=url,
        final_url=url,
        status=NOBODY_ANSWERED,
        fetched_at=article.published or now,
        body=line.raw,
        headers=(("Content-Type", "application/json; charset=utf-8"),),
        encoding="utf-8",
        hint=Hint(title=article.title, published_at=article.published),
        is_backfill=not is_live,
    )
    return Page(capture=capture)
