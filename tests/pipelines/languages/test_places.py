"""The country of a case, by the places, money and bodies that a text names."""

import pytest

from pipelines.languages.places import find_country, find_town


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Суд в Бишкеке запретил показ фильма.", "KG"),
        ("Tbilisi City Court fined the guard 500 lari.", "GE"),
        ("Қарағанды қалалық соты шешім шығарды.", "KZ"),
        ("Хокимият Каттакургана в Узбекистане ответил блогеру.", "UZ"),
        ("Редактор исправил ошибку в тексте.", ""),
        ("Ош шаарында: суд в Оше отложил дело.", "KG"),
        ("Суд в Орше взыскал с журналиста 3000 рублей, ещё 500 рублей - пошлина.", "BY"),
        ("С редактора взыскали 50 тысяч рублей.", "RU"),
        ("The blogger was tried in Nukus.", "UZ"),
        ("A court in Khujand jailed the reporter.", "TJ"),
        ("The council in Chisinau suspended the channel.", "MD"),
        ("A regulator in Manila ordered the channel off the air.", "PH"),
    ],
)
def test_country_is_read(text: str, country: str) -> None:
    assert find_country("", text) == country


def test_country_of_the_case_outweighs_one_mention() -> None:
    text = "Суд в Витебске оштрафовал редактора. Приговор огласили в Минске. Репортёр учился в Казахстане."
    assert find_country("", text) == "BY"


def test_hostile_text_is_read_quickly() -> None:
    assert find_country("", "каз" * 300_000) == ""


@pytest.mark.parametrize(
    ("text", "language", "town"),
    [
        ("Журналиста задержали в Шымкенте.", "ru", "Шымкент"),
        ("КАРАГАНДА, 26 февраля. Суд отказал газете.", "ru", "Караганда"),
        ("Редакция переехала из Семея.", "ru", "Семей"),
        ("Алматинский суд отложил дело.", "ru", ""),
        ("Суд оштрафовал сайт «Астана сегодня».", "ru", ""),
        ("Тілшіні Қарағандыда ұстады.", "kk", "Қарағанды"),
        ("Алматының әкімшілік соты істі тоқтатты.", "kk", "Алматы"),
        ("The reporter was held in Bishkek on Monday.", "en", "Bishkek"),
        ("The editor corrected the text.", "en", ""),
    ],
)
def test_town_is_named_in_the_nominative(text: str, language: str, town: str) -> None:
    assert find_town(text, language) == town


def test_town_of_the_event_comes_before_others() -> None:
    text = "Редакция работает в Алматы. Корреспондента задержали в Таразе."
    assert find_town(text, "ru", [(text.index("Корр"), len(text))]) == "Тараз"
