"""Names of our codes (categories, stages, states, roles ...) in the reader's language; a code without a name is shown as words."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from db.metadata import read_descriptions
from db.vocabulary import (
    AlertKind,
    AlertStatus,
    AmountRole,
    ArticleChange,
    Category,
    DatePrecision,
    DismissReason,
    EvidenceKind,
    FetchOutcome,
    IncidentKind,
    IncidentState,
    Independence,
    IssueKind,
    NoveltyBasis,
    OutletKind,
    PageClass,
    PartyRole,
    RunCause,
    RunState,
    SourceKind,
    Stage,
    Verdict,
)
from db.wording import LANGUAGES, current, sentence, translate_in

# Read as data: the labels are kept once, where the rules keep them.
TAXONOMY = Path(__file__).parent.parent / "pipelines" / "taxonomy.yaml"
# What happens in a case or an incident beside the stages.
STEPS = (
    "hearing_moved", "hearing_vanished", "opened", "confirmed", "reopened", "suspected", "method_changed", "eased", "blocked_again", "closed", "frozen",
    "thawed", "stale", "register",
)  # fmt: skip
# Kinds of codes, with their codes; each is a context (`msgctxt`) of the catalogues, each code with blanks a message.
KINDS: dict[str, tuple[str, ...]] = {
    "alert status": tuple(AlertStatus),
    "loudness": tuple(AlertKind),
    "reason to dismiss": tuple(DismissReason),
    "incident": tuple(IncidentKind),
    "incident state": tuple(IncidentState),
    "step": STEPS,
    "hearing": ("planned", "held", "postponed", "cancelled", "vanished", "unknown"),
    "procedure": ("civil", "criminal", "administrative", "unknown"),
    "role": tuple(PartyRole),
    "sum": tuple(AmountRole),
    "related case": ("same_dispute", "same_target", "refiled"),
    "relation": ("trigger", "copy", "update", "correction", "official_reply"),
    "proof": ("quote", "capture", "verdict", "hearing", "register", "silence"),
    "outlet": tuple(OutletKind),
    "independence": tuple(Independence),
    "source": tuple(SourceKind),
    "page": tuple(PageClass),
    "request": tuple(FetchOutcome),
    "run": tuple(RunState),
    "cause": tuple(RunCause),
    "issue": tuple(IssueKind),
    "precision": tuple(DatePrecision),
    "basis": tuple(NoveltyBasis),
    "change": tuple(ArticleChange),
    "reachability": tuple(Verdict),
    "kind of proof": tuple(EvidenceKind),
    "what": ("alert", "case", "incident"),
    "operation": ("insert", "update", "delete"),
}
# What a column of a question may hold; the first kind that knows the code names it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "status": ("alert status", "hearing"),
    "kind": ("incident", "step", "stage", "proof", "source", "issue", "outlet"),
    "state": ("incident state", "run", "stage"),
    "last_state": ("run",),
    "cause": ("cause",),
    "outcome": ("outcome", "change", "request"),
    "verdict": ("reachability",),
    "method": ("reachability",),
    "evidence_kind": ("kind of proof",),
    "event_precision": ("precision",),
    "basis": ("basis",),
    "new_basis": ("basis",),
    "role": ("role",),
    "change": ("change",),
    "page_class": ("page",),
    "alert_kind": ("loudness",),
    "procedure": ("procedure",),
    "category": ("category",),
    "stage": ("stage",),
    "what": ("what",),
    "operation": ("operation",),
}
SHORT_STAGES: dict[str, str] = {
    Stage.THREAT: "threat or complaint",
    Stage.CLAIM_FILED: "filed or opened",
    Stage.CHARGED: "suspected or charged",
    Stage.HEARING: "in court",
    Stage.VERDICT: "first judgment",
    Stage.APPEAL: "appealed",
    Stage.ENFORCED: "the judgment is in force",
    Stage.CLOSED: "case closed without a judgment",
    Stage.ACQUITTED_OR_WITHDRAWN: "acquitted, refused or withdrawn",
}
_BLOCKING: dict[str, str] = {
    Stage.THREAT: "announced or demanded",
    Stage.CLAIM_FILED: "asked of a court",
    Stage.VERDICT: "decided by a court",
    Stage.ENFORCED: "access is cut",
    Stage.CLOSED: "access is back",
    Stage.ACQUITTED_OR_WITHDRAWN: "found unlawful or refused",
}
# `enforced` and `closed` mean other things of a blocking or a stopped outlet than of a case (corpus label guide, rules 8 and 9).
OWN_STAGES: dict[str, dict[str, str]] = {
    Category.BLOCKING: _BLOCKING,
    Category.SUSPENSION_OR_BAN: _BLOCKING | {Stage.ENFORCED: "it no longer comes out", Stage.CLOSED: "lifted or ended"},
}


def label(code: str | None, kind: str) -> str:
    """The name of a code of a kind; its words where it has no name."""
    if not code:
        return ""
    if kind == "category":
        return _from_taxonomy("categories", code)
    if kind == "outcome":
        return _from_taxonomy("outcomes", code).replace(" N ", " … ")
    if kind == "stage":
        return stage(code)
    return translate_in(kind, words(code)) if code in KINDS[kind] else words(code)


def stage(code: str | None, category: str = "") -> str:
    """What a stage means in this kind of event, in few words; in general where the category is not known."""
    named = OWN_STAGES.get(category, {}).get(code or "") or SHORT_STAGES.get(code or "")
    return translate_in("stage", named) if named else words(code or "")


def step(kind: str | None, category: str = "") -> str:
    """What happened in a case or an incident: a stage, a step of another kind, or an event of another category."""
    if kind in SHORT_STAGES:
        return stage(kind, category)
    return label(kind, "category" if kind in set(Category) else "step")


def in_column(value: object, column: str) -> object:
    """A cell of a prepared question: codes by name, everything else as it is."""
    if not isinstance(value, str) or column not in COLUMNS:
        return value
    known = next((kind for kind in COLUMNS[column] if value in _codes(kind)), "")
    return label(value, known) if known else value


def heading(column: str) -> str:
    """The heading of a column of a question: its name in words, in the language of the page."""
    return translate_in("column", column_words(column))


def column_words(column: str) -> str:
    """A column's name as English words: `n_reports` counts reports."""
    return words(column.removeprefix("n_"))


def table_name(table: str) -> str:
    """What a page calls a table, beginning a line: its name in descriptions.yaml, in the language of the page; else its words."""
    return sentence(translate_in("table", table_names().get(table) or words(table)))


@cache
def table_names() -> dict[str, str]:
    """The English name of each table."""
    return {table: str(entry["name"]) for table, entry in read_descriptions()["tables"].items()}


def words(code: str) -> str:
    """A code as English words."""
    return code.replace("_", " ")


def _codes(kind: str) -> frozenset[str]:
    own = {"category": Category, "stage": Stage}
    if kind == "outcome":
        return frozenset(_taxonomy()["outcomes"])
    return frozenset(own.get(kind) or KINDS[kind])


def _from_taxonomy(part: str, code: str) -> str:
    return _taxonomy()[part].get(code, {}).get(current.get()) or words(code)


@cache
def _taxonomy() -> dict[str, dict[str, dict[str, str]]]:
    document: dict[str, Any] = yaml.load(TAXONOMY.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {
        "categories": {entry["id"]: entry["label"] for entry in document["categories"]},
        "outcomes": {entry["id"]: {code: entry[code] for code in LANGUAGES} for entry in document["outcomes"]},
    }
