"""Datasette's metadata made from our own files: questions in canned/*.sql, words for tables and columns in descriptions.yaml.

Datasette 0.65 reads queries, permissions and column texts from one metadata object; 1.0 splits them. This module is the only
one that knows the difference.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from db.errors import MfmError

HOME = Path(__file__).parent
CANNED_DIR = HOME / "canned"
DESCRIPTIONS = HOME / "datasette" / "descriptions.yaml"
# Who asks, and the heading above their questions.
GROUPS = {"staff": "For staff", "lawyer": "For lawyers", "researcher": "For researchers", "maintainer": "For maintainers"}
_HEAD = re.compile(r"^-- (title|group|description|param (\w+)): (.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One canned query: its name is the file's, `params` are (name, what it means)."""

    name: str
    title: str
    group: str
    description: str
    params: tuple[tuple[str, str], ...]
    sql: str


def read_questions(directory: Path = CANNED_DIR) -> tuple[Question, ...]:
    """All questions, in the order of their groups and titles; MfmError names a file whose head is not complete."""
    found = [_question(file) for file in directory.glob("*.sql")]
    return tuple(sorted(found, key=lambda question: ([*GROUPS].index(question.group), question.title)))


def _question(file: Path) -> Question:
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [match for line in lines if (match := _HEAD.match(line))]
    words = {match[1]: match[3].strip() for match in heads if not match[2]}
    missing = {"title", "group", "description"} - set(words)
    if missing or words["group"] not in GROUPS:
        raise MfmError(f"{file}: its head needs title, description and group ({', '.join(GROUPS)})")
    return Question(
        name=file.stem,
        title=words["title"],
        group=words["group"],
        description=words["description"],
        params=tuple((match[2], match[3].strip()) for match in heads if match[2]),
        sql="\n".join(line for line in lines if not line.startswith("--")).strip(),
    )


def read_descriptions(file: Path = DESCRIPTIONS) -> dict[str, Any]:
    """The words for tables and columns, as written."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def describe_columns(words: dict[str, Any], table: str, columns: list[str]) -> dict[str, str]:
    """A sentence for each column that has one, the table's own before the shared ones."""
    own = words["tables"].get(table, {}).get("columns", {})
    shared = words["shared"]
    return {column: str(own.get(column) or shared[column]) for column in columns if column in own or column in shared}


def build_metadata(columns_of: dict[str, list[str]], *, database: str, allow_sql: bool) -> dict[str, Any]:
    """The metadata of a served file whose tables and views have the given columns."""
    words = read_descriptions()
    return {
        "title": words["title"],
        "description": words["description"],
        "extra_css_urls": ["/mfm-static/mfm.css"],
        "databases": {
            database: {
                "description": words["description"],
                "allow_sql": allow_sql,
                "tables": {table: _table(words, table, columns) for table, columns in columns_of.items()},
                "queries": {question.name: _query(question) for question in read_questions()},
            }
        },
    }


def _table(words: dict[str, Any], table: str, columns: list[str]) -> dict[str, Any]:
    entry = words["tables"].get(table, {})
    made: dict[str, Any] = {"description": entry.get("description", ""), "columns": describe_columns(words, table, columns)}
    if entry.get("hidden") or entry.get("private") or table.startswith("article_fts"):
        made["hidden"] = True
    if entry.get("private"):
        made["allow"] = False
    if "label" in entry:
        made["label_column"] = entry["label"]
    if "sort_desc" in entry:
        made["sort_desc"] = entry["sort_desc"]
    if "facets" in entry:
        made["facets"] = entry["facets"]
    return made


def _query(question: Question) -> dict[str, Any]:
    return {
        "sql": question.sql,
        "title": question.title,
        "description": question.description,
        "params": [name for name, _ in question.params],
        "meanings": {name: meaning[:1].upper() + meaning[1:] for name, meaning in question.params},
        "hide_sql": True,
    }
