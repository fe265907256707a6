"""Study days: they roll over at the student's hour, in the student's zone, through changes of the clocks."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from quizzes.calendar import StudyDay, day_begins, keep_day, study_day
from quizzes.views.template_tags.words import days_until, study_date


@dataclass
class Someone:
    """A student, as far as study days go."""

    zone: ZoneInfo
    day_rollover_hour: int = 4
    kept_day: StudyDay | None = None


BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")


def test_an_answer_after_midnight_counts_for_the_evening_before() -> None:
    late = datetime(2026, 3, 10, 2, 30, tzinfo=BERLIN)

    assert study_day(Someone(BERLIN), late).date == date(2026, 3, 9)


def test_the_day_begins_at_the_rollover_hour() -> None:
    early = datetime(2026, 3, 10, 4, 0, tzinfo=BERLIN)

    assert study_day(Someone(BERLIN), early).date == date(2026, 3, 10)
    assert study_day(Someone(BERLIN), early).begins_at == early


def test_a_day_has_23_hours_when_the_clocks_go_forward() -> None:
    day = study_day(Someone(BERLIN, 2), datetime(2026, 3, 28, 12, tzinfo=BERLIN))

    assert day.ends_at - day.begins_at == timedelta(hours=24)
    after = study_day(Someone(BERLIN, 0), datetime(2026, 3, 29, 12, tzinfo=BERLIN))
    assert after.ends_at - after.begins_at == timedelta(hours=23)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([BERLIN, APIA, ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]),
    st.integers(0, 23),
)
def test_every_instant_lies_in_its_day_and_days_meet(now: datetime, zone: ZoneInfo, hour: int) -> None:
    student = Someone(zone, hour)
    day = study_day(student, now)

    assert day.begins_at <= now < day.ends_at
    assert day_begins(student, day.date + timedelta(days=1)) == day.ends_at


def test_days_are_counted_before_and_after() -> None:
    student, now = Someone(BERLIN), datetime(2026, 3, 10, 12, tzinfo=BERLIN)
    with time_machine.travel(now):
        said = {days: days_until(now + timedelta(days=days), student) for days in (-4, -1, 0, 1, 30)}
    assert said == {-4: "4 days ago", -1: "yesterday", 0: "today", 1: "tomorrow", 30: "in 30 days"}


def test_until_the_day_rolls_over_every_date_is_counted_from_the_date_on_the_page() -> None:
    student, exam = Someone(BERLIN), datetime(2026, 3, 12, 9, tzinfo=BERLIN)
    for hour, today, says in ((1, date(2026, 3, 10), "in 2 days"), (4, date(2026, 3, 11), "tomorrow")):
        now = datetime(2026, 3, 11, hour, tzinfo=BERLIN)
        with time_machine.travel(now):
            assert study_day(student, now).date == study_date(now, student) == today
            assert days_until(exam, student) == says


# Changes of zone and hour


TOKYO, HONOLULU = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")


@pytest.mark.parametrize(
    ("before", "after", "now", "date_then", "ends"),
    [
        # At one in the morning the day that began at midnight is not yesterday again: it lasts until four tomorrow.
        (Someone(BERLIN, 0), Someone(BERLIN, 4), "2026-03-10T01:00+01:00", "2026-03-10", "2026-03-11T04:00+01:00"),
        # The other way round, yesterday goes on until four, as it would have.
        (Someone(BERLIN, 4), Someone(BERLIN, 0), "2026-03-10T01:00+01:00", "2026-03-09", "2026-03-10T04:00+01:00"),
        # At noon both clocks agree, and the new one counts at once.
        (Someone(BERLIN, 4), Someone(BERLIN, 0), "2026-03-10T12:00+01:00", "2026-03-10", "2026-03-11T00:00+01:00"),
        (Someone(BERLIN, 0), Someone(BERLIN, 23), "2026-03-10T12:00+01:00", "2026-03-10", "2026-03-11T23:00+01:00"),
        # To the west the date comes a second time.
        (Someone(TOKYO), Someone(HONOLULU), "2026-03-10T12:00+09:00", "2026-03-10", "2026-03-11T04:00-10:00"),
        # To the east it would be tomorrow.
        (Someone(HONOLULU), Someone(TOKYO), "2026-03-10T20:00-10:00", "2026-03-10", "2026-03-11T04:00-10:00"),
    ],
)
def test_today_stays_today_when_zone_or_hour_change(
    before: Someone, after: Someone, now: str, date_then: str, ends: str
) -> None:
    at = datetime.fromisoformat(now)
    after = replace(after, kept_day=keep_day(before, after, at))
    day = study_day(after, at)
    assert (day.date, day.ends_at) == (date.fromisoformat(date_then), datetime.fromisoformat(ends))
    next_day = study_day(after, day.ends_at)
    assert (next_day.date, next_day.begins_at) == (day.date + timedelta(days=1), day.ends_at)
    day_before = study_day(after, day.begins_at - timedelta(seconds=1))
    assert (day_before.date, day_before.ends_at) == (day.date - timedelta(days=1), day.begins_at)


SETTINGS = st.tuples(st.sampled_from([BERLIN, APIA, TOKYO, HONOLULU, ZoneInfo("Asia/Kathmandu")]), st.integers(0, 23))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    SETTINGS,
    st.lists(st.tuples(st.integers(0, 40), SETTINGS), max_size=6),
)
def test_dates_never_go_back_whatever_is_changed(
    now: datetime, first: tuple[ZoneInfo, int], changes: list[tuple[int, tuple[ZoneInfo, int]]]
) -> None:
    student = Someone(*first)
    for hours, settings in changes:
        for _ in range(hours):
            day = study_day(student, now)
            assert day.begins_at <= now < day.ends_at
            next_day = study_day(student, day.ends_at)
            assert (next_day.date, next_day.begins_at) == (day.date + timedelta(days=1), day.ends_at)
            # What is due by days comes due when that day begins, and so never in the past.
            assert day_begins(student, day.date) == day.begins_at
            assert day_begins(student, next_day.date) == day.ends_at
            now += timedelta(hours=1)
            assert study_day(student, now).date >= day.date
        today = study_day(student, now)
        moved = Someone(*settings)
        student = replace(moved, kept_day=keep_day(student, moved, now))
        assert study_day(student, now).date >= today.date


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_another_hour_never_moves_today(now: datetime, hour: int, other: int) -> None:
    moved = Someone(BERLIN, other)
    kept = keep_day(Someone(BERLIN, hour), moved, now)
    today = study_day(Someone(BERLIN, hour), now)
    assert study_day(replace(moved, kept_day=kept), now).date == today.date
