"""Study days: they roll over at the student's hour, in the student's zone, through changes of the clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from quizzes.calendar import day_begins, study_day
from quizzes.templatetags.words import days_until


@dataclass
class Someone:
    """A student, as far as study days go."""

    zone: ZoneInfo
    day_rollover_hour: int = 4


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
