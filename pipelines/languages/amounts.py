"""Sums of money in a text, in figures and words, and what they are in the case. Pure; no conversion of currencies."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from db.vocabulary import AmountRole
from pipelines.languages.legible import Reading, read
from pipelines.languages.lists import alternation, load_list
from pipelines.languages.numbers import parse_figure, with_figures

_FIGURE = r"(?<![\d.,])(?:\d{1,3}(?:[ .,]\d{3}){1,5}(?![\d])|\d{1,15}(?:[.,]\d{1,3})?)(?!\d)"
_CLAUSE_END = re.compile(r"[;:]| - |, (?:а|но|однако|хотя|тогда как|while|but|ал)\s")
_DOUBLE = re.compile(rf"(?P<figure>{_FIGURE})(?P<words>\s?\(\s?(?P<again>\d{{1,15}})\s?\))")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """A sum: span in the text, value, currency (ISO 4217 or MCI), role by the words around, span of its sentence.

    `is_of_case` is false for budgets, contracts and the penalties that a law provides.
    """

    start: int
    end: int
    value: float
    currency: str
    role_hint: AmountRole
    sentence: tuple[int, int]
    is_of_case: bool = True


@dataclass(frozen=True, slots=True)
class _Sum:
    start: int
    end: int
    value: float
    currency: str
    is_range: bool
    multiplier: float


@dataclass(frozen=True, slots=True)
class _Words:
    gate: re.Pattern[str]
    money: re.Pattern[str]
    currencies: dict[str, str]
    multipliers: dict[str, float]
    roles: re.Pattern[str]
    elsewhere: re.Pattern[str]
    threat: re.Pattern[str]
    prosecution: re.Pattern[str]
    decision: re.Pattern[str]
    elided: re.Pattern[str]
    conversion: re.Pattern[str]
    penal: re.Pattern[str]
    civil: re.Pattern[str]


def find_amounts(text: str, language: str, on: date | None = None, home_currency: str = "KZT") -> tuple[FoundAmount, ...]:
    """Every sum with a currency in the order of the text; "семь миллионов" without one counts beside a word of claim or award.

    Sums without a currency take `home_currency`. `on` is the day of the text: a sentence that names an earlier year only
    tells of another case. Empty when there is none.
    """
    reading = read(text, language)
    words = _words()
    if not words.gate.search(reading.text):
        return ()
    reading = _without_doubles(with_figures(reading))
    is_penal = bool(words.penal.search(reading.text)) and not words.civil.search(reading.text)
    found: list[FoundAmount] = []
    old: set[int] = set()
    for start, end in reading.sentences():
        sentence = reading.text[start:end]
        sums = _sums(sentence, words, home_currency)
        hints = _hints(sentence, words, is_penal) if sums else []
        roles: list[AmountRole] = []
        for index, one in enumerate(sums):
            role = _role(sentence, one, sums, hints, reading.language)
            if index and _says_again(sentence[sums[index - 1].end : one.start], sums[index - 1], one):
                role = roles[index - 1]
            roles.append(role)
            first, last = reading.span(start + one.start, start + one.end)
            is_of_case = not one.is_range and _is_of_case(sentence, one, words) and not _is_conversion(sentence, one, found, words)
            found.append(FoundAmount(first, last, one.value, one.currency, role, reading.span(start, end), is_of_case))
            if is_of_case and _is_old(sentence, sums, on):
                old.add(len(found) - 1)
    found = _without_old(found, old)
    return _in_penal_matter(tuple(found)) if is_penal else tuple(found)


def _without_old(found: list[FoundAmount], old: set[int]) -> list[FoundAmount]:
    """Sums of years past are of another case, unless the text has no others: then it retells the old case itself."""
    if all(index in old for index, one in enumerate(found) if one.is_of_case):
        return found
    return [replace(one, is_of_case=False) if index in old else one for index, one in enumerate(found)]


def _without_doubles(reading: Reading) -> Reading:
    """ "150 000 (сто пятьдесят тысяч) тенге" says one sum twice, as court papers do: the words in brackets are dropped."""
    doubles = [
        (match.start("words"), match.end(), "")
        for match in _DOUBLE.finditer(reading.text)
        if parse_figure(match["figure"]) == parse_figure(match["again"])
    ]
    return reading.replaced(doubles)


def currency_of(country: str) -> str:
    """Currency (ISO 4217) of a country; the tenge for one that the list does not know."""
    code: str = load_list("amounts")["home"].get(country, "KZT")
    return code


def _in_penal_matter(found: tuple[FoundAmount, ...]) -> tuple[FoundAmount, ...]:
    """In a text of fines and sentences that names no claim, what is collected is the fine."""
    loose = {AmountRole.AWARDED, AmountRole.UNKNOWN}
    return tuple(replace(one, role_hint=AmountRole.FINE) if one.role_hint in loose and one.is_of_case else one for one in found)


def _is_old(sentence: str, sums: list[_Sum], on: date | None) -> bool:
    """Whether the sentence names only years at least two before the day of the text; a sum of 2000 is no year."""
    if on is None:
        return False
    years = [int(year[0]) for year in _YEAR.finditer(sentence) if not any(one.start <= year.start() < one.end for one in sums)]
    return bool(years) and max(years) <= on.year - 2


def _is_conversion(sentence: str, one: _Sum, before: list[FoundAmount], words: _Words) -> bool:
    """Whether a sum in euro or dollars only says how much the sum in the currency of the case is."""
    if one.currency not in {"EUR", "USD"} or not any(earlier.currency not in {"EUR", "USD"} for earlier in before):
        return False
    return bool(words.conversion.search(sentence[max(0, one.start - 40) : one.start]))


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = load_list("amounts")
    currencies = {word: code for code, forms in raw["currencies"].items() for word in forms}
    multipliers = {word: float(value) for value, forms in raw["multipliers"].items() for word in forms}
    signs = "".join(word for word in currencies if not word[0].isalpha())
    named = alternation([word for word in currencies if word[0].isalpha()])
    times, between = alternation(list(multipliers)), alternation(raw["between"])
    low = r"(?:(?:от|с|between|from)\s{1,2})?(?P<low>" + _FIGURE + r")(?:-(?:тан|тен|ден|дан))?\s{0,2}(?:-|до|пен|мен|бен|to|and)\s{0,2}"
    money = (
        rf"(?:{low})?(?P<sign>[{signs}])?\s?(?P<number>{_FIGURE})(?:-(?:ти|и|х|ға|ге|ші|й))?\s{{0,2}}(?:(?P<times>{times})(?!\w)\.?)?"
        rf"\s{{0,2}}(?:(?:{between})\s{{1,2}})?(?P<currency>(?:{named})(?!\w)|[{signs}])?"
    )
    roles = "|".join(f"(?P<{role}>{alternation(forms)})" for role, forms in raw["roles"].items())
    return _Words(
        gate=re.compile(rf"(?:{named}|{times})(?!\w)|[{signs}]"),
        money=re.compile(money),
        currencies=currencies,
        multipliers=multipliers,
        roles=re.compile(rf"(?<!\w)(?:{roles})(?!\w)"),
        elsewhere=re.compile(rf"(?<!\w)(?:{alternation(raw['elsewhere'])})(?!\w)"),
        threat=re.compile(rf"(?<!\w)(?:{alternation(raw['threat_of_law'])}|{alternation(raw['up_to_fine'])})(?!\w)"),
        prosecution=re.compile(rf"(?<!\w)(?:{alternation(raw['prosecution'])})(?!\w)"),
        decision=re.compile(rf"(?<!\w)(?:{alternation(raw['decision'])})(?!\w)"),
        conversion=re.compile(rf"(?<!\w)(?:{alternation(raw['conversion'])})(?!\w)"),
        penal=re.compile(rf"(?<!\w)(?:{alternation(raw['penal'])})(?!\w)"),
        civil=re.compile(rf"(?<!\w)(?:{alternation(raw['civil'])})(?!\w)"),
        elided=re.compile(rf"(?P<number>{_FIGURE})(?=\s?(?:[,.;!?)-]|$))"),
    )


def _code_of(word: str, currencies: dict[str, str]) -> str:
    """Currency of a word as found: exact, or by the stem that the list gives with *."""
    if word in currencies:
        return currencies[word]
    plain = " ".join(word.split())
    for form, code in currencies.items():
        if re.fullmatch(alternation([form]), plain):
            return code
    return ""


def _times_of(word: str, multipliers: dict[str, float]) -> float:
    if not word:
        return 1.0
    return next((value for form, value in multipliers.items() if re.fullmatch(alternation([form]), word)), 1.0)


def _sums(sentence: str, words: _Words, home_currency: str) -> list[_Sum]:
    found: list[_Sum] = []
    larger: _Sum | None = None
    for match in words.money.finditer(sentence):
        times = _times_of(match["times"] or "", words.multipliers)
        value = parse_figure(match["number"]) * times
        start, end = match.start() + len(match[0]) - len(match[0].lstrip()), match.start() + len(match[0].rstrip())
        if larger is not None and start - larger.end <= 1 and value < larger.value:
            value, start = value + larger.value, larger.start
        larger = None
        word = match["currency"] or match["sign"] or ""
        currency = _code_of(word, words.currencies) if word else ""
        one = _Sum(start, end, value, currency or home_currency, _is_range(match), _scale(value, times))
        if not currency and times >= 1e6:
            larger = one
        if currency or _is_money_without_currency(sentence, match, value, words):
            found.append(one)
    return _with_elided(sentence, found, words)


def _is_range(match: re.Match[str]) -> bool:
    """Whether two sums are borders ("160-500 МРП"); "3-4" with the low above the high is none."""
    return bool(match["low"]) and parse_figure(match["low"]) < parse_figure(match["number"])


def _scale(value: float, times: float) -> float:
    """The multiplier the sum was said in, figures put from words included."""
    if times > 1:
        return times
    return next((scale for scale in (1e9, 1e6, 1e3) if value >= scale and value % (scale / 10) == 0), 1.0)


def _is_money_without_currency(sentence: str, match: re.Match[str], value: float, words: _Words) -> bool:
    """ "требует семь миллионов": a round large number that ends its phrase, with a word of claim or award close by."""
    if value < 100_000 or not (match["times"] or value % 100_000 == 0):
        return False
    after = sentence[match.end() : match.end() + 12]
    if re.match(r"\s?\d", after) or (
        re.match(r"\s\w", after) and not re.match(r"\s(?:за|и|с|к|у|от|в|на|for|in|from|сұра|талап|өндір|емес)", after)
    ):
        return False
    around = sentence[max(0, match.start() - 40) : match.end() + 25]
    return any(hint.lastgroup in {"claimed", "awarded", "payment"} for hint in words.roles.finditer(around))


def _with_elided(sentence: str, found: list[_Sum], words: _Words) -> list[_Sum]:
    """ "требовала пять миллионов, суд взыскал один": the second number is said in the unit of the first."""
    if not found or found[0].multiplier < 1_000:
        return found
    first = found[0]
    extra: list[_Sum] = []
    for match in words.elided.finditer(sentence, first.end):
        if any(one.start < match.end() and match.start() < one.end for one in found):
            continue
        value = parse_figure(match["number"])
        before = [hint for hint in words.roles.finditer(sentence, first.end, match.start()) if hint.lastgroup in {"awarded", "claimed"}]
        if value < 1_000 and before and match.start() - before[-1].end() <= 2:
            extra.append(_Sum(match.start(), match.end(), value * first.multiplier, first.currency, False, first.multiplier))
    return sorted([*found, *extra], key=lambda one: one.start)


_Hint = tuple[str, int, int]


def _hints(sentence: str, words: _Words, is_penal: bool) -> list[_Hint]:
    """Words that tell the role, with `payment` words turned into what the verb that rules them makes them."""
    raw = [(match.lastgroup or "", match.start(), match.end()) for match in words.roles.finditer(sentence)]
    asks = any(role == "claimed" for role, _, _ in raw)
    is_decided = bool(words.decision.search(sentence))
    is_prosecution = asks and bool(words.prosecution.search(sentence))
    otherwise = "fine" if is_penal else "awarded" if is_decided else "claimed"
    hints = [(_payment(sentence, start, raw, otherwise) if role == "payment" else role, start, end) for role, start, end in raw]
    return [("claimed" if role == "fine" and is_prosecution else role, start, end) for role, start, end in hints]


def _payment(sentence: str, at: int, raw: list[_Hint], otherwise: str) -> str:
    rulers = [
        (abs(at - start), role)
        for role, start, _ in raw
        if role in {"claimed", "awarded"} and not _CLAUSE_END.search(sentence, min(at, start), max(at, start))
    ]
    if rulers:
        return min(rulers)[1]
    return otherwise


def _role(sentence: str, one: _Sum, sums: list[_Sum], hints: list[_Hint], language: str) -> AmountRole:
    """The nearest telling word, by characters; other sums and clause borders between push it away."""
    best, least = AmountRole.UNKNOWN, 130.0
    for role, start, end in hints:
        is_before = end <= one.start
        low, high = (end, one.start) if is_before else (one.end, start)
        cost = float(high - low)
        cost += 45 * sum(low <= other.start < high for other in sums if other is not one)
        cost += 30 * len(_CLAUSE_END.findall(sentence, low, high))
        if language == "kk":
            cost += 12 if is_before else 0
        else:
            cost += 0 if is_before else 22
        introduces_next = not is_before and any(0 <= other.start - end <= 12 for other in sums if other is not one)
        if role == "fee" and "," not in sentence[low:high] and not introduces_next:
            cost -= 35
        if role == "fine" and one.currency == "MCI":
            cost -= 30
        if cost < least:
            best, least = AmountRole(role), cost
    if best is AmountRole.UNKNOWN and one.currency == "MCI":
        return AmountRole.FINE
    return best


def _says_again(gap: str, before: _Sum, one: _Sum) -> bool:
    """Whether the sum says the one before once more in another currency ("20 МРП (86 500 тенге)")."""
    return (
        before.currency != one.currency
        and len(gap) <= 24
        and bool(re.match(r"\s?[(,-]|\s?(?:или|яғни|либо|or|that is|about|шамамен)\b", gap.lstrip(".")))
    )


def _is_of_case(sentence: str, one: _Sum, words: _Words) -> bool:
    before = sentence[max(0, one.start - 60) : one.start]
    after = sentence[one.end : one.end + 30]
    if words.threat.search(before) or (words.threat.search(after) and not words.decision.search(before)):
        return False
    return not words.elsewhere.search(sentence[max(0, one.start - 45) : one.start]) and not words.elsewhere.search(
        sentence[one.end : one.end + 20]
    )
