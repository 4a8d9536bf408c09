"""Texts of mails: no catalogue has a hole, and no headline gets markup, a line or a direction mark into any mail."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.mailing.digest import CountView, LineView
from crawler.mailing.labels import LawView
from crawler.mailing.views import AlertView, AmountView, QuoteView, ReportView, StepView, TrackView
from db.queries.digests import Health
from db.queries.letters import Proof
from db.queries.watch import Issue
from pipelines.channels.rendering import LANGUAGES, MESSAGES, catalogue, country_name, day, moment, money, render, safe_url
from tests.pipelines.channels.test_mime import HOSTILE

ROOT = Path(__file__).parents[3]
TEMPLATES = ("alert", "summary", "digest", "watchdog")
AT = datetime(2026, 11, 25, 7, tzinfo=UTC)


def messages() -> set[tuple[str | None, str | tuple[str, ...]]]:
    """Every message that templates and code ask the catalogue for."""
    found = set()
    keywords = dict(DEFAULT_KEYWORDS) | {"translate": None}
    for path in sorted(MESSAGES.glob("*.j2")):
        with path.open("rb") as file:
            options = {"extensions": "jinja2.ext.i18n", "trim_blocks": "true"}
            found |= {(context, message) for _, message, _, context in extract("jinja2", file, options=options)}
    for path in sorted((ROOT / "crawler/mailing").glob("*.py")):
        with path.open("rb") as file:
            found |= {(context, message) for _, message, _, context in extract("python", file, keywords=keywords)}
    return found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_catalogue_has_every_message_once_and_keeps_what_is_filled_in(language):
    with (MESSAGES / f"{language}.po").open("rb") as file:
        book = read_po(file, locale=language)
    wanted = messages()
    assert {(entry.context, entry.id) for entry in book if entry.id} == wanted
    for entry in book:
        if not entry.id:
            continue
        translations = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        originals = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        names = set(re.findall(r"%\(\w+\)s", originals[-1]))
        for translation in translations:
            assert translation and not entry.fuzzy, entry.id
            assert set(re.findall(r"%\(\w+\)s", translation)) == names, entry.id


def test_plural_forms_of_russian():
    words = catalogue("ru")
    forms = [words.ngettext("%(num)s source", "%(num)s sources", n) % {"num": n} for n in (1, 2, 5, 11, 21)]
    assert forms == ["1 источник", "2 источника", "5 источников", "11 источников", "21 источник"]


def alert(text: str) -> AlertView:
    """An alert whose every word from outside is `text`."""
    return AlertView(
        severity=4, country="KZ", title=text, headline=text, summary=text, whom=(text,), who=(text, text),
        laws=(LawView(text=text, verified=False),), court=text, case_number=text, amounts=(AmountView(text=text, role="claimed"),), outcomes=(text,),
        hearing=text, since=text, incident_state="open", tracks=(TrackView(place=text, method=text, n_bad=1, n_good=2),), steps=(StepView(stage=text, when=text),), n_sources=1,
        reports=(ReportView(outlet=text, title=text, url=safe_url(text), when=text, relation="copy"),), n_more_reports=3,
        quotes=(QuoteView(before=text, quote=text, after=text, language="ru", outlet=text, url=safe_url(text), rule_id=text, reason=text),),
        proofs=(Proof(kind="quote", quote=text, before="", after="", language="ru", rule_id=text, reason=text, url=text, outlet=text, sha256="ab" * 32,
            archive_path="2026/11/25/run.warc.gz", archive_offset=1, captured_at="", note=text),),
        basis="first_filing", subscription=text, confidence=0.8, unknowns=("who", "law_unverified"), url="https://archive.example/mfm/alert/1",
            confirm_url="https://archive.example/-/mail/a.b-c_d", dismiss_url="https://archive.example/-/mail/e.f",
    )  # fmt: skip


def values(template: str, text: str) -> dict[str, object]:
    line = LineView(title=text, detail=text, when=text, url="https://archive.example/x", code="open")
    issue = Issue(
        id="1", kind="layout", cause="layout", source_id=text, message=text, n_seen=2, first_seen_at=AT, notified_at=None, is_fixed=False
    )
    common: dict[str, object] = {
        "subject": text,
        "organisation": text,
        "archive_url": "https://archive.example/all",
        "alerts": [alert(text), alert(text)],
    }
    extra: dict[str, dict[str, object]] = {
        "alert": {"is_update": True},
        "summary": {"n_all": 3, "n_more": 1},
        "digest": {
            "rate": "daily", "n_alerts": 3, "n_more": 1, "counts": [CountView(label=text, now=1, before=2)], "moves": [line],
            "hearings": [replace(line, code="vanished")], "incidents": [line], "health": Health(n_read=3, failing=((text, "layout"),), silent=(text,)),
        },
        "watchdog": {"issues": [issue], "n_more": 1, "fixed": [issue]},
    }  # fmt: skip
    return common | extra[template]


class Skeleton(HTMLParser):
    """The tags and attributes of a page, without its words; and every address in it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.links += [str(value) for name, value in attrs if name in {"href", "src", "background", "action"}]

    def handle_data(self, data: str) -> None:
        self.text += data


nasty = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.text(alphabet="<>&\"'=/-!\r\n{}%#ab \u202e", max_size=80),
    st.sampled_from(
        ["</style><script>x</script>", "{{ config }}", "{% raw %}", "%(num)s %s %%", "<!--", "]]>", "javascript:alert(1)", "&lt;b&gt;"]
    ),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=20, deadline=None)
@given(text=nasty)
def test_no_headline_adds_markup_or_lines(template, language, text):
    rendered = render(template, language, "Asia/Almaty", values(template, text))
    plain = render(template, language, "Asia/Almaty", values(template, "word" if text.strip() else text))
    hostile, harmless = Skeleton(rendered.html), Skeleton(plain.html)
    assert hostile.tags == harmless.tags or not header_survives(text)
    assert all(link.startswith("https://archive.example/") for link in hostile.links)
    for part in (rendered.text, hostile.text):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", part)
    assert all(len(line) <= 998 for line in rendered.text.splitlines())
    assert not [line for line in rendered.text.splitlines() if len(line) > 80 and " " in line.strip()]


def header_survives(text: str) -> bool:
    """False when nothing printable is left of `text`, so that optional parts vanish."""
    return bool(re.sub(r"[\W_]", "", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_loaded_and_nobody_is_tracked(template, language):
    html = render(template, language, "Asia/Almaty", values(template, "слово")).html
    assert not re.search(r"<(img|script|link|iframe|object|embed|form|video|audio|svg)\b|@import|url\(|@font-face", html, re.IGNORECASE)
    assert "prefers-color-scheme: dark" in html and f'<html lang="{language}">' in html
    assert len(html) < 100_000


def test_template_signs_in_a_headline_stay_words():
    text = "{{ 7 * 7 }} {% if %} %(num)s"
    rendered = render("alert", "ru", "Asia/Almaty", values("alert", text))
    assert text in " ".join(rendered.text.split()) and "49" not in rendered.text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://user:pass@evil.example/",
        "https://a.example/\r\nBcc: x",
        'https://a.example/"onclick=',
        "ftp://a.example/",
        "https:///x",
        "https://[bad",
        "x" * 900,
        "",
    ],
)
def test_an_address_that_is_no_plain_web_page_is_not_linked(url):
    assert safe_url(url) == ""


def test_times_sums_and_countries_in_three_languages():
    assert [moment(AT, language, "Asia/Almaty").replace("\u202f", " ") for language in LANGUAGES] == [
        "25 November 2026, 12:00 (UTC+5)", "25 ноября 2026 г., 12:00 (UTC+5)", "2026 ж. 25 қараша, 12:00 (UTC+5)",
    ]  # fmt: skip
    assert [day("2026-11", language) for language in LANGUAGES] == ["November 2026", "ноябрь 2026\u202fг.", "2026 ж. қараша"] or day(
        "2026", "ru"
    ) == "2026"
    assert [country_name("kz", language) for language in LANGUAGES] == ["Kazakhstan", "Казахстан", "Қазақстан"]
    assert money(1.5, "USD", "en") == "1.50 US dollars" and money(5_000_000, "KZT", "kk").endswith("Қазақстан теңгесі")
    assert day("not a date", "en") == "not a date"


def test_every_fact_of_an_alert_is_in_both_parts():
    given_words = {each.name: f"word{number}word" for number, each in enumerate(fields(AlertView))}
    view = replace(alert("x"), title=given_words["title"], summary=given_words["summary"], court=given_words["court"],
        case_number=given_words["case_number"], hearing=given_words["hearing"], since=given_words["since"], subscription=given_words["subscription"],
        whom=(given_words["whom"],), who=(given_words["who"],), outcomes=(given_words["outcomes"],))  # fmt: skip
    rendered = render("alert", "kk", "Asia/Almaty", values("alert", "x") | {"alerts": [view]})
    for name in ("title", "summary", "court", "case_number", "hearing", "since", "subscription", "whom", "who", "outcomes"):
        assert given_words[name] in rendered.text and given_words[name] in rendered.html, name
