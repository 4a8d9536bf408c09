"""Crash, refusal, greylisting, lost answers: every alert arrives or is recorded as refused, and is never falsely sent."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

import pytest

from crawler.mailing.dispatch import MOST_TRIES, send_due, wait_after
from crawler.mailing.gather import write_mails
from db.queries.delivery import claim, due, recover, untold_alerts
from db.vocabulary import OutboxState
from pipelines.channels.letter import Receipt
from pipelines.notify import queue_alerts
from tests.crawler.mailing.conftest import House
from tests.crawler.mailing.fault_script import judge, play


def test_random_weather_loses_nothing_and_doubles_only_where_the_answer_was_lost(tmp_path):
    totals: Counter[str] = Counter()
    for seed in range(30):
        house = House(tmp_path / str(seed))
        post = play(house, seed)
        verdict = judge(house, post)
        house.db.close()
        assert verdict.n_lost == verdict.n_false_sent == verdict.n_doubles_unexcused == verdict.n_doubles_other_text == 0, (seed, verdict)
        totals.update(asdict(verdict))
    assert totals["n_arrived"] > 50 and totals["n_refused"] > 5 and totals["n_doubles_excused"] > 5


class Always:
    """A channel that always gives the same receipt and counts."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.n = 0

    def open(self, name, config):
        return self

    def send(self, letter, address):
        self.n += 1
        return self.receipt

    def close(self):
        pass


def prepare(house) -> None:
    queue_alerts(house.db, house.config, untold_alerts(house.db, house.clock.at - timedelta(days=1)))
    write_mails(house.db, house.config, house.clock.at)


def test_a_mail_that_is_put_off_too_often_dies_and_is_an_issue(house):
    house.configured(people=house.config.people[:1])
    house.alert()
    prepare(house)
    way = Always(Receipt(state=OutboxState.DEFERRED, code=450, response="greylisted"))
    for _ in range(MOST_TRIES + 5):
        send_due(house.db, house.config, house.clock.at, 10, way.open)
        house.clock.at += timedelta(hours=7)
    assert way.n == MOST_TRIES
    assert house.states() == {"dead": 1}
    (issue,) = house.db.query("select kind, message from issue")
    assert issue["kind"] == "outbox" and "greylisted" in issue["message"] and "@" not in issue["message"]
    assert [row["n"] for row in house.db.query("select count(*) as n from delivery")] == [MOST_TRIES]


def test_a_fault_of_our_own_stops_the_run_and_never_kills_a_mail(house):
    house.alert()
    prepare(house)
    way = Always(Receipt(state=OutboxState.DEFERRED, code=535, response="login refused", is_ours=True))
    for n in range(60):
        tally = send_due(house.db, house.config, house.clock.at, 10, way.open)
        assert tally.trouble == "login refused" and way.n == n + 1
        house.clock.at += timedelta(hours=7)
    assert house.states().keys() <= {"deferred", "pending"}
    good = Always(Receipt(state=OutboxState.SENT, code=250))
    send_due(house.db, house.config, house.clock.at, 10, good.open)
    assert house.states() == {"sent": 2}
    assert [row["fixed_at"] is not None for row in house.db.query("select fixed_at from issue")] == [True]


def test_a_fault_in_the_program_at_one_mail_does_not_stop_the_others(house):
    house.alert()
    prepare(house)

    class Breaks(Always):
        def send(self, letter, address):
            if address.startswith("anna"):
                raise RuntimeError("broken")
            return super().send(letter, address)

    tally = send_due(house.db, house.config, house.clock.at, 10, Breaks(Receipt(state=OutboxState.SENT)).open)
    assert tally.counts == {"deferred": 1, "sent": 1}


def test_nobody_claims_what_another_has(house):
    house.alert()
    prepare(house)
    first, _ = due(house.db, house.clock.at, 10)
    taken = claim(house.db, first)
    assert taken is not None and taken.attempts == 1
    assert claim(house.db, first) is None
    assert recover(house.db, house.clock.at) == 1
    again = claim(house.db, first)
    assert again is not None and (again.attempts, again.message_id) == (2, taken.message_id)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 360), (20, 360)])
def test_the_wait_doubles_up_to_six_hours(attempts, minutes):
    assert wait_after(attempts) == timedelta(minutes=minutes)
