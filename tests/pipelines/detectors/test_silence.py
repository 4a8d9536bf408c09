"""An outlet against its own rhythm: when it is silent, and everything that is not silence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.detectors.silence import Watch, judge_silence

LAST = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)  # a Thursday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def watch(posts: list[datetime], now: datetime, weeks: int = 12, **changes: object) -> Watch:
    since = LAST - timedelta(weeks=weeks)
    looks = [since + 2 * HOUR * number for number in range(int((now - since) / (2 * HOUR)) + 1)]
    plain = Watch(posts=posts, looks=looks, since=since, zone="Asia/Almaty", cadence=2 * HOUR)
    return replace(plain, **changes)


def every(step: timedelta, weeks: int = 12) -> list[datetime]:
    return [LAST - step * number for number in range(int(timedelta(weeks=weeks) / step))]


def test_a_daily_outlet_is_silent_after_two_of_its_usual_days() -> None:
    posts = every(DAY)
    assert not judge_silence(watch(posts, LAST + 32 * HOUR), LAST + 32 * HOUR).is_silent
    found = judge_silence(watch(posts, LAST + 2 * DAY + 10 * HOUR), LAST + 2 * DAY + 10 * HOUR)
    assert found.is_silent
    assert found.n_empty_usual_days == 2
    assert found.words == "usually 1 a day, nothing for 2 days"


def test_the_statement_names_what_was_expected() -> None:
    posts = [LAST - DAY * day - timedelta(minutes=10) * number for day in range(84) for number in range(41)]
    found = judge_silence(watch(posts, LAST + 3 * DAY), LAST + 3 * DAY)
    assert found.words == "usually 41 a day, nothing for 3 days"
    assert found.expected == pytest.approx(41 * 3, rel=0.15)


def test_a_weekly_paper_is_silent_after_missed_issues_not_between_two() -> None:
    posts = every(7 * DAY)
    silent = [day for day in range(1, 40) if judge_silence(watch(posts, LAST + DAY * day), LAST + DAY * day).is_silent]
    assert silent[0] in range(15, 24)
    assert silent == list(range(silent[0], 40))
    assert judge_silence(watch(posts, LAST + 25 * DAY), LAST + 25 * DAY).words == "usually 1 a week (Thu), nothing for 25 days"


def test_a_rhythm_with_holes_of_five_days_has_room_for_the_next() -> None:
    posts = [at for at in every(8 * HOUR) if (LAST - at).days % 20 >= 5 or at == LAST]
    now = LAST + 4 * DAY
    assert judge_silence(watch(posts, now), now).why_not == "within its rhythm"


@pytest.mark.parametrize(
    ("changes", "weeks", "why_not"),
    [
        ({"looks": [LAST - DAY, LAST - HOUR]}, 12, "not read of late: our line, or the source's own trouble"),
        ({"looks": [LAST + 5 * DAY]}, 12, "not looked at often enough since its last article"),
        ({}, 2, "new: less than three weeks of its rhythm are known"),
        ({"posts": [LAST]}, 12, "too few articles to know its rhythm"),
        ({"posts": []}, 12, "too few articles to know its rhythm"),
        ({"quiet_days": {(LAST + DAY * n).date() for n in range(7)}}, 12, "within its rhythm"),
    ],
)
def test_what_is_no_silence(changes: dict[str, object], weeks: int, why_not: str) -> None:
    now = LAST + 5 * DAY
    found = judge_silence(replace(watch(every(6 * HOUR, weeks), now, weeks), **changes), now)
    assert (found.is_silent, found.why_not) == (False, why_not)


def test_days_without_a_look_and_earlier_silences_do_not_spoil_the_rhythm() -> None:
    hole = (LAST - 40 * DAY, LAST - 20 * DAY)
    posts = [at for at in every(6 * HOUR) if not hole[0] <= at <= hole[1]]
    now = LAST + 3 * DAY
    spoiled, told = watch(posts, now), watch(posts, now, blind=[hole])
    unread = watch(posts, now, looks=[look for look in told.looks if not hole[0] <= look <= hole[1]])
    assert not judge_silence(spoiled, now).is_silent
    assert judge_silence(told, now).is_silent
    assert judge_silence(unread, now).is_silent


def test_articles_from_the_future_do_not_hide_a_silence() -> None:
    now = LAST + 3 * DAY
    assert judge_silence(watch([*every(DAY), now + DAY], now), now).is_silent
