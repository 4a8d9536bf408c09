"""The law files: whole, consistent and dated."""

from datetime import date

import pytest

from pipelines.law import COUNTRIES, LawError, Provision, load_law, read_yaml

LAW = load_law()


def test_every_country_brings_codes_and_provisions() -> None:
    assert {code.country for code in LAW.codes.values()} == {country.upper() for country in COUNTRIES}
    assert {one.country for one in LAW.provisions.values()} == {country.upper() for country in COUNTRIES}


@pytest.mark.parametrize("provision", LAW.provisions.values(), ids=lambda one: one.id)
def test_provision_is_sound(provision: Provision) -> None:
    assert provision.code in LAW.codes
    assert provision.country == LAW.codes[provision.code].country
    assert provision.id.startswith(provision.country.lower() + "-")
    assert provision.source or not provision.verified, "what was read has an address"
    assert not provision.in_force_to or provision.in_force_from <= provision.in_force_to
    for other in (provision.successor, provision.predecessor):
        assert other is None or other in LAW.provisions


def test_protective_provisions_never_prosecute() -> None:
    protective = {one.id for one in LAW.provisions.values() if one.protective}
    assert {"kz-cc14-158", "ru-cc-144", "ua-cc-171", "by-cc-198", "kz-cc97-155"} <= protective
    assert all(LAW.provisions[one].category in {"obstruction_of_journalist", "guarantee", "access_to_information"} for one in protective)


@pytest.mark.parametrize(
    ("day", "is_law"),
    [("2014-12-31", False), ("2015-01-01", True), ("2020-07-10", True), ("2020-07-11", False), ("2020", True), ("2014", False)],
)
def test_a_provision_is_law_between_its_dates(day: str, is_law: bool) -> None:
    assert LAW.provisions["kz-cc14-130"].is_in_force(day) is is_law


def test_a_range_of_articles_is_found_under_each_number() -> None:
    assert LAW.provisions["kz-cao14-102"].articles == ("102", "103", "104")
    assert LAW.provisions["kz-cao14-73-3"].articles == ("73-3",)
    assert LAW.provisions["kz-cc97-337-1"].articles == ("337-1",)


@pytest.mark.parametrize(
    ("on", "tenge"),
    [(date(2013, 9, 26), 1731), (date(2020, 3, 31), 2651), (date(2020, 4, 1), 2778), (date(2026, 2, 1), 4325), (date(2001, 1, 1), None)],
)
def test_the_monthly_index_is_that_of_the_day(on: date, tenge: int | None) -> None:
    assert LAW.tenge_of_index(on) == tenge


def test_a_broken_entry_names_file_entry_and_key() -> None:
    from pipelines.law import _check

    entry = {**read_yaml("kz.yaml")["provisions"][0], "protectiv": True}
    with pytest.raises(LawError, match=r"law/kz\.yaml: kz-cc14-130: protectiv"):
        _check(Provision, entry, "kz")
