"""Links in mails: nothing changes by opening, one press acts once, a reader's end of a subscription holds."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from datasette.app import Datasette

from crawler.config import ConfigError, Subscription
from crawler.mailing.buttons import MOST_SUBSCRIPTIONS
from crawler.mailing.channels import check_mail_settings
from crawler.mailing.run import notify
from crawler.mailing.subscribing import SubscribingError, listing, turn
from db.backup import make_backup, restore_backup
from db.connection import connect
from db.private import PRIVATE_FILE, ended
from db.queries.delivery import untold_alerts
from db.serve import HOME, make_app
from db.tickets import KEY_FILE, MAX_TICKET_CHARS, Ticket, TicketError, TicketExpiredError, read, sign, ticket_key
from pipelines.notify import queue_alerts, readers, subscription_id
from tests.crawler.mailing.conftest import House, person

PUBLIC = "https://monitor.example.org"
KEY = "k" * 64


@pytest.fixture
def public(house: House) -> House:
    house.clock.at = datetime.now(UTC).replace(microsecond=0)
    house.configured(public_url=PUBLIC, people=(person("anna", "ru"), person("bolat", "kk"), person("carol", "en")))
    return house


@pytest.fixture
async def site(public: House):
    app = make_app(public.config.database_path)
    await app.invoke_startup()
    yield app
    app.executor.shutdown()


def mails(house: House) -> dict[str, list[email.message.EmailMessage]]:
    """Mails in the folder by audience."""
    found: dict[str, list[email.message.EmailMessage]] = {}
    for file in sorted((house.config.maildir_path / "new").iterdir()):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found.setdefault(str(mail["To"]).partition("@")[0], []).append(mail)
    return found


def links(mail) -> list[str]:
    """Paths of the buttons in the text part: confirm, dismiss."""
    return [each.removeprefix(PUBLIC) for each in re.findall(rf"{PUBLIC}/-/mail/\S+", mail.get_body(("plain",)).get_content())]


def unsubscribe_path(mail) -> str:
    return re.search(r"<(https://[^>]+)>", mail["List-Unsubscribe"])[1].removeprefix(PUBLIC)


def alert_row(house: House) -> dict:
    return next(iter(house.db.query("select status, updated_at from alert")))


def audits(house: House) -> list[dict]:
    return list(house.db.query("select actor, operation, before_json, after_json, via from audit order by id"))


async def test_opening_changes_nothing_and_pressing_acts_once(public: House, site: Datasette) -> None:
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    confirm, dismiss = links(mails(public)["anna"][0])
    before = alert_row(public)
    for path in (confirm, dismiss, confirm):
        opened = await site.client.get(path)
        assert opened.status_code == 200 and '<form method="post">' in opened.text and 'lang="ru"' in opened.text
        assert "<script" not in opened.text and "script-src" not in opened.headers["content-security-policy"]
        assert opened.headers["cache-control"] == "no-store" and opened.headers["referrer-policy"] == "no-referrer"
        assert (await site.client.head(path)).status_code == 200
    assert alert_row(public) == before and audits(public) == []
    pressed = await site.client.post(confirm)
    assert pressed.status_code == 200 and "Подтверждено" in pressed.text and "<form" not in pressed.text
    assert alert_row(public)["status"] == "confirmed"
    (row,) = audits(public)
    assert (row["actor"], row["via"], row["before_json"]) == ("anna", "mail", '{"status":"open"}')
    again = await site.client.post(confirm)
    assert again.status_code == 409 and "уже использована" in again.text
    assert len(audits(public)) == 1
    assert (await site.client.post(dismiss)).status_code == 200 and alert_row(public)["status"] == "dismissed"


async def test_a_mail_does_not_overwrite_what_a_colleague_decided(public: House, site: Datasette) -> None:
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    confirm, dismiss = links(mails(public)["anna"][0])
    assert (await site.client.post(links(mails(public)["carol"][0])[1])).status_code == 200
    decided = alert_row(public)
    for path in (confirm, dismiss):
        late = await site.client.post(path)
        assert late.status_code == 409 and "Коллега уже принял решение" in late.text and "<form" not in late.text
    assert alert_row(public) == decided and decided["status"] == "dismissed"
    assert [row["actor"] for row in audits(public)] == ["carol"]


@pytest.mark.parametrize(("audience", "words"), [("anna", "Отклонить"), ("bolat", "Қабылдамау"), ("carol", "Dismiss")])
async def test_each_reader_is_asked_in_their_language(public: House, site: Datasette, audience: str, words: str) -> None:
    public.alert(title="<script>alert(1)</script>\u202e")
    notify(public.config, limit=100, force_digest=False)
    page = (await site.client.get(links(mails(public)[audience][0])[1])).text
    assert words in page and "<script" not in page and "&lt;script&gt;" in page


async def test_wrong_expired_and_pointless_tickets_say_so_and_change_nothing(public: House, site: Datasette) -> None:
    alert_id = public.alert()
    key, now = ticket_key(public.folder), datetime.now(UTC)

    def path(until: datetime, subject: str = alert_id, signing: str = key) -> str:
        ticket = Ticket(purpose="confirm", audience="anna", subjects=(subject,), language="kk", expires_at=until)
        return f"/-/mail/{sign(signing, ticket)}"

    late = now + timedelta(days=1)
    for address, status, words in (
        (path(now - timedelta(seconds=2)), 410, "мерзімі өтіп кеткен"),
        (path(late, signing=KEY), 404, "not valid"),
        (path(late)[:-1], 404, "not valid"),
        ("/-/mail/" + "a" * 5000, 404, "not valid"),
    ):
        for answer in (await site.client.get(address), await site.client.post(address)):
            assert answer.status_code == status and words in answer.text and "<form" not in answer.text
    assert (await site.client.post(path(late, subject="nothing"))).status_code == 410
    assert (await site.client.put(path(late))).status_code == 405
    public.db.execute("update alert set status = 'expired'")
    assert (await site.client.post(path(late))).status_code == 410
    assert alert_row(public)["status"] == "expired" and audits(public) == []


@pytest.mark.parametrize(("days", "lasts", "status"), [(20, 14, 410), (-20, -6, 200), (20, 21, 200), (-20, -21, 410)])
async def test_links_end_by_the_time_of_the_house(public: House, days: int, lasts: int, status: int) -> None:
    alert_id = public.alert()
    until = datetime.now(UTC) + timedelta(days=lasts)
    ticket = Ticket(purpose="confirm", audience="anna", subjects=(alert_id,), language="en", expires_at=until)
    app = make_app(public.config.database_path, clock_offset_s=days * 86400.0)
    await app.invoke_startup()
    try:
        answer = await app.client.post(f"/-/mail/{sign(ticket_key(public.folder), ticket)}")
    finally:
        app.executor.shutdown()
    assert answer.status_code == status and alert_row(public)["status"] == ("confirmed" if status == 200 else "open")


async def test_one_click_ends_one_subscription_and_a_command_resumes_it(public: House, site: Datasette) -> None:
    wishes = (Subscription(categories=("defamation_civil",)), Subscription(categories=("blocking",)))
    public.configured(public_url=PUBLIC, people=(person("anna", "en", subscriptions=wishes),))
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    (mail,) = mails(public)["anna"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and "mailto:" in mail["List-Unsubscribe"]
    path = unsubscribe_path(mail)
    assert (await site.client.get(path)).status_code == 200 and ended(public.folder) == frozenset()
    for _ in range(2):
        answer = await site.client.post(path, data={"List-Unsubscribe": "One-Click"}, headers={"cookie": "a=b"})
        assert answer.status_code == 200 and "Unsubscribed" in answer.text
    civil, blocking = (subscription_id("anna", wish) for wish in wishes)
    assert ended(public.folder) == {civil}
    assert [each.categories for each in readers(public.config)[0].subscriptions] == [("blocking",)]
    public.alert()
    public.alert(category="blocking", kind="blocking")
    notify(public.config, limit=100, force_digest=False)
    assert len(mails(public)["anna"]) == 2, "the other subscription goes on"
    assert [": ended;" in line for line in listing(public.config)] == [True, False]
    assert "sends again" in turn(public.config, civil, is_on=True) and ended(public.folder) == frozenset()
    assert "is ended" in turn(public.config, blocking, is_on=False) and ended(public.folder) == {blocking}
    with pytest.raises(SubscribingError, match="no subscription has this id"):
        turn(public.config, "nothing", is_on=True)


async def test_a_mail_that_waits_is_not_sent_after_its_subscription_ended(public: House) -> None:
    public.configured(public_url=PUBLIC, people=(person("anna", "en"),), smtp_host="127.0.0.1", smtp_port=9, smtp_security="none")
    public.alert()
    assert notify(public.config, limit=10, force_digest=False)[1] is False, "the server is away, the mail waits"
    turn(public.config, subscription_id("anna", Subscription()), is_on=False)
    public.clock.at += timedelta(hours=1)
    public.configured(public_url=PUBLIC, people=(person("anna", "en"),))
    notify(public.config, limit=10, force_digest=False)
    assert public.states() == {"suppressed": 1} and not (public.config.maildir_path / "new").exists()


def test_an_alert_that_waits_for_the_morning_is_not_written_after_its_subscription_ended(public: House) -> None:
    public.configured(public_url=PUBLIC, people=(person("anna", "en"), person("bolat", "kk")))
    public.alert()
    queue_alerts(public.db, public.config, untold_alerts(public.db, public.clock.at - timedelta(days=1)))
    turn(public.config, subscription_id("anna", Subscription()), is_on=False)
    notify(public.config, limit=10, force_digest=False)
    assert public.states() == {"sent": 1, "suppressed": 1} and list(mails(public)) == ["bolat"]


def test_the_served_outbox_and_the_links_hold_no_ticket_and_no_address(public: House) -> None:
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    stored = "".join(row["payload_json"] for row in public.db.query("select payload_json from outbox"))
    for audience, (mail,) in mails(public).items():
        for path in (*links(mail), unsubscribe_path(mail)):
            word = path.removeprefix("/-/mail/")
            assert word not in stored and "example.org" not in word and f"{audience}@" not in word
            ticket = read(ticket_key(public.folder), word, public.clock.at)
            assert "@" not in repr(ticket)
    assert (public.folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    turn(public.config, subscription_id("anna", Subscription()), is_on=False)
    assert (public.folder / PRIVATE_FILE).stat().st_mode & 0o077 == 0


def test_a_headline_cannot_ask_for_a_ticket_of_another_alert(public: House) -> None:
    public.configured(public_url=PUBLIC, people=(person("anna", "en"),))
    public.alert(title=f"See {PUBLIC}/-/mail/mfm-ticket-confirm-alert9 now")
    notify(public.config, limit=100, force_digest=False)
    (mail,) = mails(public)["anna"]
    assert "mfm-ticket-confirm-alert9" in mail.get_body(("html",)).get_content()
    assert len({path for path in links(mail) if "mfm-ticket" not in path}) == 2


def test_without_a_public_address_there_are_no_buttons(house: House) -> None:
    house.alert()
    notify(house.config, limit=100, force_digest=False)
    for (mail,) in mails(house).values():
        assert "/-/mail/" not in mail.as_string() and "List-Unsubscribe-Post" not in mail
    assert not (house.folder / KEY_FILE).exists()


def test_a_long_link_stays_one_word_in_its_header(public: House) -> None:
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    for file in (public.config.maildir_path / "new").iterdir():
        raw = file.read_bytes()
        assert re.search(rb"^List-Unsubscribe: <https://monitor\.example\.org/-/mail/[\w.-]+>,\r?\n <mailto:", raw, re.MULTILINE)
        assert max(len(line) for line in raw.splitlines()) < 998


async def test_a_restored_house_keeps_decisions_and_ends_and_opens_the_buttons_of_old_mails(public: House, site: Datasette) -> None:
    public.alert()
    notify(public.config, limit=100, force_digest=False)
    mail, other = mails(public)["anna"][0], mails(public)["carol"][0]
    confirm, dismiss = links(mail)
    assert (await site.client.post(confirm)).status_code == 200
    assert (await site.client.post(unsubscribe_path(other))).status_code == 200
    ids = ended(public.folder)
    backup = make_backup(public.folder, public.folder / "backups", public.clock.at)
    fresh = public.folder / "fresh"
    restore_backup(backup.path, fresh)
    for folder in (backup.path, fresh):
        assert {(folder / name).stat().st_mode & 0o777 for name in (PRIVATE_FILE, KEY_FILE)} == {0o600}
    assert ids and ended(fresh) == ids
    app = make_app(fresh / "mfm.db")
    await app.invoke_startup()
    try:
        assert (await app.client.post(confirm)).status_code == 409
        assert (await app.client.post(dismiss)).status_code == 200
    finally:
        app.executor.shutdown()
    restored = connect(fresh / "mfm.db")
    assert [row["actor"] for row in restored.query("select actor from audit order by id")] == ["anna", "anna"]
    assert next(iter(restored.query("select status from alert")))["status"] == "dismissed"
    restored.close()


@pytest.mark.parametrize(
    "url", ["http://monitor.example.org", "https://u@h.example", "https://h.example/?a=1", "https://h.example/ x", "ftp://h"]
)
def test_an_address_that_is_not_safe_is_refused_at_the_start(house: House, url: str) -> None:
    with pytest.raises(ConfigError, match="public_url"):
        check_mail_settings(house.configured(public_url=url))


@pytest.mark.parametrize(
    ("address", "written"), [("", "monitor@localhost.localdomain"), ("people+end%1@example.org", "people%2Bend%251@example.org")]
)
def test_requests_by_mail_go_to_their_own_address(house: House, address: str, written: str) -> None:
    house.configured(unsubscribe_address=address)
    house.alert()
    notify(house.config, limit=10, force_digest=False)
    for (mail,) in mails(house).values():
        assert mail["List-Unsubscribe"] == f"<mailto:{written}?subject=unsubscribe>"
        assert mail.get("Reply-To", "") == address and str(mail["From"]).endswith("monitor@localhost.localdomain>")


@pytest.mark.parametrize("address", ["people", "a@example.org, b@example.org", "a@example.org>\r\nBcc: <b@example.org"])
def test_an_address_for_requests_that_is_none_is_refused_at_the_start(house: House, address: str) -> None:
    with pytest.raises(ConfigError, match="unsubscribe_address"):
        check_mail_settings(house.configured(unsubscribe_address=address))


def test_tickets_are_stable_short_and_bound_to_their_words() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    ids = tuple(f"{n:024x}" for n in range(MOST_SUBSCRIPTIONS))
    ticket = Ticket(purpose="unsubscribe", audience="a" * 30, subjects=ids, language="kk", expires_at=now + timedelta(days=1))
    word = sign(KEY, ticket)
    assert word == sign(KEY, ticket) and read(KEY, word, now) == ticket and len(word) <= MAX_TICKET_CHARS
    with pytest.raises(TicketExpiredError):
        read(KEY, word, now + timedelta(days=1))
    for wrong in ("", ".", word[1:], word + "a", "0" + word, word.swapcase()):
        with pytest.raises(TicketError):
            read(KEY, wrong, now)


def test_the_pages_have_the_same_words_in_each_language() -> None:
    words = yaml.safe_load((HOME / "mail_pages.yaml").read_text(encoding="utf-8"))
    assert set(words) == {"en", "ru", "kk"}
    shapes = {language: {key: sorted(entry) for key, entry in entries.items()} for language, entries in words.items()}
    assert shapes["en"] == shapes["ru"] == shapes["kk"]
