"""Who acts against the media where no person is named: bodies, companies, offices, in three languages."""

import pytest

from pipelines.languages.opponents import find_bodies, find_companies, find_offices


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Комитет информации потребовал удалить статью.", "ru", "Комитет информации"),
        ("Газета получила предписание Управления внутренней политики.", "ru", "Управление внутренней политики"),
        ("Суд отказал прокуратуре Ауэзовского района в иске к журналу.", "ru", "Прокуратура Ауэзовского района"),
        ("Иск министерства к сайту суд не принял.", "ru", "министерство"),
        ("Роскомнадзор внёс сайт в реестр.", "ru", "Роскомнадзор"),
        ("Ақпарат комитеті сайтты бұғаттауды талап етті.", "kk", "Ақпарат комитеті"),
        ("Сот Ішкі саясат басқармасының талабын қабылдамады.", "kk", "Ішкі саясат басқармасы"),
        ("Сыртқы істер министрлігі тілшілерге аккредитация бермеді.", "kk", "Сыртқы істер министрлігі"),
        ("The broadcasting council suspended the channel.", "en", "broadcasting council"),
        ("The ministry of information ordered operators to cut the site.", "en", "Ministry of information"),
    ],
)
def test_acting_body_is_named_in_the_nominative(text: str, language: str, name: str) -> None:
    assert [one.name for one in find_bodies(text, language)][:1] == [name]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Запрос в министерство отправили утром.", "ru"),
        ("В материале, по данным министерства, есть ошибка.", "ru"),
        ("Министерство не ответило на вопросы.", "ru"),
        ("Министрлік түсініктеме бермеді.", "kk"),
        ("The ministry did not respond.", "en"),
        ("Редактор отправил номер в печать.", "ru"),
    ],
)
def test_body_that_only_answers_is_no_opponent(text: str, language: str) -> None:
    assert find_bodies(text, language) == ()


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Компания «Тас Жол» требует с газеты миллион.", "ru", "Тас Жол"),
        ("Суд взыскал в пользу ТОО Altyn Stroy два миллиона.", "ru", "Altyn Stroy"),
        ("«Тас Жол» компаниясы газетті сотқа берді.", "kk", "Тас Жол"),
        ("«Алқап» банкі порталды сотқа берді.", "kk", "Алқап Банк"),
        ("The developer Altyn Stroy sued the weekly.", "en", "Altyn Stroy"),
        ("Алқап Банк порталдан өтемақы талап етті.", "kk", "Алқап Банк"),
        ("Суд отклонил иск «Тас Жол Строй» к сайту.", "ru", "Тас Жол Строй"),
        ("Altyn Group lost its claim against the site.", "en", "Altyn Group"),
    ],
)
def test_company_is_named(text: str, language: str, name: str) -> None:
    assert [one.name for one in find_companies(text, language)] == [name]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Блогера оштрафовали за клевету на акима посёлка.", "ru", "аким посёлка"),
        ("Директор рынка подал в суд на газету.", "ru", "директор рынка"),
        ("Суд удовлетворил иск депутата к порталу.", "ru", "депутат"),
        ("Блогер бас дәрігерге жала жапты деп танылды.", "kk", "бас дәрігер"),
        ("Депутат газетті сотқа берді.", "kk", "депутат"),
        ("Чиновник через суд требует опровержения.", "ru", "чиновник"),
        ("A senator sued the weekly over an essay.", "en", "senator"),
        ("He was charged with libel against a governor.", "en", "governor"),
    ],
)
def test_office_without_a_name_is_read(text: str, language: str, name: str) -> None:
    assert next(one.name for one in find_offices(text, language)) == name


def test_office_before_a_name_is_left_to_the_persons() -> None:
    assert find_offices("Сайт оштрафовали за клевету на банкира Романа Лунина.", "ru") == ()


@pytest.mark.parametrize("finder", [find_bodies, find_companies, find_offices])
def test_spans_cut_from_the_text_and_hostile_text_ends(finder: object) -> None:
    assert callable(finder)
    text = "Суд отказал Комитету информации. Компания «Тас Жол» и аким села требуют."
    assert all(0 <= one.start < one.end <= len(text) for one in finder(text, "ru"))
    assert finder("«" * 300_000, "ru") == ()


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Редактору предъявлено обвинение, говорится в докладе фонда «Открытая река».", "ru", []),
        ("Фонд «Открытая река» сообщает: журналиста обвиняют в клевете.", "ru", []),
        ("Фонд «Открытая река» подал иск к газете.", "ru", ["Открытая река"]),
        ("Суд обязал редакцию выплатить Степкоммерцбанку два миллиона.", "ru", ["Степкоммерцбанк"]),
        ("A court ordered the editor to pay Steppekommertsbank two million.", "en", ["Steppekommertsbank"]),
    ],
)
def test_company_that_only_tells_the_news_is_no_opponent(text: str, language: str, names: list[str]) -> None:
    assert [one.name for one in find_companies(text, language)] == names


def test_office_keeps_its_two_words() -> None:
    assert find_offices("Её судят за клевету на главу перинатального центра.", "ru")[0].name == "глава перинатального центра"
