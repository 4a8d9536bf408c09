"""Rules as data: what combination of concepts in one sentence makes an event. `frames.yaml` is what people edit."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.detectors.scene import Scene
from pipelines.languages.lexicon import Hit

RULES_VERSION = "2026.11.6"
_FAR = 1000
_FILE = Path(__file__).with_name("frames.yaml")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id never changes meaning. `target` is media, scene or none; `stage` is what it says by itself.

    `text` lists what must be said anywhere in the text as well; a weak rule counts only where no other legal case is told. `nearer`
    speaks against it when it stands nearer to the words than those of `all`, `overlap` when it is made of the same words;
    `within` limits how many words lie between.
    """

    id: str
    category: str
    any: tuple[str, ...]
    all: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    target: str
    stage: str
    subtype: str
    reason: str
    is_good: bool
    text: tuple[tuple[str, ...], ...]
    is_for_activists: bool
    is_weak: bool
    nearer: tuple[str, ...] = ()
    overlap: tuple[str, ...] = ()
    within: int = 0
    is_carried: bool = False
    is_untold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A rule that fired in a sentence, with the token span of its words, both inclusive."""

    rule: Rule
    scene: Scene
    first: int
    last: int

    @property
    def span(self) -> tuple[int, int]:
        """Offsets in the published field."""
        return self.scene.span(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Tempted:
    """A rule whose first words were there but that did not fire, and why."""

    rule: Rule
    scene: Scene
    hit: Hit
    reason: str


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules in the order of the file; ValueError names a rule with an unknown key or a doubled id."""
    rules = tuple(_rule(entry) for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["rules"])
    if len({rule.id for rule in rules}) != len(rules):
        raise ValueError(f"{_FILE.name}: an id stands twice")
    return rules


_KEYS = frozenset(
    [
        "id",
        "category",
        "subtype",
        "any",
        "and",
        "not",
        "target",
        "stage",
        "reason",
        "good",
        "text",
        "activists",
        "weak",
        "nearer",
        "overlap",
        "within",
        "carried",
        "untold",
    ]
)


def _rule(entry: dict[str, Any]) -> Rule:
    unknown = set(entry) - _KEYS
    if unknown:
        raise ValueError(f"{_FILE.name}: rule {entry.get('id')}: unknown key {', '.join(sorted(unknown))}")
    return Rule(
        id=entry["id"],
        category=entry["category"],
        any=tuple(entry["any"]),
        all=tuple(tuple(group) for group in entry.get("and", ())),
        without=tuple(entry.get("not", ())),
        target=entry["target"],
        stage=entry.get("stage", ""),
        subtype=entry.get("subtype", ""),
        reason=entry["reason"],
        is_good=bool(entry.get("good", False)),
        text=tuple(tuple(group) for group in entry.get("text", ())),
        is_for_activists=bool(entry.get("activists", False)),
        is_weak=bool(entry.get("weak", False)),
        nearer=tuple(entry.get("nearer", ())),
        overlap=tuple(entry.get("overlap", ())),
        within=int(entry.get("within", 0)),
        is_carried=bool(entry.get("carried", False)),
        is_untold=bool(entry.get("untold", False)),
    )


def frames_of(
    scene: Scene, said_anywhere: frozenset[str], *, before: Scene | None = None, is_denial: bool = False
) -> tuple[list[Frame], list[Tempted]]:
    """The rules that fire in a sentence, and those that were tempted; a denial says its words with or without a no."""
    frames: list[Frame] = []
    tempted: list[Tempted] = []
    for rule in load_rules():
        said = [hit for concept in rule.any for hit in scene.hits.get(concept, ())]
        if not said:
            continue
        alive = [hit for hit in said if not hit.is_negated] or (said[:1] if is_denial else [])
        trigger = next((hit for hit in alive if not _overlaps(rule, scene, hit)), alive[0] if alive else None)
        if trigger is None:
            tempted.append(Tempted(rule, scene, said[0], "the words are negated"))
            continue
        carried = before if rule.is_carried else None
        missing = next((group for group in rule.all if not scene.says(*group) and not (carried and carried.has(*group))), None)
        missing = missing or next((group for group in rule.text if not said_anywhere.intersection(group)), None)
        against = _against(rule, scene, trigger)
        if missing:
            tempted.append(Tempted(rule, scene, trigger, f"nothing of {', '.join(missing)} stands near"))
        elif against:
            tempted.append(Tempted(rule, scene, trigger, f"the sentence speaks of {against.replace('_', ' ')}"))
        else:
            frames.append(_frame(rule, scene, trigger))
    return frames, [each for each in tempted if not each.rule.is_untold]


def _against(rule: Rule, scene: Scene, trigger: Hit) -> str:
    """The concept that speaks against the rule in this sentence, empty when there is none."""
    for concept in rule.without:
        if scene.says(concept) and not _is_forced(concept, scene):
            return concept
    if other := _overlaps(rule, scene, trigger):
        return other
    media = min((_gap(hit, trigger) for group in rule.all for each in group for hit in scene.hits.get(each, ())), default=_FAR)
    if rule.within and media > rule.within + 1:
        return "something else nearer"
    for concept in rule.nearer:
        if any(_gap(hit, trigger) < media for hit in scene.hits.get(concept, ())):
            return concept
    return ""


def _overlaps(rule: Rule, scene: Scene, trigger: Hit) -> str:
    for concept in rule.overlap:
        if any(hit.first <= trigger.last and trigger.first <= hit.last for hit in scene.hits.get(concept, ())):
            return concept
    return ""


def _gap(hit: Hit, other: Hit) -> int:
    return max(hit.first - other.last, other.first - hit.last, 0)


def _frame(rule: Rule, scene: Scene, trigger: Hit) -> Frame:
    first, last = trigger.first, trigger.last
    for group in rule.all:
        hits = [hit for concept in group for hit in scene.hits.get(concept, ())]
        near = min(hits, key=lambda hit: abs(hit.first - trigger.first), default=trigger)
        first, last = min(first, near.first), max(last, near.last)
    return Frame(rule, scene, first, last)


def _is_forced(concept: str, scene: Scene) -> bool:
    """What speaks against a rule is overruled: the owners' own decision by a court or body, another defendant by one of the media."""
    if concept == "other_defendant":
        return scene.has("media_defendant", "blogger")
    return concept == "owner_decision" and scene.has("court", "authority", "police")
