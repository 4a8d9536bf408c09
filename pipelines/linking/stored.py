"""Events as they were stored, read back as the comparison wants them, and what of them has to change its case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from crawler.items import Amount, CaseMerge, CaseMove, Finding, Person, ProvisionRef, Regrouping
from db.identity import content_id
from db.queries.resettle import StoredFinding
from db.vocabulary import AlertKind, AmountRole, Category, PartyRole, Stage
from pipelines.linking.facts import events_of
from pipelines.linking.prominence import focused, head_of
from pipelines.linking.settle import Cluster, Told
from pipelines.linking.surroundings import surroundings

Rows = Mapping[tuple[str, str], Sequence[StoredFinding]]


def by_article(rows: Iterable[StoredFinding]) -> dict[tuple[str, str], list[StoredFinding]]:
    """The findings of each case and article; the rows come in that order."""
    return {key: list(group) for key, group in groupby(rows, key=lambda row: (row.case_id, row.article_id))}


def told_of(rows: Rows) -> tuple[Told, ...]:
    """The main event of each article in each case."""
    return tuple(told for (case_id, article_id), group in rows.items() for told in _told(case_id, article_id, group))


def _told(case_id: str, article_id: str, group: Sequence[StoredFinding]) -> list[Told]:
    first = group[0]
    findings = focused_findings(group)
    events = events_of(findings, datetime.fromisoformat(first.at.replace("Z", "+00:00")))
    around = surroundings(f"{first.title}\n{first.text}\nat {events[0].court}") if events else frozenset()
    return [Told(article_id=article_id, event=event, around=around, case_id=case_id, is_fixed=first.is_locked) for event in events[:1]]


def focused_findings(group: Sequence[StoredFinding]) -> tuple[Finding, ...]:
    """The findings of one article with the names beside the event put aside."""
    head = head_of(group[0].title, group[0].text)
    return tuple(focused(finding_of(row), head) for row in group)


def regrouping(clusters: Sequence[Cluster], rows: Rows, reason: str) -> Regrouping | None:
    """What the database has to change for these clusters; None when all stands where it stood."""
    homes = {told.case_id: [] for cluster in clusters for told in cluster.told if told.case_id}  # type: dict[str, list[Cluster]]
    for cluster in clusters:
        for case_id in {told.case_id for told in cluster.told if told.case_id}:
            homes[case_id].append(cluster)
    moves, merges, touched = [], [], set[str]()
    for case_id, where in homes.items():
        if len(where) == 1:
            if where[0].case_id != case_id:
                merges.append(CaseMerge(case_id=case_id, into_id=where[0].case_id, reason=reason))
            continue
        for cluster in where:
            if cluster.case_id != case_id:
                cluster.case_id = cluster.case_id or _split_id(case_id, cluster)
                moves += [_move(told, cluster, rows, reason) for told in cluster.told if told.case_id == case_id]
                touched |= {case_id, cluster.case_id}
    members = tuple((case_id, _findings_in(case_id, clusters, rows)) for case_id in sorted(touched))
    return Regrouping(moves=tuple(moves), merges=tuple(merges), members=members) if moves or merges else None


def _split_id(case_id: str, cluster: Cluster) -> str:
    return content_id("case", "parted", case_id, cluster.told[0].article_id)


def _move(told: Told, cluster: Cluster, rows: Rows, reason: str) -> CaseMove:
    group = rows[told.case_id, told.article_id]
    return CaseMove(
        article_id=told.article_id,
        finding_ids=tuple(row.finding_id for row in group),
        from_id=told.case_id,
        into_id=cluster.case_id,
        predecessor_id=cluster.predecessor.case_id if cluster.predecessor else "",
        finding=focused_findings(group)[told.event.finding_indices[0]],
        reason=reason,
    )


def _findings_in(case_id: str, clusters: Iterable[Cluster], rows: Rows) -> tuple[Finding, ...]:
    told = [each for cluster in clusters if cluster.case_id == case_id for each in cluster.told if each.case_id]
    return tuple(finding for each in told for finding in focused_findings(rows[each.case_id, each.article_id]))


def finding_of(row: StoredFinding) -> Finding:
    """The finding without its evidence."""
    return Finding(
        rule_id=row.rule_id,
        rules_version="",
        category=Category(row.category),
        stage=Stage(row.stage) if row.stage else None,
        outcomes=row.outcomes,
        outlets=row.outlets,
        people=tuple(Person(name=name, role=PartyRole(role)) for name, role in row.people),
        opponents=row.opponents,
        provisions=tuple(ProvisionRef(id=id_, article=article, part=part) for id_, article, part in row.provisions),
        amounts=tuple(Amount(value=value, currency=currency, role=AmountRole(role)) for value, currency, role in row.amounts),
        court=row.court,
        case_number=row.case_number,
        hearing_at=row.hearing_at,
        event_on=row.event_on,
        place=row.place,
        country=row.country,
        is_negated=row.is_negated,
        alert_kind=AlertKind(row.alert_kind),
    )
