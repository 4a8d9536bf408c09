"""Kazakh wording: laws told as such, steps of a case, outlets as sources, media that sue and media that are sued."""

from pathlib import Path

import pytest

from crawler.items import Judgement
from crawler.sources import load_sources
from db.vocabulary import AlertKind, Category, Stage
from pipelines.detect import outlet_index
from pipelines.detectors import JudgeInput, judge

ROOT = Path(__file__).parents[3]


def told(title: str, text: str) -> Judgement:
    return judge(JudgeInput(title=title, text=text), outlet_index(load_sources(ROOT / "crawler/sources")))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Сайттар туралы жаңа норма", "«Байланыс туралы» заңға 12-бап енгізілді. Министрлік енді сайттарды бақылайды."),
        ("Жазбаға жаза", "Жаңа Қылмыстық кодекстің 300-бабы интернетте таратылған жазба үшін жаза көздейді."),
        ("Сөз бен заң", "Депутаттар жалған ақпарат таратқаны үшін жазаны күшейтетін түзету енгізді."),
        ("Платформалар", "Президент онлайн-платформалар туралы заңға қол қойды."),
        ("Журналистердің құқығы", "Кодекске журналистердің құқығы мен міндеті туралы үш бап қосылды."),
    ],
)
def test_a_law_on_expression_is_recorded(title: str, text: str) -> None:
    judgement = told(title, text)
    assert [finding.category for finding in judgement.findings] == [Category.LEGISLATION]
    assert judgement.alert_kind is AlertKind.RECORD


def test_a_law_on_something_else_is_silent() -> None:
    assert told("Ауыл туралы", "Жер кодексіне жайылым туралы екі бап қосылды.").alert_kind is AlertKind.NONE


@pytest.mark.parametrize(
    ("title", "text", "stage"),
    [
        (
            "Әкім блогердің үстінен арыз жазды",
            "Аудан әкімі жала жапты деп блогер Ерлан Сәтбайдың үстінен полицияға арыз жазды.",
            Stage.THREAT,
        ),
        (
            "Судьяға жала жапты деген тілшіге айып тағылды",
            "Тілші Ерлан Сәтбайға Қылмыстық кодекстің 411-бабымен айып тағылды.",
            Stage.CHARGED,
        ),
        (
            "Тілші жала жапты деп сотталды",
            "Сот тілші Ерлан Сәтбайды судьяға жала жапты деп кінәлі деп таныды, үкім шығарды.",
            Stage.VERDICT,
        ),
    ],
)
def test_slander_that_was_done_is_no_verdict(title: str, text: str, stage: Stage) -> None:
    assert [finding.stage for finding in told(title, text).findings] == [stage]


def test_a_newspaper_as_source_at_the_end_is_no_subject() -> None:
    fined = "Сот мердігерге 2 миллион теңге айыппұл салды, деп жазды «Егемен Қазақстан» газеті."
    assert told("Сот мердігерге айыппұл салды", fined).alert_kind is AlertKind.NONE
    paper = "Сот «Егемен Қазақстан» газетіне 2 миллион теңге айыппұл салды, деп хабарлады агенттік."
    assert told("Сот газетке айыппұл салды", paper).alert_kind is not AlertKind.NONE


@pytest.mark.parametrize(
    "text",
    [
        "Блогер Асқар Нұрлан министрлікті сынады, директор оны сотқа берді.",
        "Блогер Асқар Нұрлан министрлікті сынағаны үшін департамент директоры сотқа талап арыз берді.",
        "«Кешкі Талас» газеті банкті айыптап мақала жазды, банк сотқа жүгінді, іскерлік беделін қорғауды сұрады.",
    ],
)
def test_media_that_criticised_a_body_and_are_sued_are_told(text: str) -> None:
    judgement = told("Сын үшін сот", text)
    assert [finding.category for finding in judgement.findings] == [Category.DEFAMATION_CIVIL]
    assert judgement.alert_kind is AlertKind.AT_ONCE


@pytest.mark.parametrize(
    "text",
    [
        "Журналист Асқар Нұрлан жауап бермеген әкімдікті сотқа берді.",
        "Журналист Асқар Нұрлан министрлікті сынап, кейін сотқа берді.",
        "«Кешкі Талас» газеті әкімдікті сынады, ақы төлемеген банкті сотқа берді.",
    ],
)
def test_media_that_sue_are_no_target(text: str) -> None:
    judgement = told("Сотқа арыз", text)
    assert judgement.alert_kind is AlertKind.NONE
    assert "the media are the claimant" in {miss.reason for miss in judgement.near_misses}


def test_a_verdict_in_force_is_no_law() -> None:
    judgement = told("Үкім күшіне енді", "Блогер Асқар Нұрланға шыққан үкім заңды күшіне енді.")
    assert Category.LEGISLATION not in {finding.category for finding in judgement.findings}


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Облыстық сот «Кешкі Талас» газетінің редакторы Асқар Нұрланның үкімін өзгеріссіз қалдырды.", Stage.APPEAL),
        ("Блогер Асқар Нұрланға шыққан үкім заңды күшіне енді.", Stage.ENFORCED),
        ("Редактор Асқар Нұрланның ісі бойынша сот отырысы өтті, прокурор үш жыл сұрады.", Stage.HEARING),
        ("Прокуратура журналист Асқар Нұрланның қылмыстық ісін сотқа жолдады.", Stage.CHARGED),
    ],
)
def test_steps_of_a_case_that_names_no_law_are_told(text: str, stage: Stage) -> None:
    judgement = told("Істің жаңа кезеңі", text)
    assert [(each.category, each.stage) for each in judgement.findings] == [(Category.EXTORTION_OR_OTHER_CRIMINAL, stage)]


@pytest.mark.parametrize(
    "text",
    [
        "Облыстық сот кәсіпкер Асқар Нұрланның үкімін өзгеріссіз қалдырды.",
        "Прокуратура министр Асқар Нұрланның қылмыстық ісін сотқа жолдады.",
    ],
)
def test_steps_of_other_peoples_cases_are_silent(text: str) -> None:
    assert told("Істің жаңа кезеңі", text).alert_kind is AlertKind.NONE


@pytest.mark.parametrize(
    "text",
    [
        "«Кешкі Талас» газеті хабарлағандай, сот мердігерге айыппұл салды.",
        "Прокуратура бұрынғы әкімнің қылмыстық ісін сотқа жолдады, деді баспасөз хатшысы журналистерге.",
    ],
)
def test_who_passes_on_or_only_listens_is_no_subject(text: str) -> None:
    assert told("Сот жаңалығы", text).alert_kind is AlertKind.NONE


def test_an_amendment_in_the_headline_is_no_correction() -> None:
    assert told("БАҚ туралы заңға түзету енгізілді", "Сенат бүгін БАҚ туралы заңға түзету енгізді.").alert_kind is AlertKind.RECORD
    corrected = "«Кешкі Талас» газеті: сот блогерді жала үшін айыптады деген хабарымызда дата қате."
    assert told("Түзету", corrected).alert_kind is AlertKind.NONE
