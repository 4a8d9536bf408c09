"""Who an event is about: names of a finding turned into parties with keys that are the same in each spelling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.items import Finding
from db.vocabulary import PartyRole
from pipelines.linking.names import name_key

OPPOSING_ROLES = frozenset({PartyRole.CLAIMANT, PartyRole.OFFICIAL, PartyRole.SUSPECT, PartyRole.REGULATOR})
_BESIDE_ROLES = frozenset({PartyRole.JUDGE, PartyRole.COURT, PartyRole.LAWYER, PartyRole.OTHER, PartyRole.SOURCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or body with its part in the event; `key` joins spellings."""

    kind: str
    name: str
    key: str
    role: str
    buckets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The side that is hit and the side that acts; `outlet_id` is empty for an outlet that we do not watch."""

    outlet_id: str
    outlet_name: str
    parties: tuple[Party, ...]
    target_keys: frozenset[str]
    opponent_keys: frozenset[str]

    @property
    def key(self) -> str:
        """One key for the side that is hit: the watched outlet, else the first outlet named, else the persons.

        Persons beside an outlet do not count: each report of one blocking names other ones.
        """
        named = next((party.key for party in self.parties if party.kind == "outlet"), "")
        return self.outlet_id or named or "|".join(sorted(self.target_keys))


def key_of(name: str) -> str:
    """The key that joins spellings of one name across scripts and endings; empty for a name without letters."""
    known = name_key(name)
    return " ".join((*known.words, *known.seconds))


def subject_of(finding: Finding, outlets: Mapping[str, str]) -> Subject:
    """The parties of a finding; `outlets` maps keys of names to ids of watched outlets."""
    named = [_party("outlet", name, PartyRole.OUTLET) for name in finding.outlets]
    people = [_party("person", each.name, each.role) for each in finding.people]
    taken = {party.key for party in people}
    opponents = [_party("unknown", name, PartyRole.CLAIMANT) for name in finding.opponents if key_of(name) not in taken]
    parties = tuple(party for party in (*named, *people, *opponents) if party.key)
    targets = frozenset(party.key for party in parties if party.role not in OPPOSING_ROLES | _BESIDE_ROLES)
    return Subject(
        outlet_id=next((outlets[party.key] for party in named if party.key in outlets), ""),
        outlet_name=finding.outlets[0] if finding.outlets else "",
        parties=parties,
        target_keys=targets,
        opponent_keys=frozenset(party.key for party in parties if party.role in OPPOSING_ROLES) - targets,
    )


def _party(kind: str, name: str, role: str) -> Party:
    return Party(kind=kind, name=name, key=key_of(name), role=role, buckets=tuple(sorted(name_key(name).buckets)))


def outlet_keys(names_by_id: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Keys of all names of all outlets, each with the outlet's id."""
    return {key: outlet_id for outlet_id, names in names_by_id for name in names if name and (key := key_of(name))}
