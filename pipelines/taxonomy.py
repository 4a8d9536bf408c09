"""The taxonomy: categories with labels, loudness and severity; stages and outcomes with labels. Read once from taxonomy.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from db.vocabulary import AlertKind, Category

_FILE = Path(__file__).with_name("taxonomy.yaml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One category: labels by language, severity 1 to 5, how loudly it speaks, and its names in other lists."""

    id: str
    labels: dict[str, str]
    group: str
    definition: str
    severity: int
    alert_kind: AlertKind
    is_court_case: bool
    crosswalk: dict[str, str]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All categories, and the labels of stages and outcomes by language."""

    categories: dict[str, Entry]
    stages: dict[str, dict[str, str]]
    outcomes: dict[str, dict[str, str]]

    def alert_kind(self, category: str) -> AlertKind:
        """How loudly a new event of the category speaks."""
        return self.categories[category].alert_kind


@cache
def load_taxonomy() -> Taxonomy:
    """The taxonomy of the file; ValueError when its categories are not those of the vocabulary."""
    document: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    categories = {entry["id"]: _entry(entry) for entry in document["categories"]}
    if set(categories) != {category.value for category in Category}:
        raise ValueError(f"{_FILE.name}: its categories and those of db/vocabulary.py differ")
    return Taxonomy(
        categories=categories,
        stages={entry["id"]: entry["label"] for entry in document["stages"]},
        outcomes={entry["id"]: {language: entry[language] for language in ("en", "ru", "kk")} for entry in document["outcomes"]},
    )


def _entry(entry: dict[str, Any]) -> Entry:
    return Entry(
        id=entry["id"],
        labels=entry["label"],
        group=entry["group"],
        definition=entry["definition"],
        severity=int(entry["severity"]),
        alert_kind=_kind(entry),
        is_court_case=bool(entry["court_case"]),
        crosswalk={scheme: name for scheme, name in entry["mapping"].items() if name},
    )


def _kind(entry: dict[str, Any]) -> AlertKind:
    if entry["alert_at_once"]:
        return AlertKind.AT_ONCE
    if entry["id"] == Category.POSITIVE_DEVELOPMENT:
        return AlertKind.NONE
    return AlertKind.DIGEST if entry["alert_recommended"] else AlertKind.RECORD
