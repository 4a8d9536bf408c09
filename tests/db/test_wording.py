"""Pages in three languages: no catalogue has a hole, nothing that is filled in is lost, and the reader's wish is followed."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po

from db import labels, wording
from db.metadata import GROUPS, read_questions

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "db" / "datasette" / "templates"
OTHERS = [language for language in wording.LANGUAGES if language != "en"]
Message = tuple[str | None, str | tuple[str, ...]]


def of_templates() -> set[Message]:
    """Messages that the templates ask for."""
    found: set[Message] = set()
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as file:
            found |= {(context, message) for _, message, _, context in extract("jinja2", file, options={"extensions": "jinja2.ext.i18n"})}
    return found


def of_code() -> set[Message]:
    """Messages that the rooms and plugins of the archive ask for."""
    found: set[Message] = set()
    for path in [ROOT / "db" / "wording.py", *sorted((ROOT / "db" / "datasette" / "plugins").glob("*.py"))]:
        with path.open("rb") as file:
            found |= {
                (context, message)
                for _, message, _, context in extract("python", file, keywords=dict(DEFAULT_KEYWORDS) | {"translate": None})
            }
    return found


def of_labels() -> set[Message]:
    """Names of codes, in the context of their kind."""
    stages = {*labels.SHORT_STAGES.values(), *(words for own in labels.OWN_STAGES.values() for words in own.values())}
    codes = {(kind, labels.words(code)) for kind, codes in labels.KINDS.items() for code in codes}
    return codes | {("stage", words) for words in stages} | {("table", name) for name in labels.table_names().values()}


def of_questions() -> set[Message]:
    """Titles, descriptions and blanks of the questions; their groups; the headings of their answers."""
    found: set[Message] = {(None, title) for title in GROUPS.values()}
    for question in read_questions():
        found |= {(None, question.title), (None, question.description)}
        found |= {(None, meaning[:1].upper() + meaning[1:]) for _, meaning in question.params}
    return found | {("column", labels.column_words(column)) for column in columns_of_answers()}


def columns_of_answers() -> set[str]:
    """The columns of all questions, asked of an empty archive."""
    import tempfile

    from db.connection import connect
    from db.migrations import migrate
    from db.search import fts_query

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mfm.db"
        migrate(path)
        db = connect(path)
        db.conn.create_function("mfm_query", 1, fts_query)
        names = {
            column[0]
            for question in read_questions()
            for column in db.conn.execute(question.sql, {name: "" for name, _ in question.params}).description
        }
        db.close()
    return names


def messages() -> set[Message]:
    return of_templates() | of_code() | of_labels() | of_questions()


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_message_once_and_keeps_what_is_filled_in(language: str) -> None:
    with (wording.MESSAGES / f"{language}.po").open("rb") as file:
        book = read_po(file, locale=language)
    there = {(entry.context, entry.id) for entry in book if entry.id}
    wanted = messages()
    assert not wanted - there, sorted(map(str, wanted - there))[:20]
    assert not there - wanted, "no longer asked for"
    for entry in (entry for entry in book if entry.id):
        translations = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        originals = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        names = set(re.findall(r"%\(\w+\)s", originals[-1]))
        for translation in translations:
            assert translation and not entry.fuzzy, entry.id
            assert set(re.findall(r"%\(\w+\)s", translation)) == names, entry.id
            assert translation.count("%") == len(re.findall(r"%\(\w+\)s", translation)) or "%" in originals[-1], entry.id


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        ("kk", "ru", "en", "kk"),
        ("", "ru", "kk,en", "ru"),
        ("de", "", "kk-KZ,kk;q=0.9,ru;q=0.8", "kk"),
        ("", "", "de,ru;q=0.5,kk;q=0.7", "kk"),
        ("", "", "ru;q=0, kk;q=0.1", "kk"),
        ("", "", "fr, *;q=0.1", "en"),
        ("", "<script>", "", "en"),
    ],
)
def test_the_reader_s_wish_is_followed(asked: str, kept: str, accepted: str, language: str) -> None:
    assert wording.choose(asked, kept, accepted) == language


@pytest.mark.parametrize(
    ("language", "day", "tenge", "share", "home"),
    [
        ("en", "3 Feb 2026", "1,500,000 Kazakhstani tenges", "85%", "Kazakhstan"),
        ("ru", "3 февр. 2026 г.", "1 500 000 казахских тенге", "85 %", "Казахстан"),
        ("kk", "2026 ж. 03 ақп.", "1 500 000 Қазақстан теңгесі", "85%", "Қазақстан"),
    ],
)
def test_days_sums_shares_and_countries_are_written_as_the_language_does(
    language: str, day: str, tenge: str, share: str, home: str
) -> None:
    token = wording.current.set(language)
    try:
        written = [wording.day("2026-02-03"), wording.money(1_500_000, "KZT"), wording.percent(0.85), wording.country("kz")]
    finally:
        wording.current.reset(token)
    assert [re.sub(r"\s", " ", text) for text in written] == [day, tenge, share, home]


def test_a_sentence_begins_with_a_capital_and_an_abbreviation_stays_one() -> None:
    assert [wording.sentence(text) for text in ("СМИ", "истец", "")] == ["СМИ", "Истец", ""]


def visible(template: str) -> list[str]:
    """English words that a template shows as they are, outside of tags, expressions and comments."""
    # The class of a page's body is no text; the word stands between the marks of its block.
    template = re.sub(r"{% block body_class %}.*?{% endblock %}", "", template)
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<style.*?</style>|<code.*?</code>|<!--.*?-->", " ", template, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', bare)
    return [word for text in [*spoken, re.sub(r"<[^>]*>", " ", bare)] for word in re.findall(r"[A-Za-z]{2,}", text)]


NAMES = {"SHA", "WARC", "SQL", "CSV", "JSON", "Datasette", "UTC"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_shows_a_word_that_cannot_be_translated(path: Path) -> None:
    assert not set(visible(path.read_text(encoding="utf-8"))) - NAMES


def test_a_word_outside_of_the_catalogue_is_seen() -> None:
    assert visible('<p>Plain {{ _("marked") }}</p><nav aria-label="Where">{# note #}</nav>') == ["Where", "Plain"]
