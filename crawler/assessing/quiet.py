"""The silence desk: follows each outlet's rhythm, opens one incident when it stops, closes it when the outlet publishes again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlite_utils import Database

from crawler.assessing.holidays import holidays_of
from crawler.config import Config
from crawler.sources import find_source
from db.connection import connect, write
from db.identity import content_id
from db.migrations import migrate
from db.queries import quiet, reachability
from db.queries.times import iso, parse_iso
from db.queries.watch import set_condition
from db.vocabulary import AlertKind, Category, IncidentKind, IncidentState, IssueKind, NoveltyBasis
from pipelines.detectors.silence import Silence, Watch, judge_silence

LOOK_BACK = timedelta(days=180)
RULES_VERSION = "silence-1"
SEVERITY = 2
MANY = 5  # so many outlets of a country, and a third of those watched, do not fall silent for reasons of their own at once
MANY_SHARE = 1 / 3
DEFAULT_ZONE = "Asia/Almaty"


@dataclass(frozen=True, slots=True)
class Heard:
    """A source with its judgement."""

    source: quiet.WatchedSource
    found: Silence
    posts: Sequence[datetime]


class QuietDesk:
    """Works on one database with one set of settings; `events` are (outlet, change, statement) for people."""

    def __init__(self, config: Config) -> None:
        self._config = config
        migrate(config.database_path)
        self._db: Database = connect(config.database_path)
        self.events: list[tuple[str, str, str]] = []

    def judge(self) -> None:
        """Judge every watched outlet now; the same moment twice changes nothing."""
        now = self._config.now()
        of_country: dict[str, list[Heard]] = defaultdict(list)
        for source in quiet.watched_sources(self._db):
            if source.since:
                of_country[source.country].append(self._listen(source, source.since, now))
        for country, heard in of_country.items():
            new = [one for one in heard if one.found.is_silent and not quiet.open_silence(self._db, one.source.outlet_id)]
            too_many = len(new) >= MANY and len(new) > len(heard) * MANY_SHARE
            names = quiet.names_of([one.source for one in new])
            text = f"{len(new)} of {len(heard)} outlets fell silent at once: a holiday we do not know, or our own line? {names}"
            set_condition(self._db, f"silence {country}", IssueKind.TOO_QUIET, text if too_many else "", now)
            for one in heard:
                write(self._db, partial(self._move, heard=one, now=now, may_open=not too_many))

    def _listen(self, source: quiet.WatchedSource, since: datetime, now: datetime) -> Heard:
        entry = find_source(self._config.sources_path, source.id)
        posts = quiet.posts_of(self._db, source.outlet_id, now - LOOK_BACK)
        watch = Watch(
            posts=posts,
            looks=quiet.looks_of(self._db, source.id, now - LOOK_BACK),
            since=max(since, now - LOOK_BACK),
            zone=entry.zone if entry else DEFAULT_ZONE,
            cadence=timedelta(seconds=source.cadence_s),
            quiet_days=holidays_of(source.country, range(now.year - 1, now.year + 2)),
            blind=quiet.past_silences(self._db, source.outlet_id),
        )
        return Heard(source, judge_silence(watch, now), posts)

    def _move(self, db: Database, heard: Heard, now: datetime, may_open: bool) -> None:
        source, found = heard.source, heard.found
        standing = quiet.open_silence(db, source.outlet_id)
        cause = quiet.explaining_incident(db, source.outlet_id)
        if standing and (after := [at for at in heard.posts if at > parse_iso(standing["started_at"])]):
            length = min(after) - parse_iso(standing["started_at"])
            words = f"publishes again after {length // timedelta(days=1)} days"
            closed = {"state": IncidentState.CLOSED.value, "closed_at": iso(min(after)), "last_evidence_at": iso(min(after))}
            self._tell(db, source, standing | closed, "closed", words, now)
        elif standing and cause:
            quiet.absorb(db, standing["id"], cause, now)
            reachability.save_event(db, cause, "silence", now, note=str(standing["summary"]))
            self.events.append((source.outlet_name, "absorbed", str(standing["summary"])))
        elif found.is_silent and not standing and not cause and may_open:
            row = _incident(source, found)
            if not quiet.is_known(db, str(row["id"])):
                self._tell(db, source, row, "opened", found.words, now)

    def _tell(self, db: Database, source: quiet.WatchedSource, row: dict[str, object], change: str, words: str, now: datetime) -> None:
        """Write the incident, its change, and the alert of the change with its proof; once."""
        if row.get("is_locked"):
            return  # a person has decided
        reachability.save_incident(db, row | {"updated_at": iso(now)}, ())
        happened_at = parse_iso(str(row["opened_at"] if change == "opened" else row["closed_at"]))
        event_id = reachability.save_event(db, str(row["id"]), change, happened_at, note=words)
        alert_id = reachability.save_alert(db, _alert(source, event_id, str(row["id"]), change, words, happened_at), now)
        quiet.store_proof(db, alert_id, words)
        self.events.append((source.outlet_name, change, words))


def _incident(source: quiet.WatchedSource, found: Silence) -> dict[str, object]:
    assert found.last_at and found.looked_at
    return {
        "id": content_id("incident", source.outlet_id, source.country, IncidentKind.SILENCE.value, iso(found.last_at)),
        "outlet_id": source.outlet_id,
        "country": source.country,
        "kind": IncidentKind.SILENCE.value,
        "state": IncidentState.OPEN.value,
        "title": f"{source.outlet_name}: silence",
        "method": "",
        "class": "",
        "confidence": round(min(0.95, 1 - found.chance * 100), 2),
        "started_at": iso(found.last_at),
        "opened_at": iso(found.looked_at),
        "eased_at": None,
        "closed_at": None,
        "last_evidence_at": iso(found.looked_at),
        "reopened": 0,
        "summary": found.words,
    }


def _alert(
    source: quiet.WatchedSource, event_id: str, incident_id: str, change: str, words: str, happened_at: datetime
) -> reachability.AlertOfIncident:
    is_new = change == "opened"
    return reachability.AlertOfIncident(
        event_id=event_id,
        incident_id=incident_id,
        kind=IncidentKind.SILENCE.value,
        alert_kind=(AlertKind.DIGEST if is_new else AlertKind.RECORD).value,
        category=Category.SUSPENSION_OR_BAN.value,
        stage="",
        country=source.country,
        severity=SEVERITY if is_new else 1,
        title=f"{source.outlet_name}: {words}",
        summary=f"{source.outlet_name}: {words}. Silence by itself is no proof of a ban: ask the newsroom.",
        reason=f"{change}; against its own rhythm of at most twelve weeks",
        confidence=0.5,
        outlet_id=source.outlet_id,
        outlet_name=source.outlet_name,
        basis=(NoveltyBasis.FIRST_FILING if is_new else NoveltyBasis.NEW_STAGE).value,
        happened_at=happened_at,
        rules_version=RULES_VERSION,
    )
