"""The watcher of the watcher: told at once, again with growing gaps, and when it is mended."""

from datetime import timedelta

from db.queries.times import iso
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails, run


def watchdogs(house) -> list[str]:
    return [
        " ".join(mail.get_body(("plain",)).get_content().split())
        for mail in mails(house)
        if mail["Subject"].startswith("The monitor itself")
    ]


def issue(house, **changes: object) -> None:
    at = iso(house.clock.at)
    row = {
        "id": "i1",
        "source_id": "kz_orda",
        "kind": "layout",
        "message": "selector found nothing",
        "first_seen_at": at,
        "last_seen_at": at,
    } | changes
    house.db.table("issue").insert(row)


def test_an_issue_is_told_with_growing_gaps_and_then_as_mended(house):
    house.configured(people=(person("anna", "en", is_maintainer=True), person("bolat", "en")))
    issue(house)
    days = []
    for day in range(30):
        before = len(watchdogs(house))
        run(house)
        run(house)
        if len(watchdogs(house)) > before:
            days.append(day)
        house.clock.at += timedelta(days=1)
    assert days == [0, 1, 2, 4, 8, 15, 22, 29]
    house.db.execute("update issue set fixed_at = ?", (iso(house.clock.at),))
    run(house)
    run(house)
    told = watchdogs(house)
    assert len(told) == len(days) + 1
    assert sum("To be mended" not in text and "Mended" in text for text in told) == 1
    assert {mail["To"] for mail in mails(house)} == {"anna@example.org"}


def test_the_weather_of_the_web_is_told_only_when_it_lasts(house):
    house.configured(people=(person("anna", "en", is_maintainer=True),))
    issue(house, kind="network", n_seen=2)
    issue(house, id="i2", kind="bad_row")
    run(house)
    assert watchdogs(house) == []
    house.db.execute("update issue set n_seen = 3 where id = 'i1'")
    run(house)
    assert len(watchdogs(house)) == 1


def test_a_wrong_clock_and_a_sleeping_monitor_are_told(house):
    house.configured(people=(person("anna", "en", is_maintainer=True),))
    house.db.execute(
        "insert into crawl_run (id, source_id, spider, started_at, state) values ('r', 'kz_orda', 'feed', ?, 'ok')", (iso(house.clock.at),)
    )
    house.clock.at -= timedelta(hours=5)
    run(house)
    assert "clock" in watchdogs(house)[0] and "the archive holds" in watchdogs(house)[0]
    house.clock.at += timedelta(days=3)
    run(house)
    assert "no source has been read since" in watchdogs(house)[1] and "Mended" in watchdogs(house)[1]


def test_a_full_disk_and_a_stuck_outbox_are_told(house):
    house.configured(people=(person("anna", "en", is_maintainer=True), person("bolat", "en")), reserve_bytes=2**62)
    house.alert()
    run(house)
    assert "disk" in watchdogs(house)[0]
    house.db.execute(
        "update outbox set state = 'deferred', next_attempt_at = '2027-01-01T00:00:00Z', last_error = 'login refused' where audience = 'bolat'"
    )
    house.clock.at += timedelta(hours=8)
    run(house)
    assert "1 mails have waited" in watchdogs(house)[1] and "login refused" in watchdogs(house)[1]
