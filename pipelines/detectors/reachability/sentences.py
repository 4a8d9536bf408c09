"""Plain words for a verdict: what was seen from where, what a reader there would see, what it does not prove."""

from functools import cache
from pathlib import Path

import yaml

from pipelines.detectors.reachability.case import Case, Ruling

FILE = Path(__file__).parent / "sentences.yaml"


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def explain(ruling: Ruling, case: Case) -> str:
    """Two or three sentences; the reason's own sentence stands first where there is one."""
    texts = _sentences()
    reason = texts["reasons"].get(f"{ruling.verdict.value}/{ruling.reason}") or texts["reasons"].get(ruling.reason, "")
    parts = [texts["verdicts"][ruling.verdict.value], reason, texts["kinds"][ruling.kind.value]]
    place = f"{case.line.id} ({case.line.country}{', ' + case.line.asn if case.line.asn else ''})"
    n_controls = len(case.controls.lines)
    text = " ".join(part for part in parts if part)
    return text.replace("{host}", case.hop.host or case.host).replace("{place}", place).replace("{n_controls}", str(n_controls))
