"""Every known trap has tests, and they are where the table says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TRAPS = yaml.safe_load((ROOT / "tests/fixtures/field_traps.yaml").read_text(encoding="utf-8"))["traps"]
_NAMED = re.compile(r"\b(?:CS|TX|DT|FD|UR|BL|HT|CR|SC|DB|DS|WA|EX|ML|AL|CT)\d{1,2}\b")


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_tests_that_exist(trap: str) -> None:
    named = [test.partition("::") for test in TRAPS[trap]["tests"]]
    assert named
    assert [f"{path}::{name}" for path, _, name in named if not name.startswith("test_") or name not in named_in(path)] == []


def test_whatever_the_code_calls_a_field_trap_is_in_the_table() -> None:
    files = [file for room in ("crawler", "pipelines", "db") for file in (ROOT / room).rglob("*.py")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").split("\n") if "FIELD-TRAPS" in line]
    named = {trap for line in lines for trap in _NAMED.findall(line.partition("FIELD-TRAPS")[2])}
    assert len(named) > 30
    assert named <= set(TRAPS)
