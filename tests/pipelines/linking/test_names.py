"""One name in two scripts, in any case, is one name; two names that look alike are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.linking.names import name_key, same_organisation, same_person_key

PERSONS = [
    ("Ержан Әбенов", "Yerzhan Abenov"),
    ("Болат Есенжолов", "Bolat Yesenzholov"),
    ("Болат Есенжол", "Болат Есенжолов"),
    ("Әсем Тұрлыбекова", "Asem Turlybekova"),
    ("Жарылқап Қалыбай", "Zharylkap Kalybai"),
    ("Бахытжан Торегожина", "Бақытжан Төреғожина"),
    ("Дмитрий Щёлоков", "Dmitry Shchelokov"),
    ("Юлия Стрельцова", "Yuliya Streltsova"),
    ("Мухтар Аблязов", "Мұхтар Әблязов"),
    ("Гульнара Бажкенова", "Гүлнар Бажкенова"),
]
OUTLETS = [
    ("Алатау Обзор", "Alatau Obzor"),
    ("газета «Алатау Обзор»", "Алатау Обзора"),
    ("Тұмар Ньюс", "Tumar News"),
    ("Ақ Қайнар Девелопмент", "Ak Kainar Development"),
    ("ТОО «Ак Кайнар»", "Ак Кайнар Девелопмент"),
    ("Talshyn Kredit Bank", "Талшын Кредит Банк"),
]
SURNAMES = ["Абенов", "Тихомиров", "Есенжолов", "Жетписов", "Калыбеков", "Латухин", "Стрельцов", "Осмаков"]
ENDINGS = ["", "а", "у", "ым", "е"]


@pytest.mark.parametrize(("one", "other"), PERSONS)
def test_a_person_is_the_same_in_both_spellings(one: str, other: str) -> None:
    assert same_person_key(name_key(one), name_key(other)) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ержан Абенов", "Еркин Абенов"), ("М. Абенов", "Ержан Абенов"), ("Айдос Садыков", "Наталья Садыкова"), ("Борис Латухин", "Антон Ли")],
)
def test_different_people_stay_apart(one: str, other: str) -> None:
    assert same_person_key(name_key(one), name_key(other)) is False


def test_a_surname_alone_or_with_a_fitting_initial_is_not_decided() -> None:
    assert same_person_key(name_key("Латухин"), name_key("Борис Латухин")) is None
    assert same_person_key(name_key("Е. Абенов"), name_key("Yerzhan Abenov")) is None


@pytest.mark.parametrize(("one", "other"), OUTLETS)
def test_an_outlet_or_company_is_the_same_in_both_spellings(one: str, other: str) -> None:
    assert same_organisation(name_key(one), name_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Правда Степи", "Степная правда"),
        ("Тұмар Ньюс", "Тумар Медиа"),
        ("Алатау Обзор", "Алатау Инфо Плюс"),
        ("Семиречье Лайв", "Полоса 7"),
    ],
)
def test_alike_outlets_stay_apart(one: str, other: str) -> None:
    assert not same_organisation(name_key(one), name_key(other))


@given(st.sampled_from(SURNAMES), st.sampled_from(ENDINGS), st.sampled_from(["Ержан", "Борис", "Виталий"]))
def test_inflecting_a_surname_never_changes_who_it_is(surname: str, ending: str, first: str) -> None:
    assert same_person_key(name_key(f"{first} {surname}"), name_key(f"{first} {surname}{ending}")) is True
    assert name_key(surname).buckets & name_key(surname + ending).buckets


@given(st.text(max_size=200))
def test_any_text_has_a_key_and_agrees_with_itself(text: str) -> None:
    key = name_key(text)
    assert not key.words or same_organisation(key, key) or not all(key.words)
