"""Events as they were stored, read back as the comparison wants them, and what of them has to change its case."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from crawler.items import Amount, CaseMerge, CaseMove, Finding, Person, ProvisionRef, Regrouping
from db.rows import FindingRow
from db.vocabulary import AlertKind, AmountRole, Category, PartyRole, Stage
from pipelines.linking.facts import events_of
from pipelines.linking.prominence import focused, head_of
from pipelines.linking.settle import Cluster, Told
from pipelines.linking.surroundings import around_report

Rows = Mapping[tuple[str, str], Sequence[FindingRow]]


def by_article(rows: Iterable[FindingRow]) -> dict[tuple[str, str], list[FindingRow]]:
    """The findings of each case and article; the rows come in that order."""
    return {key: list(group) for key, group in groupby(rows, key=lambda row: (row.case_id, row.article_id))}


def told_of(rows: Rows) -> tuple[Told, ...]:
    """The main event of each article in each case."""
    found = (_told(case_id, article_id, group) for (case_id, article_id), group in rows.items())
    return tuple(told for told in found if told)


def _told(case_id: str, article_id: str, group: Sequence[FindingRow]) -> Told | None:
    first = group[0]
    events = events_of(focused_findings(group), datetime.fromisoformat(first.at.replace("Z", "+00:00")))
    if not events:
        return None
    return Told(
        article_id=article_id,
        event=events[0],
        around=around_report(first.title, first.text, events[0].court),
        case_id=case_id,
        is_fixed=first.is_locked,
        is_told=any(row.is_told for row in group),
    )


def focused_findings(group: Sequence[FindingRow]) -> tuple[Finding, ...]:
    """The findings of one article with the names beside the event put aside."""
    head = head_of(group[0].title, group[0].text)
    return tuple(focused(finding_of(row), head) for row in group)


def regrouping(clusters: Sequence[Cluster], rows: Rows, reason: str, new_id: Callable[[str, str], str]) -> Regrouping | None:
    """What the database has to change for these clusters; None when all stands where it stood.

    `new_id` makes the id of a case that is parted from another, of that one's id and the article that tells it first.
    """
    homes = {told.case_id: [] for cluster in clusters for told in cluster.told if told.case_id}  # type: dict[str, list[Cluster]]
    for cluster in clusters:
        for case_id in {told.case_id for told in cluster.told if told.case_id}:
            homes[case_id].append(cluster)
    moves, merges, touched = [], [], set[str]()
    for case_id, where in homes.items():
        into = _heir(case_id, where)
        if into.case_id != case_id:
            merges.append(CaseMerge(case_id=case_id, into_id=into.case_id, reason=reason))
        for cluster in where:
            if cluster is not into:
                cluster.case_id = cluster.case_id or new_id(case_id, cluster.told[0].article_id)
                moves += [move for told in cluster.told if told.case_id == case_id for move in _moves(told, cluster, rows, reason)]
                touched |= {case_id, cluster.case_id}
    members = tuple((case_id, _findings_in(case_id, clusters, rows)) for case_id in sorted(touched))
    return Regrouping(moves=tuple(moves), merges=tuple(merges), members=members) if moves or merges else None


def _heir(case_id: str, where: Sequence[Cluster]) -> Cluster:
    """The cluster that goes on as this case, or that this case is merged into: where readers know it, else where most of it went."""

    def rank(cluster: Cluster) -> tuple[bool, bool, int]:
        own = [told for told in cluster.told if told.case_id == case_id]
        return cluster.case_id == case_id, any(told.is_fixed or told.is_told for told in own), len(own) if cluster.case_id else 0

    return max(where, key=rank)


def _moves(told: Told, cluster: Cluster, rows: Rows, reason: str) -> Iterator[CaseMove]:
    """One for each case that the article's findings were written to: one that was merged holds its own still."""
    group = rows[told.case_id, told.article_id]
    finding = focused_findings(group)[told.event.finding_indices[0]]
    for own_id in sorted({row.own_id for row in group}):
        yield CaseMove(
            article_id=told.article_id,
            finding_ids=tuple(row.finding_id for row in group if row.own_id == own_id),
            from_id=own_id,
            into_id=cluster.case_id,
            predecessor_id=cluster.predecessor.case_id if cluster.predecessor else "",
            finding=finding,
            reason=reason,
        )


def _findings_in(case_id: str, clusters: Iterable[Cluster], rows: Rows) -> tuple[Finding, ...]:
    told = [each for cluster in clusters if cluster.case_id == case_id for each in cluster.told if each.case_id]
    return tuple(finding for each in told for finding in focused_findings(rows[each.case_id, each.article_id]))


def finding_of(row: FindingRow) -> Finding:
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
