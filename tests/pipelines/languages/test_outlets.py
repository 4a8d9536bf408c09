"""Outlets: known ones by alias, stem and host; unknown ones by the words around; ordinary words only where something tells."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.outlets import OutletEntry, OutletIndex, same_outlet

INDEX = OutletIndex.build(
    [
        OutletEntry("kz_vlast", "Vlast", ("Власть", "интернет-журнал «Власть»"), is_common_word=True, hosts=("vlast.kz",)),
        OutletEntry("kz_orda", "Orda", ("Орда",), is_common_word=True, hosts=("orda.kz",)),
        OutletEntry(
            "kz_uralskweek", "Uralskaya Nedelya", ("Уральская неделя", "Ural Week"), (("уральск", "недел"),), hosts=("uralskweek.kz",)
        ),
        OutletEntry("kz_azattyq", "Azattyq", ("Азаттық", "Азаттык", "Радио Азаттык", "azattyq.org"), (("азатты",),)),
        OutletEntry("kz_nur", "Nur", ("Нур",), is_common_word=True),
    ]
)
KNOWN = [
    ("ru", "Журналисты «Уральской недели» вышли", "kz_uralskweek"),
    ("kk", "«Уральская неделя» газетінің редакторы", "kz_uralskweek"),
    ("en", "the newspaper Ural Week was fined", "kz_uralskweek"),
    ("kk", "Азаттыққа шабуыл жасалды", "kz_azattyq"),
    ("ru", "Задержали корреспондента Азаттыка Санию Тойкен", "kz_azattyq"),
    ("ru", "материал azattyq.org удалён", "kz_azattyq"),
    ("ru", "Суд оштрафовал издание «Власть»", "kz_vlast"),
    ("ru", "Главред журнала Власть вызван", "kz_vlast"),
    ("kk", "Orda.kz-тің редакциясы", "kz_orda"),
    ("ru", "сайт vlast.kz не открывается", "kz_vlast"),
]


@pytest.mark.parametrize(("language", "text", "outlet_id"), KNOWN, ids=[case[1][:36] for case in KNOWN])
def test_known_outlets(language: str, text: str, outlet_id: str) -> None:
    assert [one.outlet_id for one in INDEX.find(text, language)] == [outlet_id]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Власть не услышала журналистов, а Золотая Орда пала."),
        ("ru", "Компания «Нур Тас Строй» подала иск."),
        ("ru", "Закон «О связи» и фонд «Открытый диалог»"),
        ("ru", "доклад на gov.kz и видео на youtube.com, почта a.b@vlast.kz"),
        ("kk", "«Байланыс туралы» заң, «Керуен Тас» компаниясы"),
        ("kk", "Журналиске «Әкімнің құпиясы» мақаласы үшін талап арыз берілді, редакция жауап берді"),
        ("en", "The Supreme Court and the Border Service of Kazakhstan"),
        ("ru", ""),
    ],
)
def test_ordinary_words_firms_and_laws_are_no_outlets(language: str, text: str) -> None:
    assert INDEX.find(text, language) == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Аким подал в суд из-за статьи «Тайны акимата». Журналист: «Тайны акимата» – правда"),
        ("ru", "Компания против портала: поводом стала публикация «Кто травит Балхаш»"),
    ],
)
def test_a_title_of_an_article_is_a_work_wherever_it_stands(language: str, text: str) -> None:
    found = INDEX.find(text, language)
    assert found
    assert all(one.is_work for one in found)


UNKNOWN = [
    ("ru", "Главный редактор «Меридиана-9» и издание «Меридиан-9»", ["Меридиан-9"]),
    ("ru", "журналиста «Двинского листка» оправдали", ["Двинский листок"]),
    ("ru", "Выпуск «Правдивой газеты» запрещён, номер газеты «Правдивая газета» изъят", ["Правдивая газета"]),
    ("ru", "газета «Жайык Обзор» и редактор «Жайык Обзора»", ["Жайык Обзор"]),
    ("ru", "Последний номер «Вечернего Каратоша» выйдет в пятницу", ["Вечерний Каратош"]),
    ("ru", "Администратор паблика Qurtoba Qaz взят под стражу", ["Qurtoba Qaz"]),
    ("ru", "портал Stan.tv закрыт", ["Stan.tv"]),
    ("ru", "Телеграм-канал «Речной Стрим» удалён", ["Речной Стрим"]),
    ("ru", "Газета «Речной вал» судится из-за статьи «Речного вала»", ["Речной вал"]),
    ("ru", "Иск подан из-за статьи «Двинского листка», журналист не согласен", ["Двинский листок"]),
    ("kk", "«Тоғызтарау үні» газетінің редакторы", ["Тоғызтарау үні"]),
    ("kk", "«Көкжиек Апталығының» тілшісі, газет туралы", ["Көкжиек Апталығы"]),
    ("kk", "Qyrandar News сайты ашылмай тұр", ["Qyrandar News"]),
    ("kk", "«Oıtarazy» portalynyń redaktory", ["Oıtarazy"]),
    ("kk", "«اقساي تىنىسى» گازەتى", ["اقساي تىنىسى"]),
    ("en", "the news site Ala-Archa Info was cut off", ["Ala-Archa Info"]),
    ("en", "the newspaper Fourth Column", ["Fourth Column"]),
    ("en", "Firuz Nazarov of Pamir Dispatch is held, said a reporter", ["Pamir Dispatch"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), UNKNOWN, ids=[case[1][:36] for case in UNKNOWN])
def test_unknown_outlets_in_the_nominative(language: str, text: str, expected: list[str]) -> None:
    found = INDEX.find(text, language)
    assert [one.name for one in found if not one.is_work] == expected
    assert all(one.outlet_id == "" for one in found)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Меридиан-9", "«Меридиана-9»", True),
        ("Тоғызтарау үні", "Toǵyztaraý úni", True),
        ("Алатау Обзор", "Alatau Obzor", True),
        ("Семиречье Лайв", "Semirechye Live", True),
        ("Orda.kz", "Orda.kz-тің", True),
        ("Қырандар", "Qyrandar", True),
        ("Меридиан-9", "Меридиан-7", False),
        ("Правда Казахстана", "Казахстанская правда", False),
        ("", "Орда", False),
    ],
)
def test_one_outlet_across_scripts_and_cases(one: str, other: str, is_same: bool) -> None:
    assert same_outlet(one, other) is is_same
    assert same_outlet(other, one) is is_same


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='АВласть «»"газетаOrda.kz-’\n ', max_size=80), st.sampled_from(["ru", "kk", "en", ""]))
def test_spans_lie_in_the_text(text: str, language: str) -> None:
    for one in INDEX.find(text, language):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize("bait", ["«А", "« »", "Aa-", "a.", "газета «А» ", "A of ", "Суд «"])
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_bait_is_read_in_bounded_time(bait: str, language: str) -> None:
    before = time.perf_counter()
    INDEX.find((bait * 30_000)[:30_000], language)
    assert time.perf_counter() - before < 5


@pytest.mark.parametrize(
    ("text", "n_found"), [("Сайт «К+» закрыли", 1), ("Блогер К. осуждён", 0), ("«К» сайты", 0), ("Главред К. вызван", 0)]
)
def test_single_letter_is_an_outlet_only_with_its_sign(text: str, n_found: int) -> None:
    index = OutletIndex.build([OutletEntry("kz_kplus", "K-plus", ("К+",))])
    assert len([one for one in index.find(text, "ru") if one.outlet_id]) == n_found


@pytest.mark.parametrize(
    "text",
    ["«Арман Сусын» компаниясы редакцияны сотқа берді.", "«Тас Жол» ЖШС порталды сотқа берді.", "«Алқап» банкі газеттен өтемақы сұрады."],
)
def test_company_before_a_word_of_outlets_is_none(text: str) -> None:
    assert [one.name for one in INDEX.find(text, "kk") if one.is_sure] == []
