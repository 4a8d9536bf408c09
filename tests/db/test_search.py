"""Search queries: whatever people type is a valid query of the text index (DB5), endings stay open, phrases are exact."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.search import fts_query
from db.stems import stems_of_text, stems_of_word


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table fts using fts5 (search_text, search_stems, tokenize = 'unicode61 remove_diacritics 0')")
    texts = ["журналиста обвинили в клевете", "защите деловой репутации", "елка в обл суд 8 800", "сотта журналистке айып тағылды"]
    connection.executemany("insert into fts values (?, ?)", [(text, stems_of_text(text)) for text in texts])
    yield connection
    connection.close()


def found(index: sqlite3.Connection, typed: str) -> list[int]:
    return [row[0] for row in index.execute("select rowid from fts where fts match ? order by rowid", (fts_query(typed),))]


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("журналист", [1, 4]),
        ("Журналистам клевету", [1]),
        ("клевета журналист погода", []),
        ('"деловой репутации"', [2]),
        ('"репутации деловой"', []),
        ("ёлка", [3]),
        ("8-800", [3]),
        ("обл.суд", [3]),
        ("= клевет* AND журналиста", [1]),
        ("=клевет* OR елка", [1, 3]),
        ("", []),
        ("   ", []),
        ('" "', []),
        ("C++", []),
    ],
)
def test_words_as_people_type_them(index: sqlite3.Connection, typed: str, rows: list[int]) -> None:
    assert found(index, typed) == rows


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_a_syntax_error(typed: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table fts using fts5 (search_text, search_stems)")
    query = fts_query(typed.replace("\0", "").encode("utf-8", "replace").decode())
    if not typed.startswith("="):
        assert connection.execute("select count(*) from fts where fts match ?", (query,)).fetchone()[0] == 0
    connection.close()


def test_a_long_paste_is_cut() -> None:
    assert fts_query("слово " * 10_000).count("AND") == 19


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("клевета", "клеветой"),
        ("клеветы", "клевету"),
        ("журналист", "журналистов"),
        ("газета", "газетами"),
        ("редакция", "редакции"),
        ("суд", "судом"),
        ("иск", "иску"),
        ("заблокировали", "заблокировал"),
        ("районный", "районного"),
        ("журналист", "журналистерінің"),
        ("журналист", "журналистерге"),
        ("сот", "сотының"),
        ("сот", "соттан"),
        ("басылым", "басылымдарға"),
        ("газет", "газетінен"),
        ("бұғаттау", "бұғаттады"),
        ("редакция", "редакциясына"),
        ("қала", "қаласындағы"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert set(stems_of_word(one)) & set(stems_of_word(other)), (stems_of_word(one), stems_of_word(other))


@pytest.mark.parametrize(
    ("one", "other"), [("суд", "судно"), ("клевета", "клевер"), ("иск", "искра"), ("сот", "сотрудник"), ("газета", "газон")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert not set(stems_of_word(one)) & set(stems_of_word(other))


def test_a_long_form_finds_the_short_one(index: sqlite3.Connection) -> None:
    assert found(index, "журналистерінің") == [1, 4]


def test_stems_of_a_text_are_few() -> None:
    assert stems_of_text("суд суда судом суду") == ""
    assert stems_of_text("суда судом суду") == "суд"
    assert stems_of_text("8 800 a1 ок") == ""
