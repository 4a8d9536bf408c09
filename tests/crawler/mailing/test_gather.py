"""Which alerts share a mail: one thread in one conversation, a flood in one summary, nothing lost above the cap."""

from datetime import timedelta

from crawler.config import Subscription
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails, run


def test_a_case_is_one_conversation_with_one_subject_even_after_the_first_mail_was_lost(house):
    house.configured(people=(person("anna", "ru"),))
    house.alert(thread_key="case1")
    run(house)
    house.db.execute("update outbox set state = 'dead'")
    for file in (house.config.maildir_path / "new").iterdir():
        file.unlink()
    house.clock.at += timedelta(days=1)
    house.alert(thread_key="case1", stage="hearing", outlet_name="Орда (другое имя)")
    run(house)
    house.clock.at += timedelta(days=1)
    house.alert(thread_key="case1", stage="verdict")
    house.alert(thread_key="other")
    run(house)
    second, third, other = sorted(
        mails(house), key=lambda mail: (mail["Date"].datetime, "case1" not in mail["Subject"], mail["References"])
    )[:3]
    (same,) = {mail["Subject"] for mail in (second, third, other) if mail["In-Reply-To"]}
    assert "Orda.kz" in same
    replies = [mail for mail in mails(house) if mail["In-Reply-To"]]
    first_id = next(iter(house.db.query("select message_id from outbox where alert_id = 'alert1'")))["message_id"]
    assert [mail["References"].split()[1] for mail in replies] == [first_id, first_id]
    assert len({mail["References"].split()[0] for mail in replies}) == 1
    assert replies[1]["In-Reply-To"] == replies[0]["Message-ID"]
    (alone,) = [mail for mail in mails(house) if not mail["In-Reply-To"]]
    assert alone["References"].split() != replies[0]["References"].split()[:1]


def test_alerts_that_hang_together_by_case_or_incident_are_one_conversation(house):
    house.configured(people=(person("anna", "ru"),))
    for case in ("c1", "c2"):
        house.db.execute(
            "insert into court_case (id, country, category, title, first_seen_at, updated_at) values (?, 'KZ', 'blocking', 't', 'x', 'x')",
            (case,),
        )
    for incident in ("i1", "i2"):
        house.db.execute(
            "insert into incident (id, country, kind, state, title, started_at, last_evidence_at, updated_at)"
            " values (?, 'KZ', 'blocking', 'open', 't', '2026-11-25T00:00:00Z', '2026-11-25T00:00:00Z', 'x')",
            (incident,),
        )
    chain = (("i1", None, "i1"), ("i1", "c1", "i1"), (None, "c1", "c1"), ("i2", "c1", "i2"), (None, "c2", "c2"))
    for incident_id, case_id, key in chain:
        house.alert(incident_id=incident_id, case_id=case_id, thread_key=key)
        run(house)
        house.clock.at += timedelta(minutes=10)
    roots = [mail["References"].split()[0] for mail in mails(house)]
    assert len(set(roots[:4])) == 1 and roots[4] not in roots[:4]


def test_two_alerts_of_one_thread_in_one_run_are_one_mail_that_holds_both(house):
    house.configured(people=(person("anna", "ru"),))
    house.alert(thread_key="case1", title="Первое")
    house.alert(thread_key="case1", title="Второе")
    run(house)
    (mail,) = mails(house)
    text = mail.get_body(("plain",)).get_content()
    assert "Первое" in text and "Второе" in text
    assert house.states() == {"sent": 2}


def test_a_flood_is_one_summary_and_each_alert_is_told_once(house):
    house.configured(people=(person("anna", "en"),), max_alerts_per_mail=20)
    for n in range(1200):
        house.alert(severity=5 if n == 700 else 3)
    run(house)
    run(house)
    (mail,) = mails(house)
    assert mail["Subject"] == "1200 new alerts"
    text = mail.get_body(("plain",)).get_content()
    assert "and 1180 more" in text and text.index("№ 701") < text.index("№ 1\r\n")
    assert house.states() == {"sent": 1201}
    assert len(bytes(mail)) < 100_000


def test_above_the_daily_cap_alerts_wait_for_a_summary_and_none_is_lost(house):
    house.configured(people=(person("anna", "en"),), max_mails_per_day=2)
    for n, expected in enumerate((1, 2, 3, 3, 3, 3)):
        house.alert(severity=4)
        run(house)
        assert len(mails(house)) == expected, n
        house.clock.at += timedelta(minutes=20)
    house.alert(severity=5, title="critical one")
    run(house)
    assert len(mails(house)) == 4
    house.clock.at += timedelta(hours=3)
    run(house)
    assert mails(house)[-1]["Subject"] == "3 new alerts"
    house.clock.at += timedelta(days=1)
    house.alert()
    run(house)
    assert len(mails(house)) == 6
    assert house.states() == {"sent": 10}


def test_an_alert_dismissed_before_its_mail_was_written_is_not_told(house):
    house.configured(people=(person("anna", "ru", quiet_from=9, quiet_until=15),))
    house.alert()
    run(house)
    assert mails(house) == [] and house.states() == {"pending": 1}
    house.db.execute("update alert set status = 'dismissed', status_reason = 'not_press'")
    house.clock.at += timedelta(hours=6)
    run(house)
    assert mails(house) == [] and house.states() == {"suppressed": 1}


def test_quiet_hours_hold_all_but_the_critical(house):
    house.configured(people=(person("anna", "ru", quiet_from=9, quiet_until=15),))
    house.alert(severity=4)
    house.alert(severity=5)
    run(house)
    assert house.states() == {"pending": 1, "sent": 1}
    house.clock.at += timedelta(hours=3)
    run(house)
    assert house.states() == {"sent": 2}


def test_a_reader_who_left_the_configuration_gets_nothing(house):
    house.configured(people=(person("anna", "ru", quiet_from=9, quiet_until=15),))
    house.alert()
    run(house)
    house.configured(people=(person("dana", "ru"),))
    house.clock.at += timedelta(hours=6)
    run(house)
    assert mails(house) == [] and house.states() == {"suppressed": 1}


def test_backfill_tells_nobody(house):
    house.alert(is_backfill=1)
    run(house)
    assert mails(house) == [] and house.states() == {}


def test_each_reader_gets_what_the_subscription_asks_for(house):
    house.configured(
        people=(
            person("all", "en"),
            person("blocking", "en", subscriptions=(Subscription(categories=("blocking",)),)),
            person("ru_only", "en", subscriptions=(Subscription(countries=("ru",)),)),
            person("grave", "en", subscriptions=(Subscription(min_severity=5),)),
            person("sure", "en", subscriptions=(Subscription(min_confidence=0.9),)),
            person("vlast", "en", subscriptions=(Subscription(outlets=("kz_vlast",)),)),
            person("nothing", "en", subscriptions=(Subscription(rate="off"),)),
        )
    )
    house.alert(category="blocking", severity=5, confidence=0.6)
    house.alert(country="RU", outlet_id="kz_vlast", severity=3)
    run(house)
    told = [
        (row["audience"], row["alert_id"]) for row in house.db.query("select audience, alert_id from outbox order by audience, alert_id")
    ]
    assert told == [
        ("all", "alert1"), ("all", "alert2"), ("blocking", "alert1"), ("grave", "alert1"), ("ru_only", "alert2"), ("sure", "alert2"), ("vlast", "alert2"),
    ]  # fmt: skip
