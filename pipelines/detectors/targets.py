"""Who is hit: the media must be the target of the act, never its claimant, its reporter or a mere source."""

from dataclasses import dataclass

from pipelines.detectors.rules import Frame
from pipelines.detectors.scene import OUTLETS, PERSONS, Scene, Scenes
from pipelines.languages.lexicon import Hit
from pipelines.languages.outlets import OutletIndex

CARRY = 4


@dataclass(frozen=True, slots=True)
class Focus:
    """Whom the text is about: whether title or lead name somebody of the media, and which sentences name an outlet."""

    is_media: bool
    scenes: frozenset[int]


def media_focus(scenes: Scenes, outlets: OutletIndex) -> Focus:
    """Mark the sentences that name an outlet, and tell whether the text is about the media at all."""
    for name, content in (("title", scenes.title), ("text", scenes.text)):
        for found in outlets.find(content, scenes.language):
            if found.is_sure:
                _mark(scenes, name, found.start, found.end)
    media = frozenset(scene.number for scene in scenes.scenes if _names_media(scene))
    return Focus(is_media=any(scene.number in media for scene in scenes.lead), scenes=media)


def hit_media(frame: Frame, scenes: Scenes, focus: Focus) -> bool:
    """True when the event of a frame hits the media."""
    if frame.rule.target == "none":
        return True
    scene = frame.scene
    if scene.has("no_media"):
        return False
    if scene.number in focus.scenes:
        return True
    if frame.rule.target == "scene":
        return focus.is_media and scene.number <= 2
    near = range(max(0, scene.number - CARRY), scene.number + 2)
    return focus.is_media or any(number in focus.scenes for number in near)


def is_media_claimant(scenes: Scenes) -> bool:
    """True when title or lead say that the media sue."""
    return any(scene.has("media_sues") for scene in scenes.lead)


def _names_media(scene: Scene) -> bool:
    return scene.has(*PERSONS, *OUTLETS) or (scene.has("site", "publication") and scene.has("our"))


def _mark(scenes: Scenes, name: str, start: int, end: int) -> None:
    """Add the concept `named_outlet` to the sentence that holds the place."""
    for scene in scenes.scenes:
        if scene.where == name and scene.start <= start < scene.end:
            places = [
                number for number, token in enumerate(scene.tokens) if start <= scene.reading.span(token.start, token.end)[0] < end
            ] or [0]
            scene.hits.setdefault("named_outlet", []).append(Hit("named_outlet", places[0], places[-1]))
            return
