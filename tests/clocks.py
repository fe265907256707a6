"""Clocks that show a test, or a rule, which holds only because no time passes: TEST_CLOCK names one of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

import time_machine

SECOND = 1_000_000_000  # nanoseconds


@contextmanager
def running(name: str, now: datetime | None = None) -> Iterator[None]:
    """Have the clock of that name run; empty is the machine's own, put back to `now` where that was today."""
    if not name:
        is_today = now is not None and now.tzinfo is not None and timedelta() < datetime.now(UTC) - now < timedelta(1)
        with time_machine.travel(now) if now and is_today else nullcontext():
            yield
        return
    with time_machine.travel(STARTS[name](datetime.now(UTC))) as traveller:
        if name == "steps":
            traveller.time_ns = _steps(traveller.time_ns())  # type: ignore[method-assign]
        yield


STARTS: dict[str, Callable[[datetime], datetime]] = {
    # A second later at each look.
    "steps": lambda now: now,
    # Two seconds before a day of the calendar ends, and two before a study day ends where nobody set another hour.
    "midnight": lambda now: now.replace(hour=23, minute=59, second=58, microsecond=0),
    "rollover": lambda now: now.replace(hour=3, minute=59, second=58, microsecond=0),
}


def _steps(start: int) -> Callable[[], int]:
    """A clock, in nanoseconds, that moves a second at each look."""
    looks = itertools.count(start, SECOND)
    return lambda: next(looks)
