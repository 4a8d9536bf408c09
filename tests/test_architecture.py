"""The picture of the house held against the code: which way imports go, how big things are, which names do not exist."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT)
    for path in [*ROOT.glob("schedule.py"), *ROOT.glob("crawler/**/*.py"), *ROOT.glob("pipelines/**/*.py"), *ROOT.glob("db/**/*.py")]
)
TOP_LEVEL = {
    "README.md", "CHANGES.md", "LICENSE", "Makefile", "pyproject.toml", "requirements.txt", "scrapy.cfg", "schedule.py",
    "mfm.example.toml", "crawler", "pipelines", "db", "tests", "docs", "benchmarks",
}  # fmt: skip
WORDS = {"db.vocabulary", "db.errors"}
LEAVES = {"linking": "db.rows", "channels": "db.catalogues"}  # what a room shares with db, which knows nothing else of the project
GROUND_FLOOR = {"crawler.items", "crawler.config", "crawler.sources", "crawler.line"}
ROOMS_IN_ORDER = ("text", "languages", "law", "reading", "identity", "detectors", "linking", "channels")
STAGES = {"archive", "extract", "dedupe", "detect", "link", "store", "notify"}
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager"}
MAX_FILE_LINES = 400
LISTS_OF_WORDS = {Path("db/vocabulary.py")}  # one closed list without logic; splitting it would only hide words
MAX_FUNCTION_LINES = 40


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def _own_imports(path: Path) -> set[str]:
    """Dotted names of this project's modules that `path` imports, anywhere in the file."""
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names |= {_module_of(node.module or "", alias.name) for alias in node.names}
    return {name for name in names if name.split(".")[0] in {"crawler", "pipelines", "db", "schedule"}}


def _module_of(module: str, name: str) -> str:
    """`from db.queries import runs` names a module, `from db.records import Row` does not."""
    candidate = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if candidate.with_suffix(".py").exists() or candidate.is_dir() else module


def _below(room: str) -> tuple[str, ...]:
    order = ROOMS_IN_ORDER[: ROOMS_IN_ORDER.index(room) + 1]
    return tuple(f"pipelines.{name}" for name in order)


def _allowed(path: Path) -> tuple[set[str], tuple[str, ...]]:
    """What a file may import: whole names, and prefixes."""
    parts = path.with_suffix("").parts
    if parts[0] == "schedule":
        return GROUND_FLOOR | WORDS, ("db", "crawler.clock")
    if parts[0] == "db":
        return set(), () if parts[-1] in {"vocabulary", "errors", "rows", "catalogues"} else ("db",)
    if parts[0] == "pipelines":
        return _allowed_in_pipelines(parts)
    if ".".join(parts) in GROUND_FLOOR or len(parts) == 2 and parts[1] == "__init__":
        return GROUND_FLOOR | WORDS, ()
    if parts[1] == "settings":
        return {"crawler.config"} | WORDS, ()
    if parts[1] == "clock":
        return GROUND_FLOOR | WORDS, ("db", "crawler.clock")
    if parts[1] == "discovery":
        return GROUND_FLOOR | WORDS, ("crawler.discovery",)
    if parts[1] == "command":
        return GROUND_FLOOR | WORDS, ()
    if parts[1:] == ("spiders", "probe"):
        return GROUND_FLOOR | WORDS, ("crawler.spiders", "crawler.probing")  # wraps the network steps that probing owns
    if parts[1] in {"commands", "rehearsal", "mailing", "backfill", "care", "assessing"}:
        return {"schedule"}, ("crawler", "pipelines", "db")
    if parts[1] in {"middlewares", "extensions", "clock"}:
        return GROUND_FLOOR | WORDS, ("db", f"crawler.{parts[1]}")
    if parts[1] == "spiders":
        return GROUND_FLOOR | WORDS, ("crawler.spiders", "crawler.discovery")
    return GROUND_FLOOR | WORDS, (f"crawler.{parts[1]}",)


def _allowed_in_pipelines(parts: tuple[str, ...]) -> tuple[set[str], tuple[str, ...]]:
    if len(parts) == 2 and parts[1] in STAGES:
        return GROUND_FLOOR | WORDS | {f"pipelines.{parts[1]}"}, (
            "db",
            *(f"pipelines.{room}" for room in ROOMS_IN_ORDER),
            "pipelines.taxonomy",
        )
    if parts[1] in ROOMS_IN_ORDER:
        leaves = {LEAVES[parts[1]]} if parts[1] in LEAVES else set()
        return {"crawler.items", "pipelines.taxonomy"} | WORDS | leaves, _below(parts[1])
    return {"crawler.items"} | WORDS, ()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_go_one_way(path: Path) -> None:
    whole, prefixes = _allowed(path)
    wrong = {
        name
        for name in _own_imports(path)
        if name not in whole and not any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)
    }
    assert not wrong, f"{path} may not import {', '.join(sorted(wrong))}"


def test_words_and_rows_need_nothing_but_the_standard_library() -> None:
    for path in (Path("db/vocabulary.py"), Path("db/errors.py"), Path("db/rows.py")):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_and_functions_stay_small(path: Path) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert path in LISTS_OF_WORDS or source.count("\n") <= MAX_FILE_LINES, f"{path}: split by subject"
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= MAX_FUNCTION_LINES, f"{path}:{node.lineno} {node.name}: {size} lines"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_names_say_something_and_every_module_has_its_door_plate(path: Path) -> None:
    assert not EMPTY_NAMES & {part.removesuffix(".py") for part in path.parts}
    assert ast.get_docstring(_tree(path)), f"{path}: no door plate"


def test_the_top_level_is_closed() -> None:
    tracked = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {"var", "build", "mfm.toml", "__pycache__"}
    assert {name for name in tracked if not name.endswith(".egg-info")} <= TOP_LEVEL


def test_nobody_imports_the_clock() -> None:
    for path in FILES:
        if path.parts[0] != "schedule.py" and path.parts[:2] not in {("crawler", "commands"), ("crawler", "rehearsal")}:
            assert "schedule" not in _own_imports(path)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_bare_except_and_no_print_outside_the_doors(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{path}:{node.lineno}: bare except"
