"""Digests: what is new, what moved, what is ahead, how the machine is. Written also when nothing happened: silence is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import Config, Person, Subscription
from crawler.mailing import labels
from crawler.mailing.views import alert_view, archive_page, when
from db.queries import digests
from db.queries.delivery import AlertTraits, NewMessage, add_messages
from db.queries.letters import alert_stories
from db.queries.watch import last_run_at
from db.vocabulary import MessageKind
from pipelines.channels.letter import header_text
from pipelines.channels.rendering import catalogue, day, render
from pipelines.notify import mail_domain, readers, subscription_id, wants

SPANS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
WEEK = timedelta(days=7)


@dataclass(kw_only=True, slots=True, frozen=True)
class LineView:
    """One line of a section: what, a detail, when, and where the archive shows it."""

    title: str
    detail: str
    when: str
    url: str
    code: str = ""


@dataclass(kw_only=True, slots=True, frozen=True)
class CountView:
    """Alerts of one category in the last seven days and in the seven before."""

    label: str
    now: int
    before: int


def write_digests(db: Database, config: Config, now: datetime, *, is_forced: bool = False) -> int:
    """Write each digest whose hour has come and that is not there yet; returns how many. Nothing before the first run of a crawl."""
    if last_run_at(db) is None:
        return 0
    messages = [
        message
        for person in readers(config)
        for rate in SPANS
        if (message := _digest(db, config, person, rate, now, is_forced)) is not None
    ]
    return add_messages(db, messages, now)


def period_of(rate: str, person: Person, now: datetime, *, is_forced: bool = False) -> str:
    """The period whose digest is due by the reader's clock, empty before its hour; a missed hour or Monday is made up for."""
    local = now.astimezone(ZoneInfo(person.zone))
    is_late_in_week = rate == "weekly" and local.weekday() > 0
    if not (is_forced or is_late_in_week or local.hour >= person.digest_hour):
        return ""
    year, week, _ = local.isocalendar()
    return f"daily:{local.date().isoformat()}" if rate == "daily" else f"weekly:{year}-W{week:02}"


def _digest(db: Database, config: Config, person: Person, rate: str, now: datetime, is_forced: bool) -> NewMessage | None:
    asked = [each for each in person.subscriptions if each.rate == rate and not each.query]
    period = period_of(rate, person, now, is_forced=is_forced) if asked else ""
    if not period or digests.has_digest(db, person.audience, period):
        return None
    cursor, last_at = digests.last_digest(db, person.audience, rate)
    since = last_at or now - SPANS[rate]
    cursor = cursor if last_at else digests.last_alert_number(db, since)
    alerts = digests.alerts_after(db, cursor, now)
    chosen = [alert for alert in alerts if any(wants(each, alert) for each in asked)]
    payload = _mail(db, config, person, Span(rate=rate, since=since, now=now, alerts=chosen))
    payload["subscriptions"] = [subscription_id(person.audience, each) for each in asked]
    payload |= {"period": period, "rate": rate, "cursor": max([cursor, *(alert.number for alert in alerts)])}
    return NewMessage(
        subject_id=period,
        audience=person.audience,
        channel=asked[0].channel,
        kind=MessageKind.DIGEST,
        domain=mail_domain(config),
        payload=payload,
    )


@dataclass(kw_only=True, slots=True, frozen=True)
class Span:
    """What one digest covers."""

    rate: str
    since: datetime
    now: datetime
    alerts: list[AlertTraits]


def _mail(db: Database, config: Config, person: Person, span: Span) -> dict[str, object]:
    gravest = sorted(span.alerts, key=lambda alert: (-alert.severity, alert.number))[: config.max_alerts_per_mail]
    views = [alert_view(story, person, config) for story in alert_stories(db, [alert.id for alert in gravest])]
    health = digests.health(db, span.since, span.now)
    subject = _subject(person, span, len(span.alerts))
    values: dict[str, object] = {
        "subject": subject,
        "rate": span.rate,
        "alerts": views,
        "n_alerts": len(span.alerts),
        "n_more": len(span.alerts) - len(views),
        "counts": _counts(db, person, span),
        "moves": _moves(db, person, config, span),
        "hearings": _hearings(db, person, config, span),
        "incidents": _incidents(db, person, config),
        "health": health,
        "archive_url": archive_page(config, "alert?_sort_desc=created_at"),
        "organisation": config.organisation,
    }
    rendered = render("digest", person.language, person.zone, values)
    return {"subject": subject, "text": rendered.text, "html": rendered.html, "language": person.language, "references": []}


def _subject(person: Person, span: Span, n: int) -> str:
    words = catalogue(person.language)
    local = span.now.astimezone(ZoneInfo(person.zone)).date().isoformat()
    title = words.gettext("Daily digest") if span.rate == "daily" else words.gettext("Weekly digest")
    news = words.ngettext("%(num)s new alert", "%(num)s new alerts", n) % {"num": n} if n else words.gettext("nothing new")
    return header_text(f"{title}, {day(local, person.language)}: {news}")


def _counts(db: Database, person: Person, span: Span) -> list[CountView]:
    """This week beside the week before, per category, the largest first."""
    this = digests.n_alerts_between(db, span.now - WEEK, span.now)
    last = digests.n_alerts_between(db, span.now - 2 * WEEK, span.now - WEEK)
    order = sorted(this.keys() | last.keys(), key=lambda code: (-this.get(code, 0), -last.get(code, 0), code))
    return [CountView(label=labels.category(code, person.language), now=this.get(code, 0), before=last.get(code, 0)) for code in order]


def _moves(db: Database, person: Person, config: Config, span: Span) -> list[LineView]:
    return [
        LineView(
            title=move.title,
            detail=labels.stage(move.category, move.stage, person.language),
            when=when(move.event_on, person),
            url=archive_page(config, f"court_case/{move.case_id}"),
        )
        for move in digests.cases_moved(db, span.since, span.now)
        if _is_asked(person, span.rate, move.country, move.category)
    ]


def _hearings(db: Database, person: Person, config: Config, span: Span) -> list[LineView]:
    return [
        LineView(
            title=hearing.title,
            detail=", ".join(part for part in (hearing.court, hearing.room) if part),
            when=when(hearing.starts_at or hearing.starts_on, person),
            url=archive_page(config, f"court_case/{hearing.case_id}"),
            code=hearing.status,
        )
        for hearing in digests.hearings_ahead(db, span.now)
        if _is_asked(person, span.rate, hearing.country, hearing.category)
    ]


def _incidents(db: Database, person: Person, config: Config) -> list[LineView]:
    return [
        LineView(
            title=incident.outlet_name,
            detail=incident.method,
            when=when(incident.started_at, person),
            url=archive_page(config, f"incident/{incident.id}"),
            code=incident.state,
        )
        for incident in digests.incidents_now(db)
    ]


def _is_asked(person: Person, rate: str, country: str, category: str) -> bool:
    return any(_covers(each, country, category) for each in person.subscriptions if each.rate == rate and not each.query)


def _covers(subscription: Subscription, country: str, category: str) -> bool:
    is_country = not subscription.countries or country.lower() in {code.lower() for code in subscription.countries}
    return is_country and (not subscription.categories or category in subscription.categories)
