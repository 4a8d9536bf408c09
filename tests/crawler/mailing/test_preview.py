"""The dry run: counts and samples of what each subscription would have brought; nothing is written or sent."""

from datetime import timedelta

from crawler.config import Subscription
from crawler.mailing.preview import lines_of, preview
from crawler.mailing.run import dry_run, notify
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails


def test_the_counts_are_those_of_the_mails_that_would_have_gone(house):
    one = Subscription(categories=("defamation_civil",))
    house.configured(people=(person("anna", "en", subscriptions=(one, Subscription(rate="daily"))),))
    for n in range(30):
        house.alert(category="blocking" if n % 3 == 0 else "defamation_civil", thread_key=f"case{n % 4}")
        if n == 20:
            for _ in range(8):
                house.alert()
        notify(house.config, limit=500, force_digest=False)
        house.clock.at += timedelta(days=1, minutes=7)
    (at_once, daily) = preview(house.db, house.config, house.clock.at, 90)
    n_sent = len([mail for mail in mails(house) if "digest" not in mail["Subject"]])
    assert at_once.n_mails == n_sent and at_once.n_alerts == 28
    assert daily.n_alerts == 38 and daily.n_mails == 90
    assert len(at_once.samples) == 3


def test_nothing_is_written_or_sent(house):
    house.configured(
        people=(person("anna", "en", subscriptions=(Subscription(), Subscription(name="q", query="select 1 as id", rate="daily"))),)
    )
    house.alert(title="Sample title")
    before = list(house.db.conn.iterdump())
    lines, is_fine = dry_run(house.config, days=90)
    assert is_fine and list(house.db.conn.iterdump()) == before and not house.config.maildir_path.exists()
    assert lines[0] == "would queue alert 1 for anna over email"
    assert "anna, at_once over email: 1 mails with 1 items in 90 days" in lines and any("Sample title" in line for line in lines)
    assert any("saved query" in line for line in lines)


def test_a_broken_query_is_said(house):
    house.configured(people=(person("anna", "en", subscriptions=(Subscription(name="q", query="select x", rate="daily"),)),))
    assert any("broken" in line for line in lines_of(preview(house.db, house.config, house.clock.at, 90), 90))
    assert dry_run(house.config, days=90)[1] is False
