"""The assess desk: judges stored batches, moves incidents, writes alerts; each batch in one transaction."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlite_utils import Database

from crawler.assessing.alerts import Whose, alert_of
from crawler.assessing.rows import incident_of, incident_row, run_of, run_of_row, track_rows
from crawler.assessing.session import basis_of, tables_of
from crawler.config import Config
from crawler.items import Observation
from crawler.probing.runner import Run as ProbeRun
from crawler.probing.runner import Runner, Site, batch_of, lines_of
from crawler.sources import Source, load_sources
from db.connection import connect, write
from db.identity import content_id
from db.migrations import migrate
from db.queries import reachability as rows
from db.queries.confirming import Look, confirm_by_look
from db.queries.store import upsert_sources
from db.queries.times import iso, parse_iso
from db.records import ObservationRecord, as_fields, source_record
from db.vocabulary import Failure, IncidentKind, IncidentState, ObservationStep, OutletKind, Verdict
from pipelines.detectors.reachability.judge import Opinion, judge
from pipelines.detectors.reachability.life import OVER, REOPEN_WITHIN, Event, Incident, Run, advance, check_stale, trouble_of
from pipelines.detectors.reachability.rules import RULES_VERSION
from pipelines.detectors.reachability.tables import Tables

HISTORY = timedelta(days=9)
UNJUDGED_WITHIN = timedelta(days=2)
PROBED = (OutletKind.OUTLET, OutletKind.AGENCY)


@dataclass(slots=True)
class Tally:
    """What one run of the desk did, for people."""

    n_observations: int = 0
    n_batches: int = 0
    verdicts: list[tuple[str, str, str, str]] = field(default_factory=list)
    events: list[tuple[str, str, str]] = field(default_factory=list)


class Desk:
    """Works on one database with one set of settings."""

    def __init__(self, config: Config) -> None:
        self._config = config
        migrate(config.database_path)
        self._db: Database = connect(config.database_path)
        self._tables: Tables = tables_of(config)
        self.tally = Tally()

    def look(self) -> None:
        """Probe every outlet's address from every usable vantage and keep the observations; nothing without a vantage."""
        vantages, _ = lines_of(self._config)
        sites = sites_of(self._config)
        if not vantages or not sites:
            return
        upsert_sources(self._db, (source_record(source) for source, _ in sites))
        run_id = f"assess-{self._config.now():%Y%m%dT%H%M%S}"
        chosen = [site for _, site in sites]
        run = ProbeRun(run_id, batch_of(run_id, [site.url for site in chosen]), self._config.probing.run_tries_at_s)
        asyncio.run(self._collect(run, chosen))

    async def _collect(self, run: ProbeRun, sites: Sequence[Site]) -> None:
        async for part in Runner(self._config, run).observe(sites):
            records = [ObservationRecord(**as_fields(one)) for one in part]
            await asyncio.to_thread(self._keep, records)
            self.tally.n_observations += len(records)

    def _keep(self, records: list[ObservationRecord]) -> None:
        write(self._db, lambda db: rows.store_observations(db, records))

    def judge_stored(self) -> None:
        """Judge every batch that no verdict rests on, oldest first, then look for incidents gone stale."""
        now = self._config.now()
        for batch_id in rows.unjudged_batches(self._db, now - UNJUDGED_WITHIN):
            write(self._db, partial(self._judge_batch, batch_id=batch_id))
            self.tally.n_batches += 1
        write(self._db, lambda db: self._mark_stale(db, now))

    def rescore(self, since: datetime) -> list[tuple[str, str, str, str]]:
        """(batch, url, vantage, old -> new) for every verdict that the present rules would give differently; writes nothing."""
        changed = []
        for batch_id in rows.judged_batches(self._db, since):
            old = rows.verdicts_of(self._db, batch_id)
            for opinion in self._opinions(self._db, batch_id):
                before = old.get((opinion.url, opinion.line.id), "none")
                if before != opinion.ruling.verdict.value:
                    changed.append((batch_id, opinion.url, opinion.line.id, f"{before} -> {opinion.ruling.verdict.value}"))
        return changed

    def _opinions(self, db: Database, batch_id: str) -> list[Opinion]:
        observations = [observation_of(row) for row in rows.observations_of(db, batch_id)]
        failing = rows.failing_before(db, self._config.now() - HISTORY)
        return judge(observations, basis_of(self._config, self._tables, failing))

    def _judge_batch(self, db: Database, batch_id: str) -> None:
        ids: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows.observations_of(db, batch_id):
            ids[(row["url"], row["vantage"])].append(str(row["id"]))
        new: dict[tuple[str, str], list[Run]] = defaultdict(list)
        texts: dict[str, str] = {}
        for opinion in self._opinions(db, batch_id):
            outlet_id = rows.outlet_of(db, opinion.source_id)
            verdict_id = rows.store_verdict(db, _record(opinion, batch_id, tuple(ids[(opinion.url, opinion.line.id)])))
            texts[verdict_id] = opinion.explanation
            new[(outlet_id, opinion.line.country)].append(run_of(opinion, verdict_id))
            self.tally.verdicts.append((opinion.url, opinion.line.id, opinion.ruling.verdict.value, opinion.ruling.reason))
        for (outlet_id, country), runs in new.items():
            self._move(db, outlet_id, country, runs, texts)
        self._move_country(db, [run for runs in new.values() for run in runs], new)

    def _move(self, db: Database, outlet_id: str, country: str, runs: list[Run], texts: dict[str, str]) -> None:
        since = runs[0].at - HISTORY
        known = {run.verdict_id for run in runs}
        past = [run_of_row(row) for row in rows.history(db, outlet_id, country, since) if row["id"] not in known]
        row = rows.latest_incident(db, outlet_id, country, IncidentKind.BLOCKING)
        before = incident_of(row) if row else None
        after, events = advance(before, past, runs)
        if after and after != before:
            self._save(db, after, outlet_id, country, events, texts)
        self._move_trouble(db, outlet_id, country, past + runs, texts)

    def _move_trouble(self, db: Database, outlet_id: str, country: str, runs: list[Run], texts: dict[str, str]) -> None:
        """Trouble at the site itself: three bad runs open it, two good ones close it."""
        last = runs[-1]
        for kind in (IncidentKind.SITE_TROUBLE, IncidentKind.SUSPENSION):
            row = rows.latest_incident(db, outlet_id, country, kind)
            is_over = row is None or row["state"] in OVER
            found = trouble_of(_since_decided(row, runs))
            if is_over and found and found[0] is kind:
                made = Incident(
                    kind=kind, state=IncidentState.OPEN, class_=found[1], method=last.verdict.value, confidence=last.confidence,
                    started_at=last.at, last_evidence_at=last.at, opened_at=last.at,
                )  # fmt: skip
                self._save(db, made, outlet_id, country, (Event(kind="opened", at=last.at, verdict_id=last.verdict_id),), texts)
            elif row and not is_over and row["class"] in ("G", "H") and all(run.is_good for run in runs[-2:]):
                over = incident_of({**row, "state": IncidentState.CLOSED.value, "closed_at": row["last_evidence_at"]})
                self._save(db, over, outlet_id, country, (Event(kind="closed", at=last.at, verdict_id=last.verdict_id),), texts)

    def _move_country(self, db: Database, runs: list[Run], new: dict[tuple[str, str], list[Run]]) -> None:
        """One event of the country when its lines are cut off from abroad, however many sites are watched."""
        for country in {country for _, country in new}:
            own = [run for (_, place), part in new.items() if place == country for run in part]
            cut = [run for run in own if run.verdict is Verdict.NETWORK_SHUTDOWN]
            row = rows.latest_incident(db, None, country, IncidentKind.NETWORK_SHUTDOWN)
            is_open = row is not None and row["state"] == IncidentState.OPEN
            if cut and not is_open and not _is_rejected(row, cut[0].at):
                at = cut[0].at
                made = Incident(
                    kind=IncidentKind.NETWORK_SHUTDOWN, state=IncidentState.OPEN, class_="", method=cut[0].verdict.value, confidence=0.8,
                    started_at=at, last_evidence_at=at, opened_at=at,
                )  # fmt: skip
                self._save(db, made, None, country, (Event(kind="opened", at=at),), {})
            elif row is not None and is_open and not cut and any(run.is_good for run in own):
                over = incident_of({**row, "state": IncidentState.CLOSED.value, "closed_at": row["last_evidence_at"]})
                self._save(db, over, None, country, (Event(kind="closed", at=own[-1].at),), {})

    def _save(
        self, db: Database, incident: Incident, outlet_id: str | None, country: str, events: Sequence[Event], texts: dict[str, str]
    ) -> None:
        now = self._config.now()
        name = rows.outlet_name(db, outlet_id) if outlet_id else country
        key = incident.id or content_id("incident", outlet_id, country, incident.kind.value, incident.started_at.isoformat())
        row = incident_row(incident, key, outlet_id, country, name) | {"updated_at": iso(now)}
        rows.save_incident(db, row, track_rows(incident))
        for event in events:
            event_id = rows.save_event(db, key, event.kind, event.at, event.verdict_id, event.note)
            self.tally.events.append((name, event.kind, incident.method))
            text = texts.get(event.verdict_id, "")
            look = Look(incident_id=key, verdict_id=event.verdict_id, note=text, confidence=incident.confidence)
            if event.kind == "confirmed" and confirm_by_look(db, look, now):
                continue
            alert = alert_of(event, event_id, incident, Whose(key, outlet_id, name, country), text)
            if alert:
                rows.save_alert(db, alert, now)

    def _mark_stale(self, db: Database, now: datetime) -> None:
        for row in rows.active_incidents(db):
            full = rows.latest_incident(db, row["outlet_id"], row["country"], row["kind"]) or {**row, "tracks": []}
            incident = incident_of(full)
            used = rows.last_usable_at(db, row["outlet_id"] or "", [track.vantage for track in incident.tracks])
            after, events = check_stale(incident, parse_iso(used) if used else None, now)
            if events:
                self._save(db, after, row["outlet_id"], row["country"], events, {})


def _is_rejected(row: dict[str, Any] | None, at: datetime) -> bool:
    """A shutdown that a person rejected is not told again within three days."""
    return row is not None and row["state"] == IncidentState.REJECTED and at - parse_iso(row["closed_at"]) < REOPEN_WITHIN


def _since_decided(row: dict[str, Any] | None, runs: list[Run]) -> list[Run]:
    """The runs after a person's decision; after a rejection only those behind a good run, for the same trouble stays rejected."""
    if row is None or not row["is_locked"]:
        return runs
    later = [run for run in runs if run.at > parse_iso(row["closed_at"] or row["updated_at"])]
    first = next((number for number, run in enumerate(later) if run.is_good), len(later))
    return later[first:] if row["state"] == IncidentState.REJECTED else later


def sites_of(config: Config) -> list[tuple[Source, Site]]:
    """The outlets' front pages to look at: those of the countries that have a vantage."""
    countries = {line.country for line in lines_of(config)[0]}
    sources = load_sources(config.sources_path, config.countries)
    return [
        (source, Site(source.homepage, source.id))
        for source in sources
        if source.homepage and source.is_crawlable and source.kind in PROBED and (source.country in countries or "ZZ" in countries)
    ]


def observation_of(row: dict[str, Any]) -> Observation:
    """A stored row as the observation it was."""
    return Observation(
        source_id=row["source_id"],
        run_id=row["run_id"] or "",
        url=row["url"],
        step=ObservationStep(row["step"]),
        vantage=row["vantage"],
        observed_at=parse_iso(row["observed_at"]),
        failure=Failure(row["failure"]),
        outcome=row["outcome"],
        target=row["target"],
        duration_s=row["duration_s"],
        detail=row["detail"],
        attempt=row["attempt"],
        batch_id=row["batch_id"],
        is_control=bool(row["is_control"]),
    )


def _record(opinion: Opinion, batch_id: str, ids: tuple[str, ...]) -> rows.VerdictRecord:
    ruling = opinion.ruling
    assert opinion.judged_at
    return rows.VerdictRecord(
        source_id=opinion.source_id,
        url=opinion.url,
        batch_id=batch_id,
        vantage=opinion.line.id,
        country=opinion.line.country,
        asn=opinion.line.asn,
        verdict=ruling.verdict.value,
        reason=ruling.reason,
        confidence=ruling.confidence,
        evidence_kind=ruling.kind.value,
        layer=ruling.layer,
        rule_id=ruling.rule_id,
        rules_version=RULES_VERSION,
        explanation=opinion.explanation,
        is_path_clear=ruling.is_path_clear,
        judged_at=opinion.judged_at,
        observation_ids=ids,
    )
