"""A student's study days: they roll over at an hour of the student's own, in the student's own zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class HasStudyDay(Protocol):
    """The fields that define a student's study day."""

    day_rollover_hour: int

    @property
    def zone(self) -> ZoneInfo: ...


class HasReminder(HasStudyDay, Protocol):
    """The fields that define when a student is reminded."""

    reminder_hour: int


@dataclass(frozen=True)
class StudyDay:
    """One study day: `begins_at` (inclusive) to `ends_at` (exclusive), aware UTC."""

    date: date
    begins_at: datetime
    ends_at: datetime


def day_begins(student: HasStudyDay, day: date) -> datetime:
    """Return the instant (aware, UTC) at which the student's study day `day` begins.

    Where the clocks skip the rollover hour, the day begins at the hour's would-be instant; where they repeat it, at
    the first of the two.
    """
    try:
        local = datetime.combine(day, time(student.day_rollover_hour), tzinfo=student.zone)
        return local.astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(student.day_rollover_hour), tzinfo=UTC)


def study_day(student: HasStudyDay, now: datetime) -> StudyDay:
    """Return the student's study day that the aware instant `now` falls in."""
    day = now.astimezone(student.zone).date()
    if now < day_begins(student, day):
        day -= timedelta(days=1)
    return StudyDay(day, day_begins(student, day), day_begins(student, day + timedelta(days=1)))


def next_reminder(student: HasReminder, now: datetime) -> datetime:
    """Return the first instant after `now` (aware, UTC) at which the student's hour for reminders begins."""
    today = now.astimezone(student.zone).date()
    coming = (
        datetime.combine(today + timedelta(days=days), time(student.reminder_hour), tzinfo=student.zone)
        for days in range(3)
    )
    return next(at for at in coming if at > now).astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC with milliseconds: `2026-03-01T12:00:00.000Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
