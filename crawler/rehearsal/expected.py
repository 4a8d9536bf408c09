"""What must have come of the play; each expectation is a question with an answer, and a missing one fails the rehearsal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time

from sqlite_utils import Database

from crawler.rehearsal.post import PostOffice
from crawler.rehearsal.world import moment_of
from db.queries import rehearsed
from db.queries.times import iso

CASE_NUMBER = "7514-26-00-2/1187"


@dataclass(kw_only=True, slots=True, frozen=True)
class Expectation:
    """One thing that must be true after day `day`."""

    day: int
    says: str
    holds: Callable[[Database], bool]


def _told(db: Database) -> list[rehearsed.AlertRow]:
    return [row for row in rehearsed.alerts(db) if not row.is_backfill]


def _alerts_on(category: str, outlet_id: str = "") -> Callable[[Database], list[rehearsed.AlertRow]]:
    def find(db: Database) -> list[rehearsed.AlertRow]:
        return [row for row in _told(db) if row.category == category and outlet_id in ("", row.outlet_id)]

    return find


def _incident(outlet_id: str, kind: str, states: Iterable[str]) -> Callable[[Database], bool]:
    wanted = frozenset(states)

    def holds(db: Database) -> bool:
        return any((row.outlet_id, row.kind) == (outlet_id, kind) and row.state in wanted for row in rehearsed.incidents(db))

    return holds


EXPECTATIONS = (
    Expectation(
        day=1,
        says="the first day is the baseline: no alert",
        holds=lambda db: not [row for row in _told(db) if row.created_at < iso(moment_of(2, time(0)))],
    ),
    Expectation(
        day=2,
        says="the claim against Таспа is one alert, told once",
        holds=lambda db: len([row for row in _alerts_on("defamation_civil")(db) if row.stage == "claim_filed"]) == 1,
    ),
    Expectation(
        day=2,
        says="its reports are folded into that alert",
        holds=lambda db: any(row.n_reports >= 3 for row in _alerts_on("defamation_civil")(db)),
    ),
    Expectation(day=2, says="wire copies are known as copies", holds=lambda db: rehearsed.copies(db) >= 2),
    Expectation(day=2, says="its next hearing is on 12 October", holds=lambda db: "2026-10-12" in rehearsed.hearings_of(db, CASE_NUMBER)),
    Expectation(
        day=3, says="the blogger's fine for slander is an alert", holds=lambda db: len(_alerts_on("defamation_administrative")(db)) == 1
    ),
    Expectation(day=3, says="the blocking of Таспа is open", holds=_incident("kz_taspa", "blocking", ("open", "eased", "closed"))),
    Expectation(day=3, says="and is told", holds=lambda db: bool(_alerts_on("blocking", "kz_taspa")(db))),
    Expectation(
        day=3,
        says="the bot challenge before Арқан is seen as such, not as blocking",
        holds=lambda db: "bot_challenge" in rehearsed.page_classes(db, "kz_arqan") and not _alerts_on("blocking", "kz_arqan")(db),
    ),
    Expectation(day=4, says="the suspension of Желкен is an alert", holds=lambda db: len(_alerts_on("suspension_or_ban")(db)) == 1),
    Expectation(
        day=4,
        says="its host's notice is seen as a suspension by the host",
        holds=lambda db: "hosting_suspended" in rehearsed.page_classes(db, "kz_zhelken"),
    ),
    Expectation(day=4, says="the broken feed of Керме is a failed run", holds=lambda db: "failed" in rehearsed.run_states(db, "kz_kerme")),
    Expectation(day=5, says="the hearing has moved to 19 October", holds=lambda db: "2026-10-19" in rehearsed.hearings_of(db, CASE_NUMBER)),
    Expectation(
        day=5,
        says="the edited headline is no second alert",
        holds=lambda db: [row.stage for row in _alerts_on("defamation_civil")(db)] in (["claim_filed"], ["claim_filed", "hearing"]),
    ),
    Expectation(day=6, says="the blocking of Таспа is closed", holds=_incident("kz_taspa", "blocking", ("closed",))),
    Expectation(day=6, says="Үкі's silence is noted", holds=lambda db: "too_quiet" in rehearsed.issue_kinds(db, "kz_uki")),
)


def check(db: Database, office: PostOffice, n_days: int) -> list[tuple[str, bool]]:
    """Every expectation that the played days allow, with its answer."""
    answers = [(f"day {item.day}: {item.says}", item.holds(db)) for item in EXPECTATIONS if item.day <= n_days]
    if n_days > 1:
        answers.append(("alerts were mailed", bool(office.letters)))
    answers.append(("nothing was mailed twice", not office.doubles))
    return answers
