"""The judgement of one text: frames become findings with stage, parties, law, sums and a reason; the text is news or it is not."""

from collections.abc import Sequence
from dataclasses import replace

from crawler.items import Evidence, Finding, Judgement, NearMiss
from db.vocabulary import AlertKind, Category, Stage
from pipelines.detectors.cases import TOLD_BY_CLAIMANTS, defamation_kind, kind_by_law, without_parts
from pipelines.detectors.digests import items_of, shifted, shifted_miss
from pipelines.detectors.facts import MAX_FACT_CHARACTERS, read_facts, with_facts
from pipelines.detectors.outcomes import outcomes_of, subtype_of
from pipelines.detectors.rules import RULES_VERSION, Frame, Rule, Tempted, frames_of, load_rules
from pipelines.detectors.scene import BEGINNING, MAX_CHARACTERS, PERSONS, JudgeInput, Scene, Scenes, beginning, take_apart
from pipelines.detectors.sense import LAW, NAMES_NOBODY, THIS_YEAR, VICTIM, Sense, quiet_reason, sense_of
from pipelines.detectors.stages import FURTHER, ORDER, blocking_stage, stage_of
from pipelines.detectors.targets import Focus, hit_media, is_media_claimant, media_focus, names_somebody
from pipelines.languages.identify import UNKNOWN, identify
from pipelines.languages.lexicon import Hit
from pipelines.languages.outlets import OutletIndex
from pipelines.languages.places import find_country
from pipelines.languages.vocabulary import LANGUAGES
from pipelines.law.citations import find_provisions
from pipelines.taxonomy import load_taxonomy
from pipelines.text import fold

_GOOD_STAGES = {Stage.ACQUITTED_OR_WITHDRAWN}
MAX_NEAR_MISSES = 8
_SHORT = 400
DEEP = 5
_RELEASED = "good.released"
_TOLD = 2


def judge(given: JudgeInput, outlets: OutletIndex) -> Judgement:
    """What happened to whom according to one text; the same text always gives the same judgement."""
    language, script = given.language, ""
    if not language:
        language, script = identify(fold(f"{given.title}\n{given.text[:BEGINNING]}").text)
    is_foreign = language == UNKNOWN and script == "latn" and len(given.text) > _SHORT
    scenes = Scenes(language, [], "", "") if is_foreign else take_apart(beginning(given), language)
    if len(scenes.text) < len(given.text) and any(scene.is_media for scene in scenes.lead):
        scenes = take_apart(given, language)
    if not _is_tempting(scenes):
        return Judgement(language=language, is_alert=False, alert_kind=AlertKind.NONE)
    focus = media_focus(scenes, outlets)
    if len(scenes.text) < len(given.text[:MAX_CHARACTERS]) and focus.is_media:
        scenes = take_apart(given, language)
        focus = media_focus(scenes, outlets)
    sense = sense_of(scenes, given.published.year if given.published else THIS_YEAR)
    items = [] if sense.reason else items_of(given)
    if items:
        return _judge_items(items, language, outlets)
    kept, tempted = _kept(scenes, sense, focus)
    findings = _findings(given, scenes, without_parts(kept), sense, focus)
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


def _kept(scenes: Scenes, sense: Sense, focus: Focus) -> tuple[list[Frame], list[Tempted]]:
    """The frames that hit the media in this text, and those that do not, with the reason."""
    frames, tempted = _frames(scenes, is_denial=sense.is_denial)
    is_claimant = is_media_claimant(scenes)
    kept: list[Frame] = []
    for frame in frames:
        if frame.scene.number in sense.alien or (sense.is_no_report and frame.rule.target != "none"):
            tempted.append(Tempted(frame.rule, frame.scene, _hit(frame), sense.reason or "it belongs to another story"))
        elif is_claimant and frame.rule.category not in TOLD_BY_CLAIMANTS:
            tempted.append(Tempted(frame.rule, frame.scene, _hit(frame), "the media are the claimant"))
        elif hit_media(frame, scenes, focus) or (sense.is_denial and frame.scene.has("site") and frame.scene.says("block")):
            kept.append(frame)
        else:
            tempted.append(Tempted(frame.rule, frame.scene, _hit(frame), "nobody of the media is hit"))
    return kept, tempted


def _judge_items(items: Sequence[tuple[int, JudgeInput]], language: str, outlets: OutletIndex) -> Judgement:
    """A list of short news judged item by item: two cases of one kind are two findings, each with its own facts."""
    findings: list[Finding] = []
    misses: list[NearMiss] = []
    for start, item in items:
        spoken = identify(fold(item.text).text)[0]
        told = judge(replace(item, language=spoken if spoken in LANGUAGES else language), outlets)
        findings += [shifted(finding, start) for finding in told.findings]
        misses += [shifted_miss(miss, start) for miss in told.near_misses]
    kind = _loudest(findings)
    is_alert = kind is not AlertKind.NONE
    near = tuple(misses[:MAX_NEAR_MISSES])
    return Judgement(language=language, is_alert=is_alert, alert_kind=kind, findings=tuple(findings), near_misses=near)


def _frames(scenes: Scenes, *, is_denial: bool) -> tuple[list[Frame], list[Tempted]]:
    frames: list[Frame] = []
    tempted: list[Tempted] = []
    said = frozenset(concept for scene in scenes.scenes for concept in scene.hits)
    for before, scene in zip((None, *scenes.scenes), scenes.scenes, strict=False):
        found, near = frames_of(scene, said, before=before, is_denial=is_denial)
        frames += found
        tempted += near
    return frames, tempted


def _is_tempting(scenes: Scenes) -> bool:
    """Whether any rule could fire at all: most everyday texts end here."""
    said = frozenset(concept for scene in scenes.scenes for concept in scene.hits)
    rules = [rule for rule in load_rules() if said.intersection(rule.any) and all(said.intersection(group) for group in rule.text)]
    return any(_could_fire(rule, scene) for rule in rules for scene in scenes.scenes if scene.hits)


def _could_fire(rule: Rule, scene: Scene) -> bool:
    """Whether nothing but the name of an outlet may be missing in the sentence."""
    return scene.has(*rule.any) and all("named_outlet" in group or scene.says(*group) for group in rule.all)


def _findings(given: JudgeInput, scenes: Scenes, frames: Sequence[Frame], sense: Sense, focus: Focus) -> list[Finding]:
    """One finding per category, made of all its frames; the one told first comes first."""
    groups: dict[str, list[Frame]] = {}
    has_defamation = any(frame.rule.category == "defamation" for frame in frames)
    kind = _defamation_kind(given, scenes, frames, sense) if has_defamation else ""
    for frame in frames:
        category = kind if frame.rule.category == "defamation" else frame.rule.category
        groups.setdefault(category, []).append(frame)
    findings = [_finding(category, group, sense, scenes, focus) for category, group in groups.items()]
    if len(findings) == 1 and findings[0].rule_id == _RELEASED and findings[0].is_new:
        return [replace(findings[0], alert_kind=AlertKind.RECORD)]
    won = next((finding for finding in findings if (finding.stage in _GOOD_STAGES and finding.is_new) or _is_good(finding, groups)), None)
    if won and Category.POSITIVE_DEVELOPMENT not in groups:
        findings.append(
            replace(won, category=Category.POSITIVE_DEVELOPMENT, alert_kind=AlertKind.NONE, rule_id="good.media_wins", stage=None)
        )
    return findings


def _defamation_kind(given: JudgeInput, scenes: Scenes, frames: Sequence[Frame], sense: Sense) -> str:
    alive = [frame.scene for frame in frames if frame.rule.category == "defamation" and frame.scene.number not in sense.silent]
    year = given.published.year if given.published else THIS_YEAR
    country = find_country(given.title, given.text) or given.country or "KZ"
    cited = find_provisions(given.text[:MAX_FACT_CHARACTERS], scenes.language, country, given.published.date() if given.published else None)
    kinds = {one.category for one in cited if not one.ref.is_ambiguous and one.category.startswith("defamation")}
    return str(kind_by_law(defamation_kind(scenes, alive, country, year), kinds, scenes))


def _is_good(finding: Finding, groups: dict[str, list[Frame]]) -> bool:
    """Access restored, a case closed: good news though the stage alone does not say so."""
    if finding.reason == VICTIM and finding.category is Category.OBSTRUCTION_OF_JOURNALIST:
        return True
    if not finding.is_new or finding.category is Category.DEFAMATION_CIVIL:
        return False
    return finding.stage is Stage.CLOSED and (
        finding.category is not Category.BLOCKING or any(frame.rule.is_good for frame in groups[finding.category])
    )


def _finding(category: str, frames: Sequence[Frame], sense: Sense, scenes: Scenes, focus: Focus) -> Finding:
    alive = [frame for frame in frames if frame.scene.number not in sense.silent or category == Category.LEGISLATION]
    main = _main(alive or list(frames))
    told = _told(alive or list(frames), scenes, is_alive=bool(alive))
    if not alive and (news := _step_in_lead(scenes, sense, focus)):
        alive, told = list(frames), news
    stage = None if sense.reason else _stage(category, main, told, alive or list(frames))
    is_news = bool(alive) and (not sense.reason or (sense.reason == LAW and category == Category.LEGISLATION))
    if is_news and (quiet := quiet_reason(category, scenes) or _far_down(main, focus) or _nobody(main, scenes)):
        is_news, reason = False, quiet
    else:
        reason = _reason(main, stage) if is_news else sense.reason or "told as background only"
    finding = Finding(
        rule_id=main.rule.id,
        rules_version=RULES_VERSION,
        category=Category(category),
        stage=stage,
        is_new=is_news,
        new_reason=reason,
        confidence=0.9 if is_news and main.scene.number <= 2 else 0.7,
        alert_kind=load_taxonomy().alert_kind(category) if is_news else AlertKind.NONE,
        is_negated=sense.is_denial,
        reason=reason,
        evidence=tuple(_evidence(frame) for frame in _text_first(alive or frames)[:5]),
    )
    subtype = subtype_of(finding.category, stage, told) or (main.rule.subtype if stage is None else "")
    return replace(finding, subtype=subtype, outcomes=outcomes_of(finding, told))


def _main(frames: Sequence[Frame]) -> Frame:
    """The frame that speaks for the event: the first, but good news of headline and lead before what it undoes."""
    return next((frame for frame in frames if frame.rule.is_good and frame.scene.number <= 1), frames[0])


def _far_down(main: Frame, focus: Focus) -> str:
    """A sentence deep inside a text whose headline and lead are about something else is no report of an event."""
    names_nobody = main.rule.target == "person" and not main.scene.has(*PERSONS)
    is_deep = main.scene.number > DEEP and (not focus.is_media or names_nobody or main.rule.is_weak)
    return "mentioned far down in a text about something else" if is_deep else ""


def _nobody(main: Frame, scenes: Scenes) -> str:
    """News of the media names a person or an outlet, or says against whom it goes; words of the press alone stand in every text."""
    is_told = len(scenes.body) < _TOLD or main.rule.target == "none" or main.scene.has("media_defendant") or names_somebody(scenes)
    return "" if is_told else NAMES_NOBODY


def _step_in_lead(scenes: Scenes, sense: Sense, focus: Focus) -> list[Scene]:
    """A known case whose next step the lead tells ("the court ordered an expertise. Recall, ... sues our site")."""
    lead = [scene for scene in scenes.lead if scene.number not in sense.silent]
    is_ours = any(scene.has("our") for scene in lead)
    if not is_ours and not (focus.is_media and any(scene.has("journalist", "editor", "blogger", "named_outlet") for scene in lead)):
        return []
    return [scene for scene in lead if scene.has(*(concept for concept, _ in ORDER))]


def _told(frames: Sequence[Frame], scenes: Scenes, *, is_alive: bool) -> list[Scene]:
    """The sentences that tell the event: those of its frames, and the headline when the event is news."""
    numbers = {frame.scene.number for frame in frames}
    return [scene for scene in scenes.scenes if scene.number in numbers or (is_alive and scene.number == 0)]


def _stage(category: str, main: Frame, told: Sequence[Scene], frames: Sequence[Frame]) -> Stage | None:
    """Blocking that readers feel is in force whatever court is spoken of; acts without a case have no stage."""
    if category == Category.BLOCKING:
        return blocking_stage(told, main)
    if not main.rule.stage and not category.startswith("defamation"):
        return None
    headline = [scene for scene in told if scene.number == 0]
    body = next((frame.scene for frame in frames if frame.scene.number > 0), main.scene)
    named, said = stage_of(headline, category), stage_of([body], category)
    if named is not None and named is not Stage.THREAT and said not in FURTHER.get(named, ()):
        return named
    found = next((each for each in (said, stage_of(told, category)) if each not in (None, Stage.THREAT)), said or named)
    return found or (Stage(main.rule.stage) if main.rule.stage else None)


def _reason(main: Frame, stage: Stage | None) -> str:
    step = f" ({load_taxonomy().stages[stage]['en'].lower()})" if stage else ""
    return f"{main.rule.reason[:1].upper()}{main.rule.reason[1:]}{step}."


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


def _hit(frame: Frame) -> Hit:
    hits = [hit for concept in frame.rule.any for hit in frame.scene.hits.get(concept, ())]
    return next((hit for hit in hits if not hit.is_negated), hits[0])
