"""An event as linking sees it: who, against whom, where, under which law, how much, when; made of one text's findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from crawler.items import Finding
from db.vocabulary import AlertKind, AmountRole, Category, PartyRole, Stage
from pipelines.linking.names import NameKey, name_key
from pipelines.linking.subjects import OPPOSING_ROLES

_FAMILIES = {
    Category.DEFAMATION_CIVIL: "civil",
    Category.DEFAMATION_CRIMINAL: "defamation_criminal",
    Category.DEFAMATION_ADMINISTRATIVE: "defamation_administrative",
    Category.SUSPENSION_OR_BAN: "suspension",
    Category.ADMINISTRATIVE_PENALTY: "suspension",
    Category.CONFISCATION_OF_PRINT_RUN: "suspension",
    Category.BLOCKING: "blocking",
    Category.CONTENT_REMOVAL: "blocking",
    Category.PHYSICAL_ATTACK: "attack",
    Category.OBSTRUCTION_OF_JOURNALIST: "attack",
    Category.THREAT: "attack",
    Category.CYBER_ATTACK: "attack",
    Category.PROPERTY_DAMAGE: "attack",
    Category.KILLING: "attack",
}
COMPANIONS = frozenset(
    {
        Category.POSITIVE_DEVELOPMENT,
        Category.SEARCH_OR_SEIZURE,
        Category.ARREST_OR_DETENTION,
        Category.IMPRISONMENT,
        Category.INTERROGATION_OR_SUMMONS,
        Category.TRAVEL_BAN_OR_EXPULSION,
        Category.ADMINISTRATIVE_PENALTY,
        Category.CONTENT_REMOVAL,
        Category.CONFISCATION_OF_PRINT_RUN,
        Category.FINANCIAL_PRESSURE,
        Category.OBSTRUCTION_OF_JOURNALIST,
    }
)
SLANDER = frozenset({"civil", "defamation_criminal", "defamation_administrative"})
STEPLESS = frozenset({"attack"})
UNNAMED = "unnamed"  # a step of a court case that the text does not name: it may be of any case of that person
UNNAMED_RULES = frozenset({"prosecution.step_of_unnamed_case"})
ACTS = frozenset({"arrest_or_detention", "search_or_seizure", "imprisonment", "interrogation_or_summons", "travel_ban_or_expulsion"})
PROSECUTIONS = frozenset(
    {
        "defamation_criminal", "insult", "insult_of_official", "false_information", "incitement_or_extremism", "extortion_or_other_criminal",
    }
)  # fmt: skip
_TARGET_ROLES = frozenset(
    {
        PartyRole.JOURNALIST, PartyRole.EDITOR, PartyRole.PUBLISHER_OR_OWNER, PartyRole.BLOGGER, PartyRole.CITIZEN_JOURNALIST,
        PartyRole.ACTIVIST_FOR_PUBLICATION, PartyRole.DEFENDANT,
    }
)  # fmt: skip
BESIDE_ROLES = frozenset({PartyRole.OTHER, PartyRole.SOURCE, PartyRole.NGO})
STAGE_ORDER = {
    Stage.THREAT: 10, Stage.CLAIM_FILED: 20, Stage.CHARGED: 30, Stage.HEARING: 40, Stage.VERDICT: 50, Stage.APPEAL: 60,
    Stage.ENFORCED: 70, Stage.CLOSED: 80, Stage.ACQUITTED_OR_WITHDRAWN: 90,
}  # fmt: skip
_LOUDNESS = {AlertKind.AT_ONCE: 3, AlertKind.DIGEST: 2, AlertKind.RECORD: 1, AlertKind.NONE: 0}


@dataclass(kw_only=True, slots=True, frozen=True)
class EventFacts:
    """One event of one text: the main finding, its companions, and the facts that tell cases apart."""

    family: str
    category: Category
    stage: Stage | None
    outcomes: frozenset[str]
    country: str
    case_number: str
    people: tuple[NameKey, ...]
    outlets: tuple[NameKey, ...]
    opponents: tuple[NameKey, ...]
    beside: tuple[NameKey, ...]
    court: str
    place: str
    provisions: frozenset[str]
    amounts: frozenset[tuple[float, str]]
    hearing_on: str
    event_on: str
    published_at: datetime | None
    is_good_news: bool
    is_alert: bool
    alert_kind: AlertKind
    finding_indices: tuple[int, ...]
    claims: frozenset[tuple[float, str]] = frozenset()
    surroundings: frozenset[str] = frozenset()

    @property
    def on(self) -> date | None:
        """Day of the event as far as known, else of the publication."""
        if len(self.event_on) == 10:
            return date.fromisoformat(self.event_on)
        return self.published_at.date() if self.published_at else None

    @property
    def buckets(self) -> frozenset[str]:
        """Keys under which the database looks for cases that could be meant."""
        names = (*self.people, *self.outlets, *self.opponents, *self.beside)
        return frozenset(bucket for name in names for bucket in name.buckets)


def family_of(category: Category) -> str:
    """The kind of case a category belongs to; findings of one kind about one target are one case."""
    return _FAMILIES.get(category, category.value)


def main_category(category: str, told: Iterable[str]) -> Category:
    """What a case is about: what it was opened as, or what it turned out to be when an arrest or a search opened it.

    `told` are the categories of the findings that named one, oldest first.
    """
    own = Category(category)
    later = (Category(each) for each in told)
    return next((each for each in later if each not in COMPANIONS), own) if own in COMPANIONS else own


def family_of_case(category: str, told: Iterable[str]) -> str:
    """The kind of a case; UNNAMED when it was opened by a step of a case and nobody has named it yet."""
    named = [each for each in told if Category(each) not in COMPANIONS]
    if category == Category.EXTORTION_OR_OTHER_CRIMINAL and category not in named:
        return family_of(Category(named[0])) if named else UNNAMED
    return family_of(main_category(category, told))


def events_of(findings: tuple[Finding, ...], published_at: datetime | None) -> tuple[EventFacts, ...]:
    """The events of one text, main one first: each finding that stands alone takes along the companions of its target."""
    live = [index for index, finding in enumerate(findings) if not finding.is_negated]
    mains = [index for index in live if findings[index].category not in COMPANIONS]
    mains = [index for index in mains if not _is_shadow(findings, index, live)]
    if not mains:
        mains = [index for index in live if findings[index].category != Category.POSITIVE_DEVELOPMENT][:1] or live[:1]
    groups: dict[int, list[int]] = {}
    for index in mains:
        twin = next((main for main in groups if _is_same_event(findings[main], findings[index])), None)
        groups.setdefault(index if twin is None else twin, []).append(index)
    for index in live:
        if index not in mains and groups:
            groups[_best_main(findings, groups, index)].append(index)
    return tuple(_facts(findings, tuple(members), published_at) for members in groups.values())


def _is_shadow(findings: tuple[Finding, ...], index: int, live: list[int]) -> bool:
    """A slander finding that names neither article nor sum nor claimant, beside a blocking, a ban or an attack: the same suit, misread."""
    finding = findings[index]
    family = family_of(finding.category)
    if family not in SLANDER or (finding.provisions and family != "civil"):  # a civil finding carries the articles of the others
        return False
    others = {family_of(findings[other].category) for other in live if other != index}
    is_vague = not finding.amounts and not finding.opponents
    return "attack" in others or (is_vague and bool(others & {"blocking", "suspension"}))


def _is_same_event(one: Finding, other: Finding) -> bool:
    """Two findings of one family about the same target, or without any names to tell them apart."""
    if family_of(one.category) != family_of(other.category):
        return False
    mine, theirs = {*one.outlets, *_people(one)}, {*other.outlets, *_people(other)}
    return bool(mine & theirs) or not mine or not theirs


def _best_main(findings: tuple[Finding, ...], groups: dict[int, list[int]], index: int) -> int:
    """The main finding that shares most names with a companion; the first one when none does."""
    names = {*findings[index].outlets, *_people(findings[index])}
    return max(groups, key=lambda main: (len(names & {*findings[main].outlets, *_people(findings[main])}), -main))


def _people(finding: Finding) -> tuple[str, ...]:
    return tuple(person.name for person in finding.people if person.role in _TARGET_ROLES)


def _facts(findings: tuple[Finding, ...], members: tuple[int, ...], published_at: datetime | None) -> EventFacts:
    family = family_of(findings[members[0]].category)
    members = _loudest_first(findings, members)
    main = findings[members[0]]
    group = [findings[index] for index in members]
    told = [finding.stage for finding in group if finding.stage and finding.alert_kind != AlertKind.NONE and family not in STEPLESS]
    opposing = [person.name for finding in group for person in finding.people if person.role in OPPOSING_ROLES]
    return EventFacts(
        family=UNNAMED if main.rule_id in UNNAMED_RULES else family_of(main.category),
        category=main.category,
        stage=max(told, key=STAGE_ORDER.__getitem__, default=None if family in STEPLESS else main.stage),
        outcomes=frozenset(outcome for finding in group for outcome in finding.outcomes),
        country=main.country,
        case_number=next((finding.case_number for finding in group if finding.case_number), ""),
        people=_keys(name for finding in group for name in _people(finding)),
        outlets=_keys(name for finding in group for name in finding.outlets),
        opponents=_keys([name for finding in group for name in finding.opponents] + opposing),
        beside=_keys(person.name for finding in group for person in finding.people if person.role in BESIDE_ROLES),
        court=next((finding.court for finding in group if finding.court), ""),
        place=next((finding.place for finding in group if finding.place), ""),
        provisions=frozenset(provision.id for finding in group for provision in finding.provisions),
        amounts=frozenset((amount.value, amount.currency) for finding in group for amount in finding.amounts),
        claims=frozenset((each.value, each.currency) for finding in group for each in finding.amounts if each.role == AmountRole.CLAIMED),
        hearing_on=next((finding.hearing_at[:10] for finding in group if finding.hearing_at), ""),
        event_on=main.event_on,
        published_at=published_at,
        is_good_news=any(finding.category == Category.POSITIVE_DEVELOPMENT for finding in group),
        is_alert=any(finding.alert_kind != AlertKind.NONE for finding in group),
        alert_kind=main.alert_kind,
        finding_indices=members,
    )


def _loudest_first(findings: tuple[Finding, ...], members: tuple[int, ...]) -> tuple[int, ...]:
    """The finding that speaks for the event: of its own kind, no mere companion, then the loudest, then the first."""
    family = family_of(findings[members[0]].category)

    def rank(index: int) -> tuple[bool, bool, int]:
        finding = findings[index]
        return (family_of(finding.category) != family, finding.category in COMPANIONS, -_LOUDNESS[finding.alert_kind])

    return tuple(sorted(members, key=rank))


def _keys(names: Iterable[str]) -> tuple[NameKey, ...]:
    seen: dict[tuple[str, ...], NameKey] = {}
    for name in names:
        key = name_key(name)
        if key.words:
            seen.setdefault(key.words, key)
    return tuple(seen.values())
