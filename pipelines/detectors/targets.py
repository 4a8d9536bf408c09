"""Who is hit: the media must be the target of the act, never its claimant, its reporter or a mere source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.detectors.rules import Frame
from pipelines.detectors.scene import OUTLETS, PERSONS, Scene, Scenes
from pipelines.languages.lexicon import Hit
from pipelines.languages.outlets import FoundOutlet, OutletIndex
from pipelines.text import fold_plain

CARRY = 4
_NEAR = 2
_LEAST_WORD = 4
_LONGEST_ENDING = 2
_CREDIT = 4
_BESIDE = 4
_TOLD_TO = 12


@dataclass(frozen=True, slots=True)
class Focus:
    """Whom the text is about: whether title or lead name somebody of the media, which sentences do, and the outlets found."""

    is_media: bool
    scenes: frozenset[int]
    weak: frozenset[int]
    is_denied: bool
    found: tuple[FoundOutlet, ...]


def media_focus(scenes: Scenes, outlets: OutletIndex) -> Focus:
    """Mark the sentences that name an outlet, and tell whether the text is about the media at all."""
    found = outlets.find(f"{scenes.title}\n{scenes.text}", scenes.language)
    speaks_of_press = any(scene.has(*PERSONS, "org", "site", "publication", "our", "stop_issue", "unreachable") for scene in scenes.scenes)
    for outlet in found:
        is_named = outlet.is_sure and speaks_of_press  # an unknown English name says nothing where nobody speaks of the press
        if outlet.outlet_id or is_named or (scenes.language != "en" and (outlet.is_sure or speaks_of_press)):
            _mark_all(scenes.scenes, outlet.name)
    media = frozenset(scene.number for scene in scenes.scenes if _names_media(scene) and not _is_source_line(scene))
    weak = frozenset(scene.number for scene in scenes.scenes if scene.has("weak_person"))
    is_denied = any(scene.says("no_media") for scene in scenes.scenes)
    return Focus(is_media=any(scene.number in media for scene in scenes.lead), scenes=media, weak=weak, is_denied=is_denied, found=found)


def hit_media(frame: Frame, scenes: Scenes, focus: Focus) -> bool:
    """True when the event of a frame hits the media."""
    target = frame.rule.target
    if target == "none":
        return True
    scene = frame.scene
    if focus.is_denied:
        return False
    if target == "media" and scene.has("we") and focus.scenes and scene.has("block", "unreachable", "stop_issue", "limit_access"):
        return True
    if scene.number in focus.scenes and target != "person":
        return True
    if frame.rule.is_for_activists and (scene.number in focus.weak or any(each.number in focus.weak for each in scenes.lead)):
        return True
    if target == "person":
        return any(
            each.has(*PERSONS) for each in scenes.scenes if abs(each.number - scene.number) <= 1 and each.number <= max(_NEAR, scene.number)
        )
    if target == "scene":
        return scene.number <= _NEAR and any(each.number in focus.scenes for each in scenes.lead)
    near = range(max(0, scene.number - CARRY), scene.number + _NEAR + 1)
    return any(number in focus.scenes for number in near)


def is_media_claimant(scenes: Scenes) -> bool:
    """True when title or lead say that the media sue."""
    return any(_sues(scene, hit) for scene in scenes.lead for hit in scene.hits.get("media_sues", ()) if not hit.is_negated)


def _sues(scene: Scene, hit: Hit) -> bool:
    """Not where the media spoke against a body and somebody else sued («блогер министрлікті сынады, директор сотқа берді»)."""
    inside = [told for told in scene.hits.get("told_against", ()) if hit.first < told.first and told.last < hit.last]
    sued = [other.first for other in scene.hits.get("sued_other", ()) if hit.first < other.first <= hit.last]
    return not any(all(place < told.first for place in sued) for told in inside)


def _names_media(scene: Scene) -> bool:
    return scene.has(*PERSONS, *OUTLETS) or (scene.has("site", "publication") and scene.has("our"))


def _is_source_line(scene: Scene) -> bool:
    """A line of sources under the text, in brackets."""
    return scene.tokens[0].text == "(" and scene.tokens[-1].text == ")"


def _mark_all(scenes: Sequence[Scene], name: str) -> None:
    """Add the concept `named_outlet` wherever the name stands, whatever its ending."""
    stems = [word[: max(_LEAST_WORD, len(word) - _LONGEST_ENDING)] for word in fold_plain(name).replace("«", "").replace("»", "").split()]
    named = [(scene, place) for scene in scenes if not _is_source_line(scene) for place in _places(scene, stems)]
    if any(_is_beside(scene, hit, place, len(stems)) for scene, place in named for hit in scene.hits.get("venue", ())):
        return  # a bar or a bank of that name
    for scene, place in named:
        scene.hits.setdefault("named_outlet", []).append(Hit("named_outlet", place, place + len(stems) - 1))


def _is_beside(scene: Scene, venue: Hit, place: int, n_words: int) -> bool:
    """The venue stands before its name; in Kazakh behind it («Время» кафесі)."""
    end = place + n_words
    return venue.last in (place - 1, place - 2) or (scene.reading.language == "kk" and venue.first in (end, end + 1))


def _places(scene: Scene, stems: Sequence[str]) -> Iterator[int]:
    for place in range(len(scene.tokens) - len(stems) + 1):
        if not stems or not _begins(scene.tokens[place].text, stems[0]) or not _is_capital(scene, place):
            continue
        if all(_begins(scene.tokens[place + shift].text, stem) for shift, stem in enumerate(stems)) and not _is_credited(
            scene, place, len(stems)
        ):
            yield place


def _is_credited(scene: Scene, place: int, n_words: int) -> bool:
    """True for a name that only passes the news on (пишет «Алтай сегодня»; Altai Today reports)."""
    is_english = scene.reading.language == "en"
    if is_english and place and scene.tokens[place - 1].text == "told":
        return all(token.text != "to" for token in scene.tokens[place : place + _TOLD_TO])
    near = range(place + n_words, place + n_words + 2) if is_english else range(place - _CREDIT, place)
    end = place + n_words
    behind = (end, end + 1) if scene.reading.language == "kk" else ()  # «Жас қала» газеті хабарлағандай
    if any(hit.last in (place - 1, place - 2) or hit.first in behind for hit in scene.hits.get("as_source", ())):
        return True
    return any(hit.first in near for hit in scene.hits.get("credit_verb", ()))


def _is_capital(scene: Scene, place: int) -> bool:
    start, _ = scene.span(place, place)
    return not scene.reading.published[start].islower()


def _begins(word: str, stem: str) -> bool:
    if len(stem) < _LEAST_WORD:
        return word == stem
    return word.startswith(stem)


def names_somebody(scenes: Scenes) -> bool:
    """True when somebody of the media is named: an outlet by name, a person beside a capital, or "our"."""
    return any(_is_specific(scene) or _has_full_name(scene) for scene in scenes.scenes)


def _has_full_name(scene: Scene) -> bool:
    """Two capitals side by side behind the first word: given name and surname."""
    capitals = [place for place in range(1, len(scene.tokens)) if scene.tokens[place].text[:1].isalpha() and _is_capital(scene, place)]
    return any(second - first == 1 for first, second in pairwise(capitals))


def _is_specific(scene: Scene) -> bool:
    if scene.has("named_outlet", "our", "weak_person"):
        return True
    hits = [hit for concept in (*PERSONS, "org", "site") for hit in scene.hits.get(concept, ())]
    places = {place for hit in hits for place in range(max(1, hit.first - _BESIDE), min(len(scene.tokens), hit.last + _BESIDE + 1))}
    return any(_is_capital(scene, place) for place in places)
