"""Court lists: rows by selector or heading, each checked; a page where many fail is refused."""

from db.vocabulary import CaptureRole, PartyRole
from pipelines.reading.extraction import read_page
from pipelines.reading.rules import PageRules
from tests.pipelines.reading.captures import capture

HEADS = "<tr><th>№ дела</th><th>Стороны</th><th>Судья</th><th>Дата заседания</th><th>Время</th><th>Результат</th></tr>"
RULES = PageRules(
    row="table.cases tr.case", columns=(("case_number", "td:nth-child(1)"), ("parties", "td:nth-child(2)"), ("hearing", "td:nth-child(4)"))
)


def row(number: int, day: str = "01.12.2026", case: str = "") -> str:
    case = case or f"7599-25-00-2/{1000 + number}"
    return (
        f"<tr class=case><td><a href='/case/{number}'>{case}</a></td><td>Истец: Сериков А. Ответчик: ТОО «Новый город»</td>"
        f"<td>Ахметова Г.</td><td>{day}</td><td>10:30</td><td></td></tr>"
    )


def read(rows: str, rules: PageRules = RULES, heads: str = HEADS):  # noqa: ANN201
    html = f"<html><head><title>Список дел</title></head><body><table class=cases>{heads}{rows}</table></body></html>"
    return read_page(capture(html, role=CaptureRole.COURT), rules)


def test_rows_by_selector() -> None:
    article = read("".join(map(row, range(5))))
    assert article.page_class == "court_list" and len(article.rows) == 5 and not article.text
    first = article.rows[0]
    assert first.case_number == "7599-25-00-2/1000" and first.url == "/case/0"
    assert first.parties == (("Сериков А", PartyRole.CLAIMANT), ("ТОО «Новый город»", PartyRole.DEFENDANT))


def test_rows_by_heading_when_the_source_names_no_columns() -> None:
    article = read("".join(map(row, range(5))), PageRules())
    assert len(article.rows) == 5
    assert article.rows[0].judge == "Ахметова Г." and article.rows[0].hearing_at is not None
    assert article.rows[0].hearing_at.isoformat() == "2026-12-01T05:30:00+00:00"


def test_kazakh_headings() -> None:
    heads = "<tr><th>Істің нөмірі</th><th>Тараптар</th><th>Судья</th><th>Отырыс күні</th><th>Уақыты</th><th>Нәтиже</th></tr>"
    assert len(read("".join(map(row, range(4))), PageRules(), heads).rows) == 4


def test_ct2_rows_are_read_one_by_one_and_never_shifted() -> None:
    broken = "<tr class=case><td><a href='/case/9'>7599-25-00-2/9</a></td></tr>"
    article = read(row(1) + broken + row(2) + row(3) + row(4))
    by_number = {each.case_number: each for each in article.rows}
    assert by_number["7599-25-00-2/9"].parties == () and by_number["7599-25-00-2/1002"].parties[0][0] == "Сериков А"


def test_ct2_page_is_refused_when_many_rows_fail() -> None:
    article = read("".join(row(i, case="без номера") for i in range(8)) + row(9) + row(10))
    assert article.rows == () and "8 of 10" in article.reason


def test_ct2_few_bad_rows_are_left_out_and_told() -> None:
    article = read("".join(map(row, range(9))) + row(10, case="см. приложение"))
    assert len(article.rows) == 9 and article.reason == "1 rows left out"


def test_ct5_empty_list_and_changed_layout_say_so() -> None:
    assert "no rows" in read("").reason
    assert read("", heads="").rows == ()


def test_ct1_another_page_from_a_court_is_told_by_its_class() -> None:
    html = "<html><head><title>Ошибка</title></head><body><p>Введите символы с картинки</p></body></html>"
    assert read_page(capture(html, role=CaptureRole.COURT), RULES).page_class == "bot_challenge"
