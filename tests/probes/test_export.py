"""Our own look in OONI's shape reads back as what it was."""

import json
from pathlib import Path

import pytest

from pipelines.detectors.reachability.export import as_measurement
from pipelines.detectors.reachability.ooni import read_document
from tests.probes.bed import Act, Bed, Saying


@pytest.mark.parametrize(
    ("name", "expected"), [("fine", "ok"), ("bogon", "blocked:dns"), ("silent", "blocked:tls-sni"), ("refused", "blocked:tcp")]
)
async def test_a_look_survives_the_way_through_the_other_shape(tmp_path: Path, name: str, expected: str) -> None:
    async with Bed(tmp_path) as bed:
        await bed.site("orda.test", "127.0.2.10")
        bed.place("127.0.4.50")
        bed.lines["foreign_canaries"] = ("127.0.4.50:443",)
        if name == "bogon":
            bed.lies.script["orda.test"] = Saying(("10.10.34.36",))
        elif name == "silent":
            bed.vantage.by_name["orda.test"] = Act("silent")
        elif name == "refused":
            bed.vantage.by_target["127.0.2.10"] = Act("refuse")
        (opinion,) = await bed.probe("https://orda.test/")
        tables = opinion.controls.tables
    assert opinion.ruling.verdict.value == expected
    written = json.loads(json.dumps(as_measurement(opinion, "1")))
    assert written["probe_ip"] == "127.0.0.1" and bed.vantage.address not in json.dumps(written)
    assert next(read_document(written, tables)).verdict.value == expected
