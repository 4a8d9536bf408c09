"""Cases put together anew from the events of a neighbourhood, in the order of their days: what came late changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pipelines.linking.cards import card_of_events
from pipelines.linking.decide import Decision, Fits, compare, decide, in_doubt
from pipelines.linking.facts import EventFacts
from pipelines.linking.match import CaseCard, Match, match
from pipelines.linking.names import same_organisation, same_person_key
from pipelines.linking.novelty import judge_novelty

NEAR_AT = 0.3
BRIDGE_AT = 0.7
MAX_CASES = 16
MAX_EVENTS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of one article with the case that it stands in; the article under judgement has none yet.

    `is_fixed` when staff decided about that case, `is_told` when readers have had the event's alert under that case.
    """

    article_id: str
    event: EventFacts
    around: frozenset[str] = frozenset()
    case_id: str = ""
    is_fixed: bool = False
    is_told: bool = False


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Events that are one case; `case_id` is empty when it has to be opened, `predecessor` is the cluster that it refiles."""

    told: list[Told] = field(default_factory=list)
    case_id: str = ""
    predecessor: "Cluster | None" = None
    bridged_by: str = ""

    def card(self, number: int) -> CaseCard:
        """The case as it stands after these events."""
        return card_of_events((each.event for each in self.told), str(number), is_locked=self.is_fixed)

    @property
    def around(self) -> frozenset[str]:
        """Places and names around all its events."""
        return frozenset(word for each in self.told for word in each.around)

    @property
    def is_fixed(self) -> bool:
        """Staff have decided about it."""
        return any(each.is_fixed for each in self.told)


def decision_in(home: Cluster, mine: Told) -> Decision:
    """What the event is to the cluster that it ended up in; a cluster without a case is a new case."""
    others = [each.event for each in home.told if each is not mine]
    before = home.predecessor.case_id if home.predecessor else ""
    if not others or not home.case_id:
        found = Match(case_id="", score=0.0, reason="filed anew after an earlier case had ended" if before else "no known case fits")
        return Decision(
            event=mine.event, case=None, match=found, novelty=judge_novelty(mine.event, None, refiles=bool(before)), predecessor_id=before
        )
    card = card_of_events(others, home.case_id)
    return Decision(event=mine.event, case=card, match=match(mine.event, card), novelty=judge_novelty(mine.event, card))


def near(fits: Fits) -> Fits:
    """Cases that share enough with an event to be put together anew with it."""
    return tuple((fit, card) for fit, card in fits if fit.score >= NEAR_AT or fit.refiles)


def is_unsettled(event: EventFacts, fits: Fits) -> bool:
    """True when an event came later than those after it, or fits two cases: only then can the order of arrival matter."""
    if any(event.on and card.last_on and event.on < card.last_on for _, card in fits):
        return True
    return sum(fit.score >= BRIDGE_AT and not card.is_over for fit, card in fits) > 1


def settle(told: Iterable[Told]) -> tuple[Cluster, ...]:
    """The cases that these events make, read in the order of their days; what staff decided stays together and apart."""
    clusters: list[Cluster] = []
    for each in sorted(told, key=_when):
        _place(each, clusters)
    _name(clusters)
    return tuple(clusters)


def _when(told: Told) -> tuple[date, str, str]:
    moment = told.event.published_at.isoformat() if told.event.published_at else ""
    return (told.event.on or date.max, moment, told.article_id)


def _place(told: Told, clusters: list[Cluster]) -> None:
    if told.is_fixed or told.is_told:
        own = next((cluster for cluster in clusters if any(_stays_with(told, each) for each in cluster.told)), None)
        if own or told.is_fixed:
            (own.told.append(told) if own else clusters.append(Cluster(told=[told])))
            return
    open_to_it = [cluster for cluster in clusters if not (cluster.is_fixed and told.case_id)]
    cards = [cluster.card(number) for number, cluster in enumerate(open_to_it)]
    decision = _decide(told, cards, open_to_it)
    if decision.case is None:
        clusters.append(Cluster(told=[told], predecessor=open_to_it[int(decision.predecessor_id)] if decision.predecessor_id else None))
        return
    home = open_to_it[int(decision.case.id)]
    home.told.append(told)
    for card in cards:
        if card.id != decision.case.id and _is_bridged(told.event, decision.case, card):
            _merge(home, open_to_it[int(card.id)], told, clusters)


def _stays_with(told: Told, other: Told) -> bool:
    """Staff's cases stay whole; so does what readers have had as one case."""
    return told.case_id == other.case_id and told.is_fixed == other.is_fixed and (told.is_fixed or other.is_told)


def _decide(told: Told, cards: Sequence[CaseCard], clusters: Sequence[Cluster]) -> Decision:
    """By the facts; where they leave a doubt, by the places and names around them too."""
    fits = compare(told.event, cards)
    if not in_doubt(fits):
        return decide(told.event, fits)
    wider = (replace(card, surroundings=cluster.around) for card, cluster in zip(cards, clusters, strict=True))
    event = replace(told.event, surroundings=told.around)
    return decide(event, compare(event, wider))


def _is_bridged(event: EventFacts, one: CaseCard, other: CaseCard) -> bool:
    """An event that fits two open cases well, of which nothing says that they are two."""
    if one.is_over or other.is_over or one.is_locked or other.is_locked or one.family != other.family:
        return False
    return min(match(event, one).score, match(event, other).score) >= BRIDGE_AT and not _contradict(one, other)


def _contradict(one: CaseCard, other: CaseCard) -> bool:
    """Other persons, outlets, claimants, sums or numbers: two cases, however much one text says of both."""
    if one.case_numbers and other.case_numbers and not one.case_numbers & other.case_numbers:
        return True
    if one.claims and other.claims and not one.claims & other.claims:
        return True
    if one.people and other.people and all(same_person_key(a, b) is False for a in one.people for b in other.people):
        return True
    return any(
        mine and theirs and not any(same_organisation(a, b) or same_person_key(a, b) for a in mine for b in theirs)
        for mine, theirs in ((one.outlets, other.outlets), (one.opponents, other.opponents))
    )


def _merge(home: Cluster, other: Cluster, told: Told, clusters: list[Cluster]) -> None:
    home.told.extend(other.told)
    home.bridged_by = told.article_id
    clusters.remove(other)
    for cluster in clusters:
        if cluster.predecessor is other:
            cluster.predecessor = home


def _name(clusters: Sequence[Cluster]) -> None:
    """Each keeps the case that readers know it by, else that of its oldest event unless another has it: threads survive."""
    held = {told.case_id: cluster for cluster in clusters for told in cluster.told if told.is_fixed or told.is_told}
    taken: set[str] = set()
    for cluster in sorted(clusters, key=lambda each: each not in held.values()):
        events = sorted(cluster.told, key=lambda told: (not (told.is_fixed or told.is_told), _when(told)))
        ids = [told.case_id for told in events if told.case_id and held.get(told.case_id, cluster) is cluster]
        cluster.case_id = next((case_id for case_id in ids if case_id not in taken), "")
        taken |= {cluster.case_id}
