"""The story corpus, day by day, to five readers with different wishes: exactly the mails of the reviewed list, a case a thread.

The alerts are those that the corpus expects, so that this test is about mail alone. Without `../shared/corpus` the reviewed list
is still held against its own rules.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from crawler.config import Subscription
from crawler.mailing.run import notify
from tests.crawler.mailing.conftest import House, person
from tests.crawler.mailing.test_run import mails

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "stories.jsonl"
REVIEWED = ROOT / "tests" / "fixtures" / "mails" / "stories.expected.json"
DEFAMATION = ("defamation_civil", "defamation_criminal", "defamation_administrative")
READERS = (
    person("duty", "ru"),
    person("blocking", "kk", subscriptions=(Subscription(categories=("blocking", "suspension_or_ban")),)),
    person("lawyer", "en", subscriptions=(Subscription(categories=DEFAMATION), Subscription(rate="weekly", kinds=("at_once", "digest")))),
    person("night", "ru", quiet_from=18, quiet_until=9),
    person("board", "en", subscriptions=(Subscription(rate="weekly", kinds=("at_once", "digest", "record")),)),
)


def alerts_of_the_corpus() -> list[dict[str, object]]:
    """The alerts that the corpus expects, in the order of their articles, with the case each belongs to."""
    found = []
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        story = json.loads(line)
        articles = {article["id"]: article for article in story["articles"]}
        for alert in story["expected"]["alerts"]:
            case = next(n for n, case in enumerate(story["expected"]["cases"]) if alert["article_id"] in case["article_ids"])
            targets = story["expected"]["cases"][case]["parties"]["target_names"]
            article = articles[alert["article_id"]]
            at = datetime.fromisoformat(article["published"]).astimezone(UTC)
            found.append(
                alert
                | {
                    "thread_key": f"{story['id']}-{case}",
                    "at": at,
                    "target": targets[0] if targets else "",
                    "text": article["text"],
                    "title": article["title"],
                }
            )
    return sorted(found, key=lambda alert: (alert["at"], alert["article_id"]))


def play(house: House) -> list[dict[str, str]]:
    """Runs at noon and in the evening of Mondays, days with news and days after news; what each reader got, empty digests left out."""
    alerts = alerts_of_the_corpus()
    busy = {alert["at"].date() + timedelta(days=later) for alert in alerts for later in (0, 1)}
    house.configured(people=READERS, max_mails_per_day=30)
    moment = datetime.combine(alerts[0]["at"].date(), time(7), UTC)
    last = alerts[-1]["at"] + timedelta(days=8)
    while moment < last:
        for hour in (7, 16) if moment.date() in busy or moment.weekday() == 0 else ():
            house.clock.at = moment.replace(hour=hour)
            while alerts and alerts[0]["at"] <= house.clock.at:
                put(house, alerts.pop(0))
            if hour == 7:
                house.db.execute(
                    "insert into crawl_run (id, source_id, spider, started_at, state) values (?, 'kz_orda', 'feed', ?, 'ok')",
                    (moment.isoformat(), moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
                )
            notify(house.config, limit=500, force_digest=False)
        moment += timedelta(days=1)
    return [told(house, mail) for mail in mails(house) if "nothing new" not in mail["Subject"]]


def put(house: House, alert: dict[str, object]) -> None:
    house.alert(
        alert_kind=alert["kind"], category=alert["category"], kind=alert["category"], stage=alert["stage"] or "", thread_key=alert["thread_key"],
        outlet_id=None, outlet_name=alert["target"], title=alert["title"], text=alert["text"], quote=str(alert["text"])[:40],
        created_at=alert["at"].strftime("%Y-%m-%dT%H:%M:%SZ"), finding={"opponents_json": "[]", "provisions_json": "[]", "amounts_json": "[]"},
    )  # fmt: skip


def told(house: House, mail) -> dict[str, str]:
    """One line of the list: who, when, which thread, which alerts."""
    rows = house.db.query(
        "select a.thread_key, a.stage from outbox o join alert a on a.id = o.alert_id left join outbox c on c.id = o.carrier_id"
        " where coalesce(c.message_id, o.message_id) = ? order by a.number",
        (str(mail["Message-ID"]),),
    )
    alerts = [f"{row['thread_key']} {row['stage']}" for row in rows]
    return {
        "to": str(mail["To"]).partition("@")[0],
        "on": mail["Date"].datetime.strftime("%Y-%m-%d"),
        "subject": str(mail["Subject"]),
        "alerts": ", ".join(alerts),
    }


def test_each_reader_gets_exactly_the_reviewed_mails(house):
    if CORPUS.exists():
        got = play(house)
        if not REVIEWED.exists():
            REVIEWED.parent.mkdir(parents=True, exist_ok=True)
            REVIEWED.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            raise AssertionError(f"{REVIEWED} was written: read it, then run again")
        assert got == json.loads(REVIEWED.read_text(encoding="utf-8"))
        threads_hold(house)
    each_alert_is_told_once(json.loads(REVIEWED.read_text(encoding="utf-8")))


def threads_hold(house: House) -> None:
    """The mails of a case are one conversation under one subject, those of two cases never."""
    roots: dict[tuple[str, str], set[str]] = defaultdict(set)
    subjects: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in mails(house):
        told_here = told(house, mail)["alerts"]
        if mail["References"]:
            case = (str(mail["To"]), told_here.split()[0])
            roots[case].add(mail["References"].split()[0])
            subjects[case].add(str(mail["Subject"]))
    assert roots and all(len(each) == 1 for each in (*roots.values(), *subjects.values()))
    assert len({next(iter(each)) for each in roots.values()}) == len(roots)


def each_alert_is_told_once(listed: list[dict[str, str]]) -> None:
    told_to: dict[str, list[str]] = defaultdict(list)
    for line in listed:
        told_to[line["to"]] += [each for each in line["alerts"].split(", ") if each]
    assert listed and all(len(each) == len(set(each)) for each in told_to.values())
    assert set(told_to["duty"]) == set(told_to["night"]) >= set(told_to["lawyer"]) | set(told_to["blocking"])
