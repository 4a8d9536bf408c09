"""What a template is shown of an alert: the story of the database in the reader's language, zone and measure. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crawler.config import Config, Person, Subscription
from crawler.mailing import labels
from crawler.mailing.buttons import button_place
from db.queries.letters import AlertStory, Proof, Report
from db.queries.times import parse_iso
from db.vocabulary import Category, PartyRole
from pipelines.channels.letter import header_text
from pipelines.channels.rendering import catalogue, country_name, day, moment, safe_url

MAX_REPORTS = 8
MAX_QUOTES = 3
MAX_PROOFS = 4
MAX_NAMES = 8
NAME_CHARS = 120
ACTING_ROLES = {PartyRole.CLAIMANT, PartyRole.OFFICIAL, PartyRole.REGULATOR}
SILENT_ROLES = {PartyRole.JUDGE, PartyRole.SOURCE, PartyRole.COURT, PartyRole.LAWYER}
COURT_CATEGORIES = {Category.DEFAMATION_CIVIL, Category.DEFAMATION_CRIMINAL, Category.DEFAMATION_ADMINISTRATIVE, Category.INSULT}


@dataclass(kw_only=True, slots=True, frozen=True)
class AmountView:
    """A sum in words and what it is."""

    text: str
    role: str


@dataclass(kw_only=True, slots=True, frozen=True)
class ReportView:
    """A report: who, where, when, and what it is to the alert."""

    outlet: str
    title: str
    url: str
    when: str
    relation: str


@dataclass(kw_only=True, slots=True, frozen=True)
class QuoteView:
    """The words that carried the event, in the original, with a little around them."""

    before: str
    quote: str
    after: str
    language: str
    outlet: str
    url: str
    rule_id: str
    reason: str


@dataclass(kw_only=True, slots=True, frozen=True)
class TrackView:
    """One place we looked from and what it saw."""

    place: str
    method: str
    n_bad: int
    n_good: int


@dataclass(kw_only=True, slots=True, frozen=True)
class StepView:
    """One earlier step of the case."""

    stage: str
    when: str


@dataclass(kw_only=True, slots=True, frozen=True)
class AlertView:
    """All that a template says of one alert."""

    severity: int
    country: str
    title: str
    headline: str
    summary: str
    whom: tuple[str, ...]
    who: tuple[str, ...]
    laws: tuple[labels.LawView, ...]
    court: str
    case_number: str
    amounts: tuple[AmountView, ...]
    outcomes: tuple[str, ...]
    hearing: str
    since: str
    incident_state: str
    tracks: tuple[TrackView, ...]
    steps: tuple[StepView, ...]
    n_sources: int
    reports: tuple[ReportView, ...]
    n_more_reports: int
    quotes: tuple[QuoteView, ...]
    proofs: tuple[Proof, ...]
    basis: str
    subscription: str
    confidence: float
    unknowns: tuple[str, ...]
    url: str
    confirm_url: str
    dismiss_url: str


def alert_view(story: AlertStory, person: Person, config: Config) -> AlertView:
    """The view of one alert for one reader."""
    language, facts = person.language, story.facts
    laws = tuple(labels.law(*cited, language) for cited in facts.provisions[:MAX_NAMES])
    quotes = _quotes(story.proofs)
    return AlertView(
        severity=story.severity,
        country=story.country,
        title=title_of(story, language),
        headline=next((report.title for report in story.reports), ""),
        summary="" if story.summary in {proof.reason for proof in story.proofs} else story.summary,
        whom=_names((story.outlet_name, *facts.outlets, *(name for name, role in facts.people if _is_hit(role)))),
        who=_names((*facts.opponents, *(name for name, role in facts.people if role in ACTING_ROLES))),
        laws=laws,
        court=header_text(facts.court, NAME_CHARS),
        case_number=header_text(facts.case_number, NAME_CHARS),
        amounts=tuple(AmountView(text=labels.amount(value, currency, language), role=role) for value, currency, role in facts.amounts),
        outcomes=tuple(labels.outcome(code, language) for code in facts.outcomes),
        hearing=_hearing(story, person),
        since=_since(story, person),
        incident_state=story.incident.state if story.incident else "",
        tracks=_tracks(story),
        steps=tuple(
            StepView(stage=labels.stage(story.category, step.stage, language), when=when(step.event_on, person)) for step in story.steps
        ),
        n_sources=max(1, len({report.outlet for report in story.reports})),
        reports=tuple(_report(report, person) for report in story.reports[:MAX_REPORTS]),
        n_more_reports=max(0, len(story.reports) - MAX_REPORTS),
        quotes=quotes,
        proofs=story.proofs[:MAX_PROOFS],
        basis=story.basis,
        subscription=subscription_words(story, person),
        confidence=story.confidence,
        unknowns=_unknowns(story, all(law.verified for law in laws)),
        url=archive_page(config, f"alert/{story.id}"),
        confirm_url=button_place(config, "confirm", story.id),
        dismiss_url=button_place(config, "dismiss", story.id),
    )


def title_of(story: AlertStory, language: str) -> str:
    """Who is hit, kind and stage in the reader's language; the title of the archive is English."""
    stage = labels.stage(story.category, story.stage, language)
    return header_text(f"{target_of(story)}: {labels.category(story.category, language)}" + (f" — {stage}" if stage else ""), 250)


def target_of(story: AlertStory) -> str:
    """Who is hit: the outlet, else the first outlet or person named, else the case number, else the first headline."""
    facts = story.facts
    people = [name for name, role in facts.people if _is_hit(role)]
    names = (story.outlet_name, *facts.outlets, *people, facts.case_number, *(report.title for report in story.reports), story.title)
    return header_text(next((name for name in names if name.strip()), ""), NAME_CHARS)


def archive_page(config: Config, path: str) -> str:
    """Address of a page of the archive: a table, a row, a canned query."""
    return f"{config.archive_url.rstrip('/')}/{config.database_path.stem}/{path}"


def _is_hit(role: str) -> bool:
    return role not in ACTING_ROLES | SILENT_ROLES


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(header_text(name, NAME_CHARS) for name in names if name))[:MAX_NAMES]


def _quotes(proofs: Iterable[Proof]) -> tuple[QuoteView, ...]:
    """The words an alert rests on, each once: a wire copy repeats them and proves nothing more."""
    once = {proof.quote: proof for proof in reversed(tuple(proofs)) if proof.kind == "quote" and proof.quote}
    return tuple(_quote(proof) for proof in reversed(once.values()))[:MAX_QUOTES]


def _quote(proof: Proof) -> QuoteView:
    return QuoteView(
        before=proof.before,
        quote=proof.quote,
        after=proof.after,
        language=proof.language,
        outlet=proof.outlet,
        url=safe_url(proof.url),
        rule_id=proof.rule_id,
        reason=proof.reason[:1].upper() + proof.reason[1:],
    )


def _report(report: Report, person: Person) -> ReportView:
    if report.published_at:
        told = moment(parse_iso(report.published_at), person.language, person.zone)
    else:
        told = when(report.published_on, person)
    return ReportView(outlet=report.outlet, title=report.title, url=safe_url(report.url), when=told, relation=report.relation)


def _hearing(story: AlertStory, person: Person) -> str:
    """The next hearing of the case, else the one that the text names."""
    stated = story.next_hearing_at or story.next_hearing_on or story.facts.hearing_at
    return when(stated, person)


def _since(story: AlertStory, person: Person) -> str:
    stated = story.incident.started_at if story.incident else story.facts.event_on or story.event_on
    return when(stated, person)


def when(stated: str, person: Person) -> str:
    """A moment with a zone in the reader's zone; a day, month or year as it is; empty for nothing."""
    try:
        at = datetime.fromisoformat(stated)
    except ValueError:
        return day(stated, person.language) if stated else ""
    if at.tzinfo is None:
        return day(stated, person.language) + (f", {at:%H:%M}" if len(stated) > 10 else "")
    return moment(at, person.language, person.zone)


def _tracks(story: AlertStory) -> tuple[TrackView, ...]:
    tracks = story.incident.tracks if story.incident else ()
    return tuple(
        TrackView(
            place=f"{track.vantage} ({track.asn})" if track.asn else track.vantage,
            method=track.method,
            n_bad=track.n_bad,
            n_good=track.n_good,
        )
        for track in tracks
    )


def _unknowns(story: AlertStory, is_law_verified: bool) -> tuple[str, ...]:
    """What a careful reader would ask and we cannot answer, as keys of the templates' words."""
    facts, is_case = story.facts, story.category in COURT_CATEGORIES
    is_measured = bool(story.incident and story.incident.tracks)
    is_blocking = story.category == Category.BLOCKING
    missing = {
        "whom": not (story.outlet_name or facts.outlets or facts.people),
        "who": not facts.opponents and not any(role in ACTING_ROLES for _, role in facts.people),
        "order": is_measured and not story.reports,
        "law": not facts.provisions and not is_measured,
        "law_unverified": not is_law_verified,
        "court": is_case and not facts.court,
        "case_number": is_case and not facts.case_number,
        "when": not (story.incident or facts.event_on or story.event_on),
        "amount": story.category == Category.DEFAMATION_CIVIL and not facts.amounts,
        "hearing": is_case and not (story.next_hearing_on or facts.hearing_at) and story.stage in {"claim_filed", "charged", "hearing"},
        "one_source": len({report.outlet for report in story.reports}) == 1,
        "one_vantage": is_measured and len({track.place for track in _tracks(story)}) == 1,
        "not_measured": is_blocking and not is_measured,
    }
    return tuple(key for key, is_missing in missing.items() if is_missing)


def subscription_words(story: AlertStory, person: Person) -> str:
    """The subscription that let this alert through, in words."""
    translate = catalogue(person.language).gettext
    chosen = next((each for each in person.subscriptions if each.rate == "at_once"), Subscription())
    countries = ", ".join(country_name(code, person.language) for code in chosen.countries) or translate("all countries")
    categories = ", ".join(labels.category(code, person.language) for code in chosen.categories) or translate("all categories")
    return f"{countries}; {categories}"
