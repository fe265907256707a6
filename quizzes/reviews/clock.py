"""Clocks of devices: what an instant that a device reports is on the server's clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CLOCK_TOLERANCE = timedelta(seconds=60)
"""A difference between device and server up to this is the network's, not the clock's."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No answer is older: a clock that says so was never set."""
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class DeviceClock:
    """A device's clock, as far as it is known from the instant at which it sent something."""

    server_now: datetime
    correction: timedelta
    """What has to be added to the device's instants."""

    @classmethod
    def compare(cls, device_now: datetime, server_now: datetime) -> DeviceClock:
        """Return the clock that shows `device_now` while the server's shows `server_now`."""
        correction = server_now - device_now
        return cls(server_now, timedelta(0) if abs(correction) <= CLOCK_TOLERANCE else correction)

    def correct(self, reported: datetime, not_before: datetime = EARLIEST) -> datetime:
        """Return when something happened that the device dates `reported`: in UTC, from `not_before` to now."""
        try:
            instant = (reported + self.correction).astimezone(UTC)
        except OverflowError:
            instant = EARLIEST if reported.year < 2000 else self.server_now
        return max(min(instant, self.server_now), not_before)


def clamp_to_database(instant: datetime) -> datetime:
    """Return `instant` in UTC, as near as a database can hold it."""
    try:
        return max(instant.astimezone(UTC), _FIRST)
    except OverflowError:
        return _FIRST if instant.year < 2000 else _LAST
