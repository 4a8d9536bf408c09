"""The country of a case, by the places, money and bodies that a text names."""

import pytest

from pipelines.languages.places import find_country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Суд в Бишкеке запретил показ фильма.", "KG"),
        ("Tbilisi City Court fined the guard 500 lari.", "GE"),
        ("Қарағанды қалалық соты шешім шығарды.", "KZ"),
        ("Хокимият Каттакургана в Узбекистане ответил блогеру.", "UZ"),
        ("Редактор исправил ошибку в тексте.", ""),
        ("Ош шаарында: суд в Оше отложил дело.", "KG"),
    ],
)
def test_country_is_read(text: str, country: str) -> None:
    assert find_country("", text) == country


def test_country_of_the_case_outweighs_one_mention() -> None:
    text = "Суд в Витебске оштрафовал редактора. Приговор огласили в Минске. Репортёр учился в Казахстане."
    assert find_country("", text) == "BY"


def test_hostile_text_is_read_quickly() -> None:
    assert find_country("", "каз" * 300_000) == ""
