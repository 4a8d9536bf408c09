"""Any order of arrival gives the same cases, and nothing that staff decided or readers were told is undone by it."""

import random
from datetime import UTC, datetime

import pytest

from db.queries.delivery import NewMessage, add_messages
from db.vocabulary import MessageKind, Stage
from tests.pipelines.linking.desk import Desk, suit


def partition(desk: Desk) -> set[frozenset[str]]:
    """Titles by the case that they are shown in."""
    rows = desk.rows(
        "select coalesce(c.merged_into, c.id), a.title from case_event e join article a on a.id = e.article_id join court_case c on c.id = e.case_id"
    )
    return {frozenset(str(title) for case_id, title in rows if case_id == root) for root in {row[0] for row in rows}}


ARRIVALS = (
    ("Иск к Ольге Дерюгиной", "2026-02-01", suit(people="Ольга Дерюгина", outlets="", opponents="", claimed=18e6)),
    ("«Каспий Шолпаны» в суде", "2026-02-20", suit(stage=Stage.HEARING, outlets="Каспий Шолпаны", opponents="Тенгри Ойл", claimed=0.0)),
    (
        "Ольга Дерюгина и «Каспий Шолпаны» проиграли",
        "2026-03-15",
        suit(stage=Stage.VERDICT, people="Ольга Дерюгина", outlets="Каспий Шолпаны", opponents="Тенгри Ойл", claimed=18e6),
    ),
    ("Иск к «Пятому этажу»", "2025-03-01", suit(outlets="Пятый этаж", opponents="Талшын", claimed=6e6)),
    (
        "Иск к «Пятому этажу» отозван",
        "2025-04-01",
        suit(stage=Stage.ACQUITTED_OR_WITHDRAWN, outlets="Пятый этаж", opponents="Талшын", claimed=0.0),
    ),
    ("Новый иск к «Пятому этажу»", "2025-09-01", suit(outlets="Пятый этаж", opponents="Талшын", claimed=9e6)),
)
LOST = ("«Пятый этаж» проиграл", "2025-09-20", suit(stage=Stage.VERDICT, outlets="Пятый этаж", opponents="Талшын", claimed=9e6))
CASES = {
    frozenset(title for title, _, _ in ARRIVALS[:3]),
    frozenset(title for title, _, _ in ARRIVALS[3:5]),
    frozenset(title for title, _, _ in ARRIVALS[5:]),
}


@pytest.mark.parametrize("seed", range(12))
def test_articles_in_any_order_give_the_same_cases(desk: Desk, seed: int) -> None:
    arrivals = list(ARRIVALS)
    random.Random(seed).shuffle(arrivals)
    for title, on, told in arrivals:
        desk.read(title, on, told)
    assert partition(desk) == CASES


def test_a_bridge_leaves_a_row_with_its_reason_and_resends_nothing(desk: Desk) -> None:
    for title, on, told in ARRIVALS[:2]:
        desk.read(title, on, told)
    before = desk.rows("select id, thread_key, created_at from alert order by id")
    page = desk.read(*ARRIVALS[2])
    kept = page.links[0].case_id
    assert desk.rows(f"select count(*) from court_case where merged_into = '{kept}'") == [(1,)]  # noqa: S608
    ((operation, said),) = desk.rows("select operation, after_json from audit where operation = 'merge'")
    assert operation == "merge"
    assert "проиграли" in str(said)
    assert [row for row in desk.rows("select id, thread_key, created_at from alert order by id") if row in before] == before
    assert desk.rows("select count(*) from alert") == [(3,)]
    again = desk.read(*ARRIVALS[2])
    assert [link.should_alert for link in again.links] == [False]


def test_a_bridge_never_merges_a_case_that_staff_decided_about(desk: Desk) -> None:
    for title, on, told in ARRIVALS[:2]:
        desk.read(title, on, told)
    desk.store.database.conn.execute("update court_case set is_locked = 1")
    desk.store.database.conn.commit()
    desk.read(*ARRIVALS[2])
    assert desk.rows("select count(*) from court_case where merged_into is not null") == [(0,)]


def test_a_moved_event_takes_its_parties_sums_and_alert_along(desk: Desk) -> None:
    for place in (3, 5, 4):
        desk.read(*ARRIVALS[place])
    rows = desk.rows(
        """select c.claim_amount, (select group_concat(p.name) from case_party cp join party p on p.id = cp.party_id
            where cp.case_id = c.id and cp.role = 'claimant'), (select count(*) from alert where case_id = c.id)
        from court_case c where c.merged_into is null order by 1"""
    )
    assert [(amount, n_alerts > 0) for amount, _, n_alerts in rows] == [(6e6, True), (9e6, True)]
    assert all("Талшын" in str(claimants) for _, claimants, _ in rows)


def mail(desk: Desk, state: str = "sent") -> dict[str, str]:
    """Queue every alert that is not queued yet, as the notify stage does, and send it; returns the case of each by its id."""
    db = desk.store.database
    alerts = dict(desk.rows("select id, case_id from alert where is_backfill = 0"))
    add_messages(
        db,
        [
            NewMessage(subject_id=id_, alert_id=id_, audience="staff", channel="email", kind=MessageKind.ALERT, domain="m.example")
            for id_ in alerts
        ],
        datetime(2026, 1, 1, tzinfo=UTC),
    )
    db.conn.execute("update outbox set state = ?", (state,))
    db.conn.commit()
    return {str(key): str(value) for key, value in alerts.items()}


@pytest.mark.parametrize("seed", range(12))
def test_what_was_mailed_keeps_its_alert_its_case_and_is_not_mailed_again(desk: Desk, seed: int) -> None:
    arrivals = [*ARRIVALS, LOST]
    random.Random(seed).shuffle(arrivals)
    mailed: dict[str, str] = {}
    for title, on, told in arrivals:
        desk.read(title, on, told)
        now = dict(desk.rows("select id, case_id from alert"))
        assert {id_: now[id_] for id_ in mailed} == mailed
        mailed = mail(desk)
    n_outbox = desk.rows("select count(*), count(distinct alert_id) from outbox")
    for title, on, told in arrivals:
        assert not any(link.should_alert for link in desk.read(title, on, told).links)
    assert mail(desk) == mailed
    assert desk.rows("select count(*), count(distinct alert_id) from outbox") == n_outbox
    steps = "select root_id, stage from alert join case_member using (case_id) group by 1, 2 having count(*) > 1 and stage <> 'claim_filed'"
    assert desk.rows(steps) == []


def test_a_case_that_was_mailed_as_one_stays_one(desk: Desk) -> None:
    desk.read(*ARRIVALS[3])
    desk.read(*LOST)
    ((case_id,),) = desk.rows("select distinct case_id from case_event")
    mail(desk)
    desk.read(*ARRIVALS[4])
    assert desk.rows("select case_id, count(*) from alert group by 1") == [(case_id, 3)]


def test_a_pending_alert_goes_with_its_event(desk: Desk) -> None:
    """Before anybody was told, the refiled suit is taken out of the old case; its alert keeps its id and goes with it."""
    desk.read(*ARRIVALS[3])
    desk.read(*LOST)
    before = dict(desk.rows("select stage, id from alert"))
    desk.read(*ARRIVALS[4])
    rows = {str(stage): (str(id_), str(case_id)) for stage, id_, case_id in desk.rows("select stage, id, case_id from alert")}
    assert {stage: rows[stage][0] for stage in before} == before
    assert rows["verdict"][1] != rows["claim_filed"][1] == rows["acquitted_or_withdrawn"][1]
    late = suit(stage=Stage.VERDICT, outlets="Пятый этаж", opponents="Талшын", claimed=6e6)
    page = desk.read("Апелляции не будет: «Пятый этаж» и старый иск", "2025-04-03", late)
    assert page.links[0].case_id == rows["claim_filed"][1]
    told = desk.rows(f"select count(*) from alert where stage = 'verdict' and case_id = '{page.links[0].case_id}'")
    assert told == [(int(page.links[0].should_alert),)]


def test_reading_a_moved_article_again_doubles_nothing(desk: Desk) -> None:
    hearing = suit(outlets="Пятый этаж", opponents="Талшын", claimed=9e6, hearing="2025-10-10")
    arrivals = (ARRIVALS[3], (ARRIVALS[5][0], ARRIVALS[5][1], hearing), ARRIVALS[4])
    for arrival in arrivals:
        desk.read(*arrival)
    counts = "select (select count(*) from case_event), (select count(*) from hearing), (select count(*) from case_amount), (select count(*) from case_party)"
    before = desk.rows(counts)
    assert len(desk.rows("select distinct case_id from case_event")) == 2
    for arrival in arrivals:
        desk.read(*arrival)
    assert desk.rows(counts) == before
    ((case_id,),) = desk.rows("select h.case_id from hearing h join court_case c on c.id = h.case_id and c.claim_amount = 9000000")
    assert case_id


def test_staff_who_merged_two_cases_keep_them_merged_though_only_one_is_locked(desk: Desk) -> None:
    kept = desk.read(*ARRIVALS[3]).links[0].case_id
    desk.read(*LOST)
    gone = desk.read(*ARRIVALS[0]).links[0].case_id
    assert len(desk.rows("select distinct case_id from case_event")) == 2
    conn = desk.store.database.conn
    conn.execute("update court_case set merged_into = ?, is_locked = 1 where id = ?", (kept, gone))
    conn.commit()
    before = desk.rows("select id, case_id from case_event order by id")
    desk.read(*ARRIVALS[4])
    desk.read(*ARRIVALS[2])
    assert [row for row in desk.rows("select id, case_id from case_event order by id") if row in before] == before
    assert desk.rows(f"select merged_into from court_case where id = '{gone}'") == [(kept,)]


def test_staff_who_parted_a_case_keep_it_parted(desk: Desk) -> None:
    first = desk.read("Иск к «Алатау Обзору»", "2026-03-30", suit())
    desk.read("«Алатау Обзор» в суде", "2026-04-20", suit(stage=Stage.HEARING, claimed=0.0))
    case_id = first.links[0].case_id
    conn = desk.store.database.conn
    conn.execute(
        "insert into court_case (id, country, category, title, is_locked, first_seen_at, updated_at)"
        " select 'apart', country, category, 'Второе дело', 1, first_seen_at, updated_at from court_case"
    )
    conn.execute("update case_event set case_id = 'apart' where stage = 'hearing'")
    conn.execute("update court_case set is_locked = 1")
    conn.commit()
    desk.read("Угрожают иском: «Алатау Обзор»", "2026-03-01", suit(stage=Stage.THREAT))
    desk.read("Ещё о суде над «Алатау Обзором»", "2026-04-21", suit(stage=Stage.HEARING, claimed=0.0))
    assert desk.rows("select case_id from case_event where stage = 'hearing' and event_on = '2026-04-20'") == [("apart",)]
    assert desk.rows("select count(*) from court_case where merged_into is not null") == [(0,)]
    assert desk.rows(f"select count(*) from case_event where case_id = '{case_id}' and stage = 'claim_filed'") == [(1,)]


def test_merges_lead_one_step_whoever_writes_them(desk: Desk) -> None:
    for place, outlet in enumerate(("Алатау Обзор", "Семиречье Лайв", "Каспий Шолпаны")):
        desk.read(f"Иск {place}", "2026-03-30", suit(outlets=outlet, opponents="", claimed=place + 1.0))
    one, two, three = (str(row[0]) for row in desk.rows("select id from court_case order by id"))
    conn = desk.store.database.conn
    said = "update court_case set merged_into = ? where id = ?"
    conn.execute(said, (two, one))
    conn.execute(said, (three, two))
    assert desk.rows("select id, merged_into from court_case order by id") == [(one, three), (two, three), (three, None)]
    conn.execute(said, (one, three))
    assert desk.rows("select id, merged_into from court_case order by id") == [(one, None), (two, one), (three, one)]
    assert set(desk.rows("select root_id, case_id from case_member")) == {(one, one), (one, two), (one, three)}
    with pytest.raises(Exception, match="into itself"):
        conn.execute(said, (one, one))
