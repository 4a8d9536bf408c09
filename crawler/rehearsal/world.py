"""The invented world: outlets, a court and their days, read from world/*.yaml, and the sources that lead to them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field

from db.vocabulary import OutletKind, SourceKind

WORLD_DIR = Path(__file__).parent / "world"
# A Monday on which nothing happened that anybody remembers; hearings of the court site lie in the weeks after it.
FIRST_DAY = date(2026, 9, 28)
ZONE = ZoneInfo("Asia/Almaty")
LOOK_AT = time(19, 0)  # local time of the daily look: the day's stories are out


class Edit(BaseModel):
    """What a newsroom changed in a story on a later day."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = ""
    text: str = ""


class Story(BaseModel):
    """One article: published on a day of the play, perhaps a copy of another outlet's, perhaps edited later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    day: int = Field(ge=1)
    at: str = Field(pattern=r"^\d\d:\d\d$")
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    text: str = ""
    copy_of: str = Field("", description="<outlet id>/<slug> of the story whose text is taken over")
    credit: str = ""
    edits: dict[int, Edit] = Field(default_factory=dict)

    @property
    def published_at(self) -> datetime:
        """The moment of publication, in the zone of the outlet."""
        hour, minute = self.at.split(":")
        return datetime.combine(FIRST_DAY + timedelta(days=self.day - 1), time(int(hour), int(minute)), ZONE)

    def as_of(self, day: int) -> "Story":
        """The story as it reads on this day."""
        changes: dict[str, str] = {}
        for edited_on, edit in sorted(self.edits.items()):
            if edited_on <= day:
                changes |= {key: value for key, value in edit.model_dump().items() if value}
        return self.model_copy(update=changes) if changes else self


class Hearing(BaseModel):
    """One row of the court's list; `days` tells from which day on which date stands there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: str
    parties: str
    subject: str
    judge: str
    days: dict[int, str]

    def as_of(self, day: int) -> str:
        """Date and hour as listed on this day, empty when the case is not listed yet."""
        known = [shown for since, shown in sorted(self.days.items()) if since <= day]
        return known[-1] if known else ""


class Outlet(BaseModel):
    """One site of the invented web, what it offers to readers of feeds, and what befalls it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    host: str
    language: Literal["ru", "kk", "en"]
    kind: OutletKind = OutletKind.OUTLET
    style: Literal["portal", "plain", "court"]
    offers: Literal["rss", "atom", "news_sitemap", "listing", "court"]
    cadence: str = "20h"  # under a day, so that each daily look finds it due
    max_silence: str = "7d"
    aliases: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    hearings: tuple[Hearing, ...] = ()
    censored_days: tuple[int, ...] = ()
    challenged_days: tuple[int, ...] = ()
    broken_feed_days: tuple[int, ...] = ()
    suspended_from_day: int = 0

    def stories_on(self, day: int) -> tuple[Story, ...]:
        """What stands on the site on this day, newest first."""
        out = [story.as_of(day) for story in self.stories if story.day <= day]
        return tuple(sorted(out, key=lambda story: story.published_at, reverse=True))


class World:
    """All sites of the play by host."""

    def __init__(self, outlets: tuple[Outlet, ...]) -> None:
        self.outlets = outlets
        self.by_host = {outlet.host: outlet for outlet in outlets}
        self._stories = {f"{outlet.id}/{story.slug}": story for outlet in outlets for story in outlet.stories}

    def text_of(self, story: Story) -> str:
        """The words of a story: its own, or those it copies with a line of credit."""
        if not story.copy_of:
            return story.text
        return "\n".join(part for part in (self._stories[story.copy_of].text.strip(), story.credit) if part)


def load_world(directory: Path = WORLD_DIR) -> World:
    """Every outlet of `directory`; a fault in a file is a fault of ours and raises."""
    files = sorted(directory.glob("*.yaml"))
    return World(tuple(Outlet.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files))


def moment_of(day: int, at: time = LOOK_AT) -> datetime:
    """A time of day of the play, UTC."""
    return datetime.combine(FIRST_DAY + timedelta(days=day - 1), at, ZONE).astimezone(UTC)


_ADDRESSES: dict[str, tuple[str, SourceKind]] = {
    "rss": ("/feed.xml", SourceKind.FEED),
    "atom": ("/atom.xml", SourceKind.FEED),
    "news_sitemap": ("/news-sitemap.xml", SourceKind.SITEMAP),
    "listing": ("/news/", SourceKind.LISTING),
    "court": ("/hearings/", SourceKind.COURT),
}
_COURT_COLUMNS = {
    "case_number": "td:nth-child(1)",
    "parties": "td:nth-child(2)",
    "subject": "td:nth-child(3)",
    "judge": "td:nth-child(4)",
    "hearing": "td:nth-child(5)",
}


def source_entries(world: World) -> dict[str, object]:
    """The document of a source file `kz.yaml` that leads to every site of the world."""
    return {"sources": [_entry(outlet) for outlet in world.outlets]}


def _entry(outlet: Outlet) -> dict[str, object]:
    path, kind = _ADDRESSES[outlet.offers]
    entry: dict[str, object] = {
        "id": outlet.id,
        "outlet": outlet.name,
        "country": "KZ",
        "kind": outlet.kind.value,
        "languages": [outlet.language],
        "homepage": f"http://{outlet.host}/",
        "urls": [{"url": f"http://{outlet.host}{path}", "kind": kind.value, "language": outlet.language, "verified": True}],
        "cadence": outlet.cadence,
        "independence": "unknown" if outlet.offers == "court" else "independent",
        "aliases": list(outlet.aliases),
        "expect": {"min_items": 1, "max_silence": outlet.max_silence},
        "notes": "invented, stands on the rehearsal web only",
    }
    if outlet.offers == "court":
        entry["selectors"] = {"row": "table.hearings tbody tr", "columns": _COURT_COLUMNS}
    return entry
