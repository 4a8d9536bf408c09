"""Was the run good? Pure judgement over what was counted; silence is never success."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crawler.line import Line
from crawler.sources import Expectation, parse_cadence
from db.vocabulary import FetchOutcome, IssueKind, RunCause, RunState

GOOD = frozenset({FetchOutcome.OK, FetchOutcome.UNCHANGED, FetchOutcome.NOT_MODIFIED})
NETWORK = frozenset(
    {
        FetchOutcome.DNS_ERROR,
        FetchOutcome.CONNECT_TIMEOUT,
        FetchOutcome.READ_TIMEOUT,
        FetchOutcome.CONNECTION_ERROR,
        FetchOutcome.TLS_ERROR,
        FetchOutcome.TRUNCATED,
    }
)
_CAUSES: dict[FetchOutcome, RunCause] = {
    FetchOutcome.BOT_CHALLENGE: RunCause.CHALLENGED,
    FetchOutcome.BLOCK_PAGE: RunCause.BLOCKED,
    FetchOutcome.ROBOTS_DENIED: RunCause.ROBOTS,
    FetchOutcome.ROBOTS_UNAVAILABLE: RunCause.ROBOTS,
    FetchOutcome.PARSE_ERROR: RunCause.PARSE,
    FetchOutcome.WRONG_TYPE: RunCause.PARSE,
    FetchOutcome.ZERO_ITEMS: RunCause.LAYOUT,
    FetchOutcome.EMPTY: RunCause.LAYOUT,
    FetchOutcome.OFFLINE: RunCause.OFFLINE,
}
ISSUE_KINDS: dict[RunCause, IssueKind] = {
    RunCause.BLOCKED: IssueKind.NETWORK,
    RunCause.CHALLENGED: IssueKind.CHALLENGE,
    RunCause.LAYOUT: IssueKind.LAYOUT,
    RunCause.PARSE: IssueKind.PARSE,
    RunCause.NETWORK: IssueKind.NETWORK,
    RunCause.ROBOTS: IssueKind.ROBOTS,
    RunCause.QUIET: IssueKind.TOO_QUIET,
    RunCause.DISK: IssueKind.DISK,
    RunCause.BUG: IssueKind.BUG,
    RunCause.UNKNOWN: IssueKind.BUG,
}


@dataclass(kw_only=True, slots=True, frozen=True)
class RunFacts:
    """What was counted in one run; `lists` and `errors` are the outcomes of the source's own addresses, `sums` the outcomes counted per stage."""

    close_reason: str
    n_errors: int = 0
    lists: Mapping[str, FetchOutcome] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    n_unfinished: int = 0
    n_entries: int = 0
    n_full_lists: int = 0
    n_pages: int = 0
    n_dropped: int = 0
    n_observations: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    stages: Sequence[str] = ()
    expect: Expectation = field(default_factory=Expectation)
    now: datetime
    last_new_at: datetime | None = None
    is_court: bool = False
    court_reasons: Sequence[str] = ()
    last_ok_at: datetime | None = None


@dataclass(kw_only=True, slots=True, frozen=True)
class RunVerdict:
    """State, cause and a sentence."""

    state: RunState
    cause: RunCause = RunCause.NONE
    reason: str = ""


def judge(facts: RunFacts, line: Line | None) -> RunVerdict:
    """The verdict over a run; `line` is what a look at our own line said, None when there was no need for one."""
    return (
        _judge_ending(facts)
        or _judge_reach(facts, line)
        or _judge_errors(facts)
        or _judge_sums(facts)
        or _judge_expectation(facts)
        or _judge_rows(facts)
        or _judge_silence(facts)
        or RunVerdict(state=RunState.OK, reason=_partial(facts))
    )


def needs_line_check(facts: RunFacts) -> bool:
    """True when every address failed in the network, so that our own line may be the reason."""
    return bool(facts.lists) and all(outcome in NETWORK for outcome in facts.lists.values())


def cause_of(outcome: FetchOutcome) -> RunCause:
    """The cause that an outcome of an address gives."""
    return _CAUSES.get(outcome, RunCause.NETWORK)


def _judge_ending(facts: RunFacts) -> RunVerdict | None:
    if facts.close_reason == "disk":
        return RunVerdict(state=RunState.FAILED, cause=RunCause.DISK, reason="the disk is nearly full: nothing more was fetched")
    if facts.close_reason == "start_error":
        return RunVerdict(state=RunState.FAILED, cause=RunCause.BUG, reason="the spider could not start (see the log)")
    if facts.close_reason == "memusage_exceeded":
        return RunVerdict(state=RunState.FAILED, cause=RunCause.BUG, reason="the run took more memory than its limit")
    if facts.close_reason == "shutdown":
        return RunVerdict(state=RunState.KILLED, cause=RunCause.UNKNOWN, reason="the run was asked to stop")
    if facts.close_reason == "closespider_timeout":
        text = f"the run's deadline was reached with {facts.n_unfinished} addresses left"
        return RunVerdict(state=RunState.FAILED, cause=RunCause.NETWORK, reason=text)
    return None


def _judge_reach(facts: RunFacts, line: Line | None) -> RunVerdict | None:
    """Could the source be read at all?"""
    if not facts.lists:
        return RunVerdict(state=RunState.FAILED, cause=RunCause.UNKNOWN, reason="the source has no address to read")
    if any(outcome in GOOD for outcome in facts.lists.values()):
        return None
    if all(outcome is FetchOutcome.OFFLINE for outcome in facts.lists.values()):
        return RunVerdict(state=RunState.OFFLINE, cause=RunCause.OFFLINE, reason="not live: nothing leaves this machine until `make live`")
    if line is not None and not line.is_up:
        return RunVerdict(state=RunState.OFFLINE, cause=RunCause.OFFLINE, reason=line.reason)
    outcome = Counter(facts.lists.values()).most_common(1)[0][0]
    old_tls = next((f"; {error}" for error in facts.errors.values() if error.startswith("tls_legacy")), "")
    text = f"no address of the source could be read: {_list(facts)}{old_tls}"
    return RunVerdict(state=RunState.FAILED, cause=cause_of(outcome), reason=text)


def _judge_errors(facts: RunFacts) -> RunVerdict | None:
    if not facts.n_errors:
        return None
    return RunVerdict(state=RunState.FAILED, cause=RunCause.BUG, reason=f"{facts.n_errors} items or pages crashed (see the log)")


def _judge_sums(facts: RunFacts) -> RunVerdict | None:
    """Every item leaves every stage under exactly one outcome; stages behind dedupe see no dropped pages, some see observations."""
    for stage in facts.stages:
        n_pages = facts.n_pages - (facts.n_dropped if stage not in {"archive", "extract", "dedupe"} else 0)
        counted = facts.sums.get(stage, 0)
        if counted not in {n_pages, n_pages + facts.n_observations}:
            text = f"the sums of the {stage} stage do not agree: {counted} outcomes for {n_pages} pages"
            return RunVerdict(state=RunState.FAILED, cause=RunCause.BUG, reason=text)
    return None


def _judge_expectation(facts: RunFacts) -> RunVerdict | None:
    """Only runs that read every list in full can be held against the expected number."""
    if facts.is_court or facts.n_full_lists == 0 or facts.n_full_lists < len(facts.lists):
        return None
    if facts.n_entries < max(facts.expect.min_items, 1):
        text = f"{facts.n_entries} entries seen, at least {max(facts.expect.min_items, 1)} expected"
        return RunVerdict(state=RunState.FAILED, cause=RunCause.LAYOUT, reason=text)
    if 0 < facts.expect.max_items < facts.n_entries:
        text = f"{facts.n_entries} entries seen, at most {facts.expect.max_items} expected"
        return RunVerdict(state=RunState.FAILED, cause=RunCause.LAYOUT, reason=text)
    return None


def _judge_rows(facts: RunFacts) -> RunVerdict | None:
    """A court's list that was refused has changed; an empty one only counts where rows are expected, and not over the New Year."""
    refused = next((reason for reason in facts.court_reasons if reason.startswith("refused")), "")
    is_missed = facts.expect.min_items > 0 and not is_new_year(facts.now.date())
    reason = refused or next(iter(facts.court_reasons if is_missed else ()), "")
    return RunVerdict(state=RunState.FAILED, cause=RunCause.LAYOUT, reason=f"the court's list: {reason}") if reason else None


def is_new_year(day: date) -> bool:
    """Courts of the region rest from 1 to 10 January, and their lists are empty then (FIELD-TRAPS CT5)."""
    return day.month == 1 and day.day <= 10


def is_stale(newest_on: datetime | None, now: datetime, expect: Expectation) -> bool:
    """A list that still answers but shows nothing of late: the court may have moved (FIELD-TRAPS CT4). Without dates nobody knows."""
    return newest_on is not None and _awake(newest_on, now) > expect.silence


def is_being_lost(facts: RunFacts) -> bool:
    """Half of the time that the list keeps its entries has gone by without a good run (FIELD-TRAPS CT3)."""
    if facts.expect.retention is None or facts.last_ok_at is None:
        return False
    return facts.now - facts.last_ok_at > parse_cadence(facts.expect.retention) / 2


def _awake(since: datetime, now: datetime) -> timedelta:
    """Time gone by, the rest over the New Year left out; negative for a moment ahead."""
    days = (now.date() - since.date()).days
    n_rest = sum(is_new_year(since.date() + timedelta(days=number)) for number in range(1, min(days, 3660) + 1))
    return now - since - timedelta(days=n_rest)


def _judge_silence(facts: RunFacts) -> RunVerdict | None:
    limit: timedelta = parse_cadence(facts.expect.max_silence)
    if facts.last_new_at is None:
        return None
    if (_awake(facts.last_new_at, facts.now) if facts.is_court else facts.now - facts.last_new_at) <= limit:
        return None
    days = (facts.now - facts.last_new_at) / timedelta(days=1)
    text = f"nothing new for {days:.1f} days, at most {facts.expect.max_silence} expected"
    return RunVerdict(state=RunState.FAILED, cause=RunCause.QUIET, reason=text)


def _partial(facts: RunFacts) -> str:
    bad = {url: outcome for url, outcome in facts.lists.items() if outcome not in GOOD}
    return f"{len(bad)} of {len(facts.lists)} addresses could not be read: {_list(facts)}" if bad else ""


def _list(facts: RunFacts) -> str:
    bad = Counter(outcome.value for outcome in facts.lists.values() if outcome not in GOOD)
    return ", ".join(f"{count} x {name}" if count > 1 else name for name, count in bad.most_common())
