"""Made-up runs without sockets: what the steps would write down for a site in a given condition, with seeded chance."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.items import Observation
from db.vocabulary import Failure, ObservationStep
from pipelines.detectors.reachability.case import LineInfo

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HOST, ADDRESS = "orda.test", "127.0.2.10"
ROOT = {"subject": "CN=Good Root", "issuer": "CN=Good Root", "sha256": "r", "names": [], "authority_key": "", "key_sha256": "r"}
TEXT = {"title": "Orda", "sketch": list(range(40)), "n_words": 600, "text_sha256": "t", "length": 40000, "excerpt": "новости", "markup": ""}


def leaf(issuer: str = "CN=Good Root", sha256: str = "good", names: tuple[str, ...] = (HOST,), key: str = "k") -> dict[str, object]:
    return {"subject": f"CN={names[0]}", "issuer": issuer, "sha256": sha256, "names": list(names), "authority_key": "", "key_sha256": key}


ISCA = "CN=Information Security Certification Authority,O=ISCA,C=KZ"


@dataclass
class View:
    """What one look from one line meets."""

    dns: Failure = Failure.NONE
    addresses: tuple[str, ...] = (ADDRESS,)
    late: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    tcp: Failure = Failure.NONE
    is_line_fault: bool = False
    tls: Failure = Failure.NONE
    fault: str = ""
    leaf: dict[str, object] = field(default_factory=leaf)
    first_bytes: bytes = b""
    neutral: Failure = Failure.NONE
    status: int = 200
    http: Failure = Failure.NONE
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    location: str = ""
    page: dict[str, object] = field(default_factory=lambda: dict(TEXT))
    is_cut: bool = False
    seconds: float = 0.1


class Book:
    """Writes the observations of one batch."""

    def __init__(self, scheme: str = "https") -> None:
        self.scheme, self.rows, self.url = scheme, [], f"{scheme}://{HOST}/"

    def note(self, line: str, is_control: bool, step, target: str, failure=Failure.NONE, outcome="", at=0.0, attempt=1, **detail) -> None:
        self.rows.append(
            Observation(
                source_id="", run_id="r", url="" if step is ObservationStep.PROXY else self.url, step=step, vantage=line, target=target,
                observed_at=START + timedelta(seconds=at), failure=failure, outcome=outcome, attempt=attempt, batch_id="b",
                duration_s=float(detail.pop("seconds", 0.1)), is_control=is_control,
                detail={"purpose": "site", "hop": 0, "host": HOST, **detail},
            )
        )  # fmt: skip

    def look(self, line: str, view: View, *, at: float, attempt: int = 1, moment: str = "try", is_control: bool = False) -> bool:
        """One look; True when it was good."""
        common = {"at": at, "attempt": attempt, "moment": moment}
        port = 443 if self.scheme == "https" else 80
        given = [] if view.dns is not Failure.NONE else list(view.addresses)
        self.note(
            line, is_control, ObservationStep.DNS, HOST, view.dns, addresses=given, late=list(view.late),
            unchecked=list(view.unchecked), engine="udp:x", rcodes={}, **common,
        )  # fmt: skip
        for address in given:
            self.note(
                line, is_control, ObservationStep.TCP, f"{address}:{port}", view.tcp, is_line_fault=view.is_line_fault, **common
            )  # fmt: skip
        if not given or view.tcp is not Failure.NONE:
            self._literal(line, view, common, is_control)
            return False
        if self.scheme == "https" and not self._shake(line, view, common, is_control, f"{given[0]}:{port}"):
            return False
        self._answer(line, view, common, is_control)
        return view.status > 0 and view.tls is Failure.NONE and not view.is_cut

    def _literal(self, line, view, common, is_control) -> None:
        if not is_control and view.dns is not Failure.NONE and view.tcp is Failure.NONE and self.scheme == "https":
            self.note(
                line, False, ObservationStep.TLS, f"{ADDRESS}:443", view.tls, "handshake",
                **{**common, "purpose": "control_address", "chain": [leaf(), ROOT], "is_answered": True},
            )  # fmt: skip

    def _shake(self, line, view, common, is_control, target) -> bool:
        broken = view.tls in (Failure.CONNECTION_RESET, Failure.EOF_ERROR, Failure.GENERIC_TIMEOUT_ERROR, Failure.SSL_FAILED_HANDSHAKE)
        self.note(
            line, is_control, ObservationStep.TLS, target, view.tls, "silent" if broken else "handshake", seconds=view.seconds,
            fault=view.fault, chain=[] if broken else [view.leaf, ROOT], is_answered=not broken, first_bytes=view.first_bytes.hex(), **common,
        )  # fmt: skip
        if broken and not is_control:
            answered = view.neutral is Failure.NONE
            self.note(
                line, False, ObservationStep.TLS, target, view.neutral, "handshake",
                **{**common, "purpose": "neutral_sni", "chain": [leaf()] if answered else [], "is_answered": answered},
            )  # fmt: skip
        return not broken

    def _answer(self, line, view, common, is_control) -> None:
        is_valid = self.scheme == "https" and view.tls is Failure.NONE
        self.note(
            line, is_control, ObservationStep.HTTP, HOST, view.http, **common, url=self.url, scheme=self.scheme, status=view.status,
            headers=view.headers, location=view.location, is_valid_tls=is_valid, is_cut=view.is_cut, raw=view.raw.hex(), body_s=0.1,
            **view.page,
        )  # fmt: skip

    def canaries(self, line: str, *, foreign: bool = True, domestic: bool = True, captive: bool = False) -> None:
        for purpose, works in (("canary_foreign", foreign), ("canary_domestic", domestic)):
            for number in range(3):
                failure = Failure.NONE if works else Failure.GENERIC_TIMEOUT_ERROR
                self.note(line, False, ObservationStep.PROXY, f"{purpose}{number}", failure, "ok" if works else "failed", purpose=purpose)
        self.note(line, False, ObservationStep.PROXY, "portal", outcome="captive" if captive else "ok", purpose="captive")


LINES = (
    LineInfo("kz", "KZ", "AS9198", "residential", "yes"),
    LineInfo("c0", "DE", is_control=True),
    LineInfo("c1", "SE", is_control=True),
)


def run(book: Book, at_moment, rng: random.Random, n_controls: int = 2) -> None:
    """K0, up to three tries with the controls beside, K1; `at_moment(line, seconds)` gives each look's view."""
    controls = [f"c{number}" for number in range(n_controls)]
    for name in controls:
        book.look(name, at_moment(name, 0.0), at=0, moment="K0", is_control=True)
    is_any_bad = False
    for attempt, at in enumerate((5.0, 65.0, 185.0), start=1):
        if book.look("kz", at_moment("kz", at), at=at, attempt=attempt):
            break
        is_any_bad = True
        for name in controls:
            book.look(name, at_moment(name, at + 1), at=at + 1, attempt=attempt, moment="beside", is_control=True)
    if is_any_bad:
        for name in controls:
            book.look(name, at_moment(name, 190.0), at=190, moment="K1", is_control=True)
    del rng
