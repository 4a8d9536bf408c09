"""Saved queries: new rows once, the first run is the baseline, a broken one is told and never silent, nothing can be written."""

from datetime import timedelta

import pytest

from crawler.config import Config, ConfigError, Subscription, load_config
from db.queries.saved import SavedQueryError, run_query
from tests.crawler.mailing.conftest import person
from tests.crawler.mailing.test_run import mails, run

SQL = "select id, title, severity from alert where severity = 5"


def asked(house, **changes: object) -> Config:
    values = {"name": "critical ones", "query": SQL, "rate": "at_once"} | changes
    return house.configured(people=(person("anna", "en", is_maintainer=True, subscriptions=(Subscription.model_validate(values),)),))


def test_new_rows_are_mailed_once_and_the_first_run_is_the_baseline(house):
    asked(house)
    house.alert(severity=5, title="old")
    run(house)
    assert mails(house) == []
    house.alert(severity=5, title="new one")
    house.alert(severity=4, title="not asked for")
    for _ in range(3):
        house.clock.at += timedelta(minutes=10)
        run(house)
    (mail,) = mails(house)
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "critical ones: 1 new row"
    assert "new one" in text and "old" not in text and "not asked for" not in text


def test_a_daily_query_waits_for_its_hour(house):
    asked(house, rate="daily")
    run(house)
    house.alert(severity=5)
    house.clock.at += timedelta(hours=10)
    run(house)
    assert mails(house) == []
    house.clock.at += timedelta(hours=12)
    run(house)
    assert len(mails(house)) == 1


def test_a_broken_query_is_told_to_its_owner_once_and_to_maintainers(house):
    asked(house, query="select id from alrt")
    for _ in range(3):
        run(house)
        house.clock.at += timedelta(minutes=10)
    subjects = sorted(mail["Subject"] for mail in mails(house))
    assert subjects == ["The monitor itself: 1 problem", "critical ones: your saved query is broken"]
    asked(house)
    run(house)
    house.clock.at += timedelta(minutes=10)
    assert [row["fixed_at"] is not None for row in house.db.query("select fixed_at from issue")] == [True]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("delete from alert", "fails"),
        ("select 1 as id; delete from alert", "fails"),
        ("select title from alert", "no column 'id'"),
        ("with recursive n(id) as (select 1 union all select id + 1 from n) select id from n", "more than"),
        ("with recursive n(id) as (select 1 union all select id + 1 from n) select max(id) as id from n", "fails"),
        ("attach database '/tmp/x.db' as x", "fails"),
        ("pragma journal_mode = delete", "fails"),
        ("create temp table x (id)", "fails"),
        ("", "no column"),
    ],
)
def test_a_query_can_only_read_and_only_for_a_while(house, sql, words, monkeypatch):
    monkeypatch.setattr("db.queries.saved.TIME_LIMIT_S", 0.2)
    house.alert()
    with pytest.raises(SavedQueryError, match=words):
        run_query(house.config.database_path, sql, "id")
    assert len(list(house.db.query("select 1 from alert"))) == 1


def test_a_query_without_a_name_is_a_wrong_setting(tmp_path):
    file = tmp_path / "mfm.toml"
    file.write_text('[[people]]\naudience = "a"\naddress = "a@b.org"\n[[people.subscriptions]]\nquery = "select 1"\n')
    with pytest.raises(ConfigError, match="people.0.subscriptions.0: .*name and query"):
        load_config(file)


def test_a_query_may_search_the_text_index(house):
    house.alert()
    rows = run_query(
        house.config.database_path,
        "select a.id from article_fts f join article a on a.rowid = f.rowid where article_fts match 'иск*'",
        "id",
    )
    assert [row.key for row in rows] == ["article1"]
