"""What rules look things up in: fingerprints, marks, interception names, bogons, networks. Loaded once; pure to ask."""

import csv
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipelines.detectors.reachability.facts import Certificate, Page

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
OUR_FILES = Path(__file__).parent.parent.parent / "fingerprints"
MAX_REGEX_TEXT = 20_000


class TablesError(Exception):
    """A table cannot be read; the message names the file."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One row of OONI's fingerprint lists (see ooni/blocking-fingerprints)."""

    name: str
    scope: str
    place: str
    pattern_type: str
    pattern: str
    countries: frozenset[str]

    def fits(self, text: str) -> bool:
        """True when the pattern is in the text, the way its type says."""
        if self.pattern_type == "full":
            return text == self.pattern
        if self.pattern_type == "prefix":
            return text.startswith(self.pattern)
        if self.pattern_type == "contains":
            return self.pattern in text
        return False


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of ours: a page that shows it is a challenge, parked, suspended or closed to a country."""

    id: str
    says: str
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    markup: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    max_words: int = 400

    def fits(self, page: Page) -> bool:
        """True when any of its places shows the mark; text and markup count on short pages only, so that articles do not."""
        if any(part in page.headers.get(name, "").lower() for name, part in self.headers):
            return True
        if any(part in page.location.lower() or part in page.url.lower() for part in self.location):
            return True
        title = page.title.casefold()
        if any(title == wanted or (wanted.endswith("*") and title.startswith(wanted[:-1])) for wanted in self.titles):
            return page.n_words <= self.max_words
        if page.n_words > self.max_words:
            return False
        folded, markup = page.excerpt.casefold(), (page.page or page.markup)
        return any(part in folded for part in self.text) or any(part in markup for part in self.markup)


@dataclass(frozen=True, slots=True)
class Interception:
    """Names and keys of certificate authorities that are known to sit in the middle (BLOCKING.md c.1)."""

    country: str
    organisations: frozenset[str]
    common_names: tuple[str, ...]
    authority_keys: frozenset[str]
    sha256: frozenset[str]

    def fits(self, certificate: Certificate) -> bool:
        """True when subject or issuer bears a listed name of that country, or the key or certificate is listed."""
        if certificate.sha256 in self.sha256 or (certificate.authority_key and certificate.authority_key in self.authority_keys):
            return True
        return any(self._names(name) for name in (certificate.subject, certificate.issuer))

    def _names(self, name: str) -> bool:
        parts = [part.partition("=") for part in re.split(r"(?<!\\),", name)]
        found = [(key.strip().upper(), value.strip()) for key, _, value in parts]
        if ("C", self.country) not in found:
            return False
        organisations = {value for key, value in found if key == "O"}
        names = [value for key, value in found if key == "CN"]
        return bool(organisations & self.organisations) or any(name.startswith(prefix) for name in names for prefix in self.common_names)


@dataclass(frozen=True, slots=True)
class Tables:
    """All of them. `networks` makes an address public and names its network, even where `bogons` would hold it."""

    dns: tuple[Fingerprint, ...] = ()
    http: tuple[Fingerprint, ...] = ()
    marks: tuple[Mark, ...] = ()
    interceptions: tuple[Interception, ...] = ()
    injected: tuple[bytes, ...] = ()
    parking_servers: tuple[str, ...] = ()
    bogons: tuple[Network, ...] = ()
    networks: Mapping[Network, str] = field(default_factory=dict)

    def is_bogon(self, address: str) -> bool:
        """True when no public name may point there."""
        try:
            value = ipaddress.ip_address(address)
        except ValueError:
            return False
        if self.network_of(address):
            return False
        return any(value.version == network.version and value in network for network in self.bogons)

    def network_of(self, address: str) -> str:
        """The AS number of a configured network; empty when unknown."""
        try:
            value = ipaddress.ip_address(address)
        except ValueError:
            return ""
        fits = [(network.prefixlen, asn) for network, asn in self.networks.items() if value.version == network.version and value in network]
        return max(fits)[1] if fits else ""

    def is_near(self, address: str, others: Iterable[str]) -> bool:
        """True when `address` is one of `others`, in the same AS, or in the same /24 (IPv6: /48)."""
        asn = self.network_of(address)
        return any(address == other or (bool(asn) and asn == self.network_of(other)) or _same_block(address, other) for other in others)

    def dns_fingerprint(self, address: str, country: str) -> str:
        """Name of the national or provider fingerprint of that country that holds the address; empty when none."""
        fits = (one for one in self.dns if one.scope in ("nat", "isp") and country in one.countries and one.fits(address))
        return next((one.name for one in fits), "")

    def page_fingerprints(self, page: Page, country: str) -> frozenset[str]:
        """National and provider fingerprints of that country on the page."""
        return frozenset(
            one.name for one in self.http if one.scope in ("nat", "isp") and country in one.countries and _fits_page(one, page)
        )

    def is_known_harmless(self, page: Page) -> bool:
        """True when a fingerprint of scope `fp` (known not to be a block) is on the page."""
        return any(one.scope == "fp" and _fits_page(one, page) for one in self.http)

    def mark_of(self, page: Page, *says: str) -> Mark | None:
        """The first mark of the given meanings on the page."""
        return next((mark for mark in self.marks if mark.says in says and mark.fits(page)), None)


def _same_block(one: str, other: str) -> bool:
    try:
        left, right = ipaddress.ip_address(one), ipaddress.ip_address(other)
    except ValueError:
        return False
    if left.version != right.version:
        return False
    return right in ipaddress.ip_network(f"{left}/{24 if left.version == 4 else 48}", strict=False)


def _fits_page(one: Fingerprint, page: Page) -> bool:
    if one.place.startswith("header."):
        name = one.place.removeprefix("header.")
        return one.fits(page.location if name == "location" and page.location else page.headers.get(name, ""))
    text = page.page or page.markup
    return bool(text) and (one.pattern in text if one.pattern_type in ("contains", "full") else False)


def load_tables(fingerprints_dir: Path | None, bogons: tuple[str, ...] | None, networks: Mapping[str, str]) -> Tables:
    """Our own marks plus OONI's lists from `fingerprints_dir` when given; TablesError names the file that cannot be read."""
    own = _yaml(OUR_FILES / "reachability_marks.yaml")
    registry = _yaml(OUR_FILES / "reachability_networks.yaml")
    try:
        nets = {ipaddress.ip_network(text, strict=False): asn for text, asn in networks.items()}
        wrong = tuple(
            ipaddress.ip_network(text, strict=False)
            for text in (bogons if bogons is not None else [str(entry) for entry in registry["bogons"]])
        )
    except ValueError as error:
        raise TablesError(f"probing: not a network: {error}") from error
    return Tables(
        dns=_fingerprints(fingerprints_dir, "fingerprints_dns.csv"),
        http=_fingerprints(fingerprints_dir, "fingerprints_http.csv"),
        marks=tuple(_mark(entry) for entry in own["marks"]),
        interceptions=tuple(_interception(entry) for entry in own["interceptions"]),
        injected=tuple(str(entry["bytes"]).encode() for entry in own["injected"]),
        parking_servers=tuple(str(name) for name in own["parking_servers"]),
        bogons=wrong,
        networks=nets,
    )


def _yaml(path: Path) -> dict[str, list[dict[str, object]]]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise TablesError(f"{path}: {error}") from error
    return dict(document)


def _fingerprints(directory: Path | None, name: str) -> tuple[Fingerprint, ...]:
    if directory is None:
        return ()
    path = directory / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return tuple(
            Fingerprint(
                row["name"],
                row["scope"],
                row["location_found"],
                row["pattern_type"],
                row["pattern"],
                frozenset(part.strip() for part in (row["expected_countries"] or "").split(",") if part.strip()),
            )
            for row in rows
            if row["pattern"]
        )
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise TablesError(f"{path}: not a fingerprint list: {error}") from error


def _strings(entry: dict[str, object], key: str) -> tuple[str, ...]:
    value = entry.get(key)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _mark(entry: dict[str, object]) -> Mark:
    headers = entry.get("headers")
    return Mark(
        id=str(entry["id"]),
        says=str(entry["says"]),
        reason=str(entry["reason"]),
        headers=tuple((str(key), str(value).lower()) for key, value in headers.items()) if isinstance(headers, dict) else (),
        markup=_strings(entry, "markup"),
        titles=tuple(text.casefold() for text in _strings(entry, "titles")),
        text=tuple(text.casefold() for text in _strings(entry, "text")),
        location=tuple(text.lower() for text in _strings(entry, "location")),
        max_words=int(str(entry.get("max_words", 400))),
    )


def _interception(entry: dict[str, object]) -> Interception:
    return Interception(
        country=str(entry["country"]),
        organisations=frozenset(_strings(entry, "organisations")),
        common_names=_strings(entry, "common_names"),
        authority_keys=frozenset(_strings(entry, "authority_keys")),
        sha256=frozenset(_strings(entry, "sha256")),
    )
