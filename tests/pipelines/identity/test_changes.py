"""Changes between versions, graded: what matters is told from a slip of the pen."""

import pytest

from pipelines.identity.changes import compare

TITLE = "Суд рассмотрел дело редактора"
TEXT = "\n".join(
    (
        "Суд города Новоозерска во вторник рассмотрел дело редактора газеты Асель Серік.",
        "Бывший чиновник Иван Ким требует взыскать 5 миллионов тенге за статью о закупках акимата.",
        "По словам адвоката, сведения подтверждены документами и показаниями свидетелей.",
        "Следующее заседание назначено на 3 декабря, его проведут в открытом режиме.",
    )
)


@pytest.mark.parametrize(
    ("old", "new", "grade"),
    [
        ("рассмотрел", "расмотрел", "typo"),
        ("показаниями свидетелей", "показаниями очевидцев", "typo"),
        ("во вторник рассмотрел", "рассмотрел", "typo"),
        ("Асель Серік", "", "fact"),
        ("Иван Ким", "Олег Ким", "fact"),
        ("5 миллионов", "50 миллионов", "fact"),
        ("3 декабря", "10 декабря", "fact"),
        ("сведения подтверждены", "сведения не подтверждены", "fact"),
        ("в открытом режиме", "в закрытом режиме", "fact"),
    ],
)
def test_al4_silent_corrections_are_graded(old: str, new: str, grade: str) -> None:
    change = compare(TITLE, TEXT, TITLE, TEXT.replace(old, new))
    assert change.kind == grade, change.diff
    assert change.diff


def test_al3_edited_headline_with_another_outcome_is_a_fact() -> None:
    assert compare("Редактор задержан", TEXT, "Редактор арестован", TEXT).kind == "fact"


def test_al1_spaces_case_and_invisible_letters_are_no_change() -> None:
    change = compare(TITLE, TEXT, TITLE.upper(), TEXT.replace(" ", "\u00a0").replace("свидетелей", "сви\u00adдетелей"))
    assert change.kind == "none" and change.diff == ""


def test_al2_a_blank_page_is_never_compared() -> None:
    assert compare(TITLE, TEXT, "", "  \n").kind == "none"


def test_rewrite() -> None:
    other = "Редакция сообщила о выходе нового номера и пригласила читателей на встречу.\nВстреча пройдёт в субботу в городской библиотеке."
    assert compare(TITLE, TEXT, "Газета приглашает читателей", other).kind == "rewrite"


def test_al4_template_change_is_told_by_what_other_articles_changed() -> None:
    added = "Подробности о редакции и её проектах вы найдёте в разделе о нас."
    assert compare(TITLE, TEXT, TITLE, f"{TEXT}\n{added}", frozenset({added.lower().replace("ё", "е")})).kind == "template"


def test_added_paragraph_with_names_is_a_fact() -> None:
    assert compare(TITLE, TEXT, TITLE, f"{TEXT}\nАдвокат Ержан Досов назвал решение законным и обоснованным.").kind == "fact"
