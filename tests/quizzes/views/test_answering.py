"""What forms hold is read, and whatever else somebody sends is nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import QueryDict

from quizzes.views import answering

pytestmark = pytest.mark.any_database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVENT = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (str(EVENT), EVENT),
        (EVENT.hex.upper(), EVENT),
        ("", None),
        (None, None),
        ("7", None),
        (f"{EVENT}0", None),
        ("\0" * 36, None),
    ],
)
def test_a_uuid_or_nothing(text: str | None, expected: uuid.UUID | None) -> None:
    assert answering.read_uuid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1", 1), ("5", 5), ("0", None), ("6", None), ("", None), ("²", None), ("1 ", None)]
)
def test_confidence_is_chosen_or_left_out(text: str, expected: int | None) -> None:
    assert answering._read_confidence(text) == expected


@pytest.mark.parametrize(
    ("passed", "expected_seconds", "duration_ms"),
    [
        (timedelta(0), 30, 0),
        (timedelta(seconds=12.5), 30, 12_500),
        # Five times the time that the question needs, and at least two minutes: after that it was left alone.
        (timedelta(seconds=149), 30, 149_000),
        (timedelta(hours=3), 30, 150_000),
        (timedelta(hours=3), 10, 120_000),
        # The clock was set back in between.
        (timedelta(seconds=-5), 30, 0),
    ],
)
def test_how_long_a_question_stood_there(passed: timedelta, expected_seconds: int, duration_ms: int) -> None:
    assert spent({}, passed, expected_seconds) == duration_ms


@pytest.mark.parametrize(
    ("waited", "duration_ms"),
    [("7000", 13_000), ("", 20_000), ("-1", 20_000), ("7e3", 20_000), ("90000", 0), ("99999999999", 20_000)],
)
def test_the_time_that_a_page_kept_it_back_does_not_count(waited: str, duration_ms: int) -> None:
    assert spent({"waited": waited}, timedelta(seconds=20), 30) == duration_ms


@pytest.mark.parametrize("stamp", ["", "2026-05-04T12:00:00+00:00", "2026-05-04T12:00:00+00:00:forged"])
def test_a_stamp_of_somebody_elses_tells_no_time(stamp: str) -> None:
    assert spent({"shown": stamp}, timedelta(seconds=20), 30) == 0


def spent(fields: dict[str, str], passed: timedelta, expected_seconds: int) -> int:
    """The milliseconds that count for a form that is sent so long after it was made."""
    with time_machine.travel(NOON, tick=False):
        form = QueryDict(urlencode({"shown": answering.stamp_now(), **fields}))
    with time_machine.travel(NOON + passed, tick=False):
        return answering._duration_ms(answering._read_shown_at(form), expected_seconds)
