"""The service's own clock, which jumps: `timezone.now` of its processes is off by what a file says."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "TEST_CLOCK_FILE"


def install() -> None:
    """Have this process go by the file that the environment names; without one by the machine's clock."""
    if not (name := os.environ.get(VARIABLE)):
        return
    from django.utils import timezone

    file = Path(name)
    timezone.now = lambda: datetime.now(UTC) + read_offset(file)


def read_offset(file: Path) -> timedelta:
    """Return by how much the clock is ahead."""
    with suppress(OSError, ValueError):
        return timedelta(seconds=float(file.read_text()))
    return timedelta(0)


def put(file: Path, seconds: float) -> None:
    """Set the clock so many seconds ahead, at one instant for all."""
    beside = file.with_suffix(".new")
    beside.write_text(str(seconds))
    beside.replace(file)
