"""The watcher of the watcher: told at once, again with growing gaps, and when it is mended."""

import ssl
from datetime import UTC, datetime, timedelta

import trustme

from crawler.mailing.run import notify
from db.queries.times import iso
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails, run
from tests.mail_server import PASSWORD, USER, MailServer


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


def look(house, verdict: str, n: int) -> None:
    house.db.table("verdict").insert({
        "id": f"v{n}", "source_id": "kz_orda", "outlet_id": "kz_orda", "url": "https://orda.kz/", "batch_id": f"b{n}", "vantage": "almaty",
        "verdict": verdict, "rule_id": "R0", "rules_version": "1", "judged_at": iso(house.clock.at),
    })  # fmt: skip


def test_a_lost_vantage_is_told_and_one_bad_look_is_not(house):
    house.configured(people=(person("anna", "en", is_maintainer=True),), vantages=({"id": "almaty"},))
    run(house)
    assert watchdogs(house) == [], "one that never looked is not lost"
    look(house, "ok", 1)
    look(house, "vantage-offline", 2)
    run(house)
    assert watchdogs(house) == []
    house.clock.at += timedelta(days=2)
    run(house)
    assert "vantage almaty has not looked since" in watchdogs(house)[0]
    look(house, "vantage-offline", 3)
    look(house, "vantage-offline", 4)
    house.clock.at += timedelta(hours=20)
    house.db.execute("update issue set notified_at = null where kind = 'vantage'")
    run(house)
    assert "vantage almaty was offline in all 2 looks" in watchdogs(house)[1]
    look(house, "ok", 5)
    house.clock.at += timedelta(hours=1)
    run(house)
    assert "Mended" in watchdogs(house)[2]


def test_a_certificate_that_ends_soon_and_a_wrong_password_are_told(house, tmp_path):
    house.clock.at = datetime.now(UTC).replace(microsecond=0)
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=house.clock.at + timedelta(days=5)).configure_cert(tls)

    def settings(port: int, password: str) -> dict[str, object]:
        return {
            "people": (person("anna", "en", is_maintainer=True),), "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_username": USER,
            "smtp_password": password, "trust_bundle": bundle,
        }  # fmt: skip

    house.alert()
    with MailServer(tls=tls) as server:
        house.configured(**settings(server.port, PASSWORD))
        run(house)
        house.clock.at += timedelta(minutes=1)
        run(house)
        assert "the certificate of the mail server ends on" in server.mails[-1].get_body(("plain",)).get_content().replace("\r\n", " ")
        house.alert()
        house.configured(**settings(server.port, "expired password"))
        _, is_fine = notify(house.config, limit=10, force_digest=False)
        assert not is_fine
        (row,) = house.db.query("select message from issue where kind = 'outbox' and message like 'email: %' and fixed_at is null")
        assert "535" in row["message"] or "uthentication" in row["message"]
        assert "expired password" not in row["message"]
