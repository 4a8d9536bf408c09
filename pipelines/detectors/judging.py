"""The judgement of one text: frames become findings with stage, parties, law, sums and a reason; the text is news or it is not."""

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Evidence, Finding, Judgement, NearMiss
from db.vocabulary import AlertKind, Category, Stage
from pipelines.detectors.facts import read_facts, with_facts
from pipelines.detectors.rules import RULES_VERSION, Frame, Tempted, frames_of
from pipelines.detectors.scene import JudgeInput, Scene, Scenes, take_apart
from pipelines.detectors.sense import Sense, sense_of
from pipelines.detectors.stages import stage_of
from pipelines.detectors.targets import hit_media, is_media_claimant, media_focus
from pipelines.languages.identify import identify
from pipelines.languages.outlets import OutletIndex
from pipelines.taxonomy import load_taxonomy
from pipelines.text import fold

_GOOD_STAGES = {Stage.ACQUITTED_OR_WITHDRAWN}
MAX_NEAR_MISSES = 8


def judge(given: JudgeInput, outlets: OutletIndex) -> Judgement:
    """What happened to whom according to one text; the same text always gives the same judgement."""
    language = given.language or identify(fold(f"{given.title}\n{given.text[:6000]}").text)[0]
    scenes = take_apart(given, language)
    frames, tempted = _frames(scenes)
    if not frames:
        return Judgement(language=language, is_alert=False, alert_kind=AlertKind.NONE, near_misses=_near_misses(tempted))
    sense = sense_of(scenes)
    focus = media_focus(scenes, outlets)
    kept: list[Frame] = []
    for frame in frames:
        if hit_media(frame, scenes, focus):
            kept.append(frame)
        else:
            tempted.append(Tempted(frame.rule, frame.scene, _hit(frame), "nobody of the media is hit"))
    findings = _findings(given, scenes, kept, sense)
    if is_media_claimant(scenes):
        findings = [replace(finding, alert_kind=AlertKind.NONE, reason="the media are the claimant") for finding in findings]
    if findings:
        facts = read_facts(given, language, outlets)
        findings = [with_facts(finding, facts, given, language) for finding in findings]
    kind = _loudest(findings)
    return Judgement(
        language=language,
        is_alert=kind is not AlertKind.NONE,
        alert_kind=kind,
        findings=tuple(findings),
        near_misses=_near_misses(tempted),
    )


def _frames(scenes: Scenes) -> tuple[list[Frame], list[Tempted]]:
    frames: list[Frame] = []
    tempted: list[Tempted] = []
    for scene in scenes.scenes:
        found, near = frames_of(scene)
        frames += found
        tempted += near
    return frames, tempted


def _findings(given: JudgeInput, scenes: Scenes, frames: Sequence[Frame], sense: Sense) -> list[Finding]:
    """One finding per category, made of all its frames; the one told first comes first."""
    groups: dict[str, list[Frame]] = {}
    for frame in frames:
        groups.setdefault(_category(frame, scenes), []).append(frame)
    findings = [_finding(category, group, sense, scenes) for category, group in groups.items()]
    if any(finding.stage in _GOOD_STAGES for finding in findings) and "positive_development" not in groups:
        main = next(finding for finding in findings if finding.stage in _GOOD_STAGES)
        findings.append(replace(main, category=Category.POSITIVE_DEVELOPMENT, alert_kind=AlertKind.NONE, rule_id="good.media_wins"))
    return findings


def _category(frame: Frame, scenes: Scenes) -> str:
    if frame.rule.category != "defamation":
        return frame.rule.category
    civil = sum(scene.has("civil_word") for scene in scenes.scenes)
    criminal = sum(scene.has("criminal_word") for scene in scenes.scenes)
    administrative = sum(scene.has("administrative_word") for scene in scenes.scenes)
    if administrative and administrative >= max(criminal, civil):
        return "defamation_administrative"
    return "defamation_criminal" if criminal and criminal >= civil else "defamation_civil"


def _finding(category: str, frames: Sequence[Frame], sense: Sense, scenes: Scenes) -> Finding:
    alive = [frame for frame in frames if frame.scene.number not in sense.silent]
    main = (alive or list(frames))[0]
    told: list[Scene] = [frame.scene for frame in alive or frames] + [scene for scene in scenes.scenes[:1] if alive]
    stage = stage_of(told, category) if main.rule.stage or category.startswith("defamation") else None
    is_news = bool(alive) and not sense.reason
    reason = main.rule.reason if is_news else sense.reason or "told as background only"
    return Finding(
        rule_id=main.rule.id,
        rules_version=RULES_VERSION,
        category=Category(category),
        subtype=main.rule.subtype,
        stage=stage or (Stage(main.rule.stage) if main.rule.stage else None),
        is_new=is_news,
        new_reason=reason,
        confidence=0.9 if is_news and main.scene.number <= 2 else 0.7,
        alert_kind=load_taxonomy().alert_kind(category) if is_news else AlertKind.NONE,
        reason=reason,
        evidence=tuple(_evidence(frame) for frame in _text_first(alive or frames)[:5]),
    )


def _text_first(frames: Sequence[Frame]) -> list[Frame]:
    return sorted(frames, key=lambda frame: (frame.scene.where != "text", frame.scene.number))


def _evidence(frame: Frame) -> Evidence:
    start, end = frame.span
    content = frame.scene.reading.published
    return Evidence(start=start, end=end, quote=content[start:end], rule_id=frame.rule.id, field=frame.scene.where)


def _loudest(findings: Sequence[Finding]) -> AlertKind:
    order = (AlertKind.AT_ONCE, AlertKind.DIGEST, AlertKind.RECORD)
    kinds = {finding.alert_kind for finding in findings}
    return next((kind for kind in order if kind in kinds), AlertKind.NONE)


def _near_misses(tempted: Sequence[Tempted]) -> tuple[NearMiss, ...]:
    found = []
    for each in tempted[:MAX_NEAR_MISSES]:
        start, end = each.scene.span(each.hit.first, each.hit.last)
        quote = each.scene.reading.published[start:end]
        evidence = Evidence(start=start, end=end, quote=quote, rule_id=each.rule.id, field=each.scene.where)
        found.append(NearMiss(rule_id=each.rule.id, reason=each.reason, evidence=evidence))
    return tuple(found)


def _hit(frame: Frame):  # type: ignore[no-untyped-def]
    return next(hit for concept in frame.rule.any for hit in frame.scene.hits.get(concept, ()) if not hit.is_negated)
