"""Plain words for a verdict: what was seen from where, what a reader there would see, what it does not prove."""

from functools import cache
from pathlib import Path

import yaml

from db.vocabulary import EvidenceKind
from pipelines.detectors.reachability.case import Case, Ruling

FILE = Path(__file__).parent / "sentences.yaml"


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def explain(ruling: Ruling, case: Case) -> str:
    """Two or three sentences; the reason's own sentence stands first where there is one."""
    texts = _sentences()
    reason = texts["reasons"].get(f"{ruling.verdict.value}/{ruling.reason}") or texts["reasons"].get(ruling.reason, "")
    order = _order(case) if ruling.kind is not EvidenceKind.NONE else ""
    parts = [texts["verdicts"][ruling.verdict.value], reason, texts["kinds"][ruling.kind.value], order]
    place = f"{case.line.id} ({case.line.country}{', ' + case.line.asn if case.line.asn else ''})"
    n_controls = len(case.controls.lines)
    text = " ".join(part for part in parts if part)
    return text.replace("{host}", case.hop.host or case.host).replace("{place}", place).replace("{n_controls}", str(n_controls))


def _order(case: Case) -> str:
    """What a register of banned sites says: with a court, by order of a body, or nothing on record."""
    said, entries = case.controls.register.get("outcome"), case.controls.register.get("entries")
    texts = _sentences()["registers"]
    if said != "listed":
        return texts["nothing"] if said == "not_listed" else ""
    first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    court, day = str(first.get("courtname", "")), str(first.get("courtdate", ""))
    return (texts["court"] if court else texts["body"]).replace("{court}", court).replace("{day}", day)
