"""OONI's rows as witnesses: the real measurements give what was found out about each of them, by hand."""

import json
from pathlib import Path

import pytest

from pipelines.detectors.reachability.ooni import Witness, read_document, weigh
from pipelines.detectors.reachability.tables import load_tables

SHARED = Path(__file__).parents[4].parent / "shared" / "data"
REAL = {
    "01": "ok", "02": "blocked:dns", "03": "blocked:dns", "04": "down-everywhere", "05": "inconclusive", "06": "inconclusive",
    "07": "site-tls-error", "08": "site-tls-error", "09": "blocked:http-blockpage", "10": "down-everywhere",
    "11": "domain-expired-or-parked", "12": "inconclusive", "13": "ok", "14": "ok",
}  # fmt: skip


def test_real_measurements_mean_what_they_mean() -> None:
    folder = SHARED / "ooni-measurements"
    fingerprints = SHARED / "ooni-blocking-fingerprints"
    tables = load_tables(fingerprints if fingerprints.exists() else None, None, {})
    found = {file.name[:2]: file for file in folder.glob("[01][0-9]_*.json")}
    said = {number: next(read_document(json.loads(file.read_text()), tables)).verdict.value for number, file in found.items()}
    assert said == {number: REAL[number] for number in said}
    assert len(said) in (0, 14)


def test_the_list_and_the_aggregate_of_the_interface() -> None:
    folder = SHARED / "ooni-measurements"
    counts = {}
    for file in folder.glob("api_*.json"):
        counts[file.name[:8]] = list(read_document(json.loads(file.read_text())))
    if counts:
        assert len(counts["api_meas"]) == 50 and not any(one.is_confirmed for one in counts["api_meas"])
        assert sum(one.n_bad for one in counts["api_meas"]) == 1
        assert [one.n_bad for one in counts["api_aggr"]] == [60390, 66724, 61761]
    assert set(counts) in (set(), {"api_meas", "api_aggr"})


@pytest.mark.parametrize("document", [{}, {"raw_measurement": ""}, {"raw_measurement": "not json"}, {"raw_measurement": "{}"}])
def test_missing_measurements_are_missing_not_ok(document: dict[str, str]) -> None:
    assert [one.is_missing for one in read_document(document)] == [True]


@pytest.mark.parametrize("document", [None, [], "x", {"results": ["x", None]}, {"test_keys": None, "probe_cc": None}])
def test_strange_documents_break_nothing(document: object) -> None:
    assert all(isinstance(one, Witness) for one in read_document(document))


def row(number: int, *, n_bad: int, asn: str = "AS1", **more: object) -> Witness:
    return Witness(input="http://a.test/", country="KZ", asn=asn, uid=str(number), n_bad=n_bad, **more)


def test_weight_of_witnesses() -> None:
    mixed = [row(number, n_bad=int(number < 4), asn=f"AS{number % 2}") for number in range(6)]
    assert weigh(mixed) == "likely"
    assert weigh([row(number, n_bad=0, asn=f"AS{number % 2}") for number in range(6)]) == "ok"
    assert weigh([row(number, n_bad=1) for number in range(6)]) == "support", "one network is no witness of the country"
    assert weigh([row(1, n_bad=1)] * 9) == "insufficient", "the same measurement counts once"
    assert weigh([row(number, n_bad=1, is_confirmed=True) for number in range(2)]) == "confirmed"
    assert weigh([row(number, n_bad=1, is_usable=False) for number in range(9)]) == "insufficient"
    assert weigh([]) == "insufficient"
