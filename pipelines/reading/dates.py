"""Reads one date out of a short string: ISO, day first, Russian, Kazakh and English words, relative. Never answers "now" by itself."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from crawler.items import DateClaim, Hint
from db.vocabulary import DateBasis, DatePrecision
from pipelines.reading.words import load_words, word_list
from pipelines.text import fold_plain

EARLIEST = date(1995, 1, 1)  # the first news sites of the region are younger
ALLOWANCE = timedelta(hours=26)  # a page may be dated up to a day ahead: zones, and clocks that are off (FIELD-TRAPS DT6)
MAX_RAW_CHARS = 200
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[./](\d{1,2})[./](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?:t?\d{4,6}z?)?(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d|\d\d)(?![\d])")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|-ші|-шы)?[\s-]{1,3}(?:de )?([^\W\d_]{3,14})\.?,?(?:[\s-]{1,3}(?:de )?((?:19|20)\d\d)(?!\d))?"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)(?!\d)")
_YEAR_DAY_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d) ?(?:жыл[^\W\d_]{0,6}|ж\.|jyl[^\W\d_]{0,6})[ ,]{1,2}(\d{1,2})[ -]([^\W\d_]{3,14})")
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?:[.,]\d{1,9})?(?: ?([ap])\.?m\b)?")
_OFFSET = re.compile(r"^ ?(?:(z\b|utc\b|gmt\b)? ?([+-])(\d{2}):?(\d{2})?(?!\d)|(z|utc|gmt|[a-zа-я]{3,4})(?![^\W\d_]))")
_UNIX = re.compile(r"^(1[0-9]{9}|[2-9][0-9]{8})(\d{3})?$")
_AGO = re.compile(r"(?<!\d)(\d{1,3}) ([^\W\d_]{3,8}) ([^\W\d_]{3,6})")


@dataclass(frozen=True, slots=True)
class DateRules:
    """How to read the dates of one page: zone of naive times, day or month first, and the moment of the fetch."""

    now: datetime
    zone: str = "Asia/Almaty"
    day_first: bool = True

    @property
    def tz(self) -> tzinfo:
        """Zone of times without one (zone table of the tzdata package, so that Kazakhstan's change of 1 March 2024 is known)."""
        return _zone(self.zone)

    @property
    def today(self) -> date:
        """The day of the fetch in the zone of the page."""
        return self.now.astimezone(self.tz).date()


@cache
def _zone(name: str) -> tzinfo:
    """The zone from the tzdata package first: the system's table may be older than Kazakhstan's change (FIELD-TRAPS DT5)."""
    try:
        with resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (FileNotFoundError, ModuleNotFoundError, ValueError):
        return ZoneInfo(name)


def read_date(raw: str, rules: DateRules, basis: DateBasis) -> DateClaim | None:
    """The date that `raw` states, or None when there is none that could be one.

    A time without a zone belongs to the zone of the source; a day stays a day (FIELD-TRAPS DT8). Dates before 1995 or later
    than the fetch plus a day are refused (DT3). A missing year means the last such day before the fetch.
    """
    text = fold_plain(raw[:MAX_RAW_CHARS])
    if not text:
        return None
    unix = _UNIX.match(text)
    if unix:
        return _moment(datetime.fromtimestamp(int(unix[1]), UTC), rules, basis, raw)
    if "t" in text:
        text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    found = _day_of(text, rules)
    if found is None:
        return _relative(text, rules, basis, raw)
    day, rest = found
    return _with_time(day, rest, rules, basis, raw)


def is_date_line(text: str, rules: DateRules) -> bool:
    """True for a short line that says nothing but a date, with a weekday, a label or a clock time at most."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not month_number(fold_plain(word))]
    return len(text) <= 60 and len(words) <= 3 and any(map(str.isdigit, text)) and read_date(text, rules, DateBasis.TEXT) is not None


def is_possible(claim: DateClaim, rules: DateRules) -> bool:
    """True when the claim lies between 1995 and the fetch plus a day."""
    if claim.on is None or claim.on < EARLIEST:
        return False
    if claim.at is not None:
        return claim.at <= rules.now + ALLOWANCE
    return claim.on <= rules.today + timedelta(days=1)


def hint_claim(hint: Hint, rules: DateRules) -> DateClaim:
    """The date that feed or sitemap claimed for a page, or an empty claim when it cannot be (FIELD-TRAPS FD6, FD7)."""
    claim: DateClaim | None = None
    if hint.published_at is not None:
        on = hint.published_at.astimezone(rules.tz).date()
        claim = DateClaim(at=hint.published_at, on=on, precision=DatePrecision.MOMENT, basis=DateBasis.FEED, raw=hint.published_raw)
    elif hint.published_on is not None:
        claim = DateClaim(on=hint.published_on, precision=DatePrecision.DAY, basis=DateBasis.FEED, raw=hint.published_raw)
    elif hint.published_raw:
        claim = read_date(hint.published_raw, rules, DateBasis.FEED)
    return claim if claim and is_possible(claim, rules) else DateClaim()


def month_number(word: str) -> int:
    """1 to 12 for a month name in any of our languages, 0 for another word; `word` must be folded."""
    exact, stems = _months()
    if word in exact:
        return exact[word]
    return next((number for stem, number in stems if word.startswith(stem)), 0)


@cache
def _months() -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    table = load_words("dates")["months"]
    if not isinstance(table, dict):
        raise TypeError("dates.yaml: months: must be a mapping")
    pairs = [(str(name), int(number)) for number, names in table.items() for name in names]
    exact = {fold_plain(name): number for name, number in pairs if not name.endswith("*")}
    stems = sorted(((fold_plain(name[:-1]), number) for name, number in pairs if name.endswith("*")), key=lambda pair: -len(pair[0]))
    return exact, tuple(stems)


def _day_of(text: str, rules: DateRules) -> tuple[date, str] | None:
    """The day and the text without it."""
    for pattern, order in (
        (_ISO, "ymd"),
        (_YEAR_FIRST, "ymd"),
        (_YEAR_DAY_MONTH, "ydm"),
        (_NUMERIC, "num"),
        (_MONTH_DAY, "mdy"),
        (_DAY_MONTH, "dmy"),
        (_COMPACT, "ymd"),
    ):
        for match in pattern.finditer(text):
            day = _build(match, order, rules)
            if day:
                return day, f"{text[: match.start()]} \u0000{text[match.end() :]}"
    return None


def _build(match: re.Match[str], order: str, rules: DateRules) -> date | None:
    if order == "num":
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if rules.day_first or first > 12 else (second, first)
        day, month = (month, day) if month > 12 >= day else (day, month)
        return _date(year + 2000 if year < 100 else year, month, day)
    if order == "dmy":
        month = month_number(match[2])
        if not month:
            return None
        return _date(int(match[3]), month, int(match[1])) if match[3] else _latest_before(month, int(match[1]), rules)
    if order == "ydm":
        return _date(int(match[1]), month_number(match[3]), int(match[2]))
    if order == "mdy":
        return _date(int(match[3]), month_number(match[1]), int(match[2]))
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _latest_before(month: int, day: int, rules: DateRules) -> date | None:
    limit = rules.today + timedelta(days=1)
    this_year = _date(limit.year, month, day)
    if this_year and this_year <= limit:
        return this_year
    return _date(limit.year - 1, month, day)


def _with_time(day: date, rest: str, rules: DateRules, basis: DateBasis, raw: str) -> DateClaim | None:
    """The claim for `day`, with the clock time that stands in `rest` when there is one."""
    after = rest.partition("\u0000")[2]
    match = _TIME.search(after[:24]) or _TIME.search(rest)
    if match is None:
        return _checked(DateClaim(on=day, precision=DatePrecision.DAY, basis=basis, raw=raw.strip()), rules)
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] == "p" else 0)
    if hour == 24:
        hour, day = 0, day + timedelta(days=1)
    clock = time(hour, int(match[2]), int(match[3] or 0))
    offset = _offset_of(match.string[match.end() : match.end() + 12])
    return _moment(datetime.combine(day, clock, offset or rules.tz), rules, basis, raw)


def _offset_of(text: str) -> tzinfo | None:
    match = _OFFSET.match(text)
    if match is None:
        return None
    if match[2]:
        minutes = int(match[3]) * 60 + int(match[4] or 0)
        return timezone(timedelta(minutes=minutes if match[2] == "+" else -minutes)) if minutes < 24 * 60 else None
    zones = load_words("dates")["zones"]
    hours = zones.get(match[5]) if isinstance(zones, dict) else None
    return None if hours is None else timezone(timedelta(hours=float(hours)))


def _moment(stated: datetime, rules: DateRules, basis: DateBasis, raw: str) -> DateClaim | None:
    """A moment as a claim; its day is the published one, or the one in the source's zone when stated in UTC."""
    local = stated.astimezone(rules.tz) if stated.utcoffset() == timedelta(0) else stated
    at = stated.astimezone(UTC)
    return _checked(DateClaim(at=at, on=local.date(), precision=DatePrecision.MOMENT, basis=basis, raw=raw.strip()[:MAX_RAW_CHARS]), rules)


def _checked(claim: DateClaim, rules: DateRules) -> DateClaim | None:
    return claim if is_possible(claim, rules) else None


def _relative(text: str, rules: DateRules, basis: DateBasis, raw: str) -> DateClaim | None:
    """Words such as yesterday or two hours ago, counted from the fetch."""
    if len(text) > 60:
        return None
    for key, back in (("day_before_yesterday", 2), ("yesterday", 1), ("today", 0)):
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in word_list("dates", key)):
            return _with_time(rules.today - timedelta(days=back), f"\u0000{text}", rules, basis, raw)
    match = _AGO.search(text)
    if match is None or match[3] not in word_list("dates", "ago"):
        return None
    unit = _unit_of(match[2])
    if unit is None:
        return None
    moment = rules.now - int(match[1]) * unit
    on = moment.astimezone(rules.tz).date()
    if unit < timedelta(days=1):
        return DateClaim(at=moment.replace(second=0, microsecond=0), on=on, precision=DatePrecision.MOMENT, basis=basis, raw=raw.strip())
    return _checked(DateClaim(on=on, precision=DatePrecision.DAY, basis=basis, raw=raw.strip()), rules)


def _unit_of(word: str) -> timedelta | None:
    units = load_words("dates")["units"]
    lengths = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
    return next((lengths[name] for name, words in units.items() if word in words), None) if isinstance(units, dict) else None
