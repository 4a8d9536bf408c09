"""People: names in the nominative, roles, and one person across scripts and cases."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.name_forms import same_person
from pipelines.languages.people import find_people

TEXTS = [
    ("ru", "Редактору газеты «Тоғызтарау үні» Сауле Берденовой вручили уведомление.", {"Сауле Берденова": "editor"}),
    ("ru", "На корреспондента «Пикет Медиа» Ильяса Турсункожу завели дело.", {"Ильяс Турсункожа": "journalist"}),
    ("ru", "Редактору сайта Алесю Радкевичу предъявлено обвинение.", {"Алесь Радкевич": "editor"}),
    ("ru", "Суд оправдал ведущую канала Веронику Щукину.", {"Вероника Щукина": "blogger"}),
    ("ru", "Задержали репортёров – Нурбека Шамшиева и Айгерим Токоеву.", {"Нурбек Шамшиев": "journalist", "Айгерим Токоева": "journalist"}),
    ("ru", "«О письме мы узнали от платформы», – говорит продюсер Рената Шубаева.", {"Рената Шубаева": "publisher_or_owner"}),
    ("ru", "Полиция задержала блогера Льва Ишутина.", {"Лев Ишутин": "blogger"}),
    ("ru", "Полиция допросила Гульмиру Сапарову, которая ведёт страницу «Чистый Жайык».", {"Гульмира Сапарова": "blogger"}),
    ("ru", "Суд начал дело акима Марата Ескалиева и сайта. Ескалиев добивается опровержения.", {"Марат Ескалиев": "claimant"}),
    ("ru", "Акимат представлял аким Марат Ескалиев. Редакция добивается ответа.", {"Марат Ескалиев": "official"}),
    ("ru", "Потерпевший, аким Тасбулака Серик Байдаулет, явился в суд.", {"Серик Байдаулет": "claimant"}),
    ("ru", "Дело ведёт судья Н. Пакирдинов.", {"Н. Пакирдинов": "judge"}),
    ("ru", "Асхат Мырзабеков, возглавляющий «Водоканал», подал иск к сайту.", {"Асхат Мырзабеков": "claimant"}),
    ("ru", "Виктор Гольцев, редактор, принёс подшивку.", {"Виктор Гольцев": "editor"}),
    ("kk", "Тілші Бағлан Тұрсынқожаның ісі сотқа жолданды.", {"Бағлан Тұрсынқожа": "journalist"}),
    ("kk", "Бас редактор Сәуле Берденова шағымданбақ.", {"Сәуле Берденова": "editor"}),
    ("kk", "Полиция блогер Сержан Көпжасарға хаттама толтырды.", {"Сержан Көпжасар": "blogger"}),
    ("kk", "Bas redaktor Sáýle Berdenova kassasıaǵa júginetinin aıtty.", {"Sáýle Berdenova": "editor"}),
    ("kk", "باس رەداكتور مۇرات ەسكەندىرۇلى ايتتى", {"مۇرات ەسكەندىرۇلى": "editor"}),
    ("kk", "сот бүгін блогер дәулет қаржауды кінәлі деп тапты деп хабарлады тілшіміз", {"Дәулет Қаржау": "blogger"}),
    (
        "en",
        "Editor Nurbek Shamshiev and reporter Aigerim Tokoeva remain in detention.",
        {"Nurbek Shamshiev": "editor", "Aigerim Tokoeva": "journalist"},
    ),
    ("en", "Henrik Solvang of the daily Nordic Evening was refused entry.", {"Henrik Solvang": "journalist"}),
    ("en", "The lens of Nino Javakhadze, a camerawoman for Fourth Column", {"Nino Javakhadze": "journalist"}),
]


@pytest.mark.parametrize(("language", "text", "expected"), TEXTS, ids=[case[1][:40] for case in TEXTS])
def test_people_and_their_roles(language: str, text: str, expected: dict[str, str]) -> None:
    found = find_people(text, language)
    assert {one.name: str(one.role_hint) for one in found} == expected
    for one in found:
        assert text[one.start : one.end] in one.forms


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Верховный Суд и Комитет Информации Республики Казахстан, Усть-Каменогорск. Новый Год."),
        ("ru", "Редакция «Белый Репортаж» и «Полоса Семь» закрыты."),
        ("kk", "Жоғарғы Сот пен Ақпарат Комитеті, Қызыл Жар ауданы, Қазақстан Республикасы"),
        ("en", "The Supreme Court and the National Security Committee of Kazakhstan. Open Dialog Foundation. Karatosh Today."),
    ],
)
def test_bodies_places_and_titles_are_no_people(language: str, text: str) -> None:
    assert find_people(text, language) == ()


def test_mentions_of_one_person_are_one() -> None:
    text = "Блогер Марат Оспанкулов признан виновным. На Марата Оспанкулова составили протокол. Штраф М. Оспанкулов обжалует."
    (found,) = find_people(text, "ru", "Протокол на Марата Оспанкулова")
    assert found.name == "Марат Оспанкулов"
    assert len(found.forms) == 3


SAME = [
    ("Жарылкап Калыбай", "Жарылқап Қалыбай", "Zharylgap Kalybai", "Жарылкапом Калыбаем", "Калыбай"),
    ("Гузяль Байдалинова", "Гюзяль Байдалинова", "Гүзәл Байдалинова", "Guzyal Baidalinova", "Гузяли Байдалиновой"),
    ("Наталья Садыкова", "Натальи Садыковой", "Natalya Sadykova", "Наталья Садықова", "Н. Садыкова"),
    ("Сергей Перхальский", "Сергею Перхальскому", "Sergey Perkhalskiy", "Перхальского"),
    ("Дмитрий Щёлоков", "Дмитрий Щелоков", "Dmitriy Shchelokov", "Дмитрием Щёлоковым"),
    ("Лев Ишутин", "Льва Ишутина", "Lev Ishutin"),
    ("Бағлан Тұрсынқожа", "Баглан Турсункожа", "Бағлан Тұрсынқожаның", "Baglan Tursynkozha"),
    ("Болат Есенжол", "Болат Есенжолов", "Bolat Yesenzholov"),
    ("Мұрат Ескендірұлы", "مۇرات ەسكەندىرۇلى"),
    ("Айдос Тоқмырза", "Aıdos Toqmyrza", "Aidos Tokmyrza"),
    ("Иван Петрович Сидоров", "Сидоров Иван", "Ивану Сидорову"),
]


@pytest.mark.parametrize("names", SAME, ids=[names[0] for names in SAME])
def test_spellings_and_cases_of_one_person_are_one(names: tuple[str, ...]) -> None:
    for one, other in itertools.product(names, repeat=2):
        assert same_person(one, other), (one, other)


def test_different_people_stay_apart() -> None:
    firsts = [names[0] for names in SAME]
    for one, other in itertools.combinations(firsts, 2):
        assert not same_person(one, other), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Айдос Садыков", "Наталья Садыкова"),
        ("Садыков", "Садыкова"),
        ("Арсен Толебай", "Арман Толебай"),
        ("Нурлан Сейтказин", "Нурлан Сейтказиев"),
        ("А. Садыков", "Наталья Садыкова"),
        ("", "Садыков"),
        ("Управление внутренней политики Костанайской области", "Управление внутренней политики Павлодарской области"),
    ],
)
def test_who_is_not_the_same(one: str, other: str) -> None:
    assert not same_person(one, other)
    assert not same_person(other, one)


MEN = st.sampled_from(["Арсен", "Марат", "Ермек", "Нурлан", "Виктор", "Олег", "Антон", "Рустем", "Бауыржан"])
WOMEN = st.sampled_from(["Лидия", "Карина", "Вера", "Наталья", "Асель", "Айгерим", "Сауле", "Мадина"])
SURNAMES = st.sampled_from(["Садыков", "Берденов", "Гольцев", "Пасхин", "Щукин", "Мырзабеков", "Норматов"])
MALE_CASES = [("", ""), ("а", "а"), ("у", "у"), ("ом", "ым"), ("е", "е")]


@given(MEN, SURNAMES, st.sampled_from(MALE_CASES))
def test_declining_a_man_never_changes_who_he_is(given_name: str, surname: str, case: tuple[str, str]) -> None:
    assert same_person(f"{given_name}{case[0]} {surname}{case[1]}", f"{given_name} {surname}")


@given(WOMEN, SURNAMES, st.sampled_from(["а", "ой", "у"]))
def test_declining_a_woman_never_makes_her_a_man(given_name: str, surname: str, ending: str) -> None:
    text = f"Журналистка {given_name} {surname}а пришла. Редактор ждал."
    (found,) = find_people(text, "ru")
    assert found.name == f"{given_name} {surname}а"
    assert same_person(f"{given_name} {surname}{ending}", found.name)


@given(MEN, SURNAMES)
def test_a_declined_man_is_named_in_the_nominative(given_name: str, surname: str) -> None:
    (found,) = find_people(f"Суд оштрафовал журналиста {given_name}а {surname}а.", "ru")
    assert found.name == f"{given_name} {surname}"


@given(
    st.sampled_from(["Қаржау", "Тұрсынқожа", "Көпжасар", "Мыңжасар", "Сапарғали", "Құрақбаев"]),
    st.sampled_from(["Дәулет", "Бағлан", "Сержан"]),
)
def test_kazakh_endings_never_change_who_it_is(surname: str, given_name: str) -> None:
    vowel = surname[-1] in "аеыіуұүөо"
    for ending in ("ның", "ға") if vowel else ("дың", "ға") if surname[-1] == "р" else ("тің",) if surname[-1] == "в" else ("ның", "ға"):
        (found,) = find_people(f"Тілші {given_name} {surname}{ending} қатысты іс қозғалды.", "kk")
        assert same_person(found.name, f"{given_name} {surname}")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="АБвгдИванПетровА. «»-,\n’a", max_size=80), st.sampled_from(["ru", "kk", "en", ""]))
def test_any_text_is_read_without_harm(text: str, language: str) -> None:
    for one in find_people(text, language, "Заголовок"):
        assert 0 <= one.start <= one.end <= len(text)


@pytest.mark.parametrize("bait", ["Иван Петров, ", "А. ", "Аб ", "журналист ", "«А"])
def test_bait_is_read_in_bounded_time(bait: str) -> None:
    before = time.perf_counter()
    find_people((bait * 60_000)[:60_000], "ru")
    assert time.perf_counter() - before < 6
