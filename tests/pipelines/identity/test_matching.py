"""Updates, copies and originals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.identity.matching import Story, is_generic, original_of, same_story
from pipelines.identity.near import near_key
from tests.pipelines.identity.test_near import TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def story(text: str = TEXT, title: str = "Суд оправдал редактора газеты", **more: object) -> Story:
    fields: dict[str, object] = {
        "outlet_id": "kz_a", "canonical_url": "https://a.example/n/77-sud-otlozhil", "language": "ru", "seen_at": NOW, "published_at": NOW, "id": "one",
    }  # fmt: skip
    return Story(title=title, text=text, near_key=near_key(text), **{**fields, **more})  # type: ignore[arg-type]


def test_fd1_edited_headline_in_the_address_is_the_same_story() -> None:
    fresh = story(
        title="Суд перенёс дело редактора газеты",
        canonical_url="https://a.example/n/77-sud-perenes",
        seen_at=NOW + timedelta(hours=3),
        id="",
    )
    assert same_story(fresh, [story(title="Суд отложил дело редактора газеты")]) == "one"


def test_fd1_other_numbers_are_other_stories() -> None:
    fresh = story(canonical_url="https://a.example/n/78-sud-otlozhil", id="")
    assert same_story(fresh, [story()]) == ""


def test_address_without_number_needs_title_and_text() -> None:
    known = story(canonical_url="https://a.example/sud-otlozhil-delo")
    fresh = story(canonical_url="https://a.example/sud-perenes-delo", id="")
    assert same_story(fresh, [known]) == "one"
    assert same_story(replace(fresh, title="Совсем другой заголовок о погоде"), [known]) == ""
    assert same_story(replace(fresh, seen_at=NOW + timedelta(days=30)), [known]) == ""


def test_al6_generic_titles_never_decide() -> None:
    weather = " ".join(f"слово{i} погода{i} завтра{i}" for i in range(40))
    known = story(text=weather, title="Новости дня", canonical_url="https://a.example/novosti-dnya-101")
    fresh = story(title="Новости дня", canonical_url="https://a.example/novosti-dnya-102", id="")
    assert same_story(fresh, [known]) == "" and original_of(fresh, [known]) is None
    assert is_generic("Видео") and is_generic("Новости дня") and not is_generic("Суд оправдал редактора газеты")


def test_wire_copy_in_another_outlet_names_its_original() -> None:
    wire = story(outlet_id="kz_agency", canonical_url="https://agency.example/x", id="wire")
    fresh = story(
        text=f"Как сообщает агентство, дело закрыто. {TEXT}",
        title="Редактора оправдали",
        seen_at=NOW + timedelta(hours=1),
        published_at=NOW + timedelta(hours=1),
        id="",
    )
    copy = original_of(fresh, [wire])
    assert copy and copy.article_id == "wire" and copy.similarity > 0.6


def test_copy_of_a_copy_points_to_the_original() -> None:
    middle = story(outlet_id="kz_b", id="middle", copy_of="wire")
    copy = original_of(story(outlet_id="kz_c", id=""), [middle])
    assert copy and copy.article_id == "wire"


def test_earlier_article_is_never_a_copy_of_a_later_one() -> None:
    later = story(outlet_id="kz_b", published_at=NOW + timedelta(hours=5), seen_at=NOW + timedelta(hours=5), id="later")
    assert original_of(story(id="", seen_at=NOW + timedelta(hours=6)), [later]) is None


def test_short_text_inside_a_long_one_is_a_copy() -> None:
    half = TEXT[: len(TEXT) // 2]
    copy = original_of(story(text=half, outlet_id="kz_b", id=""), [story()])
    assert copy and copy.article_id == "one"


def test_translations_and_old_stories_are_no_copies() -> None:
    assert original_of(story(outlet_id="kz_b", language="kk", id=""), [story()]) is None
    assert original_of(story(outlet_id="kz_b", seen_at=NOW + timedelta(days=20), id=""), [story()]) is None


def test_short_posts_in_one_form_are_no_copies() -> None:
    post = "Суд отложил дело редактора газеты номер {} до {} декабря, сообщила пресс-служба городского суда сегодня."
    known, fresh = story(text=post.format(1, 3)), story(text=post.format(2, 9), canonical_url="https://t.example/9", id="")
    assert original_of(fresh, [known]) is None
    assert original_of(replace(fresh, text=known.text, near_key=known.near_key), [known]) is not None
