"""Every letter is a clean message: headers once and safe, lines short, both parts there; whatever a headline brings."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.channels.letter import Letter, header_text, is_plain_address, without_addresses
from pipelines.channels.mime import POLICY, build, sender_words

HEADERS = {
    "Date", "Message-ID", "From", "To", "Subject", "In-Reply-To", "References", "Auto-Submitted", "Precedence", "List-Id", "List-Unsubscribe",
    "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip
HOSTILE = [
    "Суд вынес\r\n решение",
    "Headline\r\nBcc: victim@example.org\r\n\r\n<script>",
    "=?utf-8?q?Bcc=3A_victim=40example=2Eorg=0D=0AX-Evil=3A_1?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?=",
    "\u202egnp.exe\u202c и \u2066обман\u2069",
    "а\u0301" * 3000,
    "X" * 10_000,
    "слово " * 2_000,
    "\ud83d одинокий суррогат",
    "NUL\x00 и \x1b[31mцвет",
    "\u2028строка\u2029абзац\x85ещё",
    "<b onclick=alert(1)>жирно</b>",
    "=HYPERLINK(\"http://evil\";\"нажми\")",
    "",
    "   ",
]  # fmt: skip
anything = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=300), st.text(alphabet='\r\n\t =?Qqbutf-8:<>@,;"\\\u202e\u00a0аЯ', max_size=120)
)


def wire(subject: str, text: str = "текст", html: str = "<p>текст</p>", name: str = "Монитор", references: tuple[str, ...] = ()) -> bytes:
    letter = Letter(
        message_id="<mfm.0123456789abcdef01234567@example.org>",
        audience="anna",
        kind="alert",
        language="kk",
        subject=subject,
        text=text,
        html=html,
        in_reply_to=references[-1] if references else "",
        references=references,
        written_at=datetime(2026, 11, 25, 7, tzinfo=UTC),
    )
    return build(letter, "monitor@example.org", name, "anna@example.org").as_bytes(policy=POLICY)


def check(content: bytes) -> None:
    lines = content.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n")), head
    head.decode("ascii")
    mail = message_from_bytes(content, policy=policy.default)
    assert not mail.defects
    assert set(mail.keys()) <= HEADERS and len(mail.keys()) == len(set(mail.keys()))
    assert mail["To"] == "anna@example.org" and mail["Message-ID"] == "<mfm.0123456789abcdef01234567@example.org>"
    for part in mail.walk():
        assert not part.defects
    assert mail["Subject"] == " ".join(mail["Subject"].split())
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f]", mail["Subject"])


@pytest.mark.parametrize("subject", HOSTILE)
def test_a_hostile_headline_adds_nothing(subject):
    check(wire(subject, text=subject or "x", name=subject or "x"))


@settings(max_examples=150, deadline=None)
@given(subject=anything, text=anything, name=anything)
def test_whatever_comes_the_message_is_clean(subject, text, name):
    check(wire(subject, text=text, name=name))


def test_subjects_come_back_as_they_were_made():
    for subject in (
        "[KZ] Правда Степи: БАҚ-ты тоқтата тұру, жабу, тыйым салу",
        "[KZ] Жала жабу: «Алатау Обзор» газеті, № 12",
        "[KZ] Уголовная клевета: " + "очень длинное имя " * 5,
    ):
        mail = message_from_bytes(wire(subject), policy=policy.default)
        assert mail["Subject"] == header_text(subject)


@settings(max_examples=150, deadline=None)
@given(words=st.lists(st.text(alphabet="абвгдәіңғ[]:,-KZ.9", min_size=1, max_size=18), min_size=1, max_size=12))
def test_no_space_of_a_subject_is_lost_where_it_is_folded(words):
    subject = " ".join(words)
    content = wire(subject, name=subject)
    check(content)
    mail = message_from_bytes(content, policy=policy.default)
    assert mail["Subject"] == header_text(subject)
    assert mail["From"].addresses[0].display_name == sender_words(subject)


@pytest.mark.parametrize("body", ["A" * 3000, "Ж" * 3000, "x" * 75 + " " + "y" * 2000, ".\n..\n.dot", "текст\r\nс\rразным\nконцом"])
def test_long_lines_are_encoded_and_bodies_come_back(body):
    content = wire("x", text=body, html=f"<p>{body}</p>")
    check(content)
    mail = message_from_bytes(content, policy=policy.default)
    plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n")
    assert plain == body.replace("\r\n", "\n").replace("\r", "\n")


def test_a_long_thread_keeps_its_root_and_its_latest_ids():
    references = ("<thread.root@example.org>", *(f"<mfm.{n:024}@example.org>" for n in range(40)))
    content = wire("x", references=references)
    check(content)
    kept = message_from_bytes(content, policy=policy.default)["References"].split()
    assert kept[0] == references[0] and kept[-1] == references[-1] and len(kept) == 11


def test_a_text_without_html_is_one_part():
    mail = message_from_bytes(wire("x", html=""), policy=policy.default)
    assert mail.get_content_type() == "text/plain"


@settings(max_examples=200)
@given(value=anything, limit=st.integers(2, 200))
def test_header_text_is_one_line_within_its_limit_and_stable(value, limit):
    once = header_text(value, limit)
    assert len(once) <= limit and "\n" not in once and "=?" not in once
    assert header_text(once, limit) == once
    once.encode("utf-8")


def test_letters_that_are_written_with_marks_stay_whole():
    assert header_text("Әділ сөз — қазақша, ё, é, 中文, ‘quoted’") == "Әділ сөз — қазақша, ё, é, 中文, ‘quoted’"


@pytest.mark.parametrize("address", ["a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org", "имя@пример.рф", "a b@c.org", "<a@b.org>", "", "a@"])
def test_an_address_that_is_more_than_an_address_is_none(address):
    assert not is_plain_address(address)


def test_addresses_are_taken_out_of_what_servers_say():
    assert without_addresses("550 <bob.o'hara@example.org>: no\r\nsuch user bob@example.org", ("secret",)).count("@") == 0
