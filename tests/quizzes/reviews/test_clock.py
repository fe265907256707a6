"""Clocks of devices: a wrong one is corrected, and no instant is impossible."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from quizzes.reviews.clock import CLOCK_TOLERANCE, EARLIEST, DeviceClock, clamp_to_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOCAL = timezone(2 * HOUR)


@pytest.mark.parametrize(
    ("ahead", "correction"),
    [
        (timedelta(0), timedelta(0)),
        (CLOCK_TOLERANCE, timedelta(0)),
        (-CLOCK_TOLERANCE, timedelta(0)),
        (CLOCK_TOLERANCE + timedelta(seconds=1), -CLOCK_TOLERANCE - timedelta(seconds=1)),
        (-5 * HOUR, 5 * HOUR),
    ],
)
def test_a_clock_is_corrected_beyond_what_the_network_explains(ahead: timedelta, correction: timedelta) -> None:
    assert DeviceClock.compare(NOW + ahead, NOW).correction == correction


@pytest.mark.parametrize(
    ("reported", "not_before", "corrected"),
    [
        (NOW - DAY, EARLIEST, NOW - DAY),
        ((NOW - DAY).astimezone(LOCAL), EARLIEST, NOW - DAY),
        (NOW + DAY, EARLIEST, NOW),
        (NOW - DAY, NOW - HOUR, NOW - HOUR),
        (datetime(1970, 1, 1, tzinfo=UTC), EARLIEST, EARLIEST),
        (datetime.min.replace(tzinfo=LOCAL), EARLIEST, EARLIEST),
        (datetime.max.replace(tzinfo=timezone(-2 * HOUR)), EARLIEST, NOW),
    ],
)
def test_what_happened_lies_between_the_question_and_now(
    reported: datetime, not_before: datetime, corrected: datetime
) -> None:
    assert DeviceClock.compare(NOW, NOW).correct(reported, not_before) == corrected


def test_an_instant_is_moved_by_the_error_of_the_clock() -> None:
    fast = DeviceClock.compare(NOW + 5 * HOUR, NOW)
    assert fast.correct(NOW + 4 * HOUR) == NOW - HOUR


@pytest.mark.parametrize(
    ("reported", "stored"),
    [
        (NOW.astimezone(LOCAL), NOW),
        (datetime.min.replace(tzinfo=LOCAL), datetime(1, 1, 2, tzinfo=UTC)),
        (datetime.min.replace(tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)),
        (datetime.max.replace(tzinfo=timezone(-2 * HOUR)), datetime(9999, 12, 30, tzinfo=UTC)),
    ],
)
def test_every_instant_can_be_stored(reported: datetime, stored: datetime) -> None:
    assert clamp_to_database(reported) == stored
