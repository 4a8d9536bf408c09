"""News of a known case in a text that says too little by itself: a party named in its head, and a step of a case told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from crawler.items import Evidence, Finding, Person
from db.vocabulary import AlertKind, Category, PartyRole, Stage
from pipelines.detectors import JudgeInput
from pipelines.detectors.facts import read_facts, with_facts
from pipelines.detectors.scene import Scenes, take_apart
from pipelines.detectors.sense import NAMES_NOBODY, sense_of
from pipelines.detectors.stages import stage_of
from pipelines.languages.outlets import OutletIndex
from pipelines.linking.facts import STEPLESS
from pipelines.linking.match import CaseCard
from pipelines.linking.names import NameKey, name_key, same_organisation, same_person_key
from pipelines.linking.prominence import TARGETS, Words, names_fully, words_of
from pipelines.linking.standing import stands
from pipelines.taxonomy import load_taxonomy
from pipelines.text import sentences

RULE_ID = "case.followed"
RULES_VERSION = "1"
_HEAD_SENTENCES = 2
_LEAST_CONSONANTS = 4
_NO_OUTLETS = OutletIndex.build(())
_ENDS = frozenset({Stage.CLOSED, Stage.ACQUITTED_OR_WITHDRAWN})
REASON = "a party of a known case is named, and a step of a case is told"


def heads_of(given: JudgeInput) -> tuple[Words, Words]:
    """The words of the headline, and those of headline and first sentences together."""
    return words_of(given.title), words_of(f"{given.title} {_lead_of(given)}")


def _lead_of(given: JudgeInput) -> str:
    spans = sentences(given.text[:2_000])[:_HEAD_SENTENCES]
    return given.text[: spans[-1][1]] if spans else ""


def cases_named(given: JudgeInput, cards: Iterable[CaseCard]) -> tuple[CaseCard, ...]:
    """Cases whose journalist is named in full in headline or lead, or whose outlet in the headline; an outlet elsewhere is a source."""
    title, head = heads_of(given)
    lead = _lead_of(given)
    return tuple(card for card in cards if _target_named(card, (title, given.title), (head, f"{given.title}\n{lead}")))


def latest(cards: Iterable[CaseCard]) -> CaseCard:
    """The case that news is most likely of: one still going on, the latest heard of."""
    return max(cards, key=lambda each: (not each.is_over, each.last_on or date.min, each.id))


def follow_up(given: JudgeInput, language: str, card: CaseCard, category: Category, *, is_tempting: bool) -> Finding | None:
    """What the text tells of the case, None when it tells of no step and a rule was not even tempted."""
    scenes = take_apart(given, language)
    sense = sense_of(scenes, given.published.year) if given.published else sense_of(scenes)
    told = [scene for scene in scenes.scenes if scene.number not in sense.silent]
    stage = stage_of(told, category)
    if stage is None and not is_tempting and not _opponent_named(card, given):
        return None
    is_news = stage is not None and not sense.reason and card.family not in STEPLESS
    finding = Finding(
        rule_id=RULE_ID,
        rules_version=RULES_VERSION,
        category=category,
        stage=stage,
        is_new=is_news,
        new_reason=sense.reason or REASON,
        confidence=0.6,
        alert_kind=load_taxonomy().alert_kind(category) if is_news else AlertKind.NONE,
        reason=sense.reason or REASON,
        evidence=_evidence(scenes),
    )
    read = with_facts(finding, read_facts(given, language, _NO_OUTLETS), given, language)
    return replace(_with_target(read, given, card), country=card.country, stage=_stage_now(read, card, given))


def with_known_targets(findings: tuple[Finding, ...], given: JudgeInput, cards: Iterable[CaseCard]) -> tuple[Finding, ...]:
    """Findings that name nobody hit get the journalist or outlet of a known case that the text names."""
    known = tuple(cards)
    if not known:
        return findings
    card = latest(known)
    return tuple(finding if is_told(finding) else _as_news(_with_target(finding, given, card)) for finding in findings)


def _as_news(finding: Finding) -> Finding:
    """A step that was kept quiet only because it names nobody is news once the known case says who it hits."""
    if finding.new_reason != NAMES_NOBODY or not has_target(finding):
        return finding
    kind = load_taxonomy().alert_kind(finding.category)
    return replace(finding, is_new=True, alert_kind=kind, new_reason=REASON, reason=REASON)


def is_told(finding: Finding) -> bool:
    """The finding says by itself who is hit, and the rules took it at its word."""
    return has_target(finding) and finding.new_reason != NAMES_NOBODY


def has_target(finding: Finding) -> bool:
    """Somebody or something of the media is named as hit."""
    return bool(finding.outlets) or any(person.role in TARGETS for person in finding.people)


def _stage_now(finding: Finding, card: CaseCard, given: JudgeInput) -> Stage | None:
    """A text that recalls how the last suit ended and names another sum or a coming hearing tells of a new one."""
    amounts = {(amount.value, amount.currency) for amount in finding.amounts}
    is_new_sum = bool(amounts and card.amounts and not amounts & card.amounts)
    is_to_come = bool(given.published and finding.hearing_at[:10] > given.published.date().isoformat())
    if card.is_over and finding.stage in _ENDS and (is_new_sum or is_to_come):
        return Stage.CLAIM_FILED
    return finding.stage


def _target_named(card: CaseCard, title: tuple[Words, str], head: tuple[Words, str]) -> bool:
    """`title` and `head` are words and the text that they stand in."""
    persons = (key for key in card.people if len(key.words) > 1)
    outlets = (key for key in card.outlets if sum(map(len, key.words)) >= _LEAST_CONSONANTS or key.seconds)
    if any(_stands(key, head, is_person=True) for key in persons) or any(_stands(key, title) for key in outlets):
        return True
    # Both sides of one quarrel in the beginning of a text: it is no mere source.
    sides = (*card.opponents, *card.outlets)
    return len({key.words for key in sides if len("".join(key.words)) >= _LEAST_CONSONANTS and _stands(key, head)}) > 1


def _stands(key: NameKey, where: tuple[Words, str], *, is_person: bool = False) -> bool:
    return names_fully(key, where[0]) and stands(key, where[1], is_person=is_person)


def _opponent_named(card: CaseCard, given: JudgeInput) -> bool:
    words = words_of(given.text[:2_000])
    return any(len(key.words) > 1 and names_fully(key, words) for key in card.opponents)


def _with_target(finding: Finding, given: JudgeInput, card: CaseCard) -> Finding:
    """The names of the case's target stand in the finding even when no reader of names saw them."""
    _, head = heads_of(given)
    people = tuple(
        replace(each, role=PartyRole.JOURNALIST) if any(_is_person(each.name, key) for key in card.people) else each
        for each in finding.people
    )
    unread = [
        key
        for key in card.people
        if len(key.words) > 1 and names_fully(key, head) and not any(_is_person(each.name, key) for each in people)
    ]
    outlets = [key for key in card.outlets if names_fully(key, head)]
    known = [key.text for key in outlets if not any(same_organisation(name_key(name), key) for name in finding.outlets)]
    added = tuple(Person(name=key.text, role=PartyRole.JOURNALIST) for key in unread[:1])
    opponents = tuple(name for name in finding.opponents if not any(_is_person(name, key) for key in card.people))
    return replace(finding, people=people + added, outlets=(*finding.outlets, *known[:1]), opponents=opponents)


def _is_person(name: str, key: NameKey) -> bool:
    return same_person_key(name_key(name), key) is True


def _evidence(scenes: Scenes) -> tuple[Evidence, ...]:
    first = next(iter(scenes.body), None) or next(iter(scenes.scenes), None)
    if first is None or not first.tokens:
        return ()
    start, end = first.span(0, len(first.tokens) - 1)
    return (Evidence(start=start, end=end, quote=first.reading.published[start:end], rule_id=RULE_ID, field=first.where),)
