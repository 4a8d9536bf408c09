"""Digests: one per period, by the reader's clock, with a cursor that neither repeats nor skips; told also when nothing happened."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import Subscription
from crawler.mailing.digest import period_of, write_digests
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails, run

DAILY = Subscription(kinds=("at_once", "digest"), rate="daily")


def with_run(house, state: str = "ok") -> None:
    house.db.execute(
        "insert into crawl_run (id, source_id, spider, started_at, state, cause) values (?, 'kz_orda', 'feed', ?, ?, 'layout')",
        (f"run-{house.clock.at.isoformat()}-{state}", house.clock.at.strftime("%Y-%m-%dT%H:%M:%SZ"), state),
    )


def text_of(mail) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_each_alert_is_in_one_digest_and_quiet_days_are_told(house):
    house.configured(people=(person("anna", "en", subscriptions=(DAILY,)),))
    for n in range(4):
        with_run(house)
        if n in (0, 1):
            house.alert(alert_kind="digest" if n else "at_once")
        for _ in range(3):
            run(house)
            house.clock.at += timedelta(hours=8)
    found = [mail for mail in mails(house) if "digest" in mail["Subject"]]
    assert len(found) == 5 or len(found) == 4
    texts = [text_of(mail) for mail in found]
    assert ["№ 1" in text for text in texts].count(True) == ["№ 2" in text for text in texts].count(True) == 1
    assert "We looked and found nothing new." in texts[-1]


def test_a_blind_day_is_not_called_quiet(house):
    house.configured(people=(person("anna", "ru", subscriptions=(DAILY,)),))
    with_run(house, "failed")
    run(house)
    (digest,) = [mail for mail in mails(house) if "Сводка" in mail["Subject"]]
    assert "монитор был слеп" in text_of(digest) and "не нашли ничего нового" not in text_of(digest)


def test_a_digest_counts_moves_hearings_incidents_and_health(house):
    house.configured(people=(person("anna", "en", subscriptions=(DAILY,)),))
    with_run(house)
    house.db.execute(
        "insert into court_case (id, country, procedure, category, title, first_seen_at, updated_at) values"
        "('case1', 'KZ', 'civil', 'defamation_civil', 'A v B', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z')"
    )
    house.db.execute(
        "insert into case_event (id, case_id, stage, kind, event_on, seen_at) values ('e1', 'case1', 'verdict', 'verdict', '2026-11-25', '2026-11-25T05:00:00Z')"
    )
    house.db.execute(
        "insert into hearing (id, case_id, starts_at, starts_on, court, status, ical_uid, first_seen_at, last_seen_at) values"
        "('h1', 'case1', '2026-12-03T05:00:00Z', '2026-12-03', 'Medeu court', 'vanished', 'u', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z'), ('h2', 'case1', null, '2027-01-30', 'far', 'planned', 'v', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z')"
    )
    house.db.execute(
        "insert into incident (id, outlet_id, country, kind, state, title, method, started_at, last_evidence_at, updated_at) values"
        "('i1', 'kz_vlast', 'KZ', 'blocking', 'open', 't', 'blocked:dns', '2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z')"
    )
    run(house)
    text = text_of(mails(house)[0])
    for expected in (
        "A v B: first judgment (25 November 2026)",
        "3 December 2026, 10:00 (UTC+5): A v B, Medeu court [vanished from the court's list]",
        "Власть: going on, false answers of the name server",
    ):
        assert expected in text
    assert "far" not in text


def test_nothing_is_written_before_the_first_crawl(house):
    house.configured(people=(person("anna", "en", subscriptions=(DAILY,)),))
    assert write_digests(house.db, house.config, house.clock.at, is_forced=True) == 0


@pytest.mark.parametrize(
    ("rate", "at", "expected"),
    [
        ("daily", datetime(2026, 11, 25, 2, 59, tzinfo=UTC), ""),
        ("daily", datetime(2026, 11, 25, 3, 0, tzinfo=UTC), "daily:2026-11-25"),
        ("daily", datetime(2026, 11, 25, 20, 0, tzinfo=UTC), ""),
        ("weekly", datetime(2026, 11, 23, 2, 59, tzinfo=UTC), ""),
        ("weekly", datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "weekly:2026-W48"),
        ("weekly", datetime(2026, 11, 25, 1, 0, tzinfo=UTC), "weekly:2026-W48"),
    ],
)
def test_the_hour_is_the_readers(rate, at, expected):
    assert period_of(rate, person("anna", "en"), at) == expected


@pytest.mark.parametrize(("day", "month"), [(29, 3), (25, 10)])
def test_sc5_a_day_of_daylight_saving_has_one_digest(house, day, month):
    """Europe/Berlin, 02:30 that does not exist in March and exists twice in October: every quarter of an hour of both days is asked."""
    berlin = person("anna", "en", zone="Europe/Berlin", digest_hour=2, subscriptions=(DAILY,))
    start = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=6)
    periods = [period_of("daily", berlin, start + timedelta(minutes=15 * number)) for number in range(4 * 36)]
    assert set(periods) - {""} == {f"daily:2026-{month:02}-{number:02}" for number in (day - 1, day, day + 1)}
    house.configured(people=(berlin,))
    house.clock.at = datetime(2026, month, day, tzinfo=UTC)
    with_run(house)
    written = [write_digests(house.db, house.config, house.clock.at + timedelta(minutes=15 * number)) for number in range(4 * 20)]
    assert sum(written) == 1
