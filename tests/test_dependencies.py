"""What the code imports is named in pyproject.toml, pinned in requirements.txt and installed (FIELD-TRAPS CR4)."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = sorted(file for room in ("crawler", "pipelines", "db") for file in (ROOT / room).rglob("*.py")) + [ROOT / "schedule.py"]
OURS = {"crawler", "pipelines", "db", "schedule"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(entries: list[str]) -> set[str]:
    return {normal(re.split(r"[^\w.-]", entry)[0]) for entry in entries}


NAMED = named(PROJECT["dependencies"])
OPTIONAL = named(PROJECT["optional-dependencies"]["channels"] + PROJECT["optional-dependencies"]["browser"])
PINS = {
    normal(name): pin
    for name, _, pin in (line.partition("==") for line in (ROOT / "requirements.txt").read_text().split("\n") if "==" in line)
}


def imported() -> dict[str, Path]:
    """Top-level packages that are imported anywhere, each with one file that does it."""
    found: dict[str, Path] = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found |= {name.partition(".")[0]: file for name in names}
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names | OURS}


DISTRIBUTIONS = packages_distributions()


@pytest.mark.parametrize("module", sorted(imported()))
def test_cr4_what_is_imported_is_a_dependency_of_our_own(module: str) -> None:
    names = {normal(name) for name in DISTRIBUTIONS.get(module, [module])}
    assert names & (NAMED | OPTIONAL), f"{module}, imported by {imported()[module]}, comes only through another package"


@pytest.mark.parametrize("name", sorted(NAMED))
def test_cr4_dependencies_are_pinned_and_installed_as_pinned(name: str) -> None:
    assert PINS[name] == version(name)


def test_cr4_the_cleaner_that_lxml_split_off_is_named() -> None:
    assert "lxml-html-clean" in NAMED
