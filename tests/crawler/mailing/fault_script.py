"""Random weather for the outbox: refusals, greylisting, lost answers, a hanging server, crashes before and after the send."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.config import Config
from crawler.mailing.dispatch import send_due
from crawler.mailing.gather import write_mails
from db.connection import connect
from db.queries.delivery import recover, untold_alerts
from db.vocabulary import OutboxState
from pipelines.channels.letter import Letter, Receipt
from pipelines.notify import queue_alerts

MOODS = (
    "ok",
    "ok",
    "ok",
    "refuse_person",
    "greylist",
    "busy",
    "no_server",
    "bad_certificate",
    "drop_before",
    "drop_after",
    "hang",
    "kill_before",
    "kill_after",
)
LOST_ANSWER = {"drop_after", "kill_after"}


class Killed(BaseException):
    """kill -9: no handler of the program sees it."""


@dataclass
class Post:
    """What the recipients hold, and what the weather did to each try."""

    random: random.Random
    inboxes: dict[str, list[Letter]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    lost: Counter[str] = field(default_factory=Counter)
    moods: Counter[str] = field(default_factory=Counter)
    n_storms: int = 30

    def open(self, name: str, config: Config) -> "Post":
        return self

    def close(self) -> None:
        """Nothing is held."""

    def send(self, letter: Letter, address: str) -> Receipt:
        mood = self.random.choice(MOODS) if self.n_storms > 0 else "ok"
        self.n_storms -= 1
        self.moods[mood] += 1
        if mood == "kill_before":
            raise Killed
        if mood in {"no_server", "bad_certificate"}:
            return Receipt(state=OutboxState.DEFERRED, response=mood, is_ours=True)
        if mood == "refuse_person" or address in self.refused:
            self.refused.add(address)
            return Receipt(state=OutboxState.REFUSED, code=550, response="no such person")
        if mood in {"greylist", "busy", "drop_before", "hang"}:
            return Receipt(state=OutboxState.DEFERRED, code=451, response=mood)
        self.inboxes.setdefault(address, []).append(letter)
        self.lost[letter.message_id] += mood in LOST_ANSWER
        if mood == "kill_after":
            raise Killed
        return (
            Receipt(state=OutboxState.SENT, code=250, response="queued")
            if mood == "ok"
            else Receipt(state=OutboxState.DEFERRED, response="answer lost")
        )


def play(house, seed: int) -> Post:
    """One sequence: some alerts now, some later, runs until nothing waits. Each run may be killed at any send."""
    dice = random.Random(seed)
    post = Post(random=dice)
    for _ in range(dice.randint(1, 4)):
        house.alert(thread_key=f"case{dice.randint(1, 3)}", severity=dice.randint(3, 5))
    for turn in range(400):
        if turn == 2 and dice.random() < 0.5:
            house.alert(thread_key=f"case{dice.randint(1, 3)}")
        run_once(house, post)
        if turn > 2 and not {"pending", "sending", "deferred"} & house.states().keys():
            return post
        house.clock.at += timedelta(minutes=dice.randint(5, 400))
    raise AssertionError(f"seed {seed}: something waits for ever: {house.states()}")


def run_once(house, post: Post) -> None:
    """What `scrapy notify` does, with the post in place of a server; a kill leaves the database as it is."""
    try:
        now = house.clock.at
        recover(house.db, now)
        queue_alerts(house.db, house.config, untold_alerts(house.db, now - timedelta(days=3)))
        write_mails(house.db, house.config, now)
        send_due(house.db, house.config, now, 500, post.open)
    except Killed:
        house.db.conn.close()
        house.db = connect(house.config.database_path)


@dataclass
class Verdict:
    """What one sequence proved; every number but arrivals, refusals and excused doubles must be nought."""

    n_pairs: int = 0
    n_arrived: int = 0
    n_refused: int = 0
    n_lost: int = 0
    n_false_sent: int = 0
    n_doubles_excused: int = 0
    n_doubles_unexcused: int = 0
    n_doubles_other_text: int = 0


def judge(house, post: Post) -> Verdict:
    """Hold the outbox against the inboxes: each alert and reader, each Message-ID."""
    verdict = Verdict()
    rows = list(
        house.db.query(
            "select o.*, coalesce(c.message_id, o.message_id) as mail_id from outbox o left join outbox c on c.id = o.carrier_id"
        )
    )
    for row in rows:
        if row["alert_id"] is None:
            continue
        verdict.n_pairs += 1
        got = [letter for letter in post.inboxes.get(f"{row['audience']}@example.org", []) if letter.message_id == row["mail_id"]]
        verdict.n_arrived += bool(got)
        verdict.n_refused += row["state"] == "refused"
        verdict.n_lost += not got and row["state"] != "refused"
        verdict.n_false_sent += row["state"] == "sent" and not got
    for inbox in post.inboxes.values():
        for message_id, n in Counter(letter.message_id for letter in inbox).items():
            extra = n - 1
            excused = min(extra, post.lost[message_id])
            verdict.n_doubles_excused += excused
            verdict.n_doubles_unexcused += extra - excused
            verdict.n_doubles_other_text += len({(letter.subject, letter.text) for letter in inbox if letter.message_id == message_id}) > 1
    return verdict
