"""Legal provisions per country in YAML and how they are cited. Facts only: no opinion about a text, no input or output but its own files."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

Model = TypeVar("Model", bound=BaseModel)
COUNTRIES = ("kz", "ru", "ua", "kg", "uz", "by")


class LawError(ValueError):
    """A file of this room is wrong; the message names file and entry."""


class Title(BaseModel):
    """Title of an article per language; None where it has none there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    ru: str | None = None
    kk: str | None = None


class _InForce(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    in_force_from: str
    in_force_to: str | None

    def is_in_force(self, day: str) -> bool:
        """Whether it was law on `day` (ISO). Borders known only by year or month count whole."""
        return self.in_force_from[: len(day)] <= day[: len(self.in_force_from)] and (
            self.in_force_to is None or day <= self.in_force_to or self.in_force_to.startswith(day)
        )


class Code(_InForce):
    """A code or law. `verified: false` stands for general knowledge, to be checked before publishing."""

    id: str
    country: str
    kind: str
    en: str
    ru: str
    kk: str | None
    abbr: tuple[str, ...]
    source: str
    verified: bool
    dates_verified: bool | None = None
    note: str = ""


class Provision(_InForce):
    """An article used for or against media. `is_protective` ones make the journalist the victim."""

    id: str
    country: str
    code: str
    code_abbr: tuple[str, ...] = ()
    article: str
    title: Title
    title_uk: str | None = None
    category: str
    protective: bool
    max_penalty: str | None
    source: str | None
    verified: bool
    penalty_verified: bool
    dates_verified: bool
    event_category: str | None
    status: str = ""
    successor: str | None = None
    predecessor: str | None = None
    parts: tuple[str, ...] = ()
    note: str = ""

    @property
    def articles(self) -> tuple[str, ...]:
        """The article numbers it stands for: a range such as 102-104 of one chapter is three."""
        first, _, last = self.article.partition("-")
        if first.isdigit() and last.isdigit() and int(last) > int(first) >= 100:
            return tuple(str(number) for number in range(int(first), int(last) + 1))
        return (self.article,)


class MonthlyIndex(BaseModel):
    """The monthly calculation index (МРП, АЕК) in tenge from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    valid_from: str
    tenge: int
    verified: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class Law:
    """All codes, provisions and indexes of the house, with the provisions by article number."""

    codes: dict[str, Code]
    provisions: dict[str, Provision]
    by_article: dict[str, tuple[Provision, ...]]
    indexes: tuple[MonthlyIndex, ...]

    def tenge_of_index(self, on: date) -> int | None:
        """Tenge of one monthly calculation index of Kazakhstan on that day; None before the first one known."""
        known = [index.tenge for index in self.indexes if index.valid_from <= on.isoformat()]
        return known[-1] if known else None


@lru_cache(maxsize=1)
def load_law() -> Law:
    """Read and check pipelines/law/*.yaml, once. Raises LawError naming file and entry."""
    codes: dict[str, Code] = {}
    provisions: dict[str, Provision] = {}
    indexes: list[MonthlyIndex] = []
    for country in COUNTRIES:
        raw = read_yaml(f"{country}.yaml")
        codes |= {code.id: code for code in (_check(Code, entry, country) for entry in raw["codes"])}
        provisions |= {article.id: article for article in (_check(Provision, entry, country) for entry in raw["provisions"])}
        indexes += [_check(MonthlyIndex, entry, country) for entry in raw.get("mci", [])]
    for article in provisions.values():
        if article.code not in codes:
            raise LawError(f"law/{article.country.lower()}.yaml: {article.id}: unknown code {article.code}")
    return Law(codes, provisions, _index(provisions), tuple(sorted(indexes, key=lambda index: index.valid_from)))


def read_yaml(name: str) -> dict[str, Any]:
    """One YAML file of this room, with the safe C loader where it is there (ten times faster)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(files(__package__).joinpath(name).read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return loaded


def _index(provisions: dict[str, Provision]) -> dict[str, tuple[Provision, ...]]:
    by_article: defaultdict[str, list[Provision]] = defaultdict(list)
    for provision in provisions.values():
        for number in provision.articles:
            by_article[number].append(provision)
    return {number: tuple(found) for number, found in by_article.items()}


def _check(model: type[Model], entry: dict[str, Any], country: str) -> Model:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LawError(f"law/{country}.yaml: {entry.get('id', entry)}: {where}: {first['msg']}") from error
